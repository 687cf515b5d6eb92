"""Calls written in Java or JavaScript, with arguments by name: ``Robot.move(speed=5L, "fast")``.

Arguments stay the text they are written as, but for the quotation marks around a whole one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from .call import FunctionCall, UnreadableError, bracketed

_OPENING, _CLOSING, _QUOTES = "([{", ")]}", "\"'`"
_PREFIXES = frozenset(("new", "function", "async", "await", "typeof", "instanceof", "void"))


def read_foreign(text: str) -> list[FunctionCall]:
    """Return the one call of a reply that is a call and nothing else.

    Raises:
        UnreadableError: It is something else, or an argument is there twice.
    """
    source = bracketed(text)[1:-1].strip().rstrip(";").rstrip()
    name, bracket, rest = source.partition("(")
    name = name.strip()
    if not bracket or not name.replace(".", "").replace("_", "").replace("$", "").isalnum() or not rest.endswith(")"):
        raise UnreadableError("it is not a call")
    arguments: dict[str, str] = {}
    for part in split(rest[:-1]):
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or value.startswith("=") or not key.replace("_", "").replace("$", "").isalnum():
            continue  # without a name: passed over, as the leaderboard does
        if key in arguments:
            raise UnreadableError(f"the argument {key!r} is there twice")
        value = value.strip()
        if not _is_source(value):
            raise UnreadableError(f"the value of {key!r} is not source text")
        arguments[key] = unquoted(value)
    return [FunctionCall(name, arguments)]


def split(text: str, separator: str = ",") -> list[str]:
    """Return the text between the separators that are outside brackets and quotation marks.

    Raises:
        UnreadableError: Brackets or quotation marks are not closed.
    """
    parts, begin = [], 0
    for at, character, depth in outside(text):
        if character == separator and not depth:
            parts.append(text[begin:at].strip())
            begin = at + 1
    last = text[begin:].strip()
    return [*parts, last] if parts or last else []


def outside(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield the characters outside quotation marks: position, character, and the number of open brackets around it.

    Of a quoted text, its first mark is yielded.

    Raises:
        UnreadableError: Brackets or quotation marks are not closed.
    """
    depth, quote, escaped = 0, "", False
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote and not escaped else quote
            escaped = character == "\\" and not escaped
            continue
        if character in _CLOSING:
            depth -= 1
        yield at, character, depth
        if character in _OPENING:
            depth += 1
        elif character in _QUOTES:
            quote = character
        if depth < 0:
            raise UnreadableError("a bracket is closed that was not opened")
    if depth or quote:
        raise UnreadableError("a bracket or quotation mark is not closed")


def _is_source(value: str) -> bool:
    """Return whether a value may be an expression: outside quotation marks and brackets, words do not follow words."""
    bare = "".join("_" if c in _QUOTES else "." if depth or c in _CLOSING else c for _, c, depth in outside(value))
    follows = any(
        not _PREFIXES & {left, right} and (left[-1] + right[0]).isidentifier() for left, right in pairwise(bare.split())
    )
    return bool(bare) and not follows and "@" not in bare and "//" not in bare


def unquoted(text: str) -> str:
    """Return a text without the quotation marks around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def written_foreign(calls: Sequence[FunctionCall]) -> str:
    """Return calls, whose arguments are source text, as `read_foreign` takes them."""
    return ", ".join(f"{call.name}({', '.join(f'{k}={v}' for k, v in call.arguments.items())})" for call in calls)
