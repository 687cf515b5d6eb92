"""Small pictures, recordings and documents made on the spot, and hostile ones."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 4, height: int = 4, colour: int = 200, *, pixels: bool = True) -> bytes:
    """Return a grey picture; without pixels, one whose header promises them."""
    rows = (b"\0" + bytes([colour]) * width) * height if pixels else b"\0" * 16
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def gif(width: int = 1, height: int = 1) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return screen + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00" + b";"


def webp(width: int = 4, height: int = 4) -> bytes:
    body = b"WEBPVP8L" + struct.pack("<IBI", 12, 0x2F, (width - 1) | (height - 1) << 14) + b"\0" * 7
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(width: int = 2, height: int = 2) -> bytes:
    pixels = b"\0" * (-(-width * 3 // 4) * 4 * height)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + info + pixels


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """Return the segments of a picture: whole as far as they can be checked without decoding."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\x01\x01\x00\x00\x3f\x00"
    segments = b"".join(b"\xff" + m + struct.pack(">H", len(d) + 2) + d for m, d in ((b"\xc0", frame), (b"\xda", scan)))
    return b"\xff\xd8" + segments + b"\x12\x34\x56" + b"\xff\xd9"


def wav(seconds: float = 0.1, rate: int = 8000) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(b"\x80" * int(rate * seconds))
    return written.getvalue()


def mp4(seconds: int = 1) -> bytes:
    header = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000)
    movie = struct.pack(">I", len(header) + 8) + b"mvhd" + header
    return b"\0\0\0\x10ftypisom\0\0\0\0" + struct.pack(">I", len(movie) + 8) + b"moov" + movie


def packed(**files: bytes) -> bytes:
    """Return a zip archive; in the names of files, ``__`` is written for ``/``."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return written.getvalue()


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
# What a file holds, and what the error says of it.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty.png": (b"", "holds no bytes"),
    "bomb.png": (png(60_000, 60_000, pixels=False), "unpacks to 60,000 x 60,000 pixels"),
    "flat.png": (png(0, 7, pixels=False), "0 x 7 pixels"),
    "cut.png": (png()[:-20], "breaks off"),
    "head.png": (png()[:12], "breaks off"),
    "archive.png": (png() + b"PK\x03\x04" + b"x" * 40, "two files in one"),
    "script.png": (png() + b"<script>alert(1)</script>", "two files in one"),
    "bomb.gif": (gif(65_000, 65_000), "pixels"),
    "cut.gif": (gif()[:-2], "breaks off"),
    "page.gif": (gif() + b"<html>", "two files in one"),
    "cut.jpg": (jpeg()[:-2], "breaks off"),
    "archive.jpg": (jpeg() + b"PK\x03\x04" + b"x" * 40, "two files in one"),
    "bomb.jpg": (jpeg(65_000, 65_000), "pixels"),
    "bomb.webp": (webp(16_000, 16_000), "pixels"),
    "cut.webp": (webp()[:-9], "breaks off"),
    "bomb.bmp": (bmp(2, 2)[:18] + struct.pack("<ii", 1 << 20, 1 << 20) + bmp(2, 2)[26:], "pixels"),
    "drawing.svg": (SVG, "holds markup"),
    "drawing.png": (b'<?xml version="1.0"?>' + SVG, "holds markup"),
    "page.jpg": (b"<!DOCTYPE html><script>alert(1)</script>", "holds markup"),
    "sound.png": (wav(), "is audio/wav, not a picture"),
    "film.jpg": (mp4(), "is video/mp4, not a picture"),
    "secret.png": (b"root:x:0:0:root:/root:/bin/sh\n", "not the beginning of any known format"),
    "pointer.png": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS pointer"),
    "program.png": (b"\x7fELF" + b"\0" * 60, "not the beginning of any known format"),
}


def photo(width: int = 300, height: int = 200, kind: str = "PNG", *, noise: bool = False, **options: object) -> bytes:
    """Return a picture that Pillow decodes: its left half is black, its right half white, unless it is noise."""
    from PIL import Image

    picture = Image.new("RGB", (width, height), "white")
    picture.paste((0, 0, 0), (0, 0, width // 2, height))
    if noise:
        picture = Image.effect_noise((width, height), 90).convert("RGB")
    written = io.BytesIO()
    picture.save(written, format=kind, **options)  # type: ignore[arg-type]
    return written.getvalue()


def film(seconds: float = 4, fps: int = 10, form: str = "mp4", codec: str = "mpeg4", entrances: int = 10) -> bytes:
    """Return a video that PyAV decodes: from black at its beginning to white at its end.

    Args:
        entrances: Frames from one at which it can be entered to the next.
    """
    import av
    from PIL import Image

    written = io.BytesIO()
    with av.open(written, "w", format=form) as file:
        stream = file.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, "yuv420p", entrances
        count = int(seconds * fps)
        for number in range(count):
            grey = 255 * number // count
            file.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", (64, 48), (grey,) * 3))))
        file.mux(stream.encode())
    return written.getvalue()


def grey(picture: bytes) -> int:
    """Return the mean brightness of a picture, 0 to 255."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as opened:
        return int(opened.convert("L").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))
