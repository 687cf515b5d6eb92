"""Benchmarks of the user's own where no path is named: looked for where pytest would look for tests.

Only files that hold a benchmark are imported, and of those only the benchmarks are kept: a command line without a path
means evaluation, not the project's ordinary tests.
"""

from __future__ import annotations

import ast
import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

from ..benchmarks.bundled import bundled_dir
from .nodes import BenchmarkItem

NAME = "evalscope_own_files"
# Only then is the file parsed, which takes a hundred times as long as this.
_MENTIONS = re.compile(rb"^[ \t]*@[\w.]*benchmark[ \t]*\(|\bbenchmark[ \t]+as[ \t]", re.MULTILINE)
_VENV_MARKS = ("pyvenv.cfg", "conda-meta")


def roots(config: pytest.Config) -> list[Path]:
    """Return the folders, and files, where pytest would look for tests: ``testpaths``, else the current folder."""
    here = config.invocation_params.dir
    found: list[str] = []
    if here == config.rootpath:
        for pattern in config.getini("testpaths"):
            found.extend(sorted(glob.glob(str(here / pattern), recursive=True)))
    return [Path(path) for path in found] or [here]


def holders(config: pytest.Config, start: Iterable[Path]) -> list[Path]:
    """Return the test files below some roots that hold a benchmark, without importing any."""
    patterns, skipped = config.getini("python_files"), [*config.getini("norecursedirs"), "__pycache__"]
    files = (file for root in start for file in _test_files(root, patterns, skipped))
    return [file for file in dict.fromkeys(files) if holds_benchmark(file)]


def holds_benchmark(file: Path) -> bool:
    """Tell whether a test file decorates a function with ``benchmark``, whatever name it imports that by."""
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
    functions = (n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return any(_called(decorator) in names for function in functions for decorator in function.decorator_list)


def _called(decorator: ast.expr) -> str:
    """Return the last part of a decorator's name, where it is called with arguments."""
    function = decorator.func if isinstance(decorator, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return "" if ast.unparse(function).startswith("pytest.mark.") else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _test_files(root: Path, patterns: Sequence[str], skipped: Sequence[str]) -> Iterator[Path]:
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


class OwnFiles:
    """Keeps pytest, below the roots that were added, to the files that hold benchmarks."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = frozenset(files)
        self._folders = frozenset(parent for file in files for parent in file.parents)

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out what holds none; what pytest itself ignores stays ignored."""
        if collection_path.is_relative_to(bundled_dir()):
            return None
        return None if collection_path in self._files or collection_path in self._folders else True

    def added(self, item: pytest.Item) -> bool:
        """Tell whether an item is from one of the files."""
        return item.path in self._files


def watch(config: pytest.Config, files: Sequence[Path]) -> None:
    """Keep pytest to these files of the user's, the roots above them having been added to the command line."""
    if files:
        config.pluginmanager.register(OwnFiles(files), NAME)


def drop_ordinary(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, in place, the ordinary tests in files that nobody named."""
    own = config.pluginmanager.getplugin(NAME)
    if own is not None:
        items[:] = [i for i in items if isinstance(i, BenchmarkItem) or not own.added(i)]
