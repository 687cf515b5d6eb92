"""Text and thinking of a message, or of a piece of a stream.

Servers with a reasoning parser send thinking in a separate field, or in parts of the content. All others leave it in
the text, between ``<think>`` and ``</think>`` or other usual marks (`core.reply_marks`, which the readers of replies
use, too); with templates that open the block in the prompt only the closing tag is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..core.reply_marks import Parts, channels, closing_of, first_closing, heading, opening_at

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


# Thinking inside the text --------------------------------------------------------------------------------------------


SplitReply = Parts


def split_reasoning(reply: str, *, opened: bool = False, tags: tuple[str, str] | None = None) -> SplitReply:
    """Return the thinking at the start of ``reply``, and the answer behind it, in time linear in its length.

    A block that is never closed is thinking to the end, so the answer is empty. A closing tag without an opening one
    ends thinking that the prompt had opened. Tags further inside an answer are part of the answer. A reply in
    harmony's channels is split by these.

    Args:
        reply: The model's whole text.
        opened: The prompt ended inside a block that was still open.
        tags: Opening and closing mark of a block; by default the usual marks (`core.reply_marks`).
    """
    if tags is None and (parts := channels(reply)):
        return SplitReply(parts.reasoning, parts.text.lstrip("\r\n"))
    thoughts: list[str] = []
    end = 0
    block = _opened_block(reply, tags) if opened and not _opens(reply, tags) else _block_at(reply, 0, tags)
    while block:
        thoughts.append(reply[block.begin : block.end])
        end = block.after
        block = _block_at(reply, end, tags) if end < len(reply) else None
    if not thoughts:
        close = _first_closing(reply, tags)
        if close is None:
            return SplitReply("", reply)
        thoughts.append(reply[: close[0]])
        end = close[1]
    # Only the line breaks go: a completion of code may begin with its indentation.
    return SplitReply("\n".join(t.strip() for t in thoughts).strip(), reply[end:].lstrip("\r\n"))


class _Block(NamedTuple):
    begin: int
    end: int
    after: int


def _opens(reply: str, tags: tuple[str, str] | None) -> bool:
    return _block_at(reply, 0, tags) is not None


def _opened_block(reply: str, tags: tuple[str, str] | None) -> _Block:
    """Return the block that the prompt had opened."""
    close = _first_closing(reply, tags)
    return _Block(0, *close) if close else _Block(0, len(reply), len(reply))


def _block_at(reply: str, at: int, tags: tuple[str, str] | None) -> _Block | None:
    """Return the block that opens at ``at``, white space aside; None when none does."""
    while at < len(reply) and reply[at].isspace():
        at += 1
    if tags is None:
        tag = opening_at(reply, at)
        close = closing_of(reply, tag) if tag else None
        if tag is None or (close is None and heading(reply, tag)):
            return None
        begin = tag.end
    else:
        if not reply.startswith(tags[0], at):
            return None
        begin = at + len(tags[0])
        close = _found(reply, tags[1], begin)
    return _Block(begin, *close) if close else _Block(begin, len(reply), len(reply))


def _first_closing(reply: str, tags: tuple[str, str] | None) -> tuple[int, int] | None:
    return first_closing(reply) if tags is None else _found(reply, tags[1], 0)


def _found(reply: str, closing: str, start: int) -> tuple[int, int] | None:
    at = reply.find(closing, start)
    return None if at < 0 else (at, at + len(closing))
