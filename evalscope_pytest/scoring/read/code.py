"""Programs in replies: fenced blocks, read line by line, or the reply without its prose."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from .json_text import last_json
from .visible import visible

PYTHON = ("python", "python3", "py", "py3")
_DEEPEST_CLOSING = 3  # Columns a closing fence may be indented beyond its opening one (CommonMark 0.31, 4.5).
_TAB = 4
_CODE_END = re.compile(r"(?:[};)\]]|(?:^|\s)(?:end|fi|done|esac))$")
_LIST_OR_HEADING = re.compile(r"(?:[-*•+>] |\d{1,2}[.)] |#{2,6} )?[*_`\"']{0,3}")
_CODE_SIGN = re.compile(r"[{}=]|->|<-|::|;$")
_OBJECT = re.compile(r"\s{0,20}(?:```[a-z]{0,8}\s{1,20})?\{\s{0,20}\"")
_PROGRAM_KEY = re.compile(r"code|program|solution|implementation|completion|python|function|answer|source|script")
_TAG = re.compile(r"^\[/?(?:PYTHON|CODE|SOLUTION|ANSWER)\][ \t]{0,8}$", re.MULTILINE | re.IGNORECASE)
_SENTENCE_WORDS = 3
_LONGEST_LINE = 1000
_QUOTES = (("/*", "*/"), ('"""', '"""'), ("'''", "'''"))
_QUOTE_MARKS = ("/*", "*/", '"""', "'''")


class Block(NamedTuple):
    """A fenced block.

    Attributes:
        label: The first word after the opening fence, in lower case; empty if there is none.
        closed: A fence ends it; else the text does.
    """

    label: str
    code: str
    closed: bool = True


class _Fence(NamedTuple):
    mark: str
    length: int
    indent: int
    label: str


def code_of(text: str, labels: Collection[str], defines: tuple[str, ...] = (), *, last: bool = False) -> str:
    """Return the program in a reply: the right one of its fenced blocks, or the reply without its prose.

    Blocks with one of the ``labels`` count; if there are none, those without a label; otherwise all. Of these it is the
    last one with a line that begins with one of ``defines``: models correct themselves, and add examples of use.

    Args:
        last: Take the last block rather than the first if none defines anything.
    """
    reply = shown(text)
    block = fenced(reply, labels, defines, last=last)
    if block is None:
        return without_prose(reply)
    return block.code if block.closed else without_prose(block.code)


def shown(text: str) -> str:
    """Return what is visible of a reply: the program in its JSON, else the reply without tags such as ``[PYTHON]``."""
    reply = visible(text)
    return _in_json(reply) or _TAG.sub("", reply)


def _in_json(reply: str) -> str:
    """Return the program of a reply that is one JSON object with a field for it; empty when it is anything else."""
    if not _OBJECT.match(reply) or not reply.rstrip("` \n\r\t").endswith("}"):
        return ""
    found = last_json(reply, "{", lambda value: isinstance(value, dict)) or {}
    programs = [field for key, field in found.items() if isinstance(field, str) and _PROGRAM_KEY.search(key.casefold())]
    return programs[-1] if programs else ""


def fenced(reply: str, labels: Collection[str], defines: tuple[str, ...] = (), *, last: bool = False) -> Block | None:
    """Return the block `code_of` takes; None when the reply has none. The arguments are those of `code_of`."""
    blocks = _counting(list(code_blocks(reply)), labels)
    if not any(_defines(block, defines) for block in blocks) and (inside := _from_inside(reply, labels, defines)):
        blocks = [inside[0], *_counting(inside[1:], labels)] if defines else inside[:1]
    if not blocks:
        return None
    defining = [block for block in blocks if _defines(block, defines)]
    return defining[-1] if defining else blocks[-1 if last else 0]


def _counting(blocks: list[Block], labels: Collection[str]) -> list[Block]:
    """Return the blocks that count: those with a label that fits, else those without any, else all."""
    fitting = [block for block in blocks if block.label in labels]
    return fitting or [block for block in blocks if not block.label] or blocks


def _defines(block: Block, defines: tuple[str, ...]) -> bool:
    return bool(defines) and any(line.startswith(defines) for line in block.code.split("\n"))


