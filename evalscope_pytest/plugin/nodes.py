"""The nodes of a benchmark: one collector in the module, one stand-in before data is loaded, one item a sample."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from ..benchmarks.bundled import bundled_dir, import_bundled
from ..benchmarks.definition import Benchmark
from ..engine.evaluation import BodyError, Unit
from ..engine.lookahead import Job
from .fixture_scope import FixtureScope

PACKAGE = Path(__file__).resolve().parent.parent
HOW_TO_RUN = "give a model: pytest {file} --eval-model=MODEL (--eval-model=mock needs none)"


class BundledModule(pytest.Module):
    """A file of the bundled benchmarks: imported under its one name, wherever its folder lies."""

    def _getobj(self) -> object:
        return import_bundled(self.path)


class BenchmarkCollector(pytest.Collector):
    """A decorated function in a module. Collecting it costs nothing: its data is loaded once it is known to run."""

    def __init__(self, *, benchmark: Benchmark, only: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.benchmark = benchmark
        self.only = only
        for tag in benchmark.tags:
            self.config.addinivalue_line("markers", f"{tag}: benchmarks tagged {tag}")
            self.own_markers.append(getattr(pytest.mark, tag).mark)
        self.own_markers.extend(_marks(benchmark.function))
        self.extra_keyword_matches.add(benchmark.function.__name__)
        self.keywords.update((mark.name, mark) for mark in self.own_markers)

    def collect(self) -> Iterable[BenchmarkItem]:
        """Return the stand-in."""
        assert isinstance(self.parent, pytest.Module)
        yield BenchmarkItem.from_parent(self, name=self.name, nodeid=f"{file_id(self.parent)}::{self.name}")


class BenchmarkItem(pytest.Item):
    """Stands for all samples of a benchmark until they are loaded; without a model it is what is reported.

    Attributes:
        stays: True when it was selected and its samples cannot take its place: they cannot run, or be listed.
        unready: Why none of its samples runs, although there is a model.
    """

    parent: BenchmarkCollector
    stays = False
    unready = ""

    @property
    def benchmark(self) -> Benchmark:
        """The benchmark it stands for."""
        return self.parent.benchmark

    def runtest(self) -> None:
        """Say how to run it, or what it needs."""
        if self.unready:
            raise pytest.skip.Exception(self.unready, _use_item_location=True)
        how = HOW_TO_RUN.format(file=from_here(self.path, self.config))
        raise pytest.skip.Exception(how, _use_item_location=True)  # shown with the benchmark's line, not this one

    def reportinfo(self) -> tuple[Path, int, str]:
        """Locate the benchmark for pytest's messages."""
        return self.path, self.benchmark.function.__code__.co_firstlineno - 1, self.name


