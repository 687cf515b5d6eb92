"""A plan travels from the process that made it to the one that reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.plan import BenchmarkPlan, RunPlan


def test_a_saved_plan_is_the_plan(tmp_path: Path) -> None:
    first = BenchmarkPlan(
        name="mmlu",
        metrics=("accuracy", "f1"),
        subsets=("anatomy", "其他"),
        requested={"anatomy": 3, "其他": 2},
        aggregation={"accuracy": "mean_and_pass_at_k"},
        categories={"anatomy": ("STEM", "Life")},
        repeats=2,
        primary="pass@1",
        settings={"few_shot_num": 5, "filters": None},
    )
    second = BenchmarkPlan("gsm8k", ("accuracy",), ("main",), {"main": 1})
    plan = RunPlan("org/m", "m", "s1", (first, second))
    plan.save(WorkDir(tmp_path))
    assert RunPlan.load(WorkDir(tmp_path)) == plan


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"model_name": "m"}', b'{"benchmarks": [], "odd": 1}'])
def test_a_missing_or_damaged_plan_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    workdir = WorkDir(tmp_path)
    if content is not None:
        workdir.journal.mkdir()
        (workdir.journal / "plan.json").write_bytes(content)
    with pytest.raises(StoreError, match="Run the same command again"):
        RunPlan.load(workdir)
