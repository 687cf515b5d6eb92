"""Tests as LiveCodeBench packs them: base64 of zlib of a pickled text. The text is read; nothing is unpickled."""

from __future__ import annotations

import base64
import binascii
import pickletools
import zlib

MOST_BYTES = 1 << 28  # unpacked; the largest tests of the release have a tenth of that
_HEAD_BYTES = 64  # enough to see of what kind the first object is
_HEAD_CHARACTERS = 1 << 10
_BEGINNING = b"\x80"  # of protocol 2 and later ones
_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_AROUND = {"PROTO", "FRAME", "MEMOIZE", "BINPUT", "STOP"}


def check_packed(packed: str) -> None:
    """Look at the beginning of a packed text, so that a wrong one is found before any request is sent.

    Raises:
        ValueError: It is none.
    """
    try:
        start = base64.b64decode(packed[:_HEAD_CHARACTERS].encode("ascii"))
        head = zlib.decompressobj().decompress(start, _HEAD_BYTES)
        names = [code.name for code, _, _ in _operations(head, cut=True)]
    except (binascii.Error, zlib.error, ValueError) as error:
        raise ValueError(f"no base64 of zlib of a pickled text ({error})") from None
    _refuse(set(names) - _STRINGS - _AROUND)


def unpacked(packed: str) -> str:
    """Return the text.

    Raises:
        ValueError: It is not what it should be: another pickle than one of a text, or one of too much.
    """
    try:
        stream = zlib.decompressobj()
        data = stream.decompress(base64.b64decode(packed.encode("ascii"), validate=True), MOST_BYTES)
    except (binascii.Error, zlib.error, UnicodeEncodeError) as error:
        raise ValueError(f"no base64 of zlib ({error})") from None
    if not stream.eof:
        raise ValueError(f"no whole text: cut off, or more than {MOST_BYTES >> 20} MiB when unpacked")
    operations = _operations(data)
    _refuse({code.name for code, _, _ in operations} - _STRINGS - _AROUND)
    texts = [argument for code, argument, _ in operations if code.name in _STRINGS]
    if len(texts) != 1 or not isinstance(texts[0], str):
        raise ValueError(f"a pickle of {len(texts)} texts, not of one")
    return texts[0]


def _operations(data: bytes, *, cut: bool = False) -> list[tuple[pickletools.OpcodeInfo, object, int | None]]:
    if not data.startswith(_BEGINNING):
        raise ValueError("no pickle")
    found = []
    try:
        for operation in pickletools.genops(data):
            found.append(operation)
            if operation[0].name not in _STRINGS | _AROUND:
                break  # refused: no need to read on
    except (ValueError, UnicodeDecodeError) as error:
        if not cut:
            raise ValueError(f"no pickle ({error})") from None
    return found


def _refuse(names: set[str]) -> None:
    if names:
        raise ValueError(f"a pickle that does more than hold a text ({', '.join(sorted(names))}): it is not read")
