"""``detectable_format:*``: the shape of the reply, mostly Markdown."""

from __future__ import annotations

import json
import re

from .arguments import Arguments

_ANSWERS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")


def constrained_response(text: str, _: Arguments) -> bool:
    """One of the three allowed answers is there."""
    return any(answer in text for answer in _ANSWERS)


def json_format(text: str, _: Arguments) -> bool:
    """The whole reply is JSON, in a code fence or not."""
    body = text.strip()
    for fence in ("```json", "```Json", "```JSON", "```"):
        body = body.removeprefix(fence)
    try:
        json.loads(body.removesuffix("```").strip())
    except (ValueError, RecursionError):
        return False
    return True


def multiple_sections(text: str, arguments: Arguments) -> bool:
    """Check for at least this many headings: the splitter and a number, with at most one blank between."""
    splitter = re.escape(arguments.text("section_spliter").strip())
    return len(re.findall(rf"{splitter}\s?\d", text)) >= arguments.number("num_sections")


def number_bullet_lists(text: str, arguments: Arguments) -> bool:
    """Check for exactly this many bullets: lines that begin with ``-``, or with a single ``*``."""
    lines = [line.lstrip() for line in text.split("\n")]
    return _stars(lines) + sum(line.startswith("-") for line in lines) == arguments.number("num_bullets")


def _stars(lines: list[str]) -> int:
    """Count the ``*`` bullets. A star alone on its line takes the next line as its text."""
    count = 0
    belongs = False
    for number, line in enumerate(lines, start=1):
        alone = line == "*" and number < len(lines)
        if not belongs and line.startswith("*") and (alone or line[1:2] not in ("", "*")):
            count += 1
            belongs = alone
        else:
            belongs = False
    return count


def number_highlighted_sections(text: str, arguments: Arguments) -> bool:
    """Check for at least this many ``*highlights*``, not blank, each within a line; ``**bold**`` is one as well."""
    count = sum(_highlights(line.split("*")) for line in text.split("\n"))
    return count >= arguments.number("num_highlights")


def _highlights(parts: list[str]) -> int:
    """Count the highlights of a line cut at its stars, the first part standing before the first star."""
    single = sum(bool(part.strip()) for part in parts[1:-1:2])
    bold, at = 0, 1
    while at + 3 < len(parts):  # two stars, a text, two stars
        if not parts[at] and not parts[at + 2]:
            bold += bool(parts[at + 1].strip())
            at += 4
        else:
            at += 1
    return single + bold


def title(text: str, _: Arguments) -> bool:
    """Some line holds a ``<<title>>`` that is not blank."""
    return any(_title(line) for line in text.split("\n"))


def _title(line: str) -> bool:
    start, end = line.find("<<"), line.rfind(">>")
    return 0 <= start < end and bool(line[start:end].lstrip("<").rstrip(">").strip())
