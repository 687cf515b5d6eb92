"""The types of media, by their first bytes: never by a name or by what a server says of them."""

from __future__ import annotations

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    (b"%PDF-", "application/pdf"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4"}
_REFUSED_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/mp4": "m4a",
    "video/webm": "webm",
    "video/mpeg": "mpeg",
    "video/x-msvideo": "avi",
    "video/quicktime": "mov",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}
TYPES = {extension: kind for kind, extension in EXTENSIONS.items()}
PICTURES = ("PNG", "JPEG", "GIF", "WEBP", "BMP")  # Pillow's names of the formats
# FFmpeg's names of the formats. It is given one, since it would take some bytes for a list of other files to open.
DEMUXERS = {
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/mp4": "mp4",
    "video/webm": "matroska",
    "video/mpeg": "mpeg",
    "video/x-msvideo": "avi",
    "video/quicktime": "mov",
    "video/mp4": "mp4",
}

_FOREIGN = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"8BPS", "Photoshop"),
    (b"%!PS", "PostScript"),
    (b"\0\0\1\0", "an icon"),
    (b"FORM", "AIFF"),
    (b"\x30\x26\xb2\x75", "Windows Media"),
    (b"#!AMR", "AMR"),
    (b"\xff\xf1", "AAC"),
    (b"\xff\xf9", "AAC"),
    (b"FLV", "Flash video"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)


def foreign_type(data: bytes) -> str:
    """Return what bytes are that are known, but no format that services take; empty for anything else."""
    if data[4:8] == b"ftyp" and data[8:12] in _REFUSED_BRANDS:
        return "AVIF" if data[8:12] in (b"avif", b"avis") else "HEIC"
    return next((kind for beginning, kind in _FOREIGN if data.startswith(beginning)), "")


def media_type(data: bytes) -> str:
    """Return the media type that bytes show in their beginning; empty for any other."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return "" if data[8:12] in _REFUSED_BRANDS else _BRANDS.get(data[8:12], "video/mp4")
    if len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2:  # a frame of MPEG audio, layer III
        return "audio/mpeg"
    return ""
