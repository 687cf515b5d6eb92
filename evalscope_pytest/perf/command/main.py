"""``evalscope-pytest perf``: load-tests a model service."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ...core.errors import ConfigError
from ..load.local import ENGINES, served
from ..measure import gates
from ..measure.result import Result
from ..measure.slo import parse_slos
from ..output import compare as comparison
from ..output.records import read_run
from ..packages import check_packages
from ..run import RunPlan, run, tune
from ..search.tuning import Search
from .options import Parser, read_options
from .plan import plan_of

FAILED, INTERRUPTED = 1, 2


def perf(arguments: Sequence[str]) -> int:
    """Run a load test; the exit code is 0 where every request of every load was answered and all gates hold.

    Raises:
        ConfigError: An option is unknown, a value wrong, or a package missing.
        ModelError: The service does not answer the first request.
    """
    if arguments and arguments[0] == "compare":
        return _compare(arguments[1:])
    options = read_options(arguments)
    check_packages()
    try:
        with _stopped_like_ctrl_c():
            return _run(options)
    except KeyboardInterrupt:  # between two loads, or before the first; else there is a partial result
        print("stopped.", file=sys.stderr)
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    if options.api not in ENGINES:
        if options.port or options.server_args:
            raise ConfigError("--port and --server-args are for --api local, which starts a server.")
        return _measure(options)
    if options.url:
        raise ConfigError(f"--api {options.api} starts a server of its own: drop --url.")
    words = shlex.split(options.server_args)
    with served(options.model, options.api, port=options.port, words=words) as url:
        options.api, options.url = "openai", url
        return _measure(options)


@contextmanager
def _stopped_like_ctrl_c() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C: what was measured is kept, and a server that was started here ends with it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _measure(options: argparse.Namespace) -> int:
    if not options.url:
        raise ConfigError("no service is given. Add --url http://HOST:PORT/v1, or --api local for a model of yours.")
    plan = plan_of(options, os.environ)
    checked = gates.parse(options.eval_gate, [level.name for level in plan.levels], bool(plan.objectives))
    if options.sla_auto_tune:
        return _tune(options, plan)
    results = run(replace(plan, gates=tuple(checked)), print)
    outcomes = gates.evaluate(checked, results)
    for outcome in outcomes:
        print(f"gate {outcome.line}")
    if any(result.interrupted for result in results):
        return INTERRUPTED
    return FAILED if not all(outcome.passed for outcome in outcomes) or not _answered(results) else 0


def _tune(options: argparse.Namespace, plan: RunPlan) -> int:
    slos = parse_slos(options.sla_params or "")
    kept = True
    for number, slo in enumerate(slos):
        wanted = Search(
            slo,
            options.sla_variable,
            options.sla_lower_bound,
            options.sla_upper_bound,
            _start(options),
            options.sla_number_multiplier,
            options.sla_num_runs,
            options.sla_fixed_parallel,
        )
        own = plan if len(slos) == 1 else replace(plan, folder=plan.folder / f"promise_{number + 1}")
        found = tune(own, wanted, print)
        kept &= found.best is not None
        if found.probes[-1].result.interrupted:
            return INTERRUPTED
    return 0 if kept else FAILED


def _start(options: argparse.Namespace) -> int | None:
    """Return the load a search begins with: the one of ``--parallel`` or ``--rate``."""
    given = options.parallel if options.sla_variable == "parallel" else options.rate
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


def _answered(results: Sequence[Result]) -> bool:
    """Tell whether each load had an answer: single failures are for gates (``perf:success_rate>=0.99``)."""
    return all(result.succeeded for result in results)
