"""Runs sample items: takes what the look-ahead has finished and reports it.

A scored sample, right or wrong, is a passed *call*; a sample that could not be scored is a failed *setup*, which is
what pytest and JUnit XML call an error; a bug of the author's is a failed call with its traceback. One report for each
sample instead of pytest's three makes 14,000 samples cost 1.4 s of CPU instead of 6.8 s (docs/design/plugin.md).
"""

from __future__ import annotations

import itertools
import time
from functools import cached_property
from typing import Any

import pytest

from ..core.errors import StoreError
from ..engine.loop import Stopped
from ..run.assembly import Run
from ..run.crashes import ProcessDiedError
from ..run.early import without_score
from ..run.progress import State, Verdict, verdict_of
from ..run.summary import shown, stop_line
from ..store.inflight_marks import Phase
from .masking import masked
from .nodes import STOPPING, SampleItem
from .pytest_private import explain_in_tests_only
from .reports import Onlookers, ReportMaker, attach, call_for, call_of, plain, skipped, verdict_on
from .samples import Feed


class SampleProtocol:
    """The hooks that run samples, in the process that owns them."""

    def __init__(self, run: Run, config: pytest.Config, feed: Feed) -> None:
        self._run = run
        self._config = config
        self._feed = feed
        self._at_sample = False
        self._test = -1
        self._verbose = config.get_verbosity() > 0
        self._pdb = bool(config.getoption("usepdb", False))
        self._listeners = bool(config.hook.pytest_eval_sample_done.get_hookimpls())
        self._junit = bool(config.getoption("xmlpath", None))
        self._reports = ReportMaker(junit=self._junit, strict=run.task.strict, every_traceback=self._pdb)
        self._pending: pytest.TestReport | None = None

    @cached_property
    def _onlookers(self) -> Onlookers:
        """The readers of reports; known once every conftest file is loaded."""
        return Onlookers(self._config, elsewhere=self._run.process.reports_are_read)

    @cached_property
    def is_whole(self) -> bool:
        """True if samples go through all of pytest's hooks, for a reader of their reports."""
        return self._onlookers.present

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self) -> pytest.TestReport | None:
        """Return the report of the sample at hand; wrappers of this hook see it, and may change it."""
        return self._pending

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> object:
        """Report one sample; leave every other item to pytest."""
        explain_in_tests_only()
        if not isinstance(item, SampleItem):
            self._at_sample = False
            return None
        self.run(item, nextitem)
        return True

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Mark an ordinary test as started: it may kill a worker while samples are under way."""
        if self._run.recording and not self._at_sample:
            self._run.polls_stop = False
            self._test = self._run.started.begin(nodeid, Phase.TEST)

    def pytest_runtest_logfinish(self) -> None:
        """Take the mark away."""
        if self._test >= 0:
            self._run.started.end(self._test)
            self._run.polls_stop = True
            self._test = -1

    def run(self, item: SampleItem, nextitem: pytest.Item | None) -> None:
        """Report one sample."""
        self._at_sample = True
        self._log_edge("pytest_runtest_logstart", item)
        if item.skipped is not None:
            self._log(item, skipped(item, item.skipped, counts=False))
        elif item.nodeid in self._feed.upcoming.lost:
            self._report_lost(item, self._feed.upcoming.lost[item.nodeid])
        elif self._set_up(item):
            self._report_outcome(item)
        if not (isinstance(nextitem, SampleItem) and nextitem.scope is item.scope):
            self._run.polls_stop = False  # a fixture may take its time
            item.scope.leave(item, nextitem)
            self._run.polls_stop = True
        self._log_edge("pytest_runtest_logfinish", item)
        if self._run.stopped and nextitem is not None and not self._feed.is_done(nextitem):
            self._stop(item.session)

    def _set_up(self, item: SampleItem) -> bool:
        if item.ready:
            return True
        scope, alike = item.scope, ""
        if scope.broken is None:
            self._run.polls_stop = False
            call: pytest.CallInfo[None] = pytest.CallInfo.from_call(scope.enter, "setup", reraise=STOPPING)
            self._run.polls_stop = True
            if call.excinfo is None:
                return True
            report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
            if report.failed:
                report.longrepr = masked(report.longrepr)
            scope.broken, scope.fault = report, call.excinfo.value
        else:
            alike = shown(f"{type(scope.fault).__name__}: {scope.fault}")
            longrepr: Any = scope.broken.longrepr if scope.broken.skipped else f"{alike} (as before)"
            report = pytest.TestReport(item.nodeid, item.location, {}, scope.broken.outcome, longrepr, "setup")
        if report.failed:
            assert scope.fault is not None
            self._run.keep_broken(item.unit, scope.fault)
        state: State = "error" if report.failed else "skipped"
        verdict = Verdict(item.benchmark.name, state, alike=alike, answer=without_score(item.unit))
        self._log(item, attach(report, verdict), None if alike else scope.fault)
        return False

    def _report_outcome(self, item: SampleItem) -> None:
        started = time.time()
        try:
            outcome = self._feed.outcome(item)
            item.job = None  # its reply is on disk; 100,000 of them would not fit in memory
        except pytest.exit.Exception:
            raise
        except (Stopped, StoreError):  # the run says why
            return
        except Exception as error:  # noqa: BLE001 - a fault outside of the body: reported on this sample, with traceback
            self._log(item, self._reports.failure(item, error, item.benchmark.name, ""), error)
            return
        verdict = verdict_of(outcome, item.primary, self._run.service_stopped, counts=bool(self._run.drawn))
        report = self._reports.of(item, outcome, verdict, started)
        self._log(item, report, outcome.error if verdict.state == "failed" else None)
        if outcome.skipped is None and self._listeners:
            item.ihook.pytest_eval_sample_done(result=outcome.result)
        if verdict.stopped:
            self._run.stop(verdict.stopped)

    def _stop(self, session: pytest.Session) -> None:
        """Leave the loop after this item."""
        if not session.shouldfail and not session.shouldstop:
            session.shouldfail = stop_line(self._run.stopped)

    def _report_lost(self, item: SampleItem, cause: str) -> None:
        """Report a sample that killed its process: an error, which the next run tries again."""
        error = ProcessDiedError(cause)
        self._run.keep_broken(item.unit, error)
        said = f"{type(error).__name__}: {cause}"
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", said, "setup")
        self._log(
            item, attach(report, Verdict(item.benchmark.name, "error", alike=said, answer=without_score(item.unit)))
        )

    def _log_edge(self, name: str, item: SampleItem) -> None:
        """Log the sample's start or finish: to everybody under ``-v``, otherwise to those who read reports."""
        if self._verbose:
            getattr(item.ihook, name)(nodeid=item.nodeid, location=item.location)
        elif self.is_whole:
            self._onlookers.call(name, item, item.scope, nodeid=item.nodeid, location=item.location)

    def _log(self, item: SampleItem, report: pytest.TestReport, error: BaseException | None = None) -> None:
        if self.is_whole:
            self._log_whole(item, report, error)
        else:
            self._log_one(item, report)
        if self._pdb and error is not None and report.failed:
            item.ihook.pytest_exception_interact(node=item, call=call_of(error), report=report)

    def _log_whole(self, item: SampleItem, report: pytest.TestReport, error: BaseException | None) -> None:
        """Log set-up, call and teardown, each made by everybody who takes part in making reports."""
        before = [plain(item, "setup", "passed", report)] if report.when == "call" else []
        for one in (*before, report, plain(item, "teardown", "passed", report)):
            phase = f"pytest_runtest_{one.when}"
            more = {"nextitem": None} if one.when == "teardown" else {}
            self._onlookers.call(phase, item, item.scope, item=item, **more)
            self._pending = one
            try:
                made = item.ihook.pytest_runtest_makereport(item=item, call=call_for(one, error))
            finally:
                self._pending = None
            if (verdict := verdict_on(one)) is not None:
                attach(made, verdict)  # a wrapper may have made another report of it
            item.scope.hooks.pytest_runtest_logreport(report=made)

    def _log_one(self, item: SampleItem, report: pytest.TestReport) -> None:
        item.scope.hooks.pytest_runtest_logreport(report=report)
        if self._junit:
            # JUnit XML takes properties from the teardown report only.
            item.ihook.pytest_runtest_logreport(report=plain(item, "teardown", "passed", report))


class SampleLoop:
    """pytest's loop over items, with samples run directly.

    What pytest wraps around each item (recording warnings, comparing assertions, watching for unraisable exceptions)
    belongs to code that runs in its main thread. A sample's does not, and going without saves a quarter of its cost.
    """

    def __init__(self, protocol: SampleProtocol) -> None:
        self._protocol = protocol

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run all items; leave runs that end before the first one to pytest."""
        option = session.config.option
        if option.collectonly or (session.testsfailed and not option.continue_on_collection_errors):
            return None
        for item, nextitem in itertools.zip_longest(session.items, itertools.islice(session.items, 1, None)):
            if isinstance(item, SampleItem) and not self._protocol.is_whole:
                self._protocol.run(item, nextitem)
            else:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True
