"""Smaller copies of pictures, by Pillow, and frames of videos, by PyAV: made when a request is built.

What is decoded is hostile: the format is the one that the bytes show, so that no playlist can name other files; numbers
of pixels are bounded before, and the time that a video takes is.
"""

from __future__ import annotations

import io
import math
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..core.errors import MediaError
from ..core.media_type import DEMUXERS, PICTURES

PILLOW = "Pillow is not installed. Run: pip install 'evalscope-pytest[media]'"
PYAV = "PyAV is not installed. Run: pip install 'evalscope-pytest[video]'"
FRAME_PIXELS = 786_432  # of a frame, unless the user sets a limit: 1024 x 768
CUT_SECONDS = 60.0  # of this machine's time for one video
_LONGEST_SIDE = 65_000  # pixels; JPEG has 65,535
_QUALITIES = (95, 85, 75, 60)
_FAR_TOO_LONG = 3  # times the bytes that are allowed: only the lowest quality is tried then
_LARGE = 16_000_000  # pixels from which on pictures are decoded one at a time
_MOST_FRAME_PIXELS = 40_000_000  # of a video that is decoded
_FAR = 2.0  # seconds between two frames from which on those between are skipped
_LATE = 1.0  # seconds that may be missing at the end of a video
_one_large = threading.Lock()


def lacks_pillow() -> bool:
    """Return whether no smaller copies of pictures can be made."""
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        return True
    return False


def lacks_pyav() -> bool:
    """Return whether no frames of videos can be cut."""
    try:
        import av  # noqa: F401
    except ImportError:
        return True
    return False


# Pictures ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Smaller:
    """Makes a smaller copy of a picture.

    Attributes:
        name: The picture's name in errors.
        pixels: Maximum number of pixels; None for no limit.
        size: Maximum number of bytes; None for no limit.
    """

    name: str
    pixels: int | None
    size: int | None

    def __call__(self, data: bytes) -> bytes:
        """Return the copy, a JPEG on white in the proportions of the picture.

        Raises:
            MediaError: Pillow is not there, the picture is damaged, or no copy is small enough.
        """
        if lacks_pillow():
            raise MediaError(f"{self.name} is to be made smaller: {PILLOW}.")
        from PIL import Image, ImageOps

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture = Image.open(io.BytesIO(data), formats=PICTURES)
                large = picture.width * picture.height > _LARGE
                with _one_large if large else nullcontext(), picture:
                    target = _sides(picture.width, picture.height, self.pixels)
                    picture.draft(None, target)  # a JPEG is unpacked at half or a quarter of its size
                    flat: Any = _flat(ImageOps.exif_transpose(picture))
                    if target != (picture.width, picture.height):
                        flat = flat.resize(_sides(flat.width, flat.height, self.pixels), Image.Resampling.LANCZOS)
        except Exception as error:  # noqa: BLE001 - a decoder may raise anything
            raise MediaError(f"{self.name} cannot be decoded to make it smaller: {error}. Write it again.") from None
        return jpeg(flat, self.size, self.name)


