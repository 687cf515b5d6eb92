"""Measures the house: files, functions, types, docstrings, comments, doors and tests, in one row of figures each.

    python bench/house.py

`tests/test_house_style.py` keeps the limits; this prints where the figures are.
"""

from __future__ import annotations

import ast
import io
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import house

BROAD = {"Exception", "BaseException"}


def spread(values: Sequence[int]) -> str:
    """Return median, 95th percentile and maximum."""
    return f"{statistics.median(values):.0f}/{house.percentile(values, 95)}/{max(values)}"


def comments(source: house.Source) -> int:
    """Count a file's comments, without those addressed to tools."""
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline)
    return sum(
        token.type == tokenize.COMMENT and not token.string.startswith(("# noqa", "# type:", "# fmt:"))
        for token in tokens
    )


def broad_excepts(source: house.Source) -> int:
    """Count handlers that catch everything."""
    handlers = (node for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler))
    return sum(
        h.type is None or bool({n.id for n in ast.walk(h.type) if isinstance(n, ast.Name)} & BROAD) for h in handlers
    )


def complex_functions(rooms: Sequence[str]) -> int:
    """Count functions of cyclomatic complexity above 10, as ruff measures it."""
    command = ["ruff", "check", "--isolated", "--select", "C901", "--output-format", "concise", "--exit-zero", *rooms]
    lines = subprocess.run(command, cwd=house.REPO, capture_output=True, text=True, check=True).stdout.splitlines()
    return sum("C901" in line for line in lines)


def test_lines() -> int:
    """Count the lines of the tests."""
    return sum(source.lines for source in house.sources("tests"))


def figures(rooms: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """Yield the name and the value of each figure for some top-level folders."""
    sources = house.sources(*rooms)
    functions = [function for source in sources for function in house.functions(source)]
    lengths = [house.length(function) for function in functions]
    counts = [len(house.arguments(function)) for function in functions]
    total = sum(source.lines for source in sources)
    importers = house.importers()
    one_door = sum(len(importers.get(source.name, ())) == 1 for source in sources)
    yield "files", len(sources)
    yield "lines", total
    yield "lines a file", round(total / len(sources))
    yield "function lines, median/p95/max", spread(lengths)
    yield "functions over 40 lines, %", f"{100 * sum(n > 40 for n in lengths) / len(lengths):.1f}"
    yield "arguments, median/p95/max", spread(counts)
    yield "fully typed functions, %", f"{100 * sum(not house.untyped(f) for f in functions) / len(functions):.1f}"
    yield "public names without a docstring", sum(1 for source in sources for _ in house.undocumented(source))
    yield "comments for 100 lines", f"{100 * sum(map(comments, sources)) / total:.1f}"
    yield "functions of complexity above 10", f"{complex_functions(rooms)} of {len(functions)}"
    yield "broad excepts for 1,000 lines", f"{1000 * sum(map(broad_excepts, sources)) / total:.1f}"
    yield "files with one importer, %", f"{100 * one_door / len(sources):.0f}"
    yield "lines of tests for a line", f"{test_lines() / total:.2f}"


def main() -> None:
    """Print the table for the package alone and with its suites."""
    package, both = (dict(figures(rooms)) for rooms in (("evalscope_pytest",), house.ROOMS))
    print(f"{'':40}{'package':>14}{'with suites':>14}")
    for name, value in package.items():
        print(f"{name:40}{value!s:>14}{both[name]!s:>14}")


if __name__ == "__main__":
    main()
