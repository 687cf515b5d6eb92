"""Ties the plugin's parts to pytest's life cycle, once a run evaluates something."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from xdist.workermanage import parse_tx_spec_config

from ..config.schema import to_mapping
from ..config.sources import check_ini_names, from_mapping
from ..core.errors import EvalError, StoreError, UsageError
from ..core.terminal import visible
from ..core.values import Sample
from ..run.assembly import Run
from ..run.crashes import Handover
from ..run.finish import check_requirements, gates_of, how_to_carry_on, in_short
from ..run.process import Process, Routing
from ..run.unused import unused_settings
from ..store.atomic import storing
from .collection import expand, heed_marks, plan_of
from .driving import driver_of
from .interruption import Interruption
from .keywords import Keywords, apply
from .loads import NAME, LoadReports, Measurements, check_gates
from .masking import Masking
from .nodes import SampleItem
from .onlookers import readers
from .protocol import SampleLoop, SampleProtocol
from .pytest_private import Screen, explain_in_tests_only, unknown_ini_keys
from .report_fields import ServiceOnReports, dump_states, load_states
from .rerun import Rerun, check_reruns, keep_errored
from .samples import Feed, Upcoming
from .selection import check_expressions, check_selected
from .state import RUN, TASK
from .summary import run_lines
from .workers import (
    OWN_SCHEDULER,
    LookAheadScheduling,
    WorkerQueue,
    check_distribution,
    distributes,
    hear_worker,
    kill_worker,
    stop_worker,
)

# Samples make much that dies at once, and next to nothing in cycles. Three pairs of runs over 20,000 samples: 1 to 15 %
# less CPU, on a noisy machine.
PATIENT_COLLECTOR = (20_000, 20, 50)
USAGE_ERROR = "evalscope_usage_error"
STOPPED = "evalscope_stopped"
# Workers that have not ended in good order by then are interrupted, whatever they do.
PATIENCE_S = 5.0


def configure(config: pytest.Config) -> None:
    """Make the run, if there is a model, and register the hooks of this process's part in it."""
    process = Process()
    if given := getattr(config, "workerinput", {}).get("evalscope"):
        values = json.loads(given)
        config.stash[TASK] = from_mapping(values.pop("task"), given=values.pop("given"))
        process = Process(**values)
    task = config.stash.get(TASK, None)
    if task is None or not task.eval_type:
        return
    config.pluginmanager.register(Masking(config), "evalscope_masking")
    if not process.is_worker:
        _check_words(config)
    if task.dry_run:
        config.option.collectonly = True
    run = config.stash[RUN] = Run(task, process, driver_of(config))
    config.add_cleanup(run.close_sandboxes)
    controls = not process.is_worker and distributes(config)
    if controls:
        check_distribution(config, task.eval_batch_size)
    if not process.is_worker:
        from .reporting import Reporting

        config.pluginmanager.register(Reporting(run, config), "evalscope_reporting")
        config.pluginmanager.register(LoadReports(run, config), "evalscope_load_reports")
        config.pluginmanager.register(Rerun(config, task), "evalscope_rerun")
    feed = Feed(run)
    here: Controller | Samples = Controller(run, config) if controls else Samples(run, config, feed)
    config.pluginmanager.register(here, "evalscope_controller" if controls else "evalscope_samples")
    config.pluginmanager.register(Interruption(here, patient=process.is_worker), "evalscope_interruption")
    if not controls:
        config.pluginmanager.register(Measurements(run, config), NAME)
        protocol = SampleProtocol(run, config, feed)
        config.pluginmanager.register(protocol, "evalscope_protocol")
        if process.is_worker:
            config.pluginmanager.register(ServiceOnReports(run.services), "evalscope_service")
        else:
            config.pluginmanager.register(SampleLoop(protocol), "evalscope_loop")


def _check_words(config: pytest.Config) -> None:
    """Refuse a wrong ``-k`` or ``-m``, and a misspelled ini key: every plugin and conftest has registered its own."""
    try:
        check_expressions(config.option.keyword, config.option.markexpr)
        check_ini_names(unknown_ini_keys(config), config.inipath)
    except EvalError as error:
        raise pytest.UsageError(str(error)) from None


