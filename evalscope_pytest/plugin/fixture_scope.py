"""Fixtures of a benchmark's body: what may be asked for, and how wider-scoped ones are set up.

Samples run ahead of pytest's loop, so nothing that lives for one item only can be given to them. Fixtures of module,
package or session scope are set up by pytest itself, once, when the first sample of the benchmark is reached, and torn
down when pytest moves on; a hidden function item stands for the benchmark while that happens.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from ..benchmarks.definition import PROVIDED, Benchmark
from ..engine.evaluation import Evaluation
from ..run.prepare import check_fixtures
from .pytest_private import fixture_scopes, set_up, tear_down, visible_fixtures

# What ends the session wherever it is raised.
STOPPING = (pytest.exit.Exception, KeyboardInterrupt)


class FixtureHost(pytest.Function):
    """Sets up a benchmark's fixtures in pytest's own way; is never run."""

    @classmethod
    def of(cls, module: pytest.Module, benchmark: Benchmark) -> FixtureHost | None:
        """Return the host of a benchmark, or None where it needs no fixture but this package's own.

        Raises:
            UsageError: The body asks for something it cannot be given.
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
    """Return the fixtures a benchmark of this module may ask for."""
    return [name for name, scope in visible_fixtures(module).items() if scope not in ("function", "class")]


class FixtureScope:
    """The fixtures of one benchmark, shared by its samples.

    Attributes:
        primary: The benchmark's primary metric.
        ready: True when its samples may be started.
        broken: The report of the sample whose fixtures could not be set up; the others fare alike.
        fault: What went wrong there.
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
        """Set the fixtures up and give their values to the body."""
        host = FixtureHost.of(self._module, self._benchmark)
        if host is not None:
            self._evaluation.arguments.update(host.set_up(self._benchmark.parameters))
        self.ready = True
        self.left = False

    def leave(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Tear down what the next item does not need. Says so, once, when that fails."""
        self.ready = not self._needs_host
        self.broken = None
        self.left = True
        call: pytest.CallInfo[None] = pytest.CallInfo.from_call(
            lambda: tear_down(item.session, nextitem), "teardown", reraise=STOPPING
        )
        if call.excinfo is not None:
            report = item.ihook.pytest_runtest_makereport(item=item, call=call)
            item.ihook.pytest_runtest_logreport(report=report)
