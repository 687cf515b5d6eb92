"""Benchmarks of the user's own where no path is named: looked for where pytest would look for tests.

Only files that hold a benchmark are imported, and of those only the benchmarks are kept: a command line without a path
means evaluation, not the project's ordinary tests.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from ..benchmarks.bundled import bundled_dir
from ..benchmarks.own_files import holds_benchmark, test_files
from .nodes import BenchmarkItem

NAME = "evalscope_own_files"


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
    files = (file for root in start for file in test_files(root, patterns, skipped))
    return [file for file in dict.fromkeys(files) if holds_benchmark(file)]


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