class Samples:
    """Collects and feeds samples, in the process that runs them."""

    def __init__(self, run: Run, config: pytest.Config, feed: Feed) -> None:
        self._run = run
        self._config = config
        self._feed = feed
        self._routing = Routing()
        self._session: pytest.Session | None = None
        self._queue: WorkerQueue | None = None
        self._keywords: Keywords | None = None
        self._is_expanded = False

    @property
    def heeds_stop(self) -> bool:
        """Tell whether the main thread sees by itself that it was interrupted."""
        return self._run.heeds_stop

    def interrupt(self, by: str) -> None:
        """End the run in good order."""
        self._run.interrupted = True
        if self._session is not None:
            self._session.shouldstop = by
        self._end(f"interrupted by {by}")

    def _end(self, reason: str) -> None:
        if self._session is not None and not self._session.shouldstop:
            self._session.shouldstop = reason
        self._run.stop(reason)
        if self._queue is not None:
            self._queue.end()

    def _tell(self) -> None:
        if self._queue is not None:
            self._queue.tell(dump_states(self._run.services()))

    def abandon(self) -> None:
        """Say, before the process ends at once, how to carry on."""
        abandon(self._run, self._config)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> Any:
        """Load the selected benchmarks, and apply ``-k`` where a word of it is a benchmark's name."""
        given = config.option.keyword
        try:
            with collector_paused():
                self._keywords = expand(self._run, session, items)
            if self._keywords is not None and apply(self._keywords, config, items):
                config.option.keyword = ""  # pytest would apply it once more, by its own rule
            if self._run.task.rerun == "errors":
                keep_errored(config, items)
            self._is_expanded = True
        except EvalError as error:
            self._refuse(session, items, error)
        try:
            return (yield)
        finally:
            config.option.keyword = given

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Fix what will run, and check what can be checked before anything is asked."""
        run = self._run
        heed_marks(session.items)
        run.benchmarks = plan_of(run, session.items)
        try:
            if self._is_expanded:
                check_selected(run.task, session, self._keywords)
                if note := check_reruns(session.config, session.items):
                    run.notes.append(note)
            if not (session.config.option.collectonly and run.unlisted):
                check_requirements(run)
                check_gates(gates_of(run)[1], session.items)
            run.notes.extend(_unused(run, session.items))
            if not session.config.option.collectonly and run.benchmarks:
                with storing(run.work_dir.root):
                    self._begin([item.nodeid for item in session.items])
        except EvalError as error:
            self._refuse(session, session.items, error)

    def _begin(self, names: Sequence[str]) -> None:
        run = self._run
        run.previous  # noqa: B018 - read now: a record that cannot be read is no surprise for later
        if not run.process.is_worker:
            run.name_suspects(names)
            run.begin()
        elif run.process.is_first:
            run.plan.save(run.work_dir)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        """Start the look-ahead for as long as items run."""
        run, self._session = self._run, session
        self._queue = WorkerQueue.find(session.config)
        if self._queue is not None:
            self._queue.heed(self._end)
            run.idle = self._tell
        self._feed.upcoming = Upcoming(session.items, run.process, self._queue)
        if any(isinstance(i, SampleItem) for i in session.items) and not session.config.option.collectonly:
            run.open_records()
            explain_in_tests_only()
            self._routing.start(captured=session.config.getoption("capture") != "no")
            gc.freeze()  # items live to the end: searching them for garbage again and again only costs time
        thresholds = gc.get_threshold()
        gc.set_threshold(*PATIENT_COLLECTOR)
        run.heeds_stop = True
        try:
            return (yield)
        finally:
            run.heeds_stop = False
            gc.set_threshold(*thresholds)
            self._routing.stop()
            run.close()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the controller why this worker ended early; to xdist an interrupted one is a crashed one."""
        run, output = self._run, getattr(session.config, "workeroutput", None)
        if output is not None and run.stopped:
            output[STOPPED] = [run.stopped, run.interrupted, run.store_fault]
            output["exitstatus"] = int(pytest.ExitCode.TESTS_FAILED)
            output["shouldstop"] = run.stopped

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Any:
        """Report a mistake in ``@benchmark(...)`` in one paragraph, as one on the command line."""
        report = yield
        excinfo = getattr(getattr(report, "call", None), "excinfo", None)
        fault = excinfo.value if excinfo is not None else None
        if excinfo is None or not isinstance(fault, UsageError) or self._config.option.continue_on_collection_errors:
            return report
        place = next((e for e in reversed(excinfo.traceback) if e.path == collector.path), None)
        where = f" ({place.path}:{place.lineno + 1})" if place else f" ({collector.path})"
        self._refuse(collector.session, [], type(fault)(f"{fault}{where}"))
        report.outcome, report.longrepr, report.result = "passed", None, []  # of a worker: its controller reports it
        return report

    def _refuse(self, session: pytest.Session, items: list[pytest.Item], error: EvalError) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is None:
            without_epilogue(session.config)
            raise pytest.UsageError(str(error)) from error  # a StoreError has an exit code of its own
        # A worker tells its controller, which has the terminal and the exit code.
        # The first one: others may follow from it.
        output.setdefault(USAGE_ERROR, [str(error), isinstance(error, StoreError)])
        items.clear()


def _unused(run: Run, items: Sequence[pytest.Item]) -> list[str]:
    """Return a line for each setting that changes nothing."""
    first: dict[str, Sample] = {}
    fixtures: set[str] = set()
    for item in items:
        if isinstance(item, SampleItem):
            first.setdefault(item.benchmark.name, item.unit.sample)
        else:
            fixtures.update(getattr(item, "fixturenames", ()))
    return unused_settings(run, first, fixtures)


