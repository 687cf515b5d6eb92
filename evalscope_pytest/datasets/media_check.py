"""Checks pictures, recordings, videos and documents by their bytes, without decoding them.

A picture's size is in its header: one of a few bytes may unpack to gigabytes. Nothing here runs what is in a file, and
a file that is two things at once (a picture with an archive or a script behind it) is refused.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ..core.errors import MediaError
from ..core.media_type import foreign_type, media_type
from . import media_sound

MAX_PIXELS = 100_000_000
MAX_SECONDS = 4 * 3600
MOST_BYTES = {"image": 20 << 20, "audio": 64 << 20, "video": 256 << 20, "file": 32 << 20}
LARGEST = max(MOST_BYTES.values())
_EXPECTED = {
    "image": "PNG, JPEG, GIF, WebP or BMP",
    "audio": "WAV, MP3, FLAC, Ogg or M4A",
    "video": "MP4, MOV, WebM, AVI or MPEG",
    "file": "PDF",
}
_MARKUP = re.compile(rb"\s{0,64}<(?:[?!/]|[a-z])", re.IGNORECASE)
_BEHIND = re.compile(rb"PK\x03\x04|%PDF-|<script|<html|<svg|<\?php|MZ\x90|\x7fELF", re.IGNORECASE)
_MOST_CHUNKS = 100_000
MOST_OF_FRAMES = 10 * MAX_PIXELS  # of all frames of a picture that moves
_MOST_UNPACKED = 8 << 20  # bytes of a text or a colour profile in a picture


class Checked(NamedTuple):
    """The type and size of a medium, as its bytes show them.

    Attributes:
        type: Media type.
        extent: Pixels of a picture, seconds of a recording or video; 0 if they are not known.
    """

    type: str
    extent: float = 0


def check(data: bytes, kind: str, name: str) -> Checked:
    """Return the media type and the extent of bytes that are whole and within bounds.

    Args:
        kind: ``image``, ``audio``, ``video`` or ``file``.
        name: Their name in messages.

    Raises:
        MediaError: They are something else, cut off, too large, or more than they seem.
    """
    if not data:
        raise MediaError(f"{name} holds no bytes. Download or write it again.")
    if len(data) > MOST_BYTES[kind]:
        raise too_large(name, len(data), kind)
    found = media_type(data)
    if not found:
        raise MediaError(f"{name} {_strange(data)}. Expected for {_a(kind)}: {_EXPECTED[kind]}. {_convert(data, kind)}")
    of = "file" if found == "application/pdf" else found.partition("/")[0]
    if of != kind and not (kind == "audio" and found == "video/mp4"):
        raise MediaError(f"{name} is {found}, not {_a(kind)}. Expected: {_EXPECTED[kind]}.")
    try:
        return Checked(found, _CHECKS[found](data, name))
    except (struct.error, IndexError, zlib.error):
        raise _cut_off(name, found) from None


def too_large(name: str, size: int, kind: str) -> MediaError:
    """Return the error for more bytes than a service takes."""
    return MediaError(
        f"{name} holds {size:,} bytes. The limit for {_a(kind)} is {MOST_BYTES[kind]:,}. Make it smaller."
    )


def _a(kind: str) -> str:
    return {"image": "a picture", "audio": "a recording", "video": "a video", "file": "a document"}[kind]


def _convert(data: bytes, kind: str) -> str:
    """Return how to make a format of another one."""
    if not (foreign := foreign_type(data)) or kind == "file":
        return "Convert it."
    made = {"image": "magick FILE FILE.png", "audio": "ffmpeg -i FILE FILE.wav", "video": "ffmpeg -i FILE FILE.mp4"}
    return f"Convert it: `{made[kind]}`." if foreign in _OF_KIND[kind] else "Convert it."


_OF_KIND = {
    "image": ("TIFF", "HEIC", "AVIF", "JPEG 2000", "JPEG XL", "Photoshop", "PostScript", "an icon"),
    "audio": ("AIFF", "Windows Media", "AMR", "AAC"),
    "video": ("Windows Media", "Flash video"),
}


def _strange(data: bytes) -> str:
    if data.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the data: run `git lfs pull` in its folder"
    head = data[:1024].removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16
        head = head[2:].replace(b"\0", b"")
    if _MARKUP.match(head):
        return "holds markup (SVG, HTML or XML), which no service takes for a picture"
    if foreign := foreign_type(data):
        return f"is {foreign}, which services do not take"
    return f"begins with {data[:8].hex(' ')}, which is not the beginning of any known format"


def _cut_off(name: str, found: str) -> MediaError:
    return MediaError(f"{name} is {found} that is damaged or breaks off after its beginning. Download it again.")


def _pixels(width: int, height: int, name: str) -> int:
    if width <= 0 or height <= 0:
        raise MediaError(f"{name} is a picture of {width} x {height} pixels. Remove it, or write it again.")
    if width * height > MAX_PIXELS:
        raise MediaError(
            f"{name} unpacks to {width:,} x {height:,} pixels. The limit is {MAX_PIXELS:,} pixels. Make it smaller."
        )
    return width * height


def _nothing_behind(data: bytes, end: int, name: str, *, may_follow: bool = False) -> None:
    """Refuse bytes after the end of a picture: those of another format, or any unless cameras write some."""
    rest = data[end:]
    if not rest.strip(b"\0\r\n "):
        return
    if not may_follow or _BEHIND.search(rest):
        raise MediaError(
            f"{name} holds {len(rest):,} more bytes after the end of the picture: it is two files in one. Save the "
            "picture anew."
        )


# Pictures ------------------------------------------------------------------------------------------------------------


def _png(data: bytes, name: str) -> int:
    width, height = struct.unpack_from(">II", data, 16)
    if data[12:16] != b"IHDR":
        raise _cut_off(name, "image/png")
    pixels = _pixels(width, height, name)
    packed = bytearray()
    held = 0
    for kind, at, end in _png_chunks(data):
        if kind[:1].isupper() and zlib.crc32(data[at + 4 : end - 4]) != int(struct.unpack_from(">I", data, end - 4)[0]):
            raise _cut_off(name, "image/png")
        if kind == b"IDAT":
            held += end - at - 12
            packed += data[at + 8 : min(end - 4, at + 8 + _PROBE - len(packed))]
        elif kind in (b"zTXt", b"iTXt", b"iCCP"):
            _bounded_text(data[at + 8 : end - 4], kind, name)
        elif kind == b"acTL":
            _frames(int(struct.unpack_from(">I", data, at + 8)[0]) * pixels, name)
        elif kind == b"IEND":
            _nothing_behind(data, end, name)
            _bounded_pixels(data, bytes(packed), held, pixels, name)
            return pixels
    raise _cut_off(name, "image/png")


_PROBE = 4096  # bytes of the packed pixels that are unpacked, to see that they are some
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def _bounded_pixels(data: bytes, packed: bytes, held: int, pixels: int, name: str) -> None:
    """Refuse packed pixels that are none, or more than the header promises: stored unpacked they take little more."""
    if data[25] not in _CHANNELS or data[24] not in (1, 2, 4, 8, 16):
        raise _cut_off(name, "image/png")
    whole = pixels * _CHANNELS[data[25]] * max(1, data[24] // 8) + 8 * int(struct.unpack_from(">I", data, 20)[0])
    if held > whole * 1.1 + 4096:
        raise MediaError(
            f"{name} holds {held:,} bytes for {pixels:,} pixels, which unpack to more than they are. Save it anew."
        )
    if not zlib.decompressobj().decompress(packed, 1):
        raise _cut_off(name, "image/png")


def _bounded_text(chunk: bytes, kind: bytes, name: str) -> None:
    """Refuse a text or a profile that unpacks to more than any is."""
    keyword, _, rest = chunk.partition(b"\0")
    if kind == b"iTXt":
        if rest[:1] != b"\1":  # as it is
            return
        packed = rest[2:].split(b"\0", 2)[-1]
    else:
        packed = rest[1:]
    try:
        unpacked = zlib.decompressobj().decompress(packed, _MOST_UNPACKED + 1)
    except zlib.error:  # no service needs it
        return
    if len(unpacked) > _MOST_UNPACKED:
        raise MediaError(
            f"{name} holds {keyword[:79]!r}, which unpacks to more than {_MOST_UNPACKED:,} bytes. Save it anew."
        )


def _frames(pixels: int, name: str) -> None:
    if pixels > MOST_OF_FRAMES:
        raise MediaError(
            f"{name} moves: its frames unpack to {pixels:,} pixels. The limit is {MOST_OF_FRAMES:,}. Take one of them."
        )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, beginning and end of each whole chunk."""
    at = 8
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            return
        end = at + 12 + int(struct.unpack_from(">I", data, at)[0])
        if end > len(data):
            return
        yield data[at + 4 : at + 8], at, end
        at = end


