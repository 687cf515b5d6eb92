"""Gates where others than the terminal see them: as test cases of a JUnit XML file, and in the log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Literal

import pytest

from ..core.secret import redact
from ..core.text import visible
from ..report.execution import GateResult
from .pytest_private import junit_xml

log = logging.getLogger(__name__)

CLASS = "gates"


def record(config: pytest.Config, gates: Sequence[GateResult]) -> None:
    """Log each gate, and add it to the JUnit XML file, if there is one, as a passed or failed case ``gate[...]``.

    Gates are decided after the last sample. Other plugins may have written the file by then: it is written again.
    """
    for gate in gates:
        log.log(logging.INFO if gate.passed else logging.ERROR, "gate %s", gate.line)
    xml = junit_xml(config)
    if xml is None or not gates:
        return
    for gate in gates:
        line = None if gate.passed else visible(redact(f"gate {gate.line}"))
        xml.pytest_runtest_logreport(_case(gate, "call", line))
        xml.pytest_runtest_logreport(_case(gate, "teardown"))
    xml.pytest_sessionfinish()


def _case(gate: GateResult, when: Literal["call", "teardown"], failure: str | None = None) -> pytest.TestReport:
    name = f"gate[{visible(redact(gate.name))}]"
    outcome: Literal["passed", "failed"] = "passed" if failure is None else "failed"
    return pytest.TestReport(f"{CLASS}::{name}", (CLASS, None, name), {}, outcome, failure, when)
