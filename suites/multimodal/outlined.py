"""Pictures with a region outlined in red (RefCOCO), drawn by Pillow."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evalscope_pytest import image
from evalscope_pytest.core.content import Image, Medium, source_of
from evalscope_pytest.core.errors import ConfigError, MediaError, RecordError
from evalscope_pytest.core.libraries import lacks
from evalscope_pytest.datasets.media_check import check

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw as Pen

_WIDTH = 3  # pixels of a line
_NAME = "the picture in a record"


def need_pillow(what: str) -> None:
    """Fail if Pillow is not installed.

    Raises:
        ConfigError: With the command that installs it.
    """
    if lacks("PIL"):
        raise ConfigError(f"{what} needs Pillow, which is not installed. Run: pip install 'evalscope-pytest[media]'")


def size_of(record: Mapping[str, Any]) -> tuple[int, int]:
    """Return width and height of a record's picture; 0 if it is damaged, which is an error when it is sent."""
    try:
        return _opened(_bytes_of(record)).size
    except MediaError:
        return (0, 0)


def with_box(record: Mapping[str, Any]) -> Image:
    """Return the picture with its ``bbox`` (left, top, width, height in pixels) drawn."""
    left, top, width, height = record["bbox"]
    corners = [left, top, left + width, top + height]
    return _drawn(record, lambda pen: pen.rectangle(corners, outline="red", width=_WIDTH))


def with_region(record: Mapping[str, Any]) -> Image:
    """Return the picture with its ``segmentation``, the corners of a region or of several, drawn."""
    regions: Sequence[Any] = record["segmentation"]
    several = regions if regions and isinstance(regions[0], (list, tuple)) else [regions]

    def draw(pen: Pen) -> None:
        for region in several:
            pen.polygon(list(region), outline="red", width=_WIDTH)

    return _drawn(record, draw)


def _drawn(record: Mapping[str, Any], draw: Callable[[Pen], None]) -> Image:
    from PIL import ImageDraw

    try:
        picture = _opened(_bytes_of(record)).convert("RGB")
    except MediaError as error:
        return image(Medium("", name=_NAME, fault=str(error)))
    except (OSError, SyntaxError, ValueError) as error:
        return image(Medium("", name=_NAME, fault=f"{_NAME} cannot be decoded: {error}. Download it again."))
    draw(ImageDraw.Draw(picture))
    written = io.BytesIO()
    picture.save(written, format="JPEG")
    return image(written.getvalue())


def _bytes_of(record: Mapping[str, Any]) -> bytes:
    """Return the bytes of a record's picture.

    Raises:
        RecordError: The record only names a file.
    """
    source = source_of(record["image"])
    if not isinstance(source, bytes):
        raise RecordError(f"its image is {str(source)[:60]!r}, a file. The picture has to be in the record, as bytes.")
    return source


def _opened(data: bytes) -> Picture:
    """Return a picture whose header was read; it is decoded later.

    Raises:
        MediaError: It is not a whole picture within bounds.
    """
    from PIL import Image as Pictures

    check(data, "image", _NAME)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pictures larger than Pillow likes; `check` has bounds
        try:
            return Pictures.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP", "BMP"))
        except (OSError, SyntaxError, ValueError, Pictures.DecompressionBombError) as error:
            raise MediaError(f"{_NAME} cannot be read: {error}. Download it again.") from None