_NO_SIZE = frozenset((0xC4, 0xC8, 0xCC))  # markers among the frames' that are none (T.81, table B.1)


def _jpeg(data: bytes, name: str) -> int:
    at, pixels = 2, 0
    while True:
        while data[at] != 0xFF or data[at + 1] in (0x00, 0xFF):  # fill bytes
            if data[at] != 0xFF:
                raise _cut_off(name, "image/jpeg")
            at += 1
        marker, at = data[at + 1], at + 2
        if marker in (0x01, *range(0xD0, 0xD9)):
            continue
        if marker == 0xD9:
            raise _cut_off(name, "image/jpeg")
        length = int(struct.unpack_from(">H", data, at)[0])
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            height, width = struct.unpack_from(">HH", data, at + 3)
            pixels = _pixels(width, height, name)
        at += length
        if marker == 0xDA:
            break
    end = data.find(b"\xff\xd9", at)
    last = data.rfind(b"\xff\xd9", at)  # of several: previews and later scans follow
    if end < 0 or not pixels:
        raise _cut_off(name, "image/jpeg")
    _nothing_behind(data, last + 2, name, may_follow=True)
    return pixels


def _gif(data: bytes, name: str) -> int:
    width, height = struct.unpack_from("<HH", data, 6)
    pixels = _pixels(width, height, name)
    frames = 0
    flags, at = data[10], 13
    at += 3 << ((flags & 7) + 1) if flags & 0x80 else 0
    for _ in range(_MOST_CHUNKS):
        kind = data[at]
        if kind == 0x3B and frames:
            _nothing_behind(data, at + 1, name)
            return pixels
        if kind == 0x21:
            at = _blocks_end(data, at + 2)
        elif kind == 0x2C:
            wide, high, own = struct.unpack_from("<HHB", data, at + 5)
            frames += max(pixels, _pixels(max(wide, 1), max(high, 1), name))
            _frames(frames, name)
            at = _blocks_end(data, at + 11 + (3 << ((own & 7) + 1) if own & 0x80 else 0))
        else:
            break
    raise _cut_off(name, "image/gif")


