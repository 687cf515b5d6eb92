"""Thinking, told apart from the answer.

Servers with a reasoning parser send thinking in a field of its own. All others leave it in the text, between
``<think>`` and ``</think>``; with templates that open the block in the prompt only the closing tag is left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..core.values import ModelOutput
from .protocol import Model, Request

TAGS = ("<think>", "</think>")


class Thought(NamedTuple):
    """A reply in two parts."""

    reasoning: str
    text: str


def split_reasoning(reply: str, *, opened: bool = False, tags: tuple[str, str] = TAGS) -> Thought:
    """Return the thinking at the start of ``reply``, and the answer behind it, in time linear in its length.

    A block that is never closed is thinking to the end, so the answer is empty. A ``</think>`` without an opening tag
    ends thinking that the prompt had opened. Tags further inside an answer are part of the answer.

    Args:
        reply: The model's whole text.
        opened: The prompt ended inside a block that was still open.
        tags: What opens a block, and what closes it.
    """
    opening, closing = tags
    thoughts: list[str] = []
    start = _block_start(reply, 0, opening)
    if start < 0 and opened:
        start = 0
    end = 0
    while start >= 0:
        close = reply.find(closing, start)
        if close < 0:
            thoughts.append(reply[start:])
            end = len(reply)
            break
        thoughts.append(reply[start:close])
        end = close + len(closing)
        start = _block_start(reply, end, opening)
    if not thoughts:
        close = reply.find(closing)
        if close < 0:
            return Thought("", reply)
        thoughts.append(reply[:close])
        end = close + len(closing)
    # Only the line breaks go: a completion of code may begin with its indentation.
    return Thought("\n".join(t.strip() for t in thoughts).strip(), reply[end:].lstrip("\r\n"))


def _block_start(reply: str, at: int, opening: str) -> int:
    """Return where the text of a block begins that opens at ``at``, white space aside; -1 where none does."""
    while at < len(reply) and reply[at].isspace():
        at += 1
    return at + len(opening) if reply.startswith(opening, at) else -1


class TaggedModel:
    """A model with tags of its own around its thinking."""

    def __init__(self, model: Model, tags: tuple[str, str]) -> None:
        self._model = model
        self._tags = tags
        self.name = model.name
        self.fingerprint = f"{model.fingerprint} {tags[0]} {tags[1]}"  # what counts as the answer depends on them

    async def generate(self, request: Request) -> ModelOutput:
        """Ask once, and tell the thinking apart unless the service has done so."""
        output = await self._model.generate(request)
        if output.reasoning:
            return output
        reasoning, text = split_reasoning(output.text, tags=self._tags)
        return replace(output, reasoning=reasoning, text=text)

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()
