"""The samples of the process that runs them: collected, checked, and fed to the engine in pytest's order."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from ..core.errors import EvalError, StoreError, UsageError
from ..core.values import Sample
from ..engine.evaluation import Outcome
from ..engine.loop import Job, Stopped
from ..report.planned import check_paths
from ..run.assembly import Run
from ..run.crashes import watched
from ..run.early import outcome_of
from ..run.finish import check_requirements, gates_of
from ..run.process import Process, Routing, collector_paused, patient_collector
from ..run.progress import dump_states
from ..run.selection import Keywords
from ..run.unused import unused_settings
from .collection import apply, apply_skip_marks, check_selected, expand, plan_of
from .loads import check_gates
from .nodes import SampleItem
from .pytest_private import explain_in_tests_only
from .reporting import check_reruns, keep_errored
from .terminal import abandon, without_epilogue
from .workers import STOPPED, USAGE_ERROR, WorkerQueue

SEND_EVERY_S = 1.0


class Upcoming:
    """The items of this process, in order. A worker of xdist reads from its queue which of them it runs.

    Attributes:
        lost: Ids of samples that are not run, with the reason: they killed a worker.
        alone: Ids of samples that run with nothing else under way: they may have killed one.
    """

    def __init__(
        self, items: Sequence[pytest.Item] = (), process: Process | None = None, worker: WorkerQueue | None = None
    ) -> None:
        process = process or Process()
        self.lost = {items[position].nodeid: cause for position, cause in process.lost}
        self.alone = {items[position].nodeid for position in process.alone}
        self._items = items
        self._worker = worker
        self._cursor = 0

    def startable(self, most: int) -> list[SampleItem]:
        """Return the next samples that may be started and are not, at most ``most``."""
        found: list[SampleItem] = []
        for item in self._next_items():
            if isinstance(item, SampleItem) and item.skipped is None and item.nodeid not in self.lost:
                if not item.ready and not item.scope.left:
                    break  # needs fixtures: they are set up when pytest gets there, and only then
                if item.nodeid in self.alone:
                    break
                if item.ready and (item.job is None or not item.job.fed):
                    found.append(item)
            if self._worker is None:
                self._cursor += 1
            if len(found) >= most:
                break
        return found

    def _next_items(self) -> Iterator[pytest.Item]:
        if self._worker is not None:
            return (self._items[i] for i in self._worker.upcoming())
        return itertools.islice(self._items, self._cursor, None)


class Feed:
    """Runs the samples of items ahead of pytest.

    Attributes:
        upcoming: The items to come, in order.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.upcoming = Upcoming()

    def outcome(self, item: SampleItem) -> Outcome:
        """Start what comes after an item, and return its outcome once that is in the journal.

        Raises:
            Stopped: The run has ended before it.
            StoreError: It could not be recorded.
        """
        run = self._run
        if run.stopped and (item.job is None or not item.job.done):
            raise Stopped
        job = self._job_of(item)
        if not job.fed:  # before what comes after it, which a worker's queue begins with
            run.ahead.feed_now(job)
        if item.nodeid not in self.upcoming.alone:
            run.ahead.feed(self._supply)
        run.replay.awaited = item.unit
        outcome = outcome_of(run, item.unit, job)
        if outcome.kept is not None:
            run.journal.wait_for(outcome.kept)
        return outcome

    def is_done(self, item: pytest.Item) -> bool:
        """Return whether an item is a sample whose outcome is there."""
        return isinstance(item, SampleItem) and item.job is not None and item.job.done

    def _job_of(self, item: SampleItem) -> Job[Outcome]:
        """Return the item's job, made at most once."""
        if item.job is None:
            run = partial(self._run.runner.run, item.unit)
            item.job = Job(partial(watched, self._run.started, item.nodeid, run))
        return item.job

    def _supply(self, room: int) -> list[Job[Outcome]]:
        return [self._job_of(item) for item in self.upcoming.startable(room)]


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
    def polls_stop(self) -> bool:
        """True while the main loop checks for a stop request itself, so no signal needs to be raised."""
        return self._run.polls_stop

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

    def send_states(self) -> None:
        """Send the state of the services from a worker to its controller."""
        if self._queue is not None:
            self._queue.send_states(dump_states(self._run.services()))

    def abandon(self) -> None:
        """Print the resume command before the process ends at once."""
        abandon(self._run, self._config)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> Any:
        """Load the selected benchmarks, and apply ``-k`` if a word of it is a benchmark's name."""
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
        """Fix what will run, and check what can be checked before any request is sent."""
        run = self._run
        apply_skip_marks(session.items)
        run.benchmarks = plan_of(run, session.items)
        try:
            if not self._is_expanded:  # nothing was collected: pytest, or what was refused before, says why
                check_paths(session.config.args)
                return
            check_selected(run.task, session, self._keywords)
            if note := check_reruns(session.config, session.items):
                run.notes.append(note)
            if not (session.config.option.collectonly and run.unlisted):
                check_requirements(
                    run, (i.unit for i in session.items if isinstance(i, SampleItem) and i.skipped is None)
                )
                check_gates(gates_of(run)[1], session.items)
            run.notes.extend(_unused(run, session.items))
            if not session.config.option.collectonly and run.benchmarks:
                run.begin([item.nodeid for item in session.items])
        except EvalError as error:
            self._refuse(session, session.items, error)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        """Start the look-ahead for as long as items run."""
        run, self._session = self._run, session
        self._queue = WorkerQueue.find(session.config)
        if self._queue is not None:
            self._queue.listen(self._end, run.decided.add)
            run.idle = self.send_states
        self._feed.upcoming = Upcoming(session.items, run.process, self._queue)
        if any(isinstance(i, SampleItem) for i in session.items) and not session.config.option.collectonly:
            run.open_records()
            explain_in_tests_only()
            self._routing.start(captured=session.config.getoption("capture") != "no")
            gc.freeze()  # items live to the end: searching them for garbage again and again only costs time
        run.polls_stop = True
        try:
            with patient_collector():
                return (yield)
        finally:
            run.polls_stop = False
            self._routing.stop()
            run.close()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the controller the reason why this worker ended early: to xdist an interrupted one has crashed."""
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
            raise pytest.UsageError(str(error)) from error  # its cause decides the exit code
        # A worker leaves the message to its controller. The first one: others may follow from it.
        output.setdefault(USAGE_ERROR, [str(error), isinstance(error, StoreError)])
        items.clear()


class StateSender:
    """Hooks of an xdist worker that send the state of the services as samples are reported, at most once a second."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._sent_at = float("-inf")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self) -> None:
        """Send the state, if it is time to."""
        if (now := time.monotonic()) - self._sent_at >= SEND_EVERY_S:
            self._sent_at = now
            self._samples.send_states()


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
