"""Text and thinking of a message or of a piece of a stream, wherever services put them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_TEXT_PARTS = ("text", "output_text", "refusal")
_THINKING_PARTS = ("thinking", "reasoning")
_REASONING = ("reasoning_content", "reasoning")


class Content(NamedTuple):
    """Text and thinking of a message, or of a piece of one."""

    text: str
    reasoning: str


class ContentError(ValueError):
    """A message's content is neither text nor parts of text."""


def content_of(message: Mapping[str, Any]) -> Content:
    """Return text and thinking of an OpenAI-style message or delta.

    Thinking is in a separate field, of which services send one or several with the same text, in
    ``reasoning_details``, or in parts of the content.

    Raises:
        ContentError: The content is a number, an object, or a list that holds anything but text.
    """
    text, thoughts = _content(message.get("content"))
    named = next((words for name in _REASONING if (words := _words(message, name))), "")
    return Content(text or _words(message, "refusal"), named or _details(message.get("reasoning_details")) or thoughts)


def _content(content: object) -> Content:
    if content is None or isinstance(content, str):
        return Content(content or "", "")
    if not isinstance(content, list):
        raise ContentError(f"its content is {_kind(content)} instead of text")
    text, thoughts = [], []
    for part in content:
        if isinstance(part, str):
            text.append(part)
            continue
        kind = part.get("type", "text") if isinstance(part, dict) else None
        if kind in _THINKING_PARTS:
            thoughts += list(_thinking(part))
        elif kind in _TEXT_PARTS and isinstance(words := part.get(kind, part.get("text")), str):
            text.append(words)
        elif kind == "output_text" and isinstance(part.get("text"), str):
            text.append(part["text"])
        else:
            raise ContentError(f"its content holds {_part(part)} instead of text")
    return Content("".join(text), "".join(thoughts))


def _thinking(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield the words of a thinking part: a text, or a list of parts of text."""
    inner = next((part[name] for name in (*_THINKING_PARTS, "text", "summary") if part.get(name) is not None), "")
    for piece in inner if isinstance(inner, list) else (inner,):
        words = piece.get("text") if isinstance(piece, dict) else piece
        if isinstance(words, str):
            yield words


def _details(details: object) -> str:
    """Return the words of OpenRouter's ``reasoning_details``; encrypted ones have none."""
    found = []
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict):
            found.append(next((words for name in ("text", "summary") if (words := _words(detail, name))), ""))
    return "".join(found)


def _words(mapping: Mapping[str, Any], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _part(part: object) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    return f"a part of type {kind[:40]!r}" if isinstance(kind, str) and kind not in _TEXT_PARTS else _kind(part)


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", dict: "an object", list: "a list"}
    return names.get(type(value), "nothing")