def _blocks_end(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes, name: str) -> int:
    end = _riff_end(data, name, "image/webp")
    at, pixels, frames = 12, 0, 0
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            break
        kind, size = data[at : at + 4], int(struct.unpack_from("<I", data, at + 4)[0])
        if at + 8 + size > len(data):
            raise _cut_off(name, "image/webp")
        if sides := _webp_sides(data, kind, at + 8):
            found = _pixels(*sides, name)
            pixels, frames = max(pixels, found), frames + found * (kind == b"ANMF")
            _frames(frames, name)
        at += 8 + size + size % 2
    if not pixels:
        raise _cut_off(name, "image/webp")
    _nothing_behind(data, end, name)
    return pixels


def _webp_sides(data: bytes, kind: bytes, at: int) -> tuple[int, int] | None:
    """Return width and height that a chunk shows, if any."""
    if kind in (b"VP8X", b"ANMF"):
        first = at + (4 if kind == b"VP8X" else 6)
        return tuple(int.from_bytes(data[n : n + 3], "little") + 1 for n in (first, first + 3))  # type: ignore[return-value]
    if kind == b"VP8L":
        bits = int(struct.unpack_from("<I", data, at + 1)[0])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, at + 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _bmp(data: bytes, name: str) -> int:
    size = int(struct.unpack_from("<I", data, 2)[0])
    head = int(struct.unpack_from("<I", data, 14)[0])
    if head not in (12, 40, 52, 56, 64, 108, 124):
        raise MediaError(f"{name} begins as a BMP and goes on as something else. Expected: {_EXPECTED['image']}.")
    width, height = struct.unpack_from("<HH" if head == 12 else "<ii", data, 18)
    pixels = _pixels(width, abs(height), name)
    if size > len(data) or int(struct.unpack_from("<I", data, 10)[0]) >= len(data):
        raise _cut_off(name, "image/bmp")
    _nothing_behind(data, size or len(data), name)
    return pixels


