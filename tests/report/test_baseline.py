"""A run is compared with the right reports of an earlier one, or with none."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.report.baseline import Baseline, Now, check_baseline, compare, load_baseline
from evalscope_pytest.report.build import build_report, save_report
from evalscope_pytest.report.gates import GateResult, Samples
from evalscope_pytest.report.model import Report
from evalscope_pytest.store.layout import WorkDir

from .rows import plan, report, row


def _run(folder: Path, *models: str) -> Path:
    for model in models:
        made = build_report(plan({"a": 4}), [row("a", i, float(i < 3)) for i in range(4)], model)
        save_report(WorkDir(folder), made)
    return folder


def test_a_work_dir_its_reports_and_a_models_folder_are_all_found(tmp_path: Path) -> None:
    root = _run(tmp_path / "20260101_000000", "tiny", "other")
    for path in (root, root / "reports", root / "reports" / "tiny"):
        baseline = load_baseline(path, "tiny")
        assert baseline.folder == root / "reports" / "tiny"
        assert baseline.reports["quiz"].score == 0.75


def test_the_only_other_model_will_do_but_not_one_of_several(tmp_path: Path) -> None:
    assert load_baseline(_run(tmp_path / "one", "other"), "tiny").reports["quiz"].model_name == "other"
    with pytest.raises(UsageError, match=r"none of 'tiny': big, other"):
        load_baseline(_run(tmp_path / "two", "other", "big"), "tiny")


def test_a_folder_of_runs_is_refused_with_a_list(tmp_path: Path) -> None:
    for n in range(7):
        _run(tmp_path / f"2026010{n}_000000", "tiny")
    with pytest.raises(UsageError, match=r"holds 7 runs.*20260106_000000"):
        load_baseline(tmp_path, "tiny")


def test_a_folder_without_reports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no reports"):
        load_baseline(tmp_path, "tiny")
    with pytest.raises(UsageError, match="not there"):
        load_baseline(tmp_path / "x", "tiny")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(UsageError, match="no readable reports"):
        load_baseline(tmp_path, "tiny")


def test_a_benchmark_the_baseline_lacks_is_an_error_before_the_run(tmp_path: Path) -> None:
    baseline = load_baseline(_run(tmp_path, "tiny"), "tiny")
    check_baseline(baseline, [plan({"a": 4})])
    with pytest.raises(UsageError, match=r"no report of 'quizz'\. Did you mean 'quiz'\?"):
        check_baseline(baseline, [plan({"a": 4}, name="quizz")])


def _compared(before: list[float | None], now: list[float | None], drop: float = 0.02, **fields: str) -> GateResult:
    old, new = report({"a": before}), report({"a": now}, **fields)
    return _points(old, new, drop)


def _points(old: Report, new: Report, drop: float, *, tolerated: bool = False) -> GateResult:
    """Return the comparison of the printed scores of two reports."""
    baseline, now = Baseline(Path("x"), {"quiz": old}), Now(new, Samples(plan({"a": new.num}), ()), tolerated)
    return compare([baseline], [now], drop).results["quiz"]


def test_a_drop_within_bounds_passes_and_a_greater_one_fails() -> None:
    right = [1.0] * 50
    assert _compared(right, [1.0] * 49 + [0.0]) == GateResult(
        True, "quiz: passed, mean_acc 0.9800, baseline 1.0000, 0.0200 worse, allowed drop 0.02", "baseline quiz"
    )
    assert _compared(right, [1.0] * 48 + [0.0] * 2) == GateResult(
        False, "quiz: failed, mean_acc 0.9600, baseline 1.0000, 0.0400 worse, allowed drop 0.02", "baseline quiz"
    )
    assert "0.0200 better" in _compared([1.0] * 49 + [0.0], right).line
    assert "unchanged" in _compared(right, right, 0.0).line


def test_what_else_differs_is_said() -> None:
    line = _compared([1.0], [1.0, 1.0], version="2").line
    assert "(1 samples then, 2 now; benchmark version 1 then, 2 now)" in line


def test_samples_without_a_score_cannot_hide_a_drop() -> None:
    result = _compared([1.0] * 10, [1.0] * 9 + [None])
    assert not result.passed
    assert "1 samples without a score could change that" in result.line
    assert _compared([1.0] * 10, [1.0] * 9 + [None], drop=0.1).passed


def test_an_error_may_be_tolerated_and_a_sample_that_never_ran_may_not() -> None:
    old = report({"a": [1.0] * 10})
    assert _points(old, report({"a": [1.0] * 9 + [None]}), 0.02, tolerated=True).passed
    result = _points(old, report({"a": [1.0] * 8 + [None]}, missing=1), 0.02, tolerated=True)
    assert not result.passed
    assert "1 samples without a score could change that" in result.line


def test_for_an_error_rate_higher_is_worse() -> None:
    def made(value: float) -> Report:
        rows = [row("a", i, values={"wer": value}) for i in range(4)]
        return build_report(plan({"a": 4}, metrics=("wer",)), rows, "tiny")

    assert _points(made(0.3), made(0.1), 0.0).passed
    assert not _points(made(0.1), made(0.3), 0.1).passed