def _from_inside(reply: str, labels: Collection[str], defines: tuple[str, ...]) -> list[Block]:
    """Return the blocks of a reply that goes on with a block the prompt opened; empty when none was open.

    Its first fence has no label, only closes, and follows code; or it is in a docstring of that code.
    """
    lines = reply.split("\n")
    first = next((number for number, line in enumerate(lines) if _opening(line)), 0)
    before = [line for line in lines[:first] if line.strip()]
    if before and _within_quotes(lines[:first]):
        return _opened(reply, labels)
    if not before or lines[first].strip().strip("`") or _columns(lines[first]) > _DEEPEST_CLOSING:
        return []
    defines_before = bool(defines) and any(line.startswith(defines) for line in before)
    fences = 1 if defines_before else sum(_opening(line) is not None for line in lines[first:])
    if defines_before or (fences % 2 == 1 and _ends_as_code(before[-1])):
        return _opened(reply, labels)
    return []


def _opened(reply: str, labels: Collection[str]) -> list[Block]:
    """Return the blocks of a reply that begins inside one, which loses its prose and a label on its first line."""
    first, _, rest = reply.partition("\n")
    opening, *others = code_blocks(rest if first.strip().lower() in labels else reply, opened=True)
    return [opening._replace(code=without_prose(opening.code)), *others]


def _within_quotes(lines: Sequence[str]) -> bool:
    """Return whether a multi-line string is still open after these lines of a program."""
    quoted = ""
    for line in lines:
        quoted = _left_open(line, quoted)
    return bool(quoted)


def _ends_as_code(line: str) -> bool:
    return not is_prose(line) and (line[0].isspace() or _CODE_END.search(line.rstrip()) is not None)


def code_blocks(text: str, *, opened: bool = False) -> Iterator[Block]:
    """Yield the fenced blocks of a text; one that is not closed goes on to its end.

    Args:
        opened: The text begins inside a block.
    """
    fence = _Fence("`", 3, 0, "") if opened else None
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
        yield Block(fence.label, "".join(lines), closed=False)


def _opening(line: str) -> _Fence | None:
    fence = line.lstrip()
    mark = fence[:1]
    if mark not in ("`", "~") or not fence.startswith(mark * 3):
        return None
    rest = fence.lstrip(mark)
    if mark in rest:  # code inside a line of text
        return None
    label = rest.split()[:1]
    return _Fence(mark, len(fence) - len(rest), _columns(line), label[0].lower() if label else "")


def _closes(line: str, fence: _Fence) -> bool:
    end = line.strip()
    if len(end) < fence.length or end.strip(fence.mark):
        return False
    return _columns(line) - fence.indent <= _DEEPEST_CLOSING  # otherwise it is in a docstring or a comment


def _columns(line: str) -> int:
    """Return how far a line is indented."""
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank.expandtabs(_TAB)) if "\t" in blank else len(blank)


def _outdented(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip())) :] if indent else line


def without_prose(text: str) -> str:
    """Return the longest part of ``text`` that has no line of prose, with its indentation; all of it if there is none.

    Lines of comments and of texts over several lines are not prose.
    """
    longest: list[str] = []
    part: list[str] = []
    quoted = ""
    for line in [*text.split("\n"), "."]:
        if quoted or not (line == "." or is_prose(line) or line.strip() == "```"):
            part.append(line)
            quoted = _left_open(line, quoted)
        else:
            longest = part if len("".join(part).split()) > len("".join(longest).split()) else longest
            part = []
    found = "\n".join(longest)
    return found.strip("\n") + "\n" if found.strip() and found != text else text


def _left_open(line: str, quoted: str) -> str:
    """Return what still has to close what a line leaves open: a block comment or a text over several lines."""
    if not any(mark in line for mark in _QUOTE_MARKS):
        return quoted
    for opening, closing in _QUOTES:
        if quoted in ("", closing) and (opening in line or quoted):
            outside = not quoted
            for piece in re.split(f"({re.escape(opening)}|{re.escape(closing)})", line)[1::2]:
                outside = (piece != opening) if outside else (piece == closing)
            return "" if outside else closing
    return quoted


def is_prose(line: str) -> bool:
    """Return whether a line at the margin is a sentence, a heading or their end, not code."""
    if not line or line[0].isspace():
        return False
    if line.startswith(("## ", "### ", "#### ")):
        return True
    text = line[_LIST_OR_HEADING.match(line).end() :].rstrip("*_`\"' \r")  # type: ignore[union-attr]
    if not text or _CODE_SIGN.search(text, 0, _LONGEST_LINE):
        return False
    if text[0] >= "\u2e80":  # Chinese, Japanese, Korean
        return True
    if not text[0].isupper():
        return False
    words = text[:_LONGEST_LINE].split()
    return text[-1] in ".:!?" or text.isalpha() or (len(words) >= _SENTENCE_WORDS and words[0].strip(",.:!").isalpha())