# Recordings, videos, documents ---------------------------------------------------------------------------------------


def _riff_end(data: bytes, name: str, found: str) -> int:
    size = int(struct.unpack_from("<I", data, 4)[0]) + 8
    if size > len(data) + 1:
        raise _cut_off(name, found)
    return size


def _seconds(seconds: float, name: str) -> float:
    if seconds > MAX_SECONDS:
        raise MediaError(f"{name} lasts {seconds:,.0f} s. The limit is {MAX_SECONDS:,} s. Cut it.")
    return seconds


_STREAMED = 0x7FFFF000  # sizes from here up, and 0, stand for a stream of unknown length: SoX writes this one


def _wav(data: bytes, name: str) -> float:
    at, boxes, rate = 12, 0, 0
    while at + 8 <= len(data) and (boxes := boxes + 1) < _MOST_CHUNKS:
        size = int(struct.unpack_from("<I", data, at + 4)[0])
        if data[at : at + 4] == b"fmt ":
            rate = int(struct.unpack_from("<I", data, at + 16)[0])
        if data[at : at + 4] == b"data":
            present = len(data) - at - 8
            if 0 < size < _STREAMED and size > present:
                raise _cut_off(name, "audio/wav")
            return _seconds(min(size or present, present) / rate if rate else 0.0, name)
        at += 8 + size + size % 2
    raise _cut_off(name, "audio/wav")


def _mp4(data: bytes, name: str) -> float:
    at, boxes, found, seconds = 0, 0, set[bytes](), 0.0
    while at + 8 <= len(data) and (boxes := boxes + 1) < _MOST_CHUNKS:
        size, header = int(struct.unpack_from(">I", data, at)[0]), 8
        kind = data[at + 4 : at + 8]
        if size == 1:
            size, header = int(struct.unpack_from(">Q", data, at + 8)[0]), 16
        end = at + size if size else len(data)
        if end < at + header or end > len(data):
            raise _cut_off(name, "video/mp4")
        found.add(kind)
        if kind == b"moov":
            seconds = _seconds(_mp4_seconds(data[at + header : end]), name)
        at = end
    if at != len(data) or not found & {b"moov", b"moof"}:
        raise _cut_off(name, "video/mp4")
    return seconds


def _mp4_seconds(movie: bytes) -> float:
    if movie[4:8] != b"mvhd":
        return 0.0
    if movie[8] == 1:
        scale, length = struct.unpack_from(">IQ", movie, 28)
    else:
        scale, length = struct.unpack_from(">II", movie, 20)
    return length / scale if scale and length not in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) else 0.0


def _pdf(data: bytes, name: str) -> float:
    if b"%%EOF" not in data[-2048:]:
        raise _cut_off(name, "application/pdf")
    return 0.0


def _long_enough(data: bytes, name: str) -> float:
    if len(data) < 64:
        raise _cut_off(name, media_type(data))
    return 0.0


