"""Finished samples and plans for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evalscope_pytest.core.canonical import digest
from evalscope_pytest.core.values import (
    Call,
    Message,
    ModelOutput,
    Sample,
    SampleError,
    SampleResult,
    Score,
    Usage,
)
from evalscope_pytest.store.journal import Journal
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.plan import BenchmarkPlan, RunPlan

MODEL = "org/tiny-model"


def scored(
    index: int,
    *,
    benchmark: str = "quiz",
    subset: str = "main",
    value: float = 1.0,
    text: str = "The answer is 4.",
    question: str = "What is 2 + 2?",
    salt: str = "",
    repeats: int = 1,
    output: Mapping[str, Any] | None = None,
    **score: Any,
) -> SampleResult:
    """Return a sample that was answered and scored."""
    key = digest(benchmark, subset, index, salt)
    reply = ModelOutput(text=text, usage=Usage(11, 7), model="tiny", latency_s=0.25, **(output or {}))
    return SampleResult(
        benchmark=benchmark,
        subset=subset,
        index=index,
        group=index // repeats,
        repeat=index % repeats,
        key=key,
        review_key=digest(key, "review"),
        sample=Sample(input=f"{question} ({index})", target="4", metadata={"level": 1}, subset=subset),
        calls=(Call((Message("user", f"{question} ({index})"),), reply),),
        score=Score.of({"accuracy": value}, answer=text[-2:-1] or None, **score),
        elapsed_s=0.3,
    )


def failed(
    index: int,
    *,
    kind: str = "model",
    message: str = "no reply",
    calls: Iterable[Call] = (),
    benchmark: str = "quiz",
    subset: str = "main",
    salt: str = "",
) -> SampleResult:
    """Return a sample that ended in an error."""
    key = digest(benchmark, subset, index, salt)
    return SampleResult(
        benchmark=benchmark,
        subset=subset,
        index=index,
        group=index,
        repeat=0,
        key=key,
        review_key=digest(key, "review"),
        sample=Sample(input="?", target="4"),
        calls=tuple(calls),
        error=SampleError(kind, "TransientError", message),  # type: ignore[arg-type]
    )


def plan(session: str = "s1", *, benchmark: str = "quiz", **requested: int) -> RunPlan:
    """Return the plan of a run of one benchmark with these subsets."""
    subsets = requested or {"main": 3}
    return RunPlan(MODEL, "tiny-model", session, (BenchmarkPlan(benchmark, ("accuracy",), tuple(subsets), subsets),))


def record(workdir: WorkDir, results: Iterable[SampleResult], *, session: str = "s1", worker: str = "main") -> Path:
    """Journal results and return the journal's path."""
    journal = Journal(workdir, session=session, worker=worker, model=MODEL)
    for result in results:
        journal.append(result)
    journal.close()
    return journal.path


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes, but for the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
