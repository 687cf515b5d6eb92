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


def page(data: bytes, *, first: bool, position: int = 0) -> bytes:
    """Return a page of an Ogg stream."""
    head = b"OggS\0" + bytes([2 if first else 4]) + struct.pack("<qIII", position, 1, 0, 0)
    return head + bytes([1, len(data)]) + data


def ogg(seconds: int = 1) -> bytes:
    return page(b"OpusHead" + b"\0" * 11, first=True) + page(b"\0" * 40, first=False, position=seconds * 48_000)


def flac(seconds: int = 1, rate: int = 8000) -> bytes:
    info = struct.pack(">HH", 4096, 4096) + b"\0\0\x20\0\0\x40"
    info += (rate << 44 | 0 << 41 | 15 << 36 | rate * seconds).to_bytes(8, "big") + b"\0" * 16
    return b"fLaC\x80\0\0\x22" + info + b"\xff\xf8" + b"\x55" * 64 * (seconds * rate // 4096 + 1)


def mp3(frames: int = 4, announced: int = 4) -> bytes:
    """Return frames of MPEG audio, layer III, of 417 bytes; the first announces how many there are."""
    plain = b"\xff\xfb\x90\0" + b"\0" * 413
    first = plain[:36] + b"Info" + struct.pack(">III", 3, announced, announced * 417) + plain[52:]
    return b"ID3\4\0\0\0\0\0\x0a" + b"\0" * 10 + first + plain * (frames - 1)


def webm(size: int | None = None) -> bytes:
    """Return a header and a segment; of a size that is not known if that is None."""
    head = b"\x42\x82\x84webm"
    length = b"\xff" if size is None else bytes([0x80 | size])
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(head)]) + head + b"\x18\x53\x80\x67" + length + b"\0" * 60


def moving_webp(width: int, height: int, frames: int) -> bytes:
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    frame = b"ANMF" + struct.pack("<I", 16) + b"\0" * 6 + sides + b"\0" * 4
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + sides + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a picture with another chunk behind its header."""
    return png()[:33] + chunk(kind, data) + png()[33:]


def only_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a picture of 4 x 4 pixels with other chunks than its own."""
    return png()[:33] + b"".join(chunk(kind, data) for kind, data in chunks) + chunk(b"IEND", b"")


_ZEROS = zlib.compress(b"\0" * 12_000_000, 9)
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
    "program.png": (b"\x7fELF" + b"\0" * 60, "is a program"),
    "archive-alone.jpg": (b"PK\x03\x04" + b"\0" * 60, "is a zip archive"),
    "scan.tiff": (b"II*\0\x08\0\0\0" + b"\0" * 60, "is TIFF, which services do not take"),
    "scan.jpg": (b"MM\0*\0\0\0\x08" + b"\xff" * 60, "Convert it: `magick FILE FILE.png`"),
    "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is HEIC, which services do not take"),
    "small.avif": (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "is AVIF, which services do not take"),
    "page.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "is PostScript"),
    "comment.svg": (b"<!-- a drawing -->" + SVG, "holds markup"),
    "wide.svg": (SVG.decode().encode("utf-16"), "holds markup"),
    "packed.svg": (b"\x1f\x8b\x08" + b"\0" * 60, "is a gzip file"),
    "data-bomb.png": (only_chunks((b"IDAT", _ZEROS)), "bytes for 16 pixels"),
    "text-bomb.png": (with_chunk(b"zTXt", b"a\0\0" + _ZEROS), "unpacks to more than 8,388,608 bytes"),
    "profile-bomb.png": (with_chunk(b"iCCP", b"a\0\0" + _ZEROS), "unpacks to more than 8,388,608 bytes"),
    "words-bomb.png": (with_chunk(b"iTXt", b"a\0\1\0en\0b\0" + _ZEROS), "unpacks to more than 8,388,608 bytes"),
    "frames-bomb.png": (with_chunk(b"acTL", struct.pack(">II", 1 << 30, 0)), "its frames unpack to"),
    "frames-bomb.gif": (gif(9000, 9000)[:-1] + gif()[19:-1] * 13 + b";", "its frames unpack to"),
    "frames-bomb.webp": (moving_webp(9000, 9000, 13), "its frames unpack to"),
    "inner-bomb.webp": (
        b"RIFF" + struct.pack("<I", 42) + moving_webp(4, 4, 0)[8:] + webp(16_000, 16_000)[12:],
        "unpacks to 16,000 x 16,000",
    ),
    "still.gif": (gif()[:19] + b";", "damaged or breaks off"),
    "noise.png": (only_chunks((b"IDAT", b"noise" * 9)), "damaged or breaks off"),
    "none.png": (only_chunks(), "damaged or breaks off"),
    "flipped.png": (png()[:45] + bytes([png()[45] ^ 1]) + png()[46:], "damaged or breaks off"),
    "words.bmp": (b"BMW is a maker of cars in Munich, in Bavaria.", "goes on as something else"),
    "line.png": (b"\n", "not the beginning of any known format"),
}  # fmt: skip
# Recordings and videos that are damaged.
DAMAGED: dict[str, tuple[str, bytes]] = {
    "cut.wav": ("audio", wav()[:-20]),
    "head.wav": ("audio", wav()[:30]),
    "tag.mp3": ("audio", b"ID3" + b"\0" * 90),
    "cut.mp3": ("audio", mp3(2)),
    "words.flac": ("audio", b"fLaC" + b"<script>alert(1)</script>" * 4),
    "cut.flac": ("audio", flac(30)[:400]),
    "cut.ogg": ("audio", ogg()[:-3]),
    "zeros.ogg": ("audio", b"OggS" + b"\0" * 99),
    "cut.mp4": ("video", mp4()[:-3]),
    "cut.webm": ("video", webm(100)),
    "words.webm": ("video", b"\x1a\x45\xdf\xa3" + b"webm " * 20),
    "cut.avi": ("video", b"RIFF" + struct.pack("<I", 5000) + b"AVI LIST" + b"\0" * 90),
    "empty.mp3": ("audio", b""),
    "list.mp3": ("audio", b"#EXTM3U\nfile:///etc/passwd\n"),
    "list.mp4": ("video", b"ffconcat version 1.0\nfile /etc/passwd\n"),
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
