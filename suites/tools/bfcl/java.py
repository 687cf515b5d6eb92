"""Values of Java, written as source text: ``5L``, ``new int[]{1, 2}``, ``new HashMap<>() {{ put("k", 1); }}``.

What cannot be read as its type stays text, and is then compared as the name of a variable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .call import UnreadableError
from .foreign_text import outside, split, unquoted

TYPES: Mapping[str, type] = {
    "byte": int, "short": int, "integer": int, "long": int, "float": float, "double": float, "boolean": bool,
    "char": str, "String": str, "any": str, "Array": list, "ArrayList": list, "Queue": list, "Stack": list,
    "Set": set, "HashMap": dict, "Hashtable": dict,
}  # fmt: skip
_SUFFIXES = {"long": "lL", "float": "fF"}


def read(text: str, kind: str, items: str = "") -> Any:
    """Return the value of a text.

    Args:
        kind: Its Java type.
        items: The type of an array's or list's elements.
    """
    if kind in ("Array", "ArrayList"):
        return _list(text, items)
    if kind == "HashMap":
        return _map(text)
    if kind == "boolean":
        return text == "true" if text in ("true", "false") else text
    if TYPES.get(kind) in (int, float):
        return _number(text, kind)
    return text


def _number(text: str, kind: str) -> Any:
    suffix = _SUFFIXES.get(kind, "")
    if suffix and text[-1:] not in tuple(suffix):
        return text
    digits = text[:-1] if suffix else text
    return int(digits) if TYPES[kind] is int and is_integer(digits) else _decimal(digits, text, kind)


def _decimal(digits: str, text: str, kind: str) -> Any:
    return float(digits) if TYPES[kind] is float and is_decimal(digits) else text


def is_integer(text: str) -> bool:
    """Return whether a text is a decimal integer, as source code writes it."""
    return text.removeprefix("-").isdecimal() and len(text) < 400


def is_decimal(text: str, exponent: bool = True) -> bool:
    """Return whether a text is a decimal number, with a digit on both sides of a point."""
    mantissa, e, power = text.lower().partition("e") if exponent else (text, "", "")
    whole, point, fraction = mantissa.partition(".")
    return (
        is_integer(whole)
        and (not point or fraction.isdecimal())
        and (not e or is_integer(power.removeprefix("+")))
        and len(text) < 400
    )


def _list(text: str, items: str) -> Any:
    elements = _elements(text)
    return text if elements is None else [_element(element, items) for element in elements]


def _elements(text: str) -> list[str] | None:
    """Return the elements of an array, of ``Arrays.asList(..)`` or of ``{{ add(..); }}``; None for anything else."""
    compact = text.replace(" ", "")
    if not text.startswith("new "):
        return None
    try:
        if "[]" in compact and "{" in text:
            return split(_between(text, "{", "}"))
        if "Arrays.asList(" in text:
            return split(_between(text[text.index("Arrays.asList(") :], "(", ")"))
        if "ArrayList" in text and "(" in text:
            return list(_arguments_of("add", text))
    except (UnreadableError, ValueError):
        return None
    return None


def _element(text: str, items: str) -> Any:
    if items in ("String", "char"):
        return unquoted(text)
    return read(text, items) if items not in ("", "any") else _guessed(text)


def _map(text: str) -> Any:
    if not text.startswith("new ") or "HashMap" not in text or "(" not in text:
        return text
    try:
        pairs = [split(arguments) for arguments in _arguments_of("put", text)]
    except (UnreadableError, ValueError):
        return text
    return {unquoted(pair[0]): _guessed(pair[1]) for pair in pairs if len(pair) == 2}


def _arguments_of(method: str, text: str) -> Iterator[str]:
    """Yield what each ``add(...)`` or ``put(...)`` in the braces of an anonymous class is given."""
    begin = text.find("{")
    for statement in split(text[begin:].strip("{} \n\t"), ";") if begin >= 0 else ():
        name, bracket, rest = statement.partition("(")
        if name.strip() == method and bracket and rest.endswith(")"):
            yield rest[:-1].strip()


def _between(text: str, opening: str, closing: str) -> str:
    """Return the text in a pair of brackets: the first that opens, and the one that closes it."""
    begin = text.index(opening)
    end = next(at for at, character, depth in outside(text[begin:]) if character == closing and not depth)
    return text[begin + 1 : begin + end].strip()


def _guessed(text: str) -> Any:
    """Return the value of an element of unknown type."""
    if text in ("true", "false"):
        return text == "true"
    if text != unquoted(text) and text[0] == '"':
        return unquoted(text)
    for kind in ("long", "float"):
        if not isinstance(value := _number(text, kind), str):
            return value
    if is_integer(text):
        return int(text)
    return float(text) if is_decimal(text) else text


def write(value: Any, kind: str, items: str = "") -> str:
    """Return the source text of a value, a text without its quotation marks: what `read` turns into it."""
    if isinstance(value, str):
        return value
    if kind == "ArrayList":
        return f"new ArrayList<>(Arrays.asList({', '.join(_written(v, items) for v in value)}))"
    if isinstance(value, list):
        return f"new {'Object' if items == 'any' else items}[]{{{', '.join(_written(v, items) for v in value)}}}"
    if isinstance(value, dict):
        puts = [f"put({_quoted(key)}, {_written(item, '')});" for key, item in value.items()]
        return f"new HashMap<>() {{{{ {' '.join(puts)} }}}}"
    suffix = {"long": "L", "float": "f"}.get(kind, "")
    return f"{str(value).lower() if isinstance(value, bool) else value}{suffix}"


def _written(value: Any, items: str) -> str:
    return _quoted(value) if isinstance(value, str) else write(value, items)


def _quoted(text: str) -> str:
    return f'"{text}"'