def _by_header(read: Callable[[bytes], float | None]) -> Callable[[bytes, str], float]:
    """Return the check that a reader of headers makes."""

    def checked(data: bytes, name: str) -> float:
        if (seconds := read(data)) is None:
            raise _cut_off(name, media_type(data))
        return _seconds(seconds, name)

    return checked


_CHECKS: Mapping[str, Callable[[bytes, str], float]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/bmp": _bmp,
    "audio/wav": _wav,
    "audio/mpeg": _by_header(media_sound.mp3),
    "audio/flac": _by_header(media_sound.flac),
    "audio/ogg": _by_header(media_sound.ogg),
    "audio/mp4": _mp4,
    "video/mp4": _mp4,
    "video/quicktime": _mp4,
    "video/webm": _by_header(media_sound.webm),
    "video/mpeg": _long_enough,
    "video/x-msvideo": _by_header(media_sound.avi),
    "application/pdf": _pdf,
}


# Tokens ---------------------------------------------------------------------------------------------------------------

# Services differ: OpenAI bills 85 and 170 for each tile of 512 pixels, Anthropic one for 750 pixels, Gemini 258 for a
# tile, Qwen-VL one for 784 pixels; recordings take 10 to 32 a second, videos 100 to 600, a page of a PDF 1,500 to 4,600
# (the formulas that they publish). Twice what is returned here is more than each of these, up to the size to which
# services shrink a picture. docs/budget.md names the exception.
PIXELS_A_TOKEN = 750
LEAST, MOST_OF_PICTURE = 400, 8_192
RECORDING_A_SECOND, VIDEO_A_SECOND, PAGE = 25, 400, 2_400
MOST_PAGES = 1_000
# Bytes a second of a recording or video whose length is not known: those of a low quality.
_RECORDED, _FILMED = 4_000, 25_000
_PAGE_BYTES = 8_192  # of a document that shows no pages
_PAGES = re.compile(rb"/Type\s{0,4}/Page(?![A-Za-z])|/Count\s{1,4}(\d{1,7})")


def tokens_of(kind: str, checked: Checked, data: bytes) -> int:
    """Return the number of input tokens that services bill for a medium, about.

    Args:
        kind: ``image``, ``audio``, ``video`` or ``file``.
        checked: The type and size in its header.
    """
    if kind == "image":
        return tokens_of_pixels(int(checked.extent))
    if kind == "file":
        return PAGE * _pages(data)
    rate, each = (_RECORDED, RECORDING_A_SECOND) if kind == "audio" else (_FILMED, VIDEO_A_SECOND)
    seconds = checked.extent or len(data) / rate
    return LEAST + round(min(seconds, MAX_SECONDS) * each)


def tokens_of_pixels(pixels: int) -> int:
    """Return the number of input tokens that services bill for a picture, about."""
    return min(max(LEAST, -(-pixels // PIXELS_A_TOKEN)), MOST_OF_PICTURE)


def tokens_of_frames(
    most: int, pixels: int, rate: float | None, seconds: float, part: tuple[float | None, float | None]
) -> int:
    """Return the number of input tokens that services bill for the frames of a video, about.

    Args:
        most: Maximum number of frames.
        pixels: Maximum number of pixels of each.
        rate: Frames a second; None for the maximum number.
        seconds: Duration of the video; 0 if it is not known.
        part: Second at which the part in question begins, and at which it ends.
    """
    begin, end = part[0] or 0.0, part[1] or seconds
    if rate is not None and end > begin:
        most = min(most, max(1, math.ceil((min(end, seconds or end) - begin) * rate)))
    return most * tokens_of_pixels(pixels)


def _pages(data: bytes) -> int:
    """Return the number of pages of a PDF: those it shows, or as many as fit into its bytes."""
    plain = counted = 0
    for found in _PAGES.finditer(data):
        if found[1] is None:
            plain += 1
        else:
            counted = max(counted, int(found[1]))
    return min(max(plain, counted) or -(-len(data) // _PAGE_BYTES), MOST_PAGES)
