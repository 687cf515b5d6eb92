"""Runs sample items: takes what the look-ahead has finished and reports it.

A scored sample, right or wrong, is a passed *call*; a sample that could not be scored is a failed *setup*, which is
what pytest and JUnit XML call an error; a bug of the author's is a failed call with its traceback. One report for each
sample instead of pytest's three makes 14,000 samples cost 1.4 s of CPU instead of 6.8 s (docs/design/plugin.md).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import pytest

from ..core.errors import ScoringError, StoreError
from ..core.secret import redact
from ..engine.evaluation import Outcome
from ..engine.lookahead import Stopped
from ..run.assembly import Run
from ..run.progress import Verdict, verdict_of
from ..store.inflight_marks import Phase
from .host import STOPPING
from .masking import masked, shown
from .nodes import SampleItem
from .onlookers import Onlookers
from .pytest_private import explain_in_tests_only
from .report_fields import attach, verdict_on
from .samples import Feed

# Of samples that fail alike, so many are shown with their traceback.
TRACEBACKS_SHOWN = 3


class SampleProtocol:
    """The hooks that run samples, in the process that owns them."""

    def __init__(self, run: Run, config: pytest.Config, feed: Feed) -> None:
        self._run = run
        self._config = config
        self._feed = feed
        self._at_sample = False
        self._test = -1
        self._tracebacks: dict[str, int] = {}
        self._verbose = config.get_verbosity() > 0
        self._pdb = bool(config.getoption("usepdb", False))
        self._strict = run.task.strict
        self._listeners = bool(config.hook.pytest_eval_sample_done.get_hookimpls())
        self._junit = bool(config.getoption("xmlpath", None))
        self._pending: pytest.TestReport | None = None

    @cached_property
    def _onlookers(self) -> Onlookers:
        """Who reads reports: known once every conftest file is loaded."""
        return Onlookers(self._config, elsewhere=self._run.process.reports_are_read)

    @cached_property
    def is_whole(self) -> bool:
        """True when samples go through all of pytest's hooks, for somebody who reads their reports."""
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
        """Mark an ordinary test as started: a worker may die of it while samples are under way."""
        if self._run.recording and not self._at_sample:
            self._run.heeds_stop = False
            self._test = self._run.started.begin(nodeid, Phase.TEST)

    def pytest_runtest_logfinish(self) -> None:
        """Take the mark away."""
        if self._test >= 0:
            self._run.started.end(self._test)
            self._run.heeds_stop = True
            self._test = -1

    def run(self, item: SampleItem, nextitem: pytest.Item | None) -> None:
        """Report one sample."""
        self._at_sample = True
        self._log_edge("pytest_runtest_logstart", item)
        if item.skipped is not None:
            self._log(item, _skip(item, item.skipped, counts=False))
        elif item.nodeid in self._feed.upcoming.lost:
            self._report_lost(item, self._feed.upcoming.lost[item.nodeid])
        elif self._set_up(item):
            self._report_outcome(item)
        if not (isinstance(nextitem, SampleItem) and nextitem.stage is item.stage):
            self._run.heeds_stop = False  # a fixture may take its time
            item.stage.leave(item, nextitem)
            self._run.heeds_stop = True
        self._log_edge("pytest_runtest_logfinish", item)
        if self._run.stopped and nextitem is not None and not self._feed.is_done(nextitem):
            self._stop(item.session)

    def _set_up(self, item: SampleItem) -> bool:
        if item.ready:
            return True
        stage, alike = item.stage, ""
        if stage.broken is None:
            self._run.heeds_stop = False
            call: pytest.CallInfo[None] = pytest.CallInfo.from_call(stage.enter, "setup", reraise=STOPPING)
            self._run.heeds_stop = True
            if call.excinfo is None:
                return True
            report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
            if report.failed:
                report.longrepr = masked(report.longrepr)
            stage.broken, stage.fault = report, call.excinfo.value
        else:
            alike = shown(f"{type(stage.fault).__name__}: {stage.fault}")
            longrepr: Any = stage.broken.longrepr if stage.broken.skipped else f"{alike} (as before)"
            report = pytest.TestReport(item.nodeid, item.location, {}, stage.broken.outcome, longrepr, "setup")
        if report.failed:
            assert stage.fault is not None
            self._run.keep_broken(item.unit, stage.fault)
        verdict = Verdict(item.benchmark.name, "error" if report.failed else "skipped", alike=alike)
        self._log(item, attach(report, verdict), None if alike else stage.fault)
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
            self._log(item, self._failure(item, error, item.benchmark.name, ""), error)
            return
        verdict = verdict_of(outcome, item.primary, self._run.service_stopped)
        report = self._report(item, outcome, verdict, started)
        self._log(item, report, outcome.error if verdict.state == "failed" else None)
        if outcome.skipped is None and self._listeners:
            item.ihook.pytest_eval_sample_done(result=outcome.result)
        if verdict.stopped:
            self._run.stop(verdict.stopped)

    def _stop(self, session: pytest.Session) -> None:
        """Leave the loop after this item."""
        if not session.shouldfail and not session.shouldstop:
            session.shouldfail = f"stopped: {self._run.stopped}"

    def _report_lost(self, item: SampleItem, cause: str) -> None:
        """Report a sample that killed its process: an error, which the next run tries again."""
        error = ProcessDiedError(cause)
        self._run.keep_broken(item.unit, error)
        said = f"{type(error).__name__}: {cause}"
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", said, "setup")
        self._log(item, attach(report, Verdict(item.benchmark.name, "error", alike=said)))

    def _log_edge(self, name: str, item: SampleItem) -> None:
        """Tell of the sample's start or finish: everybody under ``-v``, else those who read reports."""
        if self._verbose:
            getattr(item.ihook, name)(nodeid=item.nodeid, location=item.location)
        elif self.is_whole:
            self._onlookers.call(name, item, item.stage, nodeid=item.nodeid, location=item.location)

    def _log(self, item: SampleItem, report: pytest.TestReport, error: BaseException | None = None) -> None:
        if self.is_whole:
            self._log_whole(item, report, error)
        else:
            self._log_one(item, report)
        if self._pdb and error is not None and report.failed:
            item.ihook.pytest_exception_interact(node=item, call=_call_of(error), report=report)

    def _log_whole(self, item: SampleItem, report: pytest.TestReport, error: BaseException | None) -> None:
        """Log set-up, call and teardown, each made by everybody who takes part in making reports."""
        before = [_plain(item, "setup", "passed", report)] if report.when == "call" else []
        for one in (*before, report, _plain(item, "teardown", "passed", report)):
            phase = f"pytest_runtest_{one.when}"
            more = {"nextitem": None} if one.when == "teardown" else {}
            self._onlookers.call(phase, item, item.stage, item=item, **more)
            self._pending = one
            try:
                made = item.ihook.pytest_runtest_makereport(item=item, call=_call_for(one, error))
            finally:
                self._pending = None
            if (verdict := verdict_on(one)) is not None:
                attach(made, verdict)  # a wrapper may have made another report of it
            item.stage.hooks.pytest_runtest_logreport(report=made)

    def _log_one(self, item: SampleItem, report: pytest.TestReport) -> None:
        item.stage.hooks.pytest_runtest_logreport(report=report)
        if self._junit:
            # JUnit XML takes properties from the teardown report only.
            item.ihook.pytest_runtest_logreport(report=_plain(item, "teardown", "passed", report))

    def _report(self, item: SampleItem, outcome: Outcome, verdict: Verdict, started: float) -> pytest.TestReport:
        sections = [("Captured output", shown(outcome.printed))] if outcome.printed else []
        if verdict.state == "failed":
            assert outcome.error is not None
            return self._failure(item, outcome.error, verdict.benchmark, verdict.alike, sections)
        longrepr: Any = None
        when, result = "call", "passed"
        if verdict.state == "error":
            when, result, longrepr = "setup", "failed", verdict.alike
        elif verdict.state == "skipped":
            return _skip(item, outcome.skipped or "", sections)
        elif verdict.state != "correct" and self._strict:
            result, longrepr = "failed", _explain(outcome)
        duration = outcome.result.elapsed_s
        report = pytest.TestReport(
            item.nodeid, item.location, {}, result, longrepr, when, sections, duration, started, started + duration,  # type: ignore[arg-type]
            user_properties=_properties(outcome) if self._junit else (),
        )  # fmt: skip
        return attach(report, verdict)

    def _failure(
        self,
        item: SampleItem,
        error: BaseException,
        benchmark: str,
        alike: str,
        sections: Iterable[tuple[str, str]] = (),
    ) -> pytest.TestReport:
        excinfo = pytest.ExceptionInfo.from_exception(error)
        cause = f"{type(error).__name__} at {excinfo.traceback[-1].path}:{excinfo.traceback[-1].lineno + 1}"
        self._tracebacks[cause] = self._tracebacks.get(cause, 0) + 1
        in_full = self._tracebacks[cause] <= TRACEBACKS_SHOWN or self._pdb
        longrepr = masked(item.repr_failure(excinfo)) if in_full else shown(f"{alike or error} ({cause}, as before)")
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", longrepr, "call", sections)
        return attach(report, Verdict(benchmark, "failed", None, "", cause))


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


