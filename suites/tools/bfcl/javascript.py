"""Values of JavaScript, written as source text: ``[1, 2]``, ``{key: 'value'}``, ``5n``.

What cannot be read as its type stays text, and is then compared as the name of a variable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .call import UnreadableError
from .foreign_text import split, unquoted
from .java import is_decimal, is_integer

TYPES: Mapping[str, type] = {
    "String": str, "any": str, "integer": int, "Bigint": int, "float": float, "Boolean": bool, "array": list,
    "dict": dict,
}  # fmt: skip


def read(text: str, kind: str, items: str = "") -> Any:
    """Return the value of a text.

    Args:
        kind: Its JavaScript type.
        items: The type of an array's elements.
    """
    if kind == "array":
        return _array(text.strip(), items)
    if kind == "dict":
        return _object(text.strip())
    if kind == "String":
        return unquoted(text)
    if kind == "Boolean":
        return text == "true" if text in ("true", "false") else text
    return _number(text, kind)


def _number(text: str, kind: str) -> Any:
    if kind == "integer" and is_integer(text):
        return int(text)
    if kind == "Bigint" and text.endswith("n") and is_integer(text[:-1]):
        return int(text[:-1])
    return float(text) if kind == "float" and is_decimal(text, exponent=False) else text


def _array(text: str, items: str) -> Any:
    inner = _inside(text, "[", "]")
    if inner is None:
        inner = _inside(text.removeprefix("new ").lstrip().removeprefix("Array"), "(", ")")
    if inner is None:
        return text
    try:
        return [_element(element, items) for element in split(inner)]
    except UnreadableError:
        return text


def _element(text: str, items: str) -> Any:
    if text.startswith("["):
        return _array(text, "")
    return read(text, items) if items else _guessed(text)


def _object(text: str) -> Any:
    inner = _inside(text, "{", "}")
    if inner is None:
        return text
    try:
        pairs = [element.partition(":") for element in split(inner)]
    except UnreadableError:
        return text
    return {unquoted(key.strip()): _guessed(value.strip()) for key, colon, value in pairs if colon}


def _guessed(text: str) -> Any:
    """Return the value of an element of unknown type."""
    if text.startswith("["):
        return _array(text, "")
    if text.startswith("{"):
        return _object(text)
    if text in ("true", "false"):
        return text == "true"
    if is_integer(text):
        return int(text)
    return float(text) if is_decimal(text) else unquoted(text)


def _inside(text: str, opening: str, closing: str) -> str | None:
    wrapped = text.startswith(opening) and text.endswith(closing) and len(text) > 1
    return text[1:-1].strip() if wrapped else None


def write(value: Any, kind: str) -> str:
    """Return the source text of a value, a text without its quotation marks: what `read` turns into it."""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return f"{str(value).lower() if isinstance(value, bool) else value}{'n' if kind == 'Bigint' else ''}"
