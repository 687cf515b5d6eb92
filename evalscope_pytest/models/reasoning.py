"""Thinking, told apart from the answer.

Servers with a reasoning parser send thinking in a field of its own. All others leave it in the text, between
``<think>`` and ``</think>``; with templates that open the block in the prompt only the closing tag is left.
"""

from __future__ import annotations

from typing import NamedTuple

_OPEN, _CLOSE = "<think>", "</think>"


class Thought(NamedTuple):
    """A reply in two parts."""

    reasoning: str
    text: str


def split_reasoning(reply: str, *, opened: bool = False) -> Thought:
    """Return the thinking at the start of ``reply``, and the answer behind it, in time linear in its length.

    A block that is never closed is thinking to the end, so the answer is empty. A ``</think>`` without an opening tag
    ends thinking that the prompt had opened. Tags further inside an answer are part of the answer.

    Args:
        reply: The model's whole text.
        opened: The prompt ended inside a block that was still open.
    """
    thoughts: list[str] = []
    start = _block_start(reply, 0)
    if start < 0 and opened:
        start = 0
    end = 0
    while start >= 0:
        close = reply.find(_CLOSE, start)
        if close < 0:
            thoughts.append(reply[start:])
            end = len(reply)
            break
        thoughts.append(reply[start:close])
        end = close + len(_CLOSE)
        start = _block_start(reply, end)
    if not thoughts:
        close = reply.find(_CLOSE)
        if close < 0:
            return Thought("", reply)
        thoughts.append(reply[:close])
        end = close + len(_CLOSE)
    # Only the line breaks go: a completion of code may begin with its indentation.
    return Thought("\n".join(t.strip() for t in thoughts).strip(), reply[end:].lstrip("\r\n"))


def _block_start(reply: str, at: int) -> int:
    """Return where the text of a block begins that opens at ``at``, white space aside; -1 where none does."""
    while at < len(reply) and reply[at].isspace():
        at += 1
    return at + len(_OPEN) if reply.startswith(_OPEN, at) else -1
