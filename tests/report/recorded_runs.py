"""Runs as they are recorded: reports, reviews and a configuration, for tests that read them back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evalscope_pytest.report.build import build_report, save_report
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.plan import BenchmarkPlan
from evalscope_pytest.store.rows import SampleSummary

Texts = Callable[[SampleSummary], Mapping[str, str]]


def write_run(
    root: Path,
    *benchmarks: tuple[BenchmarkPlan, Sequence[SampleSummary]],
    model: str = "tiny",
    texts: Texts = lambda row: {},
    settings: Mapping[str, Any] | None = None,
    reviews: bool = True,
) -> Path:
    """Write a run and return its work_dir.

    Args:
        texts: Prompt, reply and target of a row, if a test is about them.
        settings: Of its ``task_config.yaml``; None for none.
    """
    workdir = WorkDir(root)
    for plan, rows in benchmarks:
        save_report(workdir, build_report(plan, rows, model))
        for subset in plan.subsets if reviews else ():
            lines = [review(row, texts(row)) for row in rows if row.subset == subset and row.values is not None]
            file = workdir.reviews(model) / f"{plan.name}_{subset}.jsonl"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    if settings is not None:
        resolved = {plan.name: {"aggregation": plan.aggregation} for plan, _ in benchmarks}
        workdir.configs.mkdir(parents=True, exist_ok=True)
        document = {"resolved_benchmarks": resolved, "generation_config": {}, "seed": 42, **settings}
        (workdir.configs / "task_config.yaml").write_text(json.dumps(document))
    return root


def review(row: SampleSummary, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the review of a row."""
    reply = texts.get("reply", f"reply {row.group}")
    messages = [
        {"role": "user", "content": texts.get("prompt", f"question {row.group}")},
        {"role": "assistant", "content": reply},
    ]
    score = {
        "value": row.values, "extracted_prediction": row.answer, "prediction": reply, "explanation": None,
        "metadata": {"weights": row.weights} if row.weights else {},
    }  # fmt: skip
    return {
        "key": row.key,
        "review_key": row.review_key,
        "index": row.index,
        "target": texts.get("target", f"target {row.group}"),
        "messages": messages,
        "sample_score": {"score": score, "group_id": row.group, "generation_index": row.repeat},
        **({"question": row.question, "cluster": row.cluster or None} if row.question else {}),
    }
