"""Reports of samples: made, read by other plugins, and with fields that travel from an xdist worker to its controller.

A sample has one report and skips most of pytest's hooks, which is what makes 100,000 of them cheap. pytest-html waits
for the report of a teardown, allure for the hooks around set-up, call and teardown. If anybody reads reports, each
sample therefore goes through the whole protocol; if nobody does, nothing is spent (docs/design/plugin.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ..engine.evaluation import Outcome
from ..run.early import without_score
from ..run.progress import Verdict, dump_verdict, load_verdict
from ..run.summary import explanation, properties, shown
from .masking import masked
from .nodes import SampleItem

# Maximum number of samples with the same failure that are shown with their traceback.
TRACEBACKS_SHOWN = 3
_READ = ("pytest_runtest_makereport", "pytest_runtest_logreport")
# pytest's own plugins get what they need; xdist passes reports on, in a worker from a module that execnet names;
# hypothesis looks at functions only, syrupy at tests with snapshots.
_KNOWN = ("_pytest.", "xdist.", "__channelexec__", "evalscope_pytest.", "_hypothesis_pytestplugin", "syrupy")
_PHASES = ("pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown")


class SampleError(Exception):
    """The reason why a sample has no score, for plugins that look for an exception."""


def attach(report: pytest.TestReport, verdict: Verdict) -> pytest.TestReport:
    """Put a verdict on a report."""
    report.evalscope = dump_verdict(verdict)  # type: ignore[attr-defined]
    return report


def verdict_on(report: pytest.TestReport) -> Verdict | None:
    """Return the verdict on a report, also on the other side of a worker's channel."""
    values = getattr(report, "evalscope", None)
    return load_verdict(values) if values else None


class ReportMaker:
    """The maker of a process's reports, which shows the first few failures of a kind with their traceback.

    Args:
        junit: True if scores become properties of a JUnit XML file.
        strict: True if a wrong answer is a failure.
        every_traceback: True for a debugger.
    """

    def __init__(self, *, junit: bool, strict: bool, every_traceback: bool) -> None:
        self._junit = junit
        self._strict = strict
        self._every_traceback = every_traceback
        self._tracebacks: dict[str, int] = {}

    def of(self, item: SampleItem, outcome: Outcome, verdict: Verdict, started: float) -> pytest.TestReport:
        """Return the report of an outcome.

        Args:
            started: Start of the sample in pytest's order, in seconds since 1970.
        """
        sections = [("Captured output", shown(outcome.printed))] if outcome.printed else []
        if verdict.state == "failed":
            assert outcome.error is not None
            return self.failure(item, outcome.error, verdict.benchmark, verdict.alike, sections)
        longrepr: Any = None
        when, result = "call", "passed"
        if verdict.state == "error":
            when, result, longrepr = "setup", "failed", verdict.alike
        elif verdict.state == "skipped":
            return skipped(item, outcome.skipped or "", sections)
        elif verdict.state != "correct" and self._strict:
            result, longrepr = "failed", explanation(outcome)
        duration = outcome.result.elapsed_s
        report = pytest.TestReport(
            item.nodeid, item.location, {}, result, longrepr, when, sections, duration, started, started + duration,  # type: ignore[arg-type]
            user_properties=properties(outcome) if self._junit else (),
        )  # fmt: skip
        return attach(report, verdict)

    def failure(
        self,
        item: SampleItem,
        error: BaseException,
        benchmark: str,
        alike: str,
        sections: Iterable[tuple[str, str]] = (),
    ) -> pytest.TestReport:
        """Return the report of an author's bug, with its traceback; further ones of the same kind have a line."""
        excinfo = pytest.ExceptionInfo.from_exception(error)
        cause = f"{type(error).__name__} at {excinfo.traceback[-1].path}:{excinfo.traceback[-1].lineno + 1}"
        self._tracebacks[cause] = self._tracebacks.get(cause, 0) + 1
        in_full = self._tracebacks[cause] <= TRACEBACKS_SHOWN or self._every_traceback
        longrepr = masked(item.repr_failure(excinfo)) if in_full else shown(f"{alike or error} ({cause}, as before)")
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", longrepr, "call", sections)
        return attach(report, Verdict(benchmark, "failed", alike=cause, answer=without_score(item.unit)))


