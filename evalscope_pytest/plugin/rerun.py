"""Which samples ``--lf`` and ``--eval-rerun=errors`` run again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pytest

from ..config.task import TaskConfig
from ..run.unused import unused_reruns
from .nodes import SampleItem
from .reports import verdict_on

ERRORED = "evalscope/errored"


class Rerun:
    """Remembers wrong and errored samples in pytest's cache. Runs where the terminal is."""

    def __init__(self, config: pytest.Config, task: TaskConfig) -> None:
        self._config = config
        self._task = task
        self._seen = self._had_nothing = False

    @cached_property
    def _errored(self) -> set[str]:
        return set(errored_of(self._config))  # pytest's cache is there once all plugins are configured

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a sample, after pytest has filed a wrong one among the passed."""
        verdict = verdict_on(report)
        if verdict is None:
            return
        self._seen = True
        last_failed: Any = self._config.pluginmanager.getplugin("lfplugin")  # registered after this plugin
        if verdict.state not in ("correct", "skipped") and last_failed is not None:
            last_failed.lastfailed[getattr(report, "id", report.nodeid)] = True  # a text before pytest 9.2
        if verdict.state == "error":
            self._errored.add(report.nodeid)
        else:
            self._errored.discard(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write what was noted. Nothing to run again is a success: it follows a run without errors."""
        cache = getattr(self._config, "cache", None)
        if cache is None or self._config.option.collectonly:
            return
        is_rerun = self._task.rerun == "errors"
        if is_rerun and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and cache.get(ERRORED, None) == []:
            self._had_nothing = True
            session.exitstatus = pytest.ExitCode.OK
        if self._seen or not is_rerun:
            cache.set(ERRORED, sorted(self._errored))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why nothing ran."""
        if self._had_nothing:
            terminalreporter.write_line("--eval-rerun=errors: nothing ended in an error last time.")


def check_reruns(config: pytest.Config, items: Sequence[pytest.Item]) -> str:
    """Return a note on reruns that the ini file or a mark sets: samples have none.

    Raises:
        UsageError: ``--reruns`` is on the command line.
    """
    stand_ins = {i.parent for i in items if isinstance(i, SampleItem)}
    if not stand_ins:
        return ""
    try:
        in_ini = str(config.getini("reruns")) not in ("", "0", "None")
    except (KeyError, ValueError):  # the plugin that has this key is not installed
        in_ini = False
    marked = any(node.get_closest_marker("flaky") for node in stand_ins if node is not None)
    return unused_reruns(getattr(config.option, "reruns", None) or 0, elsewhere=in_ini or marked)


def errored_of(config: pytest.Config) -> list[str]:
    """Return the samples that ended in an error the last time they ran."""
    cache = getattr(config, "cache", None)
    return list(cache.get(ERRORED, [])) if cache is not None else []


def keep_errored(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect every sample that did not end in an error last time."""
    errored = set(errored_of(config))
    gone = [i for i in items if isinstance(i, SampleItem) and i.nodeid not in errored]
    if gone:
        config.hook.pytest_deselected(items=gone)
        kept = set(map(id, gone))
        items[:] = [i for i in items if id(i) not in kept]
