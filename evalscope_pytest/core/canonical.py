"""JSON in ASCII: strict and canonical for content addresses, fast and forgiving for records.

Records must survive any text a model writes: lone surrogates and U+2028 round-trip as ASCII escapes, NaN never
reaches a file (reference/reliability.md, section 2). They stay ASCII, because a byte beyond it is how a damaged line is
recognized. orjson writes UTF-8 and refuses lone surrogates, which models do write; the standard library writes both as
escapes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from itertools import count
from json.encoder import encode_basestring_ascii
from typing import Any

import orjson

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


# Fast JSON for records -----------------------------------------------------------------------------------------------


Fragment = orjson.Fragment
MAX_DEPTH = 100
MAX_CONTAINERS = 100_000  # in one value: a list that holds itself twice would be written for ever
MAX_BITS = 4096  # of an integer: Python refuses to write those of 14,000 bits and more
MAX_NAME = 256  # characters of what only has a name
_OPTIONS = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def dumps_ascii(value: Any) -> str:
    """Return ``value`` as one line of JSON in ASCII.

    `Fragment` stands for JSON that is written already, so that what occurs several times is encoded once.

    Raises:
        TypeError: It holds something JSON has no form for.
        ValueError: It holds NaN or an infinity, and something that orjson refuses; alone they become null.
        RecursionError: It is nested too deeply.
    """
    try:
        written = orjson.dumps(value, option=_OPTIONS)
    except TypeError:  # lone surrogates, keys that are not text, subclasses, integers of more than 64 bits
        return _encode_lenient(value)
    return written.decode("ascii") if written.isascii() and b"\x7f" not in written else _encode_lenient(value)


def text_ascii(text: str) -> str | Fragment:
    """Return ``text`` as `dumps_ascii` writes it the fastest."""
    return text if text.isascii() else Fragment(encode_basestring_ascii(text))


def encode(value: Any) -> str:
    """Return ``value`` as one line of strict ASCII JSON, whatever an author put into it."""
    if value is None or value == {}:
        return "null" if value is None else "{}"
    try:
        return dumps_ascii(value)
    except (TypeError, ValueError, RecursionError):
        return dumps_ascii(_json_safe(value, 0, count(1)))


def _written(value: Any) -> Any:
    if isinstance(value, Fragment):
        return json.loads(orjson.dumps(value))
    raise TypeError(f"a {type(value).__name__} is not JSON")


_encode_lenient = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_written).encode


def _json_safe(value: Any, depth: int, counted: Iterator[int]) -> Any:
    """Return ``value`` as JSON can hold it: NaN as null, foreign objects as text, an end to nesting and cycles."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, bool, Fragment)):
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() <= MAX_BITS else f"{value:#x}"[:MAX_NAME]
    if depth >= MAX_DEPTH or next(counted) > MAX_CONTAINERS:
        return "…"
    if isinstance(value, Mapping):
        return {_name(key): _json_safe(item, depth + 1, counted) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_safe(item, depth + 1, counted) for item in value]
    return _name(value)


def _name(value: Any) -> str:
    """Return anything as text, even an integer of a million digits, or an object whose ``__str__`` raises."""
    if isinstance(value, str):
        return value
    try:
        return str(value)[:MAX_NAME]
    except Exception:  # noqa: BLE001 - an author's object may raise anything, and the sample is to be recorded
        return f"<{type(value).__name__}>"
