"""Strict JSON, and content addresses made of it.

Records must survive any text a model writes: lone surrogates and U+2028 round-trip as ASCII escapes, NaN never
reaches a file (reference/reliability.md, section 2).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True).encode


def dumps(value: Any) -> str:
    """Return ``value`` as one line of strict JSON in ASCII.

    Raises:
        ValueError: It holds NaN or an infinity.
    """
    return _encode(value)


def digest(*values: Any) -> str:
    """Return a content address, 32 hexadecimal digits, that is the same in every process and Python version."""
    return hashlib.sha256(_encode_sorted(values).encode("ascii")).hexdigest()[:32]


def joined(text: str) -> str:
    """Return ``text`` as JSON gives it back: halves of a character, from two pieces of a stream, are one."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return text
