"""Small copies of a run's pictures, and frames of its videos, for its page: by Pillow and PyAV, if they are there."""

from __future__ import annotations

import io
import logging
import time
import warnings
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import MediaError
from ..core.media_type import PICTURES, TYPES
from ..store.media import stored_file
from ..wire.pictures import Wanted, cut, lacks_pillow, lacks_pyav

log = logging.getLogger(__name__)

SIDE = 320  # pixels
MOST = 200  # pictures on a page
MOST_BYTES = 6 << 20  # of all of them, as data URIs, each counted as often as the page holds it
MAX_PIXELS = 50_000_000  # of a picture that is decoded
MOST_FILMS = 40  # videos on a page
FILM_SECONDS = 20.0  # of this machine's time for all of them
_FRAMES = 3  # of a video, side by side
_FRAME_PIXELS = 160 * 120


def thumbnails(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return data URIs of the pictures and videos that rows refer to, by reference, as far as they fit on a page.

    One that cannot be decoded is left out; so are all without Pillow, and videos without PyAV.

    Args:
        root: The work_dir.
        paths: References from rows; that of a video may end in the part in question, as in ``#t=5,10``.
    """
    times = Counter(paths)
    wanted = list(times)[:MOST]
    if not wanted:
        return {}
    if lacks_pillow():
        return {}
    made: dict[str, str] = {}
    left, films = MOST_BYTES, _Films()
    for path in wanted:
        place, _, part = path.partition("#t=")
        file = stored_file(root, place)
        kind = TYPES.get(file.suffix[1:], "") if file else ""
        uri = films.strip(file, kind, part) if file and kind.startswith("video/") else _thumbnail(file) if file else ""
        left -= len(uri) * times[path]
        if left < 0:
            break
        if uri:
            made[path] = uri
    return made


def missing_library(paths: Iterable[str]) -> str:
    """Return the command that installs what these pictures and videos would be shown with; empty if it is there."""
    types = [TYPES.get(path.partition("#t=")[0].rpartition(".")[2], "") for path in paths]
    if any(kind.startswith("video/") for kind in types) and (lacks_pillow() or lacks_pyav()):
        return "pip install 'evalscope-pytest[video]'"  # which shows pictures, too
    return "pip install 'evalscope-pytest[media]'" if types and lacks_pillow() else ""


class _Films:
    """Frames of videos, side by side, as long as time is left for a page."""

    def __init__(self) -> None:
        self._left, self._seconds = MOST_FILMS, FILM_SECONDS

    def strip(self, file: Path, kind: str, part: str) -> str:
        """Return a data URI of frames of a video; empty if none can be cut."""
        if lacks_pyav() or not self._left or self._seconds <= 0:
            return ""
        self._left -= 1
        began = time.thread_time()
        try:
            begin, _, end = part.partition(",")
            span = float(begin) if begin else None, float(end) if end else None
            wanted = Wanted(_FRAMES, None, *span, pixels=_FRAME_PIXELS, seconds=self._seconds)
            return _side_by_side(cut(file.read_bytes(), kind, file.name, wanted).pictures)
        except (MediaError, OSError, ValueError) as error:
            log.info("%s is not shown on the page: %s", file.name, error)
            return ""
        finally:
            self._seconds -= time.thread_time() - began


def _side_by_side(pictures: Sequence[bytes]) -> str:
    from PIL import Image

    frames = [Image.open(io.BytesIO(data), formats=["JPEG"]) for data in pictures]
    gap = 4
    sides = sum(frame.width for frame in frames) + gap * (len(frames) - 1), max(frame.height for frame in frames)
    page = Image.new("RGB", sides, "white")
    at = 0
    for frame in frames:
        page.paste(frame, (at, 0))
        at += frame.width + gap
    return _uri(page)


def _thumbnail(file: Path) -> str:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(file, formats=PICTURES) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return ""
                picture.thumbnail((SIDE, SIDE))
                flat = picture.convert("RGBA")
                page = Image.new("RGB", flat.size, "white")
                page.paste(flat, mask=flat.getchannel("A"))
                return _uri(page)
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything, and the page is worth more than a picture
        log.info("%s is not shown on the page: %s", file.name, error)
        return ""


def _uri(picture: Any) -> str:
    written = io.BytesIO()
    picture.save(written, format="JPEG", quality=80)
    return f"data:image/jpeg;base64,{b64encode(written.getvalue()).decode('ascii')}"