def without_epilogue(config: pytest.Config) -> None:
    """Keep pytest from counting what was collected, and tests that did not run, around the message of a refused run."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.report_collect = reporter.summary_stats = lambda *_, **__: None


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from searching a heap that only grows."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Controller:
    """What the process does that controls xdist's workers."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._scheduler: LookAheadScheduling | None = None
        self._nodes: list[Any] = []
        self._failures = 0
        self.heeds_stop = False
        run.on_stop = self._stop_workers

    def interrupt(self, by: str) -> None:
        """End the run in good order: every worker first."""
        self._run.interrupted = True
        self._config.pluginmanager.getplugin("dsession").shouldstop = by
        self._run.stop(f"interrupted by {by}")
        insist = self._config.pluginmanager.getplugin("evalscope_interruption").insist
        timer = threading.Timer(PATIENCE_S, insist)
        timer.daemon = True
        timer.start()

    def abandon(self) -> None:
        """End the workers, and say how to carry on."""
        for node in self._nodes:
            kill_worker(node)
        abandon(self._run, self._config)

    def _stop_workers(self, reason: str) -> None:
        distributed = self._config.pluginmanager.getplugin("dsession")
        distributed.shouldstop = distributed.shouldstop or (
            reason if self._run.interrupted else f"stopped: {visible(in_short(reason))}"
        )
        for node in self._nodes:
            stop_worker(node, reason)

    def _hear(self, worker: str, services: Sequence[Any]) -> None:
        self._config.pluginmanager.getplugin("evalscope_reporting").hear(worker, load_states(services))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Any:
        """Know whether xdist's loop runs, which ends once it is told to."""
        self.heeds_stop = True
        try:
            return (yield)
        finally:
            self.heeds_stop = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Heed ``--maxfail``, which to xdist means that no worker gets more than it has."""
        self._failures += report.failed
        most = self._config.getvalue("maxfail")
        if most and self._failures >= most and not self._run.stopped:
            self._run.stop(f"stopping after {self._failures} failures")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Find out, before any worker is started, whether the records can be kept."""
        try:
            self._run.work_dir  # noqa: B018
        except EvalError as error:
            without_epilogue(self._config)
            raise pytest.UsageError(str(error)) from error  # a StoreError has an exit code of its own

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the run's configuration to a worker, over its private channel."""
        run = self._run
        self._nodes.append(node)
        hear_worker(self._config, node, self._hear)
        left = self._scheduler.take_over(node.gateway.id) if self._scheduler else Handover()
        values = {
            "lost": left.lost,
            "alone": left.alone,
            "task": to_mapping(run.task, reveal_secrets=True),
            "given": dict(run.task.given),
            "worker": node.gateway.id,
            "workers": len(node.nodemanager.specs),
            "session": run.session,
            "reports_are_read": bool(readers(self._config)),
            "work_dir": str(run.work_dir.root),
        }
        node.workerinput["evalscope"] = json.dumps(values)

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LookAheadScheduling | None:
        """Distribute samples in a way that fits look-ahead, unless whole files are to stay together."""
        if config.option.dist not in OWN_SCHEDULER:
            return None
        workers = min(len(parse_tx_spec_config(config)), self._run.task.eval_batch_size)
        self._scheduler = LookAheadScheduling(
            config, log, queue=self._run.queue(workers), workers=workers, started=self._run.left_by_worker
        )
        return self._scheduler

    def pytest_xdist_node_collection_finished(self, node: Any, ids: Any) -> None:
        """Learn what will run, and say so."""
        run = self._run
        if run.benchmarks or not run.load_plan():
            return
        run.name_suspects(ids)
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None and (lines := run_lines(run, self._config)):
            if reporter.isatty:  # xdist rewrites the count of its workers, and leaves that line open
                Screen(reporter).end_line()
            for line in lines:
                reporter.ensure_newline()
                reporter.write_line(line)

    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Take over what a worker found wrong with the command line."""
        if node in self._nodes:  # one that was interrupted goes down twice
            self._nodes.remove(node)
        output = getattr(node, "workeroutput", None) or {}
        if USAGE_ERROR in output and not self._run.usage_error:
            self._run.usage_error, self._run.store_fault = output[USAGE_ERROR]
        if STOPPED in output and not self._run.stopped:
            reason, self._run.interrupted, self._run.store_fault = output[STOPPED]
            self._run.stop(reason)

    @property
    def left_behind(self) -> list[str]:
        """The samples a worker may have died of, where none took its place."""
        return self._scheduler.suspects() if self._scheduler else []


def abandon(run: Run, config: pytest.Config) -> None:
    """Say how to carry on with a run that ends at once, and that none of its samples killed it."""
    if run.recording:
        run.started.close()
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is None or "work_dir" not in vars(run):
        return
    with suppress(RuntimeError, OSError):  # the terminal was in the middle of something
        reporter.ensure_newline()
        reporter.write_line(f"Stopped at once. To carry on: {how_to_carry_on(run.work_dir.root)}")
        reporter.flush()
