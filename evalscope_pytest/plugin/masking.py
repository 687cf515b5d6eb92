"""Keeps keys out of what pytest itself says of tests, collection and its own crashes, and out of its debug log.

Tracebacks with ``-l`` show the locals of every frame, ours among them: headers of a request, an environment. What a
traceback is made of is the user's to choose, so it is masked where it has become text.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ..config.secrets import remember_environment
from ..core.secret import redact


class Masking:
    """Hooks of every process of a run."""

    def __init__(self, config: pytest.Config) -> None:
        remember_environment(os.environ)
        _mask_debug_log(config)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Any:
        """Mask what a test's report shows."""
        return _masked_report((yield))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Any:
        """Mask what a file says that cannot be collected."""
        return _masked_report((yield))

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Mask pytest's own traceback: every hook after this one shows what is left in it."""
        chain = getattr(excrepr, "chain", [(excrepr.reprtraceback, excrepr.reprcrash, None)])
        for traceback, crash, _ in chain:
            for entry in traceback.reprentries:
                _mask_entry(entry)
            if crash is not None:
                crash.message = redact(crash.message)


def _mask_entry(entry: Any) -> None:
    """Mask one frame of a traceback: its lines, its locals, its arguments."""
    for part in (entry, getattr(entry, "reprlocals", None)):
        if part is not None:
            part.lines = [redact(line) for line in part.lines]
    if arguments := getattr(entry, "reprfuncargs", None):
        arguments.args = [(name, redact(value)) for name, value in arguments.args]


def masked(longrepr: Any) -> Any:
    """Return a traceback as it is, or as mere text with the keys masked that it would show."""
    if isinstance(longrepr, tuple):  # of a skipped test: file, line, reason
        return tuple(redact(part) if isinstance(part, str) else part for part in longrepr)
    text = str(longrepr)
    clean = redact(text)
    return longrepr if clean == text else clean


def _masked_report(report: Any) -> Any:
    if report.longrepr is not None:
        report.longrepr = masked(report.longrepr)
    report.sections = [(title, redact(text)) for title, text in report.sections]
    return report


def _mask_debug_log(config: pytest.Config) -> None:
    """Mask what ``--debug`` has written so far, the command line among it, and what it will write."""
    write = config.trace.root._writer
    file = getattr(write, "__self__", None)
    if file is None or not hasattr(file, "truncate"):
        return
    file.flush()
    path = Path(file.name)
    before = path.read_text(encoding="utf-8", errors="replace")
    file.seek(0)
    file.truncate()
    file.write(redact(before))
    config.trace.root.setwriter(lambda text: file.write(redact(text)))
