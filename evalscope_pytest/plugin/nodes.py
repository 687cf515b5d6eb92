"""The nodes of a benchmark: a collector in its module, a stand-in before data is loaded, an item for each sample.

Samples run ahead of pytest's loop, so nothing that lives for one item only can be given to them. Fixtures of module,
package or session scope are set up by pytest itself, once, when the first sample of the benchmark is reached, and torn
down when pytest moves on; a hidden function item stands for the benchmark while that happens.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from ..benchmarks.bundled import bundled_dir, import_bundled
from ..benchmarks.definition import PROVIDED, Benchmark
from ..engine.evaluation import BodyError, Evaluation, Unit
from ..engine.loop import Job
from ..run.prepare import check_fixtures
from ..run.selection import named_nodes
from .pytest_private import fixture_scopes, set_up, tear_down, visible_fixtures

# Exceptions that end the session.
STOPPING = (pytest.exit.Exception, KeyboardInterrupt)
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
        unready: The reason why none of its samples runs, although there is a model.
    """

    parent: BenchmarkCollector
    stays = False
    unready = ""

    @property
    def benchmark(self) -> Benchmark:
        """The benchmark that it represents."""
        return self.parent.benchmark

    def runtest(self) -> None:
        """Skip it, with the reason: how to run it, or what it needs."""
        if self.unready:
            raise pytest.skip.Exception(self.unready, _use_item_location=True)
        how = HOW_TO_RUN.format(file=from_here(self.path, self.config))
        raise pytest.skip.Exception(how, _use_item_location=True)  # shown with the benchmark's line, not this one

    def reportinfo(self) -> tuple[Path, int, str]:
        """Locate the benchmark for pytest's messages."""
        return self.path, self.benchmark.function.__code__.co_firstlineno - 1, self.name


class SampleItem(pytest.Item):
    """One sample, or one of its repeats. Light on purpose: it has neither set-up nor fixtures nor a call phase.

    Attributes:
        skipped: The reason why it does not run, if a conftest marked this very sample.
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
    """Return the name of a file in ids. pytest has none for a file outside of the root, such as a bundled one."""
    if module.nodeid:
        return module.nodeid
    path = module.path
    return path.relative_to(bundled_dir()).as_posix() if path.is_relative_to(bundled_dir()) else path.name


def _marks(function: object) -> list[pytest.Mark]:
    return list(getattr(function, "pytestmark", ()))


def collectors(module: pytest.Collector, function: object) -> list[BenchmarkCollector] | None:
    """Return the nodes of a decorated function in its module.

    Besides the collector of the whole benchmark there is one for each sample that the command line names.
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
    names = named_nodes(module.config.args, benchmark.name, benchmark.function.__name__, partial(_is_file, module))
    return [
        BenchmarkCollector.from_parent(module, name=name, benchmark=benchmark, only=sample or None)
        for name, sample in names.items()
    ]


def _is_file(module: pytest.Module, path: str) -> bool:
    return os.path.realpath(module.config.invocation_params.dir / path) == os.path.realpath(module.path)


# The fixtures of a body ----------------------------------------------------------------------------------------------


class FixtureHost(pytest.Function):
    """An item that has pytest set up a benchmark's fixtures, and is never run."""

    @classmethod
    def of(cls, module: pytest.Module, benchmark: Benchmark) -> FixtureHost | None:
        """Return the host of a benchmark, or None if it needs only this package's fixtures.

        Raises:
            UsageError: The body needs something it cannot be given.
        """
        wanted = [n for n in (*benchmark.parameters, *_used(benchmark)) if n not in PROVIDED]
        host: FixtureHost = cls.from_parent(module, name=benchmark.name, callobj=_stand_in(wanted))
        scopes = fixture_scopes(host)
        check_fixtures(benchmark, wanted, scopes, partial(_wide_fixtures, module))
        # Function-scoped autouse fixtures are meant for ordinary tests: they cannot hold for samples in parallel.
        host.fixturenames[:] = [n for n in host.fixturenames if scopes.get(n, "function") != "function"]
        return host if host.fixturenames else None

    def set_up(self, wanted: Sequence[str]) -> Mapping[str, Any]:
        """Set the fixtures up and return the wanted ones' values by name."""
        set_up(self)
        return {n: self.funcargs[n] for n in wanted if n in self.funcargs}


def _used(benchmark: Benchmark) -> list[str]:
    """Return the arguments of its ``usefixtures`` marks."""
    marks = getattr(benchmark.function, "pytestmark", ())
    return [name for mark in marks if mark.name == "usefixtures" for name in mark.args]


def _stand_in(names: list[str]) -> Any:
    def benchmark_fixtures(**_: Any) -> None: ...

    parameter = inspect.Parameter
    benchmark_fixtures.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter(n, parameter.POSITIONAL_OR_KEYWORD) for n in names]
    )
    return benchmark_fixtures


def _wide_fixtures(module: pytest.Module) -> list[str]:
    """Return the names of the fixtures that a benchmark of this module may use."""
    return [name for name, scope in visible_fixtures(module).items() if scope not in ("function", "class")]


class FixtureScope:
    """The fixtures of one benchmark, shared by its samples.

    Attributes:
        primary: The benchmark's primary metric.
        ready: True when its samples may be started.
        broken: The report of the sample whose fixtures could not be set up; the others fare alike.
        fault: The error that was raised there.
        left: True once pytest has moved on to something else.
    """

    def __init__(self, evaluation: Evaluation, module: pytest.Module, benchmark: Benchmark, primary: str) -> None:
        self._evaluation = evaluation
        self._module = module
        self._benchmark = benchmark
        self._needs_host = FixtureHost.of(module, benchmark) is not None
        self.primary = primary
        self.hooks = module.ihook
        self.ready = not self._needs_host
        self.broken: pytest.TestReport | None = None
        self.fault: BaseException | None = None
        self.left = False

    def enter(self) -> None:
        """Set up the fixtures and give their values to the body."""
        host = FixtureHost.of(self._module, self._benchmark)
        if host is not None:
            self._evaluation.arguments.update(host.set_up(self._benchmark.parameters))
        self.ready = True
        self.left = False

    def leave(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Tear down what the next item does not need. Report a failure once."""
        self.ready = not self._needs_host
        self.broken = None
        self.left = True
        call: pytest.CallInfo[None] = pytest.CallInfo.from_call(
            lambda: tear_down(item.session, nextitem), "teardown", reraise=STOPPING
        )
        if call.excinfo is not None:
            report = item.ihook.pytest_runtest_makereport(item=item, call=call)
            item.ihook.pytest_runtest_logreport(report=report)
