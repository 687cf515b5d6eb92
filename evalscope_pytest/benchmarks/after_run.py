"""Additions of a benchmark at the end of its run: files beside the report, lines below the table, pictures."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ..core.errors import ConfigError
from ..store.layout import WorkDir
from ..store.plan import BenchmarkPlan, RunPlan

PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run whose records and JSON reports are written; its page is not yet.

    Attributes:
        benchmark: The benchmark at hand.
        columns: The width of the terminal that will show the summary; None for any width.
    """

    work_dir: WorkDir
    plan: RunPlan
    benchmark: BenchmarkPlan
    columns: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A benchmark's part of the terminal's summary and of the page.

    Attributes:
        text: Lines for the terminal, below the table of all scores.
        what: The word before the folder: ``ratings``.
        folder: Folder of the benchmark's files; None to show no folder.
        pictures: SVG elements for the benchmark's section of ``report.html``.
    """

    text: str = ""
    what: str = ""
    folder: Path | None = None
    pictures: tuple[str, ...] = ()


# Writes files and returns their summary; None if there is nothing to show.
AfterRun = Callable[[FinishedRun], Summary | None]


def name_of(benchmark: str, function: AfterRun) -> str:
    """Return the name by which any process of a run finds the function: ``module:function``.

    Raises:
        ConfigError: It is not a function of a module.
    """
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    if not module or not name.isidentifier():
        raise ConfigError(
            f"after_run of @benchmark({benchmark!r}) is {name or repr(function):.80}. Write it as a function of a "
            "module: under xdist another process finds it by its name."
        )
    return f"{module}:{name}"


def find(name: str) -> AfterRun:
    """Return the function that `name_of` named.

    Only modules of this package are imported for it: the name may come from a file.

    Raises:
        LookupError: It is neither in this package nor in a module that this process has imported.
    """
    module, _, function = name.partition(":")
    if module not in sys.modules and module.partition(".")[0] != PACKAGE:
        raise LookupError(module)
    found: AfterRun = getattr(import_module(module), function)
    return found