def skipped(
    item: SampleItem, reason: str, sections: Iterable[tuple[str, str]] = (), *, counts: bool = True
) -> pytest.TestReport:
    """Return the report of a skipped sample; one that the plan leaves out does not count."""
    longrepr = (str(item.path), (item.location[1] or 0) + 1, f"Skipped: {shown(reason)}")
    report = pytest.TestReport(item.nodeid, item.location, {}, "skipped", longrepr, "setup", sections)
    return attach(report, Verdict(item.benchmark.name if counts else "", "skipped"))


def call_of(error: BaseException) -> pytest.CallInfo[None]:
    """Return the call that raised an error."""
    excinfo = pytest.ExceptionInfo.from_exception(error)
    return pytest.CallInfo(None, excinfo, 0.0, 0.0, 0.0, "call", _ispytest=True)


def _raised(error: BaseException) -> pytest.ExceptionInfo[BaseException]:
    if error.__traceback__ is None:  # pytest wants one
        try:
            raise error
        except BaseException as raised:  # noqa: BLE001
            error = raised
    return pytest.ExceptionInfo.from_exception(error)


def call_for(report: pytest.TestReport, error: BaseException | None) -> pytest.CallInfo[None]:
    """Return the call a report could be of: plugins look at its exception for why a test failed or was skipped."""
    if report.passed:
        excinfo = None
    else:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        kind = pytest.skip.Exception if report.skipped else AssertionError if report.when == "call" else SampleError
        excinfo = _raised(error or kind(reason))
    when: Any = report.when
    return pytest.CallInfo(None, excinfo, report.start, report.stop, report.duration, when, _ispytest=True)


def plain(item: SampleItem, when: Any, outcome: Any, like: pytest.TestReport) -> pytest.TestReport:
    """Return the report of a phase that nothing happened in."""
    return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when, user_properties=like.user_properties)


# Readers of reports --------------------------------------------------------------------------------------------------


def readers(config: pytest.Config) -> frozenset[object]:
    """Return the plugins, conftest files among them, that read reports.

    One that runs tests itself, as pytest-rerunfailures does, has nothing to read of samples.
    """
    hooks = config.hook
    runners = {i.plugin for i in hooks.pytest_runtest_protocol.get_hookimpls() if not (i.wrapper or i.hookwrapper)}
    found = {impl.plugin for name in _READ for impl in getattr(hooks, name).get_hookimpls()}
    return frozenset(p for p in found - runners if not _module_of(p).startswith(_KNOWN))


def _module_of(plugin: object) -> str:
    name = getattr(plugin, "__file__", None) and getattr(plugin, "__name__", None)
    return str(name or type(plugin).__module__)


class Onlookers:
    """The hooks of plugins that read reports, around one sample after the other.

    Args:
        elsewhere: Reports are read in the controller of this worker.
    """

    def __init__(self, config: pytest.Config, *, elsewhere: bool = False) -> None:
        self._config = config
        self._readers = readers(config)
        self._callers: dict[tuple[object, str], Any] = {}
        self.present = bool(self._readers) or elsewhere

    def call(self, name: str, at: pytest.Item, scope: object, /, **arguments: Any) -> None:
        """Call a hook of the readers.

        Of set-up, call and teardown it is wrappers only: by then there is nothing left to set up or to skip.

        Args:
            scope: Differs between items to which different conftest files apply.
        """
        if (scope, name) not in self._callers:
            self._callers[scope, name] = self._caller(name, at)
        if (caller := self._callers[scope, name]) is not None:
            caller(**arguments)

    def _caller(self, name: str, item: pytest.Item) -> Any:
        around = name in _PHASES
        implementations = getattr(item.ihook, name).get_hookimpls()
        kept = {i.plugin for i in implementations if i.plugin in self._readers}
        kept -= {i.plugin for i in implementations if around and not (i.wrapper or i.hookwrapper)}
        if not kept:
            return None
        manager = self._config.pluginmanager
        return manager.subset_hook_caller(name, remove_plugins=[p for p in manager.get_plugins() if p not in kept])
