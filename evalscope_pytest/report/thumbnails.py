"""Small copies of a run's pictures, made for its page by Pillow, if it is there (extra ``media``)."""

from __future__ import annotations

import io
import logging
import warnings
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ..store.media import stored_file

log = logging.getLogger(__name__)

SIDE = 320  # pixels
MOST = 200  # pictures on a page
MOST_BYTES = 6 << 20  # of all of them, as data URIs, each counted as often as the page holds it
MAX_PIXELS = 50_000_000  # of a picture that is decoded
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


def thumbnails(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return data URIs of the pictures that rows refer to, by reference, as far as they fit on a page.

    A picture that cannot be decoded is left out; so are all without Pillow.

    Args:
        root: The work_dir.
        paths: References from rows.
    """
    times = Counter(paths)
    wanted = list(times)[:MOST]
    if not wanted:
        return {}
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        log.info("the page names its pictures: to show them, pip install 'evalscope-pytest[media]'")
        return {}
    made: dict[str, str] = {}
    left = MOST_BYTES
    for path in wanted:
        file = stored_file(root, path)
        uri = _thumbnail(file) if file else ""
        left -= len(uri) * times[path]
        if left < 0:
            break
        if uri:
            made[path] = uri
    return made


def _thumbnail(file: Path) -> str:
    from PIL import Image

    written = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(file, formats=_FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return ""
                picture.thumbnail((SIDE, SIDE))
                flat = picture.convert("RGBA")
                page = Image.new("RGB", flat.size, "white")
                page.paste(flat, mask=flat.getchannel("A"))
                page.save(written, format="JPEG", quality=80)
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything, and the page is worth more than a picture
        log.info("%s is not shown on the page: %s", file.name, error)
        return ""
    return f"data:image/jpeg;base64,{b64encode(written.getvalue()).decode('ascii')}"
