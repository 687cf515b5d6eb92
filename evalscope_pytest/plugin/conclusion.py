"""What a run comes to: records folded, reports written, gates decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ..records.fold import fold
from .run import Run


@dataclass(frozen=True)
class Conclusion:
    reports: tuple[Any, ...]
    failed_gates: tuple[str, ...] = ()

    def show(self, reporter: pytest.TerminalReporter) -> None:
        for rows in self.reports:
            values = [r.values for r in rows.rows]
            reporter.write_line(f"{rows.benchmark} {len(values)} {values[:2]}")


def conclude(run: Run, interrupted: str) -> Conclusion:
    return Conclusion(())
    return Conclusion(tuple(fold(run.work_dir, run.plan)))
