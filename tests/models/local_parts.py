"""Pictures and recordings for the tests of local models, and requests with them."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import wave
import zlib
from array import array
from typing import Any

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.content import Audio, Image, Medium, Text
from evalscope_pytest.core.media_type import media_type
from evalscope_pytest.core.values import Message
from evalscope_pytest.wire.request import Request
from tests.media import chunk


def medium(data: bytes, name: str = "") -> Medium:
    """Return bytes as the loader finds them."""
    return Medium(hashlib.sha256(data).hexdigest(), media_type(data), len(data), 9, name, open=lambda: data)


def noise(seed: int, width: int = 40, height: int = 30) -> Image:
    """Return a picture of coloured noise."""
    draw = random.Random(seed)
    rows = b"".join(b"\0" + draw.randbytes(3 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return Image(medium(b"\x89PNG\r\n\x1a\n" + parts, f"{seed}.png"))


def hiss(seed: int, seconds: float = 0.5, rate: int = 16_000) -> Audio:
    """Return a recording of noise."""
    draw = random.Random(seed)
    level = 2_000 + 3_000 * (seed % 7)
    samples = array("h", (draw.randint(-level, level) for _ in range(int(seconds * rate))))
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return Audio(medium(written.getvalue(), f"{seed}.wav"), "wav")


def user(*parts: Any) -> Message:
    """Return a message of texts and media."""
    return Message("user", tuple(Text(part) if isinstance(part, str) else part for part in parts))


def asked(*parts: Any, repeat: int = 0, **config: Any) -> Request:
    """Return a request with one message of texts and media."""
    config.setdefault("max_tokens", 10)
    return Request((user(*parts),), GenerationConfig(**config), repeat=repeat)
