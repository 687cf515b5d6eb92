"""Load tests: the command ``evalscope-pytest perf``, and `run_perf_benchmark` for Python."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...core.arguments import Parser
from ...core.errors import ConfigError
from ...report.gates import GateResult
from ..config import PerfConfig, checked
from ..load.local import ENGINES, served
from ..load.session import check_packages
from ..measure import gates
from ..measure.result import Result
from ..measure.slo import parse_slos
from ..output import compare as comparison
from ..output.records import read_run
from ..run import PerfPlan, run, tune
from ..search.tuning import Search, SearchResult
from .options import environment_layer, file_layer, ini_layer, read_config
from .plan import plan_of

FAILED, INTERRUPTED = 1, 2


@dataclass(frozen=True, slots=True)
class PerfOutcome:
    """The outcome of a load test.

    Attributes:
        results: One for each load, or for each load that a search tried.
        gates: The gates, decided.
        searches: With ``sla_auto_tune``, the outcome of each search.
        folder: Where the files are.
    """

    results: tuple[Result, ...]
    gates: tuple[GateResult, ...]
    searches: tuple[SearchResult, ...]
    folder: Path

    @property
    def exit_code(self) -> int:
        """0 if each load had an answer, all gates passed, and each search found a load."""
        if any(result.interrupted for result in self.results):
            return INTERRUPTED
        if self.searches:
            return 0 if all(found.best is not None for found in self.searches) else FAILED
        passed = all(gate.passed for gate in self.gates) and all(result.succeeded for result in self.results)
        return 0 if passed else FAILED


def perf(arguments: Sequence[str]) -> int:
    """Run a load test; the exit code is 0 if each load had an answer and all gates passed.

    Raises:
        ConfigError: An option is unknown, a value wrong, or a package missing.
        ModelError: The service does not answer the first request.
    """
    if arguments and arguments[0] == "compare":
        return _compare(arguments[1:])
    config = read_config(arguments, os.environ)
    check_packages()
    try:
        with _stopped_like_ctrl_c():
            return _run(config).exit_code
    except KeyboardInterrupt:  # between two loads, or before the first; else there is a partial result
        print("stopped.", file=sys.stderr)
        return INTERRUPTED


def run_perf_benchmark(config: PerfConfig | Mapping[str, Any] | str | os.PathLike[str]) -> PerfOutcome:
    """Run a load test from Python.

    Environment variables and the ini file fill in what ``config`` leaves out, as for the command.

    Args:
        config: Settings, a mapping of them, or the path of a YAML or JSON file.

    Raises:
        ConfigError: A setting is unknown, a value wrong, or a package missing.
        ModelError: The service does not answer the first request.
        KeyboardInterrupt: The run was stopped between two loads, or before the first.
    """
    if isinstance(config, PerfConfig):
        layer = {name: (getattr(config, name), where) for name, where in config.given.items()}
    elif isinstance(config, Mapping):
        layer = dict(checked(config, lambda name: f"run_perf_benchmark({name}=...)"))
    else:
        layer = dict(file_layer(Path(config)))
    check_packages()
    return _run(PerfConfig.of([layer, environment_layer(os.environ), ini_layer(Path.cwd())]))


def _run(config: PerfConfig) -> PerfOutcome:
    if not config.model:
        raise ConfigError("no model is given. Add --model NAME: the model's name at the service.")
    if config.api not in ENGINES:
        if config.port or config.server_args:
            raise ConfigError("--port and --server-args are for --api local, which starts a server.")
        return _measure(config)
    if config.url:
        raise ConfigError(f"--api {config.api} starts a server itself: drop {config.spelled('url')}.")
    options = shlex.split(config.server_args)
    with served(config.model, config.api, port=config.port, words=options) as url:
        return _measure(config.replaced(api="openai", url=url))


@contextmanager
def _stopped_like_ctrl_c() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C: keep what was measured, and end a server that was started here."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _measure(config: PerfConfig) -> PerfOutcome:
    plan = plan_of(config, os.environ)
    parsed = gates.parse(config.eval_gate, [level.name for level in plan.levels], bool(plan.objectives))
    if config.sla_auto_tune:
        return _tune(config, plan)
    results = run(replace(plan, gates=tuple(parsed)), print)
    outcomes = gates.evaluate(parsed, results)
    for outcome in outcomes:
        print(f"gate {outcome.line}")
    return PerfOutcome(tuple(results), tuple(outcomes), (), plan.folder)


def _tune(config: PerfConfig, plan: PerfPlan) -> PerfOutcome:
    slos = parse_slos(config.sla_params)
    searches: list[SearchResult] = []
    for number, slo in enumerate(slos):
        wanted = Search(
            slo,
            config.sla_variable,
            config.sla_lower_bound,
            config.sla_upper_bound,
            _start(config),
            config.sla_number_multiplier,
            config.sla_num_runs,
            config.sla_fixed_parallel,
        )
        one = plan if len(slos) == 1 else replace(plan, folder=plan.folder / f"promise_{number + 1}")
        searches.append(tune(one, wanted, print))
        if searches[-1].probes[-1].result.interrupted:
            break
    results = tuple(probe.result for found in searches for probe in found.probes)
    return PerfOutcome(results, (), tuple(searches), plan.folder)


def _start(config: PerfConfig) -> int | None:
    """Return the load a search begins with, that of ``--parallel`` or ``--rate``."""
    given = config.parallel if config.sla_variable == "parallel" else config.rate
    if not given:
        return None
    if given[0] != int(given[0]):
        raise ConfigError(f"--rate {given[0]:g}: a search goes by whole numbers. Give one to begin with.")
    return int(given[0])


def _compare(arguments: Sequence[str]) -> int:
    parser = Parser(prog="evalscope-pytest perf compare", description="Compare two runs, load by load.")
    parser.add_argument("a", type=Path, metavar="A", help="folder of the first run, the one with summary.json")
    parser.add_argument("b", type=Path, metavar="B", help="folder of the second")
    given = parser.parse_args(arguments)
    check_packages()
    a, b = read_run(given.a), read_run(given.b)
    print(comparison.text(a, b, comparison.compare(a, b)))
    return 0