class SampleItem(pytest.Item):
    """One sample, or one of its repeats. Light on purpose: it has no setup, no fixtures, no call phase of its own.

    Attributes:
        skipped: Why it does not run, where a conftest marked this very sample.
        fixturenames, funcargs: Empty: what makes reports of functions looks there.
    """

    fixturenames: Sequence[str] = ()
    funcargs: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, *, benchmark: Benchmark, unit: Unit, scope: FixtureScope, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.benchmark = benchmark
        self.unit = unit
        self.scope = scope
        self.skipped: str | None = None
        self.job: Job[Any] | None = None

    @property
    def ready(self) -> bool:
        """False while fixtures its body needs are not set up; it is then not started ahead."""
        return self.scope.ready

    @property
    def primary(self) -> str:
        """The metric that decides between right and wrong."""
        return self.scope.primary

    def runtest(self) -> None:
        """Never called: `protocol` runs samples through the look-ahead engine."""
        raise AssertionError("samples run through pytest_runtest_protocol")

    def reportinfo(self) -> tuple[Path, int, str]:
        """Locate the benchmark for pytest's messages."""
        return self.path, self.benchmark.function.__code__.co_firstlineno - 1, self.name

    def _traceback_filter(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        """Keep the author's frames: from the benchmark's file on, without this package's own."""
        own = [e for e in excinfo.traceback if not Path(e.path).is_relative_to(PACKAGE)]
        start = next((n for n, e in enumerate(own) if Path(e.path) == self.path), 0)
        return type(excinfo.traceback)(own[start:] or excinfo.traceback)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the author's frames; what the engine itself finds fault with, such as a wrong type, has none."""
        if isinstance(excinfo.value, BodyError):
            path, line, _ = self.reportinfo()
            return f"{excinfo.value}\n{from_here(path, self.config)}:{line + 1}"
        return super().repr_failure(excinfo, style or self.config.getoption("tbstyle", "auto"))

    @property
    def location(self) -> tuple[str, int | None, str]:
        """File, line, name, without the path arithmetic pytest does once for each item."""
        return self.nodeid.partition("::")[0], self.benchmark.function.__code__.co_firstlineno - 1, self.name


def from_here(path: Path, config: pytest.Config) -> str:
    """Return a path relative to the folder in which pytest was started, if it lies there: terminals break long ones."""
    start = config.invocation_params.dir
    return str(path.relative_to(start) if path.is_relative_to(start) else path)


def file_id(module: pytest.Module) -> str:
    """Return what ids call a file. pytest has no name for one that is not below the root; a bundled one has its own."""
    if module.nodeid:
        return module.nodeid
    path = module.path
    return path.relative_to(bundled_dir()).as_posix() if path.is_relative_to(bundled_dir()) else path.name


def _marks(function: object) -> list[pytest.Mark]:
    return list(getattr(function, "pytestmark", ()))


def collectors(module: pytest.Collector, function: object) -> list[BenchmarkCollector] | None:
    """Return what a decorated function becomes in its module.

    Beside the collector of the whole benchmark there is one for each single sample the command line names, since pytest
    looks for ``file.py::gsm8k[main-17]`` before any data is loaded.
    """
    benchmark = getattr(function, "__benchmark__", None)
    if not isinstance(benchmark, Benchmark):
        return None
    if not isinstance(module, pytest.Module):
        raise module.CollectError(
            f"benchmark {benchmark.name!r} is in the class {module.name}. Make it a function of the module."
        )
    if getattr(function, "__module__", "") != module.obj.__name__:
        return []  # imported from the file it belongs to
    only = dict.fromkeys([None, *_named_samples(module, benchmark)])
    names = {benchmark.name if one is None else f"{benchmark.name}[{one}]": one for one in only}
    names |= _as_named(module, benchmark)
    return [
        BenchmarkCollector.from_parent(module, name=name, benchmark=benchmark, only=one or None)
        for name, one in names.items()
    ]


def _named_samples(module: pytest.Module, benchmark: Benchmark) -> list[str]:
    """Return the ids of single samples that the command line names: ``file.py::gsm8k[main-17]``."""
    ends = (argument.rpartition("::")[2] for argument in module.config.args)
    return [one for end in ends if (one := _in_brackets(end, benchmark.name)) is not None]


def _as_named(module: pytest.Module, benchmark: Benchmark) -> dict[str, str | None]:
    """Return what the command line calls by the function's name, as run buttons of editors do.

    ``file.py::test_gsm8k`` stands for ``file.py::gsm8k``, and ``file.py::test_gsm8k[main-17]`` for its sample.
    """
    function, found = benchmark.function.__name__, dict[str, str | None]()
    if function == benchmark.name:
        return found
    for argument in module.config.args:
        path, separator, end = argument.partition("::")
        if separator and (end == function or _in_brackets(end, function) is not None) and _is_file(module, path):
            found[end] = _in_brackets(end, function)
    return found


def _in_brackets(end: str, name: str) -> str | None:
    inside = end.startswith(f"{name}[") and end.endswith("]")
    return end[len(name) + 1 : -1] if inside else None


def _is_file(module: pytest.Module, path: str) -> bool:
    return os.path.realpath(module.config.invocation_params.dir / path) == os.path.realpath(module.path)
