"""Lengths of recordings and videos, by their containers' headers. Nothing is decoded.

Each function returns seconds, 0 if the header does not say them, or None for bytes that are damaged or cut off.
"""

from __future__ import annotations

import struct

_MOST_PAGES = 200_000
# Kilobits a second of MPEG audio, layer III, by the four bits of a frame (ISO/IEC 11172-3, 13818-3).
_BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_SEARCHED = 1 << 16  # bytes in which the first frame begins: some writers put padding before it


def flac(data: bytes) -> float | None:
    """Return the seconds of a FLAC file (RFC 9639, section 8)."""
    if len(data) < 43 or data[4] & 0x7F or int.from_bytes(data[5:8], "big") != 34:
        return None
    rate = int.from_bytes(data[18:21], "big") >> 4
    samples = int.from_bytes(data[21:26], "big") & 0xFFFFFFFFF
    at, last = 4, False
    while not last:
        if at + 4 > len(data):
            return None
        last, at = bool(data[at] & 0x80), at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
    if at + 2 > len(data) or data[at] != 0xFF or data[at + 1] & 0xFC != 0xF8:  # no frame follows
        return None
    largest_block, smallest_frame = int.from_bytes(data[10:12], "big"), int.from_bytes(data[12:15], "big")
    if len(data) - at < smallest_frame * (samples // max(1, largest_block)):
        return None
    return samples / rate if rate else None


def ogg(data: bytes) -> float | None:
    """Return the seconds of an Ogg file: the position in its last page (RFC 3533, section 6)."""
    at = rate = position = 0
    for _ in range(_MOST_PAGES):
        if at == len(data):
            break
        if data[at : at + 4] != b"OggS" or at + 27 > len(data) or data[at + 4] or (at == 0 and not data[5] & 2):
            return None
        count = data[at + 26]
        begin = at + 27 + count
        end = begin + sum(data[at + 27 : begin])
        if begin > len(data) or end > len(data):
            return None
        if at == 0:
            rate = _ogg_rate(data[begin:end])
        found = int.from_bytes(data[at + 6 : at + 14], "little", signed=True)
        position, at = max(position, found), end
    return position / rate if rate else 0.0


def _ogg_rate(head: bytes) -> int:
    if head.startswith(b"OpusHead"):
        return 48_000
    if head.startswith(b"\x01vorbis") and len(head) >= 16:
        return int.from_bytes(head[12:16], "little")
    return 0


def mp3(data: bytes) -> float | None:
    """Return the seconds of an MP3 file whose first frame says them (Xing's header); 0 for any other with a frame."""
    at = 0
    if data.startswith(b"ID3"):
        if len(data) < 10 or any(byte & 0x80 for byte in data[6:10]):
            return None
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    for place in range(at, min(at + _SEARCHED, len(data) - 4)):
        if data[place] == 0xFF and (size := _frame(data[place : place + 4])):
            after = place + size
            if after + 4 > len(data) or _frame(data[after : after + 4]):
                return _announced(data, place, after)
    return None


def _announced(data: bytes, begin: int, end: int) -> float | None:
    """Return the seconds that the first frame, from begin to end, announces; None if it announces more bytes."""
    found = max(data.find(mark, begin, end) for mark in (b"Xing", b"Info"))
    if found < 0 or found + 16 > len(data):
        return 0.0
    flags, frames, size = struct.unpack_from(">III", data, found + 4)
    if flags & 3 != 3:
        return 0.0
    version = data[begin + 1] >> 3 & 3
    rate = _RATES[version][data[begin + 2] >> 2 & 3]
    return None if size > len(data) - begin else float(frames) * (1152 if version == 3 else 576) / rate


def _frame(head: bytes) -> int:
    """Return the bytes of a frame of layer III; 0 if these four are not its header."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or version == 1 or layer != 1 or bits in (0, 15) or rate == 3:
        return 0
    kilobits = _BITRATES[3 if version == 3 else 2][bits]
    return (144 if version == 3 else 72) * kilobits * 1000 // _RATES[version][rate] + padding


def webm(data: bytes) -> float | None:
    """Return 0 for a WebM or Matroska file whose segment is whole (RFC 8794, RFC 9559)."""
    head = _element(data, 4)
    if head is None or not any(kind in data[: head[1]] for kind in (b"webm", b"matroska")):
        return None
    at = head[1]
    if data[at : at + 4] != b"\x18\x53\x80\x67":
        return None
    segment = _element(data, at + 4)
    if segment is None or segment[0] >= len(data):
        return None
    return 0.0 if segment[1] <= len(data) else None


def _element(data: bytes, at: int) -> tuple[int, int] | None:
    """Return begin and end of an element's content, given where its size is; a size not known reaches to the end."""
    if at >= len(data) or not data[at]:
        return None
    width = 9 - data[at].bit_length()
    size = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    begin = at + width
    return begin, len(data) if size == (1 << 7 * width) - 1 else begin + size


def avi(data: bytes) -> float | None:
    """Return the seconds of an AVI file by its main header."""
    if int.from_bytes(data[4:8], "little") + 8 > len(data) + 1:
        return None
    if data[24:28] != b"avih" or len(data) < 52:
        return 0.0
    microseconds, frames = struct.unpack_from("<I", data, 32)[0], struct.unpack_from("<I", data, 48)[0]
    return float(microseconds) * float(frames) / 1e6
