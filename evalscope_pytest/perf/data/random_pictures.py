"""``random_vl``: random texts, each with random pictures, for models that see.

Pictures are PNG files of coloured blocks, written here: each is new to a cache, and as large as a real one would be.
"""

from __future__ import annotations

import random
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator

from .options import DataOptions, Pictures
from .prompts import Conversation, single
from .random_tokens import Maker

BLOCK = 8  # pixels: noise in each would make files no camera makes
_KINDS = {"L": (0, 1), "RGB": (2, 3), "RGBA": (6, 4)}  # colour type (PNG, section 11.2.2), bytes a pixel


def prompts(options: DataOptions) -> Iterator[Conversation]:
    """Yield messages of a text and pictures."""
    maker, pictures = Maker(options), options.pictures
    patches = -(-pictures.width // pictures.patch_size) * -(-pictures.height // pictures.patch_size)
    for _ in range(options.offset + options.wanted):
        text, length = maker.prompt()
        images = [image_part(png(pictures, maker.source), "image/png") for _ in range(pictures.count)]
        content = [{"type": "text", "text": text}, *images]
        yield single([{"role": "user", "content": content}], length + pictures.count * patches)


def image_part(image: bytes, media_type: str) -> dict[str, object]:
    """Return a picture as a part of a chat message."""
    return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{b64encode(image).decode()}"}}


def png(pictures: Pictures, source: random.Random) -> bytes:
    """Return a random picture."""
    colour_type, depth = _KINDS[pictures.mode]
    blocks = -(-pictures.width // BLOCK)
    rows = []
    for top in range(0, pictures.height, BLOCK):
        colours = source.randbytes(blocks * depth)
        row = b"".join(colours[at : at + depth] * BLOCK for at in range(0, len(colours), depth))
        rows.append((b"\0" + row[: pictures.width * depth]) * min(BLOCK, pictures.height - top))
    header = struct.pack(">IIBBBBB", pictures.width, pictures.height, 8, colour_type, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
