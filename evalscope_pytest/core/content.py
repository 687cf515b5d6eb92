"""The parts of a message: text, pictures, recordings, videos and documents.

An author writes ``[text("What is it?"), image(record["image"])]``. The loader finds the bytes, checks them and puts a
`Medium` in their place: its content address, and a way to read them when a request is built.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from .errors import MediaError

DETAILS = ("auto", "low", "high", "original")
_HEAD = 64  # characters of a text that show whether it is base64
_LONGEST_PATH = 1024
_SHORTEST = 64  # characters of a picture in base64; a shorter text is a path


@dataclass(frozen=True, slots=True)
class Medium:
    """Bytes that were found and checked. Equal if the bytes are.

    Attributes:
        sha256: Content address of the bytes, in hexadecimal digits; empty if there is a fault.
        type: Media type that the bytes show, such as ``image/png``.
        size: Number of bytes.
        tokens: Input tokens that a service bills for it, about; 0 if that is not known.
        name: Name in the record, for messages and pages.
        fault: Why it cannot be sent; empty if it can.
        extent: Pixels of a picture, seconds of a recording or video; 0 if they are not known.
        open: Returns the bytes; None in records, which hold only the address.
        link: Web address that is sent in place of the bytes, for the service to open; nothing of it is read here.
        bounds: Most pixels and most bytes of the copy that is sent in its place; None if it is sent as it is.
        shrink: Makes that copy, a JPEG, of the bytes; None in records, and if the picture is sent as it is.
    """

    sha256: str
    type: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)
    tokens: int = field(default=0, compare=False)
    name: str = field(default="", compare=False)
    fault: str = ""
    extent: float = field(default=0, compare=False)
    open: Callable[[], bytes] | None = field(default=None, compare=False, repr=False)
    link: str = ""
    bounds: tuple[int | None, int | None] | None = None
    shrink: Callable[[bytes], bytes] | None = field(default=None, compare=False, repr=False)

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address: the bytes and the bounds of what is sent, never a place; of a link, itself."""
        if not self.sha256:
            return ["", self.fault or self.link]
        return [self.sha256] if self.bounds is None else [self.sha256, *self.bounds]

    @property
    def sent_type(self) -> str:
        """Media type of what `read` returns."""
        return self.type if self.shrink is None else "image/jpeg"

    def read(self) -> bytes:
        """Return the bytes that are sent.

        Raises:
            MediaError: There is a fault, they are gone, or no smaller copy can be made of them.
        """
        data = self.original()
        return data if self.shrink is None else self.shrink(data)

    def original(self) -> bytes:
        """Return the bytes as the dataset has them.

        Raises:
            MediaError: There is a fault, or they are gone.
        """
        if self.fault:
            raise MediaError(self.fault)
        if self.link:
            raise MediaError(f"{self.link} is sent as an address. Use the files of the dataset if bytes are needed.")
        if self.open is None:
            raise MediaError(f"{self.name or self.sha256[:16]}: only its content address is in the records.")
        return self.open()


@dataclass(frozen=True, slots=True)
class Packed:
    """A file in a zip archive of the dataset. A copy unpacked beside the archive comes first.

    Attributes:
        archive: Path of the archive in the dataset; ``*`` stands for any characters, if the file may be in several.
        name: The file's path in the archive, or the end of it.
        near: A word in the path that is meant if several end with ``name``.
    """

    archive: str
    name: str
    near: str = ""


Source = str | Path | bytes | Medium | Packed  # a path or an address, bytes, or what the loader made of them


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text.

    Attributes:
        beside: The template of the prompt does not go around it: it stays before or after the question, as media do.
    """

    text: str
    beside: bool = field(default=False, compare=False)

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address."""
        return ["text", self.text]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture.

    Attributes:
        detail: The resolution at which the service looks: ``auto``, ``low``, ``high`` or ``original``.
    """

    source: Source = field(repr=False)
    detail: str = "auto"
    kind: ClassVar[str] = "image"

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address."""
        return [self.kind, *medium_of(self).identity, self.detail]


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording.

    Attributes:
        format: ``wav``, ``mp3`` ...; empty until the bytes have shown it.
    """

    source: Source = field(repr=False)
    format: str = ""
    kind: ClassVar[str] = "audio"

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address."""
        return [self.kind, *medium_of(self).identity, self.format]


@dataclass(frozen=True, slots=True)
class Cut:
    """The frames of a video to be sent as pictures, for services that take no videos.

    Attributes:
        frames: Maximum number of pictures.
        detail: The ``detail`` of each picture.
        pixels: Most pixels of a picture.
        size: Most bytes of a picture; None for no limit.
    """

    frames: int
    detail: str = "auto"
    pixels: int = 0
    size: int | None = None

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address."""
        return [self.frames, self.detail, self.pixels, self.size]


@dataclass(frozen=True, slots=True)
class Video:
    """A video.

    Attributes:
        format: ``mp4``, ``mov`` ...; empty until the bytes have shown it.
        start: Second at which the part in question begins; None for the beginning.
        end: Second at which it ends; None for the end.
        fps: Frames a second that the service looks at, or that are cut; None leaves it to the service.
        cut: The pictures that are sent in its place; None if it is sent whole.
    """

    source: Source = field(repr=False)
    format: str = ""
    start: float | None = None
    end: float | None = None
    fps: float | None = None
    cut: Cut | None = None
    kind: ClassVar[str] = "video"

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address."""
        cut = [] if self.cut is None else [self.cut.identity]
        return [self.kind, *medium_of(self).identity, self.format, self.start, self.end, self.fps, *cut]


@dataclass(frozen=True, slots=True)
class File:
    """A document, such as a PDF.

    Attributes:
        name: Name that the service is given.
    """

    source: Source = field(repr=False)
    name: str = "document.pdf"
    kind: ClassVar[str] = "file"

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address."""
        return [self.kind, *medium_of(self).identity]


Part = Text | Image | Audio | Video | File
MediaPart = Image | Audio | Video | File
PARTS: tuple[type, ...] = (Text, Image, Audio, Video, File)
Content = str | tuple[Part, ...]


def medium_of(part: MediaPart) -> Medium:
    """Return the bytes of a part that the loader has found.

    Raises:
        MediaError: They were not looked for.
    """
    if isinstance(part.source, Medium):
        return part.source
    raise MediaError(f"{shown_source(part.source)} was not read yet. Pass it in a Sample or to model.generate().")


def media_in(content: Content) -> list[MediaPart]:
    """Return the pictures, recordings, videos and documents of a content."""
    return [] if isinstance(content, str) else [part for part in content if not isinstance(part, Text)]


def text_of(content: Content) -> str:
    """Return the text of a content, its parts on separate lines."""
    if isinstance(content, str):
        return content
    return "\n".join(part.text.strip("\n") for part in content if isinstance(part, Text))


def shown_source(source: object) -> str:
    """Return a source for a message: a path or an address, cut if it is long; of bytes, their number."""
    if isinstance(source, bytes):
        return f"{len(source):,} bytes"
    if isinstance(source, Medium):
        return source.name or source.sha256[:16]
    if isinstance(source, Packed):
        return f"{source.name!r} in {source.archive!r}"
    words = str(source)
    return repr(words if len(words) <= 120 else f"{words[:117]}...")


# What an author writes ------------------------------------------------------------------------------------------------


def text(words: str, *, beside: bool = False) -> Text:
    """Return a text as a part of a message.

    Args:
        beside: Leave it before or after the question, outside the benchmark's template: a description that replaces a
            picture, for one.
    """
    if not isinstance(words, str):
        raise TypeError(f"text() takes a text, not {type(words).__name__}")
    return Text(words, beside)


def image(source: object, detail: str = "auto") -> Image:
    """Return a picture as a part of a message.

    Args:
        source: Path in the dataset's folder, address, bytes, base64, a data URI, ``{"bytes": ..., "path": ...}`` as
            parquet files have it, or a picture of Pillow.
        detail: ``auto``, ``low``, ``high`` or ``original``.

    Raises:
        TypeError: The source is none of these.
    """
    if detail not in DETAILS:
        raise TypeError(f"detail of an image: {detail!r}. Allowed: {', '.join(DETAILS)}")
    return Image(source_of(source), detail)


def audio(source: object) -> Audio:
    """Return a recording as a part of a message; its source is any that `image` takes."""
    return Audio(source_of(source))


def video(source: object, start: float | None = None, end: float | None = None, fps: float | None = None) -> Video:
    """Return a video as a part of a message; its source is any that `image` takes.

    Args:
        start: Second at which the part in question begins. The whole video is sent.
        end: Second at which it ends.
        fps: Frames a second that the service looks at, sent to services that know it.
    """
    for name, value in (("start", start), ("end", end), ("fps", fps)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0):
            raise TypeError(f"{name} of a video: {value!r} is not a number from 0 up")
    return Video(source_of(source), start=start, end=end, fps=fps)


def file(source: object, name: str = "") -> File:
    """Return a document as a part of a message; its source is any that `image` takes.

    Args:
        name: Name that the service is given; by default that of the path.
    """
    found = source_of(source)
    own = Path(found).name if isinstance(found, (str, Path)) and not _is_address(str(found)) else ""
    return File(found, name or own or "document.pdf")


def source_of(value: object) -> Source:
    """Return where the bytes of a medium are, given any form in which a record may have it.

    Raises:
        TypeError: It is none of them.
    """
    if isinstance(value, (Medium, Packed, Path, bytes)):
        return value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return _of_text(value)
    if encoded := getattr(value, "_hf_encoded", None):  # a recording that `datasets` would decode
        value = encoded
    if isinstance(value, Mapping) and not value.get("bytes") and value.get("array") is not None:
        from .recording import wav_of

        return wav_of(value["array"], value.get("sampling_rate") or 0)
    if isinstance(value, Mapping) and ("bytes" in value or "path" in value):
        return source_of(value.get("bytes") or value.get("path") or b"")
    save = getattr(value, "save", None)
    if callable(save) and hasattr(value, "size"):  # of Pillow
        written = io.BytesIO()
        save(written, format="PNG")
        return written.getvalue()
    raise TypeError(
        f"a medium: {type(value).__name__}. Give a path, an address, bytes, base64, {{'bytes': ...}} or a Pillow image"
    )


def linked(address: str) -> Medium:
    """Return a medium of which only the web address is sent: the service opens it.

    Raises:
        TypeError: It is not an address.
    """
    if not _is_address(address) or any(c.isspace() for c in address):
        raise TypeError(f"an address of a medium: {shown_source(address)}. Write https://...")
    return Medium("", name=address, link=address)


def _of_text(value: str) -> str | bytes:
    if value.startswith("data:"):
        head, _, data = value.partition(",")
        return decoded(data) if head.endswith(";base64") else unquote_to_bytes(data)
    if len(value) >= _SHORTEST and not _is_address(value) and _looks_encoded(value[:_HEAD]):
        return decoded(value)
    # Longer than any name of a file: base64 of something that is not a medium, which is said when it is checked.
    return decoded(value) or value if len(value) > _LONGEST_PATH else value


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def _looks_encoded(head: str) -> bool:
    from .media_type import media_type

    try:
        return bool(media_type(base64.b64decode(head.strip()[: len(head.strip()) // 4 * 4], validate=True)))
    except (binascii.Error, ValueError):
        return False


def decoded(data: str) -> bytes:
    """Return the bytes of a base64 text, up to where it is cut off; text that is not base64 has none.

    What is wrong with them is reported when they are checked.
    """
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):  # broken into lines, if it is base64
        pass
    whole = "".join(data.split())
    try:
        return base64.b64decode(whole[: len(whole) // 4 * 4], validate=True)
    except (binascii.Error, ValueError):
        return b""


# What files and services write ----------------------------------------------------------------------------------------


def as_parts(values: Sequence[object]) -> tuple[Part, ...]:
    """Return the parts of a message that are parts already, or are written as OpenAI or EvalScope write them.

    Raises:
        TypeError: One is neither.
    """
    return tuple(as_part(value) for value in values)


def as_part(value: object) -> Part:
    """Return one part; see `as_parts`."""
    if isinstance(value, (Text, Image, Audio, Video, File)):
        return value
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise TypeError(f"a part of a message: {shown_source(value)} of type {type(value).__name__}. It needs a type")
    kind = value["type"]
    make = _READERS.get(kind)
    if make is None:
        raise TypeError(f"type of a part of a message: {kind!r}. Allowed: {', '.join(_READERS)}")
    try:
        return make(value)
    except (KeyError, AttributeError) as error:
        raise TypeError(f"a part of type {kind!r} has no {error}: its keys are {', '.join(map(str, value))}") from None


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what is under a name: OpenAI puts an object there, others the address alone."""
    found = value[name]
    return found if isinstance(found, Mapping) and not ("bytes" in found or "path" in found) else {"url": found}


