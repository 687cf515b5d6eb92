"""Evaluations without pytest, as a program runs them: an author's benchmark of sums, a session, its results."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.core.values import SampleResult
from evalscope_pytest.run import EvaluationError, Session
from evalscope_pytest.scoring import exact_match


@pytest.fixture(autouse=True)
def nothing_from_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, without settings from the environment, each test of a module that imports this."""
    for name in list(os.environ):
        if name.startswith(("EVALSCOPE_", "PYTEST_", "MODELSCOPE_", "JUDGE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@dataclass
class Ran:
    """An evaluation that came to its end.

    Attributes:
        results: The results of its samples, in order.
        error: Why it did not succeed; None when it did.
        notes: What to know of it.
        skipped: Why benchmarks were left out, by name.
        work_dir: The folder of its records.
    """

    results: list[SampleResult] = field(default_factory=list)
    reports: Mapping[str, Any] = field(default_factory=dict)
    error: EvaluationError | None = None
    notes: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    work_dir: Path = Path()

    @property
    def report(self) -> Any:
        """The report of its only benchmark."""
        return next(iter(self.reports.values()))

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """Kind, type and message of the errors of its samples."""
        return [(r.error.kind, r.error.type, r.error.message) for r in self.results if r.error]

    @property
    def explanations(self) -> list[str | None]:
        """Why its samples have their scores."""
        return [r.score.explanation for r in self.results if r.score]

    @property
    def answers(self) -> list[str | None]:
        """What was read from the replies."""
        return [r.score.answer for r in self.results if r.score]


def sending() -> Any:
    """Return the usual body, a function of its own each time: a benchmark is kept on its function."""

    async def body(sample, model):
        return await model.generate(sample)

    return body


def sums(body: Any = None, *, name: str = "sums", count: int = 3, **options: Any) -> Any:
    """Return a benchmark of sums in the current folder, ``0 + 0`` first; options are those of `benchmark`."""
    rows = [json.dumps({"question": f"{i} + {i}", "answer": str(2 * i)}) for i in range(count)]
    file = Path.cwd() / f"{name}.jsonl"
    file.write_text("\n".join(rows) + "\n")

    def to_sample(record: Any) -> Sample:
        return Sample(record["question"], target=record["answer"])

    options = {"to_sample": to_sample, "scorer": exact_match(), **options}
    return benchmark(name, dataset=local(str(file)), **options)(body or sending())


def run(*own: Any, **settings: Any) -> Ran:
    """Evaluate benchmarks with the mock model, unless the settings name another."""
    ran = Ran()
    with Session({"model": "mock", **settings}, benchmarks=own, on_sample=ran.results.append) as session:
        try:
            ran.reports = session.run()
        except EvaluationError as error:
            ran.reports, ran.error = error.reports, error
        ran.notes, ran.skipped = session.notes, session.skipped
        if not session.task.dry_run:
            ran.work_dir = session.work_dir.root
    return ran