def _sides(width: int, height: int, pixels: int | None) -> tuple[int, int]:
    """Return the sides of a picture with at most as many pixels, in proportion."""
    most = width * height if pixels is None else pixels
    scale = min(1.0, math.sqrt(most / (width * height)), _LONGEST_SIDE / max(width, height))
    wide, high = max(1, int(width * scale)), max(1, int(height * scale))
    return min(wide, max(1, most // high)), min(high, max(1, most // wide))


def _flat(picture: Any) -> Any:
    """Return a picture without transparency: white shows through."""
    from PIL import Image

    if picture.mode in ("RGB", "L"):
        return picture.convert("RGB")
    shown = picture.convert("RGBA")
    page = Image.new("RGB", shown.size, "white")
    page.paste(shown, mask=shown.getchannel("A"))
    return page


def jpeg(picture: Any, size: int | None, name: str, qualities: Sequence[int] = _QUALITIES) -> bytes:
    """Return a picture of Pillow as JPEG: in the best quality, then in the largest size, that has so few bytes.

    Raises:
        MediaError: None has.
    """
    while True:
        found = b""
        for quality in qualities:
            if size is not None and len(found) > _FAR_TOO_LONG * size and quality != qualities[-1]:
                continue
            written = io.BytesIO()
            picture.save(written, format="JPEG", quality=quality, subsampling=0)
            found = written.getvalue()
            if size is None or len(found) <= size:
                return found
        if max(picture.size) == 1:
            raise MediaError(f"{name} has no copy of at most {size:,} bytes. Raise max_image_bytes.")
        scale = min(0.8, math.sqrt((size or 0) / len(found)))
        picture = picture.resize([max(1, int(side * scale)) for side in picture.size])


# Frames --------------------------------------------------------------------------------------------------------------


class Frames(NamedTuple):
    """Pictures cut from a video.

    Attributes:
        pictures: JPEGs, in order.
        rate: Number of them a second.
    """

    pictures: list[bytes]
    rate: float


class Wanted(NamedTuple):
    """The frames that are to be cut.

    Attributes:
        most: Maximum number.
        rate: Number a second; None for the maximum number.
        start: Second at which the part in question begins; None for the beginning.
        end: Second at which it ends; None for the end.
        pixels: Maximum number of pixels of each.
        size: Maximum number of bytes of each; None for no limit.
        seconds: Maximum duration of decoding the video, in seconds of this machine's time.
    """

    most: int
    rate: float | None = None
    start: float | None = None
    end: float | None = None
    pixels: int = FRAME_PIXELS
    size: int | None = None
    seconds: float = CUT_SECONDS

    def times(self, length: float, name: str) -> list[float]:
        """Return the seconds of the frames: the middles of equal pieces of the part in question.

        Raises:
            MediaError: The part does not lie in the video.
        """
        begin, end = self.start or 0.0, length if self.end is None else min(self.end, length)
        if begin >= end:
            raise MediaError(
                f"{name} lasts {length:.1f} s: it has nothing from {begin:g} to "
                f"{'its end' if self.end is None else f'{self.end:g} s'}. Correct start and end."
            )
        count = self.most if self.rate is None else min(self.most, max(1, round((end - begin) * self.rate)))
        step = (end - begin) / count
        return [begin + step * (number + 0.5) for number in range(count)]


def cut(data: bytes, kind: str, name: str, wanted: Wanted) -> Frames:
    """Return frames of a video. A frame that stands at several of the times is there once.

    Args:
        data: The bytes of the video.
        kind: Their media type.
        name: Its name in errors.

    Raises:
        MediaError: PyAV is not there, or the video is damaged, breaks off, or takes too long.
    """
    if lacks_pyav() or lacks_pillow():
        raise MediaError(f"{name} is to be cut into frames: {PYAV if lacks_pyav() else PILLOW}.")
    import av

    try:
        with av.open(io.BytesIO(data), format=DEMUXERS[kind], metadata_errors="ignore") as film:
            if not film.streams.video:
                raise MediaError(f"{name} has no pictures. Send it as a recording.")
            stream = film.streams.video[0]
            if stream.codec_context is None:
                raise MediaError(f"{name} is in a codec that PyAV does not know. Convert it to H.264.")
            stream.codec_context.options = {"max_pixels": str(_MOST_FRAME_PIXELS), "threads": "1"}
            origin = float((stream.start_time or 0) * stream.time_base)
            length = _length(film, stream, origin, name)
            times = wanted.times(length, name)
            ends = time.thread_time() + wanted.seconds
            found = [_picture(frame, wanted, name) for frame in _at(film, stream, times, origin, name, ends)]
            return Frames(found, 0.5 / (times[0] - (wanted.start or 0.0)))
    except MediaError:
        raise
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything
        reason = getattr(error, "strerror", None) or error
        raise MediaError(f"{name} is damaged: no frames can be cut from it ({reason}). Download it again.") from None


def _length(film: Any, stream: Any, origin: float, name: str) -> float:
    """Return the seconds that the pictures of a video take; without a note of them, its packets are counted."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    last = everything = 0.0
    for packet in film.demux():
        if packet.pts is not None:
            at = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            everything = max(everything, at)
            last = max(last, at) if packet.stream is stream else last
    film.seek(0)
    noted = (film.duration or 0) / 1e6
    if everything < noted - max(_LATE, noted / 20):
        raise MediaError(f"{name} breaks off at {everything:.1f} of {noted:.1f} s. Download it again.")
    return last - origin


def _at(film: Any, stream: Any, times: Sequence[float], origin: float, name: str, ends: float) -> Iterator[Any]:
    """Yield the frames that are seen at these seconds, each once, as long as this thread's time does not end.

    Frames between two far ones are skipped if the video can be entered there; if it cannot, it is never tried again,
    so that a video with one entrance is not decoded from its beginning for each.
    """
    can_skip, gap = True, _LATE
    frames = film.decode(stream)
    shown, ahead = None, next(frames, None)
    for wanted in times:
        if can_skip and ahead is not None and wanted - _second(ahead, origin) > _FAR:
            before = _second(ahead, origin)
            film.seek(int((wanted + origin) / stream.time_base), stream=stream)
            frames = film.decode(stream)
            ahead = next(frames, None)
            can_skip = ahead is not None and _second(ahead, origin) > before
        last = shown
        while ahead is not None and (shown is None or _second(ahead, origin) <= wanted):
            gap = max(gap, _second(ahead, origin) - _second(shown, origin)) if shown is not None else gap
            shown, ahead = ahead, next(frames, None)
            if time.thread_time() > ends:
                raise MediaError(f"{name} takes longer than {CUT_SECONDS:g} s to decode. Make it smaller or shorter.")
        if shown is None or (ahead is None and _second(shown, origin) < wanted - gap - _LATE):
            at = 0.0 if shown is None else _second(shown, origin)
            raise MediaError(f"{name} breaks off at {at:.1f} s, before {wanted:.1f} s. Download it again.")
        if shown is not last:
            yield shown


def _second(frame: Any, origin: float) -> float:
    return 0.0 if frame.time is None else frame.time - origin


def _picture(frame: Any, wanted: Wanted, name: str) -> bytes:
    sides = _sides(frame.width, frame.height, wanted.pixels)
    small = frame if sides == (frame.width, frame.height) else frame.reformat(width=sides[0], height=sides[1])
    picture = small.to_image()
    if turned := getattr(frame, "rotation", 0):
        picture = picture.rotate(turned, expand=True)
    return jpeg(picture, wanted.size, name, _QUALITIES[1:])  # what is cut was compressed before
