"""Checks the English of docstrings, comments and pages against the limits below, in occurrences per 1,000 words.

    python bench/vocabulary.py [--show PATTERN [ROOM]]

`make lint` runs it, and so does tests/test_vocabulary.py. ``--show where`` prints every line that a pattern finds.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

REPO = Path(__file__).resolve().parent.parent
ROOMS = ("evalscope_pytest", "suites", "bench")

# Words before a `where` that names a place ("say where it is"); all others are counted as *if* or *when*.
_BEFORE_A_PLACE = (
    "from", "to", "near", "know", "knows", "say", "says", "and", "Return", "return", "stays", "decides", "see",
    "begins", "ends", "shows", "name", "names", "of",
)  # fmt: skip
_PLACE = "".join(rf"(?<!\b{word} )" for word in _BEFORE_A_PLACE)
PATTERNS: Mapping[str, re.Pattern[str]] = {
    "where": re.compile(rf"{_PLACE}\bwhere\b(?! to\b)"),
    "asked": re.compile(r"\basked\b", re.IGNORECASE),
    "told": re.compile(r"\b(?:told|tells?)\b", re.IGNORECASE),
    "is no": re.compile(r"\b(?:is|are|was|were) no\b(?! (?:longer|more|less|earlier|later)\b)", re.IGNORECASE),
    "question word": re.compile(r"^(?:What|Who|Whose|Whether|How|Which)\b"),
    "in the mean": re.compile(r"\bin the mean\b", re.IGNORECASE),
    "so many": re.compile(r"\bso (?:many|much|long)\b(?! (?:as|that)\b)", re.IGNORECASE),
    "comes to": re.compile(r"\b(?:comes?|came) to\b", re.IGNORECASE),
    "stands": re.compile(r"\b(?:stands?|stood)\b(?!-| for\b)", re.IGNORECASE),
    "of its own": re.compile(r"\bof (?:its|their|our|your|his|one's) own\b", re.IGNORECASE),
}
LIMITS = {
    "where": 1.0, "asked": 0.1, "told": 0.1, "is no": 0.3, "question word": 0.3, "in the mean": 0.0, "so many": 0.05,
    "comes to": 0.05, "stands": 0.1, "of its own": 0.1,
}  # fmt: skip


class Line(NamedTuple):
    """A line of prose.

    Attributes:
        place: File and line number.
        starts: True for the first line of a docstring, an attribute or an argument.
    """

    place: str
    text: str
    starts: bool


def prose(path: Path) -> Iterator[Line]:
    """Yield the lines of a file's docstrings and comments, without code in backquotes."""
    text, name = path.read_text(encoding="utf-8"), path.relative_to(REPO).as_posix()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _docstring(name, node)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not re.match(r"# (?:noqa|type:|fmt:)", token.string):
            words = re.sub(r"#+ ?", "", re.sub(r"# (?:noqa|type:|fmt:).*", "", token.string))
            yield Line(f"{name}:{token.start[0]}", _plain(words), starts=False)


def _docstring(name: str, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Line]:
    if not ast.get_docstring(node, clean=False):
        return
    first = node.body[0]
    for number, line in enumerate(ast.get_docstring(node, clean=False).splitlines()):  # type: ignore[union-attr]
        entry = re.match(r"\s+[\w*]+: (?=[A-Z])", line)
        words = line[entry.end() :] if entry else line.strip()
        yield Line(f"{name}:{first.lineno + number}", _plain(words), starts=number == 0 or entry is not None)


def _plain(line: str) -> str:
    return re.sub(r"``[^`]*``|`[^`]*`", "_", line).strip()


def lines(*rooms: str) -> list[Line]:
    """Return the prose of the rooms, by default of the package, its suites and bench/."""
    return [line for room in rooms or ROOMS for path in sorted((REPO / room).rglob("*.py")) for line in prose(path)]


def found(name: str, prose: list[Line]) -> list[Line]:
    """Return the lines in which a pattern occurs, once for each time."""
    pattern = PATTERNS[name]
    if name == "question word":
        return [line for line in prose if line.starts and pattern.match(line.text)]
    return [line for line in prose for _ in pattern.finditer(line.text)]


def figures(*rooms: str) -> dict[str, float]:
    """Return the occurrences of each pattern per 1,000 words."""
    prose = lines(*rooms)
    words = sum(len(line.text.split()) for line in prose)
    return {name: 1000 * len(found(name, prose)) / words for name in PATTERNS}


def excesses(measured: Mapping[str, float]) -> list[str]:
    """Return a line for each figure above its limit."""
    return [
        f"vocabulary: {name!r} {figure:.2f} times in 1,000 words. At most {LIMITS[name]:.2f}. "
        f"Reword: python bench/vocabulary.py --show {name!r}"
        for name, figure in measured.items()
        if figure > LIMITS[name]
    ]


def main() -> int:
    """Print the figures; 1 when one is above its limit."""
    if sys.argv[1:2] == ["--show"]:
        for line in found(sys.argv[2], lines(*sys.argv[3:])):
            print(f"{line.place}: {line.text}")
        return 0
    measured = figures(*sys.argv[1:])
    for name, figure in measured.items():
        print(f"{name:<14} {figure:5.2f}   limit {LIMITS[name]:.2f}")
    wrong = excesses(measured)
    print("\n".join(wrong), end="\n" * bool(wrong), file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