def _image_url(value: Mapping[str, Any], name: str = "image_url") -> Image:
    inner = _inner(value, name)
    return image(inner["url"], inner.get("detail") or value.get("detail") or "auto")


def _audio_of(value: Mapping[str, Any]) -> Audio:
    return audio(_inner(value, "audio")["url"])


def _input_audio(value: Mapping[str, Any]) -> Audio:
    data = _inner(value, "input_audio")
    source = data["data"] if "data" in data else data["url"]
    if not isinstance(source, str) or source.startswith("data:") or len(source) < _SHORTEST:
        return audio(source)
    return audio(decoded(source) or source)


def _video_url(value: Mapping[str, Any], name: str = "video_url") -> Video:
    inner = _inner(value, name)
    times = {key: value.get(key, inner.get(key)) for key in ("start", "end", "fps")}
    return video(inner["url"], **times)


def _file_of(value: Mapping[str, Any]) -> File:
    inner = value["file"] if isinstance(value.get("file"), Mapping) else value
    source = next((inner[name] for name in ("file_data", "file", "url", "path") if inner.get(name)), None)
    if source is None:
        raise KeyError("file_data")
    return file(source, str(inner.get("filename") or ""))


_IMAGE_KEYS = ("image", "image_url", "url", "path")
_READERS: Mapping[str, Callable[[Mapping[str, Any]], Part]] = {
    "text": lambda value: text(value["text"]),
    "input_text": lambda value: text(value["text"]),
    "output_text": lambda value: text(value["text"]),
    "image_url": _image_url,
    "image": lambda value: _image_url(value, next((name for name in _IMAGE_KEYS if name in value), "image")),
    "input_image": _image_url,
    "input_audio": _input_audio,
    "audio": _audio_of,
    "video_url": _video_url,
    "video": lambda value: _video_url(value, "video"),
    "file": _file_of,
    "input_file": _file_of,
}
