"""Settings as text: ``key=value,key=value`` or a JSON object (spec/parameters.md, "Example"). Parsed strictly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_OPEN = {"{": "}", "[": "]"}
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def parse_mapping(text: str) -> dict[str, Any]:
    """Return the mapping that ``text`` writes as JSON or as ``key=value`` pairs.

    A value is JSON if it parses as JSON (``true``, ``0.5``, ``{"a": 1}``, ``"quoted, with a comma"``), otherwise the
    text itself. Commas inside brackets and quotes do not end a value.

    Raises:
        ValueError: The text is neither; its message says where.
    """
    text = text.strip()
    if not text:
        return {}
    if text.startswith("{"):
        return parse_json_object(text)
    result: dict[str, Any] = {}
    for pair in split_outside(text, ","):
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ValueError(f"{pair.strip()!r} is not key=value")
        if key in result:
            raise ValueError(f"{key!r} is given twice")
        result[key] = parse_value(value)
    return result


def parse_json_object(text: str) -> dict[str, Any]:
    """Return a JSON object, refusing repeated keys, NaN and infinities.

    Raises:
        ValueError: It is not such an object.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("not valid JSON: nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"JSON of a {json_type(value)}, not of an object")
    return value


def parse_value(text: str) -> Any:
    """Return the JSON value that ``text`` writes, or the text if it is not JSON."""
    text = text.strip()
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError:
        if text[:1] in ("{", "[", '"'):
            raise ValueError(f"{text!r} starts like JSON and is not valid JSON") from None
        return text
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def split_outside(text: str, separators: str) -> Iterator[str]:
    """Yield the parts of ``text`` between separators that stand outside brackets and quotes.

    A quote opens only where a value can start, so that an apostrophe inside a word is a letter.

    Raises:
        ValueError: A bracket or quote is not closed.
    """
    start, closing, quote, escaped, value_may_start = 0, "", "", False, True
    for at, char in enumerate(text):
        if quote:
            quote = quote if escaped or char != quote else ""
            escaped = not escaped and char == "\\"
        elif char in "\"'" and (closing or value_may_start):
            quote = char
        elif char in _OPEN:
            closing += _OPEN[char]
        elif closing and char == closing[-1]:
            closing = closing[:-1]
        elif char in separators and not closing:
            yield text[start:at]
            start = at + 1
        value_may_start = char == "=" or start == at + 1 or (value_may_start and char.isspace())
    if quote or closing:
        raise ValueError(f"{text[start:].strip()!r} has no closing {quote or closing[-1]}")
    yield text[start:]


def json_type(value: Any) -> str:
    """Return what a JSON user calls a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "mapping"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "list"
    return type(value).__name__


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} is given twice")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number that JSON has")