class SampleError(Exception):
    """Why a sample has no score, for plugins that look for an exception."""


class ProcessDiedError(ScoringError):
    """The process died while it ran this sample and nothing else."""


def _skip(
    item: SampleItem, reason: str, sections: Iterable[tuple[str, str]] = (), *, counts: bool = True
) -> pytest.TestReport:
    """Return the report of a skipped sample; one that the plan leaves out does not count."""
    longrepr = (str(item.path), (item.location[1] or 0) + 1, f"Skipped: {shown(reason)}")
    report = pytest.TestReport(item.nodeid, item.location, {}, "skipped", longrepr, "setup", sections)
    return attach(report, Verdict(item.benchmark.name if counts else "", "skipped"))


def _call_of(error: BaseException) -> pytest.CallInfo[None]:
    excinfo = pytest.ExceptionInfo.from_exception(error)
    return pytest.CallInfo(None, excinfo, 0.0, 0.0, 0.0, "call", _ispytest=True)


def _raised(error: BaseException) -> pytest.ExceptionInfo[BaseException]:
    if error.__traceback__ is None:  # pytest wants one
        try:
            raise error
        except BaseException as raised:  # noqa: BLE001
            error = raised
    return pytest.ExceptionInfo.from_exception(error)


def _call_for(report: pytest.TestReport, error: BaseException | None) -> pytest.CallInfo[None]:
    """Return the call a report could be of: plugins look at its exception for why a test failed or was skipped."""
    if report.passed:
        excinfo = None
    else:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        kind = pytest.skip.Exception if report.skipped else AssertionError if report.when == "call" else SampleError
        excinfo = _raised(error or kind(reason))
    when: Any = report.when
    return pytest.CallInfo(None, excinfo, report.start, report.stop, report.duration, when, _ispytest=True)


def _plain(item: SampleItem, when: Any, outcome: Any, like: pytest.TestReport) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when, user_properties=like.user_properties)


def _properties(outcome: Outcome) -> list[tuple[str, object]]:
    score = outcome.result.score
    if score is None:
        return []
    answer = [] if score.answer is None else [("answer", redact(score.answer[:200]))]
    return [*score.values.items(), *answer]


def _explain(outcome: Outcome) -> str:
    result = outcome.result
    assert result.score is not None
    said = (
        result.score.explanation or f"answered {result.score.answer!r}, expected {' or '.join(result.sample.targets)!r}"
    )
    return shown(f"{', '.join(f'{k}={v:g}' for k, v in result.score.values.items())}: {said}")
