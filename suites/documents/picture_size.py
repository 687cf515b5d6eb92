"""Width and height of the first picture of a question, from its header."""

from __future__ import annotations

import struct

from evalscope_pytest import Sample
from evalscope_pytest.core.content import Image, medium_of

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_size(sample: Sample) -> tuple[int, int] | None:
    """Return the size in pixels; None if there is no picture, its bytes are not here, or their format is another."""
    picture = next((part for part in sample.parts if isinstance(part, Image)), None)
    medium = None if picture is None else medium_of(picture)
    if medium is None or medium.open is None:
        return None
    return size_of(medium.open())


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return the size of a PNG, JPEG, GIF, BMP or WebP picture."""
    try:
        if data.startswith(b"\x89PNG"):
            return _pair(">II", data, 16)
        if data.startswith(b"GIF8"):
            return _pair("<HH", data, 6)
        if data.startswith(b"BM"):
            width, height = _pair("<ii", data, 18)
            return width, abs(height)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        return _webp(data) if data[8:12] == b"WEBP" else None
    except struct.error:
        return None


def _pair(layout: str, data: bytes, at: int) -> tuple[int, int]:
    one, other = struct.unpack_from(layout, data, at)
    return int(one), int(other)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            height, width = _pair(">HH", data, at + 5)
            return width, height
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0]) if data[at + 1] != 0xFF else 1
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int(struct.unpack_from("<I", data, 21)[0])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = _pair("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF
