"""Programs in replies: fenced blocks, read line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from .visible import visible

PYTHON = ("python", "python3", "py", "py3")


class Block(NamedTuple):
    """A fenced block.

    Attributes:
        label: The first word after the opening fence, in lower case; empty where there is none.
    """

    label: str
    code: str


class _Fence(NamedTuple):
    mark: str
    length: int
    indent: int
    label: str


def code_of(text: str, labels: Collection[str], defines: tuple[str, ...] = (), *, last: bool = False) -> str:
    """Return the program in a reply: the right one of its fenced blocks, or the whole reply where it has none.

    Blocks with one of the ``labels`` count, where there are none those without a label, else all. Of these it is the
    last one with a line that begins with one of ``defines``: models correct themselves, and add examples of use.

    Args:
        last: Take the last block rather than the first where none defines anything.
    """
    reply = visible(text)
    blocks = list(code_blocks(reply))
    if not blocks:
        return reply
    chosen = [b.code for b in blocks if b.label in labels]
    chosen = chosen or [b.code for b in blocks if not b.label] or [b.code for b in blocks]
    defining = [code for code in chosen if defines and any(line.startswith(defines) for line in code.split("\n"))]
    return defining[-1] if defining else chosen[-1 if last else 0]


def code_blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a text; one that is not closed goes on to its end."""
    fence: _Fence | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        if fence is None:
            fence, lines = _opening(line), []
        elif _closes(line, fence):
            yield Block(fence.label, "".join(lines))
            fence = None
        else:
            lines.append(_outdented(line, fence.indent) + "\n")
    if fence is not None and lines:
        yield Block(fence.label, "".join(lines))


def _opening(line: str) -> _Fence | None:
    fence = line.lstrip()
    mark = fence[:1]
    if mark not in ("`", "~") or not fence.startswith(mark * 3):
        return None
    rest = fence.lstrip(mark)
    if mark in rest:  # code inside a line of text
        return None
    label = rest.split()[:1]
    return _Fence(mark, len(fence) - len(rest), len(line) - len(fence), label[0].lower() if label else "")


def _closes(line: str, fence: _Fence) -> bool:
    end = line.strip()
    return len(end) >= fence.length and not end.strip(fence.mark)


def _outdented(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip())) :] if indent else line
