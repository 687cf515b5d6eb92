"""Masks keys and control sequences in pytest's reports of tests, of its crashes, and in its debug log.

Tracebacks with ``-l`` show the locals of every frame, this package's included: headers of a request, an environment.
Users choose the parts of a traceback, so it is masked once it has become text.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..core.secret import redact, remember_environment
from ..run.process import MaskedFormatter
from ..run.summary import shown
from .pytest_private import debug_log


class Masking:
    """Hooks of every process of a run."""

    def __init__(self, config: pytest.Config) -> None:
        remember_environment(os.environ)
        _mask_debug_log(config)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Mask log records in ``--log-file``, and on the terminal while tests run."""
        logging_plugin = session.config.pluginmanager.getplugin("logging-plugin")
        for name in ("log_file_handler", "log_cli_handler"):
            handler = getattr(logging_plugin, name, None)
            if handler is not None and handler.formatter is not None:
                handler.setFormatter(MaskedFormatter(handler.formatter))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Any:
        """Mask a test's report. Output of a test that does not use the model keeps its colours."""
        of_model = "model" in getattr(item, "fixturenames", ())
        return _masked_report((yield), shown if of_model else redact)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Any:
        """Mask the report of a file that cannot be collected."""
        return _masked_report((yield), redact)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Mask a warning, which may quote a reply."""
        text = str(warning_message.message)
        if (clean := shown(text)) != text:
            warning_message.message = UserWarning(clean)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Mask pytest's own traceback, which the later hooks show."""
        _mask_frames(excrepr)


def _mask_frames(excrepr: Any) -> None:
    """Mask a traceback, frame by frame, with those of the exceptions behind it."""
    chain = getattr(excrepr, "chain", [(excrepr.reprtraceback, excrepr.reprcrash, None)])
    for traceback, crash, _ in chain:
        for entry in traceback.reprentries:
            _mask_entry(entry)
        if crash is not None:
            crash.message = shown(crash.message)


def _mask_entry(entry: Any) -> None:
    """Mask one frame of a traceback: its lines, its place and error, its locals, its arguments."""
    for part in (entry, getattr(entry, "reprlocals", None)):
        if part is not None:
            part.lines = [shown(line) for line in part.lines]
    if arguments := getattr(entry, "reprfuncargs", None):
        arguments.args = [(name, shown(value)) for name, value in arguments.args]
    if place := getattr(entry, "reprfileloc", None):
        place.message = shown(place.message)


def masked(longrepr: Any) -> Any:
    """Return a traceback without keys and control sequences; as plain text if its parts cannot be masked."""
    if isinstance(longrepr, tuple):  # of a skipped test: file, line, reason
        return tuple(shown(part) if isinstance(part, str) else part for part in longrepr)
    if hasattr(longrepr, "reprtraceback"):
        _mask_frames(longrepr)
    text = str(longrepr)
    clean = shown(text)
    return longrepr if clean == text else clean


def _masked_report(report: Any, clean: Callable[[str], str]) -> Any:
    if report.longrepr is not None:
        report.longrepr = masked(report.longrepr)
    report.sections = [(title, clean(text)) for title, text in report.sections]
    return report


def _mask_debug_log(config: pytest.Config) -> None:
    """Mask what ``--debug`` has written so far, such as the command line, and what it will write."""
    if (file := debug_log(config)) is None:
        return
    file.flush()
    path = Path(file.name)
    before = path.read_text(encoding="utf-8", errors="replace")
    file.seek(0)
    file.truncate()
    file.write(redact(before))
    config.trace.root.setwriter(lambda text: file.write(redact(text)))
