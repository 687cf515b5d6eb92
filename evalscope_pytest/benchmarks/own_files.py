"""Finds test files of the user's own that hold a benchmark, without importing any."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from .bundled import bundled_dir

# Only then is the file parsed, which takes a hundred times as long as this.
_MENTIONS = re.compile(rb"^[ \t]*@[\w.]*benchmark[ \t]*\(|\bbenchmark[ \t]+as[ \t]", re.MULTILINE)
_VENV_MARKS = ("pyvenv.cfg", "conda-meta")


def holds_benchmark(file: Path) -> bool:
    """Return whether a test file decorates a function with ``benchmark``, whatever name it imports that by."""
    try:
        source = file.read_bytes()
    except OSError:
        return False
    if not _MENTIONS.search(source):
        return False
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return b"evalscope_pytest" in source  # pytest reports what is wrong with it
    names = {"benchmark"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names.update(alias.asname for alias in node.names if alias.name == "benchmark" and alias.asname)
    return any(_called(decorator) in names for function in _collected(tree) for decorator in function.decorator_list)


def _collected(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions of a file that pytest can collect: none that another function makes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield child
        else:
            yield from _collected(child)


def _called(decorator: ast.expr) -> str:
    """Return the last part of the name of a decorator that is called with arguments."""
    function = decorator.func if isinstance(decorator, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return "" if ast.unparse(function).startswith("pytest.mark.") else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_files(root: Path, patterns: Sequence[str], skipped: Sequence[str]) -> Iterator[Path]:
    """Yield the test files below a root; those of virtual environments and of this package are left out."""
    if root.is_file():
        yield root
        return
    seen: set[str] = set()
    for folder, names, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen or Path(folder) == bundled_dir():
            names.clear()
            continue
        seen.add(real)
        names[:] = sorted(n for n in names if not _is_skipped(folder, n, skipped))
        for name in sorted(files):
            if name.endswith(".py") and any(fnmatch(name, pattern) for pattern in patterns):
                yield Path(folder, name)


def _is_skipped(folder: str, name: str, skipped: Sequence[str]) -> bool:
    if any(fnmatch(name, pattern) for pattern in skipped):
        return True
    return any(os.path.exists(os.path.join(folder, name, mark)) for mark in _VENV_MARKS)
