"""Recorded runs are compared with the first of them, question by question."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError, UsageError
from evalscope_pytest.report.baseline import Baseline
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.compare import BenchmarkComparison, Compared, compare_runs, telling_losses
from evalscope_pytest.report.compare_page import SHORT, comparison_page
from evalscope_pytest.report.compare_table import comparison_text
from evalscope_pytest.report.entrants import Entrant, entrants_of
from evalscope_pytest.statistics.combined import benjamini_hochberg, holm
from evalscope_pytest.statistics.comparison import PairedShares
from evalscope_pytest.store.reviews import Reviews
from evalscope_pytest.store.rows import SampleSummary

from .recorded_runs import write_run
from .rows import plan, row

Values = Sequence[float | None]


def rows_of(
    values: Values, subset: str = "a", *, keyed: bool = True, name: str = "quiz", **fields: Any
) -> list[SampleSummary]:
    return [
        row(subset, i, value, question=f"{subset}-{i}" if keyed else "", benchmark=name, **fields)
        for i, value in enumerate(values)
    ]


def quiz(rows: Sequence[SampleSummary], **fields: Any) -> tuple[Any, Sequence[SampleSummary]]:
    subsets = {one.subset: sum(other.subset == one.subset for other in rows) for one in rows}
    return plan(subsets, **{"name": rows[0].benchmark, **fields}), rows


def answers(won: int, lost: int, both: int, neither: int) -> tuple[list[float], list[float]]:
    """Return the values of two runs."""
    old = [0.0] * won + [1.0] * lost + [1.0] * both + [0.0] * neither
    new = [1.0] * won + [0.0] * lost + [1.0] * both + [0.0] * neither
    return old, new


def compared(*runs: Path, metrics: Sequence[str] = (), **options: Any) -> Compared:
    return compare_runs(entrants_of([str(run) for run in runs], **options), metrics)


def only(found: Compared) -> BenchmarkComparison:
    (run,) = found.runs
    (one,) = run.benchmarks.values()
    return one


def pair(
    tmp_path: Path, old: Sequence[SampleSummary], new: Sequence[SampleSummary], **fields: Any
) -> BenchmarkComparison:
    before = write_run(tmp_path / "old", quiz(old, **fields), settings={})
    after = write_run(tmp_path / "new", quiz(new, **fields), settings={})
    return only(compared(before, after))


# What is compared with what -----------------------------------------------------------------------------------------


def test_shuffled_runs_pair_and_have_tangos_interval(tmp_path: Path) -> None:
    old, new = answers(4, 17, 140, 39)
    shuffled = rows_of(new)
    random.Random(1).shuffle(shuffled)
    shuffled = [replace(one, index=i, group=i) for i, one in enumerate(shuffled)]
    whole = pair(tmp_path, rows_of(old), shuffled).whole
    expected = PairedShares(4, 17, 200)
    assert (whole.method, whole.paired, whole.shared, whole.won, whole.lost) == ("tango", True, 200, 4, 17)
    assert (whole.score, whole.baseline) == (pytest.approx(0.72), pytest.approx(0.785))
    assert whole.difference == pytest.approx(-0.065)
    assert (whole.low, whole.high) == expected.interval()
    assert whole.p_worse == expected.p_less()
    assert whole.p == pytest.approx(2 * expected.p_less())


def test_runs_of_different_questions_pair_on_what_both_have(tmp_path: Path) -> None:
    old, new = rows_of([1.0] * 80), rows_of([0.0] * 5 + [1.0] * 95)[:60] + rows_of([1.0] * 20, "a")[:0]
    one = pair(tmp_path, old, new)
    assert (one.whole.shared, one.whole.only_now, one.whole.only_baseline, one.whole.lost) == (60, 0, 20, 5)
    assert "60 paired, 0 only now, 20 only then" in one.notes
    assert (one.whole.score, one.whole.baseline) == (pytest.approx(55 / 60), 1.0)  # of the paired ones


def test_too_few_shared_questions_are_compared_unpaired_and_the_note_says_so(tmp_path: Path) -> None:
    one = pair(tmp_path, rows_of([1.0] * 20), rows_of([0.0] * 2 + [1.0] * 18))
    assert (one.whole.method, one.whole.paired, one.whole.lost) == ("newcombe", False, 2)
    assert one.notes[0] == "unpaired: 20 questions in both (30 are needed), 0 only now, 0 only then"
    assert len(one.lost) == 2


def test_records_without_keys_pair_by_position_if_everything_else_agrees(tmp_path: Path) -> None:
    old, new = answers(2, 9, 60, 29)
    fields = {"fingerprint": "abc"}
    assert pair(tmp_path / "1", rows_of(old, keyed=False), rows_of(new, keyed=False), **fields).whole.paired
    assert pair(tmp_path / "2", rows_of(old, keyed=False), rows_of(new), **fields).whole.paired
    unknown = pair(tmp_path / "3", rows_of(old, keyed=False), rows_of(new, keyed=False))
    assert not unknown.whole.paired
    why = "no question is known to be in both (records without keys of questions), 100 only now, 100 only then"
    assert unknown.notes[0] == f"unpaired: {why}"
    assert not unknown.lost
    lines = comparison_text(compared(tmp_path / "3" / "old", tmp_path / "3" / "new")).splitlines()
    cells = next(line for line in lines if line.startswith("| quiz")).split("|")
    assert [cells[n].strip() for n in (3, 8, 9)] == ["-", "-", "-"]  # wins and losses are not known


def test_repeats_are_one_question_and_have_noise(tmp_path: Path) -> None:
    draw = random.Random(3)
    chance = [draw.random() for _ in range(50)]

    def attempts(repeats: int) -> list[SampleSummary]:
        return [
            row("a", i, float(draw.random() < chance[i // repeats]), repeats=repeats, question=f"q{i // repeats}")
            for i in range(50 * repeats)
        ]

    one = pair(tmp_path, attempts(4), attempts(2))
    assert (one.whole.method, one.whole.shared, one.whole.clusters) == ("paired t", 50, 50)
    assert one.whole.won + one.whole.lost <= 50
    assert one.whole.noise is not None
    assert 0 < one.whole.noise < 1
    flip = one.lost[0]
    assert (len(flip.then), len(flip.now)) == (4, 2)
    (sample,) = telling_losses(one, 1)
    assert sample.then is not None
    assert sample.now is not None
    assert (sample.then.value, sample.now.value) == (1.0, 0.0)  # the best attempt then, the worst now


def test_clusters_count_as_one_observation(tmp_path: Path) -> None:
    old, new = answers(0, 20, 180, 0)
    clusters = [f"p{i // 20}" for i in range(200)]

    def clustered(values: Values) -> list[SampleSummary]:
        return [replace(one, cluster=cluster) for one, cluster in zip(rows_of(values), clusters, strict=True)]

    whole = pair(tmp_path, clustered(old), clustered(new)).whole
    assert (whole.method, whole.clusters, whole.shared) == ("paired t", 10, 200)
    few = pair(tmp_path / "few", clustered(old)[:80], clustered(new)[:80]).whole
    assert few.low is None
    assert few.reason == "4 clusters: at least 5 are needed"
    assert few.difference == pytest.approx(-0.25)


def test_for_an_error_rate_higher_is_worse(tmp_path: Path) -> None:
    def rated(value: float) -> list[SampleSummary]:
        return [row("a", i, values={"wer": value + (i % 5) / 50}, question=f"q{i}") for i in range(40)]

    one = pair(tmp_path, rated(0.1), rated(0.3), metrics=("wer",))
    assert one.lower_is_better
    assert one.whole.difference == pytest.approx(-0.2)
    assert (one.whole.won, one.whole.lost) == (0, 40)
    assert len(one.lost) == 40
    text = comparison_text(compared(tmp_path / "old", tmp_path / "new"))
    assert "mean_wer: lower is better, so Diff is baseline less score" in text


def test_subsets_and_categories_have_q_values(tmp_path: Path) -> None:
    def rows(lost: Sequence[int]) -> list[SampleSummary]:
        return [
            one for subset, n in zip("abc", lost, strict=True) for one in rows_of([0.0] * n + [1.0] * (40 - n), subset)
        ]

    categories = {"a": ("stem",), "b": ("stem",), "c": ("other",)}
    one = pair(tmp_path, rows([0, 0, 0]), rows([10, 2, 0]), categories=categories)
    subsets = {part.name: part for part in one.parts if part.kind == "subset"}
    assert {name: part.lost for name, part in subsets.items()} == {"a": 10, "b": 2, "c": 0}
    p_values = [part.p for part in subsets.values() if part.p is not None]
    assert [part.q for part in subsets.values()] == benjamini_hochberg(p_values)
    assert [part.name for part in one.parts if part.kind == "category"] == ["stem"]  # the other is one subset


def test_holm_over_benchmarks_and_a_line_for_all_of_them(tmp_path: Path) -> None:
    drops = {"x": 6, "y": 9, "z": 5}

    def run(name: str, worse: bool) -> Path:
        made = [quiz(rows_of([0.0] * (n * worse) + [1.0] * (100 - n * worse), name=of)) for of, n in drops.items()]
        return write_run(tmp_path / name, *made)

    found = compared(run("old", False), run("new", True))
    wholes = [one.whole for one in found.runs[0].benchmarks.values()]
    assert [whole.holm for whole in wholes] == holm([whole.p for whole in wholes if whole.p is not None])
    together = found.runs[0].together
    assert together is not None
    assert together.difference == pytest.approx(-0.2 / 3)
    assert together.high is not None
    assert together.high < 0
    assert together.p is not None
    assert together.p < min(whole.p for whole in wholes if whole.p is not None)
    text = comparison_text(found)
    assert "| ALL " in text
    assert "Holm" in text


def test_unpaired_benchmarks_have_a_line_for_all_of_them_too(tmp_path: Path) -> None:
    def run(name: str, right: int) -> Path:
        values = [1.0] * right + [0.0] * (25 - right)
        return write_run(tmp_path / name, *(quiz(rows_of(values, name=of)) for of in ("x", "y")))

    together = compared(run("old", 20), run("new", 15)).runs[0].together
    assert together is not None
    assert together.difference == pytest.approx(-0.2)
    assert together.low is not None


def test_three_runs_are_compared_with_the_first(tmp_path: Path) -> None:
    values = {"a": answers(3, 3, 80, 14)[0], "b": answers(3, 3, 80, 14)[1], "c": answers(0, 20, 66, 14)[1]}
    runs = [write_run(tmp_path / name, quiz(rows_of(own)), model=f"model-{name}") for name, own in values.items()]
    found = compared(*runs)
    assert [run.entrant.name for run in found.runs] == ["model-b", "model-c"]
    assert found.scores == {("quiz", "mean_acc"): (0.83, 0.83, 0.66)}
    p_values = [run.benchmarks["quiz"].whole.p for run in found.runs]
    assert [run.benchmarks["quiz"].whole.q for run in found.runs] == benjamini_hochberg([p for p in p_values if p])
    text = comparison_text(found, 80)
    assert all(len(line) <= 80 for line in text.splitlines() if line.startswith(("|", "+")))


# Metrics ------------------------------------------------------------------------------------------------------------


def _two_metrics(tmp_path: Path, name: str, acc: float, f1: float) -> Path:
    rows = [row("a", i, values={"accuracy": acc, "f1": f1}, question=f"q{i}") for i in range(40)]
    return write_run(tmp_path / name, quiz(rows, metrics=("accuracy", "f1")))


def test_another_metric_by_any_of_its_names(tmp_path: Path) -> None:
    old, new = _two_metrics(tmp_path, "old", 1.0, 0.5), _two_metrics(tmp_path, "new", 1.0, 0.75)
    assert only(compared(old, new)).metric == "mean_acc"
    for name in ("f1", "mean_f1", "quiz:f1"):
        assert only(compared(old, new, metrics=[name])).whole.difference == pytest.approx(0.25)
    with pytest.raises(ConfigError, match=r"no run reports 'f2'\. Did you mean 'mean_f1'\?|Allowed: mean_acc, mean_f1"):
        compared(old, new, metrics=["f2"])
    with pytest.raises(ConfigError, match=r"no benchmark 'quizz' in these runs\. Did you mean 'quiz'\?"):
        compared(old, new, metrics=["quizz:f1"])
    with pytest.raises(ConfigError, match="'f1' and 'acc' for the same benchmarks"):
        compared(old, new, metrics=["f1", "acc"])


def test_pass_at_k_has_a_value_a_question(tmp_path: Path) -> None:
    def attempts(right: int) -> list[SampleSummary]:
        return [row("a", i, float(i % 4 < right), repeats=4, question=f"q{i // 4}") for i in range(160)]

    fields = {"repeats": 4, "aggregation": "mean_and_pass_at_k"}
    old = write_run(tmp_path / "old", quiz(attempts(2), **fields), settings={})
    new = write_run(tmp_path / "new", quiz(attempts(1), **fields), settings={})
    one = only(compared(old, new, metrics=["pass@2"]))
    assert one.metric == "pass@2"
    assert one.whole.shared == 40
    assert one.whole.difference == pytest.approx(0.5 - (1 - 1 / 6))


def of_parts(folder: Path, values: Sequence[float], aggregation: str) -> Path:
    """Write a run whose questions are in three parts."""
    rows = [
        row("a", i, value, question=f"q{i}", weights={"accuracy": {f"p{i % 3}": 1.0}}) for i, value in enumerate(values)
    ]
    return write_run(folder, quiz(rows, aggregation=aggregation))


def test_a_mean_of_parts_is_compared_by_question(tmp_path: Path) -> None:
    old = of_parts(tmp_path / "old", [1.0] * 40, "macro_mean")
    one = only(compared(old, of_parts(tmp_path / "new", [0.0] * 9 + [1.0] * 31, "macro_mean")))
    assert (one.whole.score, one.whole.baseline) == pytest.approx((1 - 3 * (3 / 14 + 3 / 13 + 3 / 13) / 9, 1.0))
    assert one.whole.low is not None
    assert one.whole.high is not None
    assert one.whole.low < one.whole.difference < one.whole.high < 0
    assert (one.whole.won, one.whole.lost) == (0, 9)


def test_a_metric_without_an_interval_is_compared_by_the_printed_scores(tmp_path: Path) -> None:
    old = of_parts(tmp_path / "old", [1.0] * 40, "harmonic_mean")
    one = only(compared(old, of_parts(tmp_path / "new", [0.0, 1.0, 1.0] * 13 + [0.0], "harmonic_mean")))
    assert (one.whole.method, one.whole.low) == ("printed scores", None)
    assert one.whole.reason == "a part of mean_acc has a mean of 0, or a single question"


# Notes --------------------------------------------------------------------------------------------------------------


def test_what_else_differs_is_said(tmp_path: Path) -> None:
    old, new = answers(1, 1, 40, 0)
    before = write_run(
        tmp_path / "old", quiz(rows_of(old), version="1"),
        settings={"generation_config": {"temperature": 0.0}, "model_args": {"x": 1}},
    )  # fmt: skip
    after = write_run(
        tmp_path / "new", quiz([*rows_of(new)[:-1], row("a", 41, None, question="a-41")], version="2"),
        settings={"generation_config": {"temperature": 0.7}, "model_args": {"x": 1}},
    )  # fmt: skip
    found = compared(before, after)
    assert found.runs[0].notes == ("generation_config.temperature 0.0 then, 0.7 now",)
    assert "benchmark version 1 then, 2 now" in only(found).notes
    assert "1 of 42 samples without a score now" in only(found).notes


def test_a_changed_prompt_is_named(tmp_path: Path) -> None:
    values = answers(1, 1, 40, 0)[0]
    runs = []
    for name, prompt in (("old", "{question}"), ("new", "Think. {question}")):
        resolved = {"resolved_benchmarks": {"quiz": {"prompt_template": prompt}}}
        made = quiz(rows_of(values), fingerprint=name)
        runs.append(write_run(tmp_path / name, made, settings=resolved))
    assert only(compared(*runs)).notes == ("prompt_template '{question}' then, 'Think. {question}' now",)


def test_damaged_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    values = answers(1, 1, 40, 0)[0]
    old, new = (write_run(tmp_path / name, quiz(rows_of(values))) for name in ("old", "new"))
    file = new / "reviews" / "tiny" / "quiz_a.jsonl"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:3], lines[3][:40], "[]", "null", *lines[4:]]) + "\n")
    one = only(compared(old, new))
    assert "3 damaged reviews left out now" in one.notes
    assert (one.whole.shared, one.whole.only_baseline) == (41, 1)


ODD = [
    "[" * 5000 + "]" * 5000,
    {"question": ["x"]},
    {"cluster": {"a": 1}},
    {"sample_score": {"score": {"value": {"accuracy": float("nan")}}, "group_id": 3}},
    {"sample_score": {"score": {"value": {"accuracy": 10**400}}, "group_id": 3}},
    {"sample_score": {"score": {"value": {"accuracy": 0.0}, "metadata": {"weights": {"accuracy": "x"}}},
                      "group_id": 3}},
    {"sample_score": {"score": {"value": {"accuracy": 0.0}, "prediction": [{"a": 1}], "extracted_prediction": 4},
                      "group_id": 3}},
    {"sample_score": 5},
    {"messages": None},
    {"target": {"a": [1]}},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd)[:40])
def test_an_odd_record_breaks_nothing(odd: Any, tmp_path: Path) -> None:
    old, new = answers(1, 3, 40, 0)
    before, after = (write_run(tmp_path / n, quiz(rows_of(v))) for n, v in (("old", old), ("new", new)))
    file = after / "reviews" / "tiny" / "quiz_a.jsonl"
    lines = file.read_text().splitlines()
    lines[3] = odd if isinstance(odd, str) else json.dumps({**json.loads(lines[3]), **odd})
    file.write_text("\n".join(lines) + "\n")
    found = compared(before, after)
    assert only(found).whole.shared in (43, 44)
    assert json.dumps(found.to_json(), allow_nan=False)
    assert comparison_text(found, 80, samples=9)
    assert comparison_page(found)


def test_a_run_without_reviews_is_compared_by_the_printed_scores(tmp_path: Path) -> None:
    old, new = answers(1, 5, 40, 0)
    before = write_run(tmp_path / "old", quiz(rows_of(old)), reviews=False)
    one = only(compared(before, write_run(tmp_path / "new", quiz(rows_of(new)))))
    assert (one.whole.method, one.whole.low, one.whole.reason) == ("printed scores", None, "no reviews then")
    assert one.whole.difference == round(41 / 46 - 45 / 46, 4)
    assert "no interval: no reviews then" in comparison_text(compared(before, tmp_path / "new"))


def test_a_benchmark_without_any_score_and_one_of_a_single_run_are_named(tmp_path: Path) -> None:
    good, bad = quiz(rows_of([1.0] * 40, name="x")), quiz(rows_of([None] * 4, name="y"))
    extra = quiz(rows_of([1.0] * 4, name="z"))
    found = compared(write_run(tmp_path / "old", good, bad), write_run(tmp_path / "new", good, bad, extra))
    assert "y has no score in old, new" in found.notes
    assert "z is only in new" in found.notes
    assert list(found.runs[0].benchmarks) == ["x"]
    text = comparison_text(found)
    assert "z is only in new" in text


def test_many_runs_with_long_names_fit_a_terminal(tmp_path: Path) -> None:
    runs = []
    for number in range(7):
        made = quiz(rows_of([1.0] * (40 - number) + [0.0] * number, name="a_benchmark_with_quite_a_long_name"))
        runs.append(write_run(tmp_path / str(number), made, model=f"a-model-with-a-long-name-{number}-instruct"))
    for line in comparison_text(compared(*runs), 80).splitlines():
        assert len(line) <= 80 or not line.startswith(("|", "+"))


# Which runs ---------------------------------------------------------------------------------------------------------


def _run(folder: Path, *models: str) -> Path:
    for model in models:
        write_run(folder, quiz(rows_of([1.0] * 40)), model=model)
    return folder


def _names(*words: object, **options: Any) -> list[str]:
    return [entrant.name for entrant in entrants_of([str(word) for word in words], **options)]


def test_runs_are_called_by_what_distinguishes_them(tmp_path: Path) -> None:
    a, b, c = _run(tmp_path / "a", "m"), _run(tmp_path / "b", "m"), _run(tmp_path / "c", "n")
    assert _names(a, b) == ["a", "b"]
    assert _names(a, c) == ["m", "n"]
    assert _names(a, b, c) == ["a", "b", "c"]
    assert _names(f"old={a}", f"new={b}") == ["old", "new"]
    assert _names(f"m={a}", c, f"m={b}") == ["m #1", "n", "m #3"]
    both = _run(tmp_path / "a2", "m", "n")
    assert _names(both / "reports" / "m", both / "reports" / "n", a) == ["m a2", "n a2", "m a"]


def test_a_run_may_be_named_by_its_reports_a_models_folder_or_latest(tmp_path: Path) -> None:
    a, b = _run(tmp_path / "20260101_000000", "m"), _run(tmp_path / "20260102_000000", "n")
    assert _names(a / "reports", b / "reports" / "n") == ["m", "n"]
    assert _names(a, "latest", work_dir=str(tmp_path)) == ["m", "n"]
    with pytest.raises(UsageError, match=r"'latest': no run under .* has reports"):
        _names(a, "latest", work_dir=str(tmp_path / "nothing"))


def test_a_single_run_is_compared_model_by_model(tmp_path: Path) -> None:
    run = _run(tmp_path / "r", "m", "n", "o")
    assert _names(run) == ["m", "n", "o"]
    assert _names(run, models=["o", "m"]) == ["o", "m"]
    with pytest.raises(UsageError, match=r"no model 'x' in .*Allowed: m, n, o"):
        _names(run, models=["m", "x"])
    other = _run(tmp_path / "s", "m", "n")
    with pytest.raises(UsageError, match=r"reports of 3 models: m, n, o\. Choose one with --model"):
        _names(run, other)
    assert _names(run, other, models=["n"]) == ["r", "s"]
    assert _names(run, other, models=["n", "m"]) == ["n r", "m r", "n s", "m s"]
    with pytest.raises(UsageError, match=r"no model 'o' in .*s\. Allowed: m, n"):
        _names(run, other, models=["o"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a"], "only one run"),
        (["a", "a"], "is named 2 times"),
        (["a", "a/reports/m"], "is named 2 times"),
        (["a", "aa"], "run is not there: .*aa.*Did you mean .*a.*Give the work_dir"),
        (["a", "a" * 5000], "run cannot be read: .*a.*File name too long"),
        (["a", "a\0"], "run cannot be read|run is not there"),
        (["a", "empty"], "run has no reports: .*empty. Give the work_dir of a finished run"),
        (["a", "killed"], "It did not end. Complete it: repeat its command with --eval-use-cache="),
        (["a", "."], "holds 2 runs. Choose among them"),
        (["a", "more/broken"], "no readable reports"),
        (["a", "b"], "without a benchmark in common: m has quiz, n has other"),
    ],
)
def test_what_cannot_be_compared_is_refused(words: list[str], message: str, tmp_path: Path) -> None:
    _run(tmp_path / "a", "m")
    write_run(tmp_path / "b", quiz(rows_of([1.0] * 40, name="other")), model="n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "killed" / "journal").mkdir(parents=True)
    (tmp_path / "more" / "broken").mkdir(parents=True)
    (tmp_path / "more" / "broken" / "x.json").write_text("{")
    with pytest.raises(UsageError, match=message):
        compared(*(tmp_path / word for word in words))


# Lost samples -------------------------------------------------------------------------------------------------------


def test_telling_losses_are_the_largest_then_the_surest_then_the_shortest(tmp_path: Path) -> None:
    old = {"big": [1, 1], "sure": [1, 1], "unsure": [1, 0], "short": [1, 1], "won": [0, 0], "same": [1, 1]}
    new = {"big": [0, 0], "sure": [1, 0], "unsure": [0, 0], "short": [0, 0], "won": [1, 1], "same": [1, 1]}

    def rows(values: dict[str, list[int]]) -> list[SampleSummary]:
        flat = [(name, value) for name, own in values.items() for value in own]
        return [row("a", i, float(v), repeats=2, question=name) for i, (name, v) in enumerate(flat)]

    def texts(one: SampleSummary) -> dict[str, str]:
        return {"reply": one.question * (1 if one.question == "short" else 9), "prompt": "p", "target": "t"}

    before = write_run(tmp_path / "old", quiz(rows(old), repeats=2), texts=texts)
    after = write_run(tmp_path / "new", quiz(rows(new), repeats=2), texts=texts)
    one = only(compared(before, after))
    assert [sample.flip.question for sample in telling_losses(one)] == ["short", "big", "sure", "unsure"]
    assert [sample.flip.question for sample in telling_losses(one, 1)] == ["short"]
    assert [flip.question for flip in one.won] == ["won"]


def test_only_the_records_of_shown_samples_are_read(tmp_path: Path) -> None:
    old, new = answers(0, 30, 30, 0)
    before, after = (write_run(tmp_path / n, quiz(rows_of(v))) for n, v in (("old", old), ("new", new)))
    one = only(compared(before, after))
    file = after / "reviews" / "tiny" / "quiz_a.jsonl"
    data = bytearray(file.read_bytes())
    keep = one.lost[0]
    place = next(number for number, line in enumerate(data.splitlines()) if f'"{keep.question}"'.encode() in line)
    lines = data.splitlines(keepends=True)
    file.write_bytes(b"".join(line if number == place else b"x" * len(line) for number, line in enumerate(lines)))
    (sample,) = telling_losses(one, 1)
    assert sample.now is not None
    unreadable = telling_losses(one, 2)[1]
    assert unreadable.now is None  # its record was damaged since
    assert unreadable.then is not None
    file.unlink()
    assert [sample.now for sample in telling_losses(one, 2)] == [None, None]


def test_a_record_that_has_been_written_again_is_not_taken_for_another(tmp_path: Path) -> None:
    old, new = answers(0, 30, 30, 0)
    before, after = (write_run(tmp_path / n, quiz(rows_of(v))) for n, v in (("old", old), ("new", new)))
    one = only(compared(before, after))
    file = after / "reviews" / "tiny" / "quiz_a.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    lines[10], lines[11] = lines[11], lines[10]
    assert len(lines[10]) == len(lines[11])
    file.write_text("".join(lines))
    found = {sample.flip.group: sample for sample in one.samples(one.lost)}
    assert [group for group, sample in found.items() if sample.now is None] == [10, 11]


# Files and pages ----------------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y> \x1b[31m\u202e {{ 7 * 7 }} \x00"


def _hostile(tmp_path: Path) -> Compared:
    old, new = answers(2, 3, 40, 5)
    words = {"reply": HOSTILE, "prompt": HOSTILE, "target": HOSTILE}
    runs = [
        write_run(tmp_path / name, quiz(rows_of(values), pretty_name=HOSTILE), texts=lambda row: words, settings={})
        for name, values in (("old", old), ("new", new))
    ]
    first, second = entrants_of([str(run) for run in runs])
    return compare_runs([replace(first, name=HOSTILE), second])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_text_is_inert(language: str, tmp_path: Path) -> None:
    found = _hostile(tmp_path)
    page = comparison_page(found, language)
    assert "<script" not in page
    assert "<img" not in page
    text = comparison_text(found, 100, language, samples=3)
    for written in (page, text):
        assert not {"\x1b", "\u202e", "\x00"} & set(written)
        assert "{{ 7 * 7 }}" in written
    assert "http:" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page
    assert json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize("length", [SHORT + 1, 9000])
def test_a_long_reply_is_cut_and_whole_in_a_fold(length: int, tmp_path: Path) -> None:
    old, new = answers(0, 1, 40, 0)
    reply = "".join(f"step {i}. " for i in range(1000))[:length]
    before, after = (
        write_run(tmp_path / n, quiz(rows_of(v)), texts=lambda row: {"reply": reply})
        for n, v in (("old", old), ("new", new))
    )
    page = comparison_page(compared(before, after))
    assert f"whole reply, {len(reply):,} characters" in page
    assert page.count(reply) == 2  # in the fold of each run
    assert f"… {len(reply) - SHORT:,} characters …" in page


def test_the_files_of_a_comparison(tmp_path: Path, snapshot: Any) -> None:
    old, new = answers(2, 6, 50, 2)
    categories = {"a": ("stem",), "b": ("stem",)}
    runs = []
    for name, values in (("old", old), ("new", new)):
        first = quiz([*rows_of(values), *rows_of(values[::-1], "b")], categories=categories)
        second = quiz(rows_of(values[:20], name="small"))
        runs.append(write_run(tmp_path / name, first, second, model=name, settings={}))
    found = compared(*runs)
    document = json.loads(json.dumps(found.to_json(), allow_nan=False).replace(str(tmp_path), "RUNS"))
    assert document == snapshot(name="json")
    assert comparison_text(found, samples=1).replace(str(tmp_path), "RUNS") == snapshot(name="table")
    assert comparison_text(found, 80, "zh").replace(str(tmp_path), "RUNS") == snapshot(name="table of 80 columns, zh")


def test_three_runs_as_a_table(tmp_path: Path, snapshot: Any) -> None:
    first = answers(3, 3, 80, 14)
    values = {"a": first[0], "b": first[1], "c": answers(0, 20, 66, 14)[1]}
    runs = [write_run(tmp_path / name, quiz(rows_of(own)), model=f"model-{name}") for name, own in values.items()]
    assert comparison_text(compared(*runs)).replace(str(tmp_path), "RUNS") == snapshot


def test_many_subsets_are_cut_to_those_that_differ_most(tmp_path: Path) -> None:
    def rows(lost: int) -> list[SampleSummary]:
        own = {f"s{n:02}": lost * (n == 7) for n in range(30)}
        return [one for name, n in own.items() for one in rows_of([0.0] * n + [1.0] * (40 - n), name)]

    before, after = (write_run(tmp_path / n, quiz(rows(lost))) for n, lost in (("old", 0), ("new", 20)))
    found = compared(before, after)
    text = comparison_text(found)
    assert "s07" in text
    assert "10 more subsets differ less; --subsets shows them" in text
    assert all(f"s{n:02}" in comparison_text(found, all_parts=True) for n in range(30))


# Any two runs -------------------------------------------------------------------------------------------------------


def _in_memory(values: dict[int, float], name: str) -> Entrant:
    rows = [row("a", i, value, question=f"q{question}") for i, (question, value) in enumerate(values.items())]
    made, _ = quiz(rows)
    reviews = Reviews(tuple(rows), {("a", one.group): b"" for one in rows})
    return Entrant(name, Baseline(Path(name), {"quiz": build_report(made, rows, "tiny")}, {"quiz": reviews}))


_VALUE = st.sampled_from([0.0, 1.0, 1.0, 0.5])
_RUN = st.dictionaries(st.integers(0, 60), _VALUE, min_size=1) | st.lists(_VALUE, min_size=40, max_size=60).map(
    lambda values: dict(enumerate(values))
)


@given(_RUN, _RUN, st.booleans())
def test_any_two_runs_are_counted_and_compared_alike_in_both_directions(
    old: dict[int, float], new: dict[int, float], plain: bool
) -> None:
    if plain:
        old, new = ({q: float(v >= 0.5) for q, v in run.items()} for run in (old, new))
    first, second = _in_memory(old, "old"), _in_memory(new, "new")
    there, back = (only(compare_runs(pair)).whole for pair in ([first, second], [second, first]))
    shared = old.keys() & new.keys()
    assert there.shared == len(shared)
    assert (there.only_now, there.only_baseline) == (len(new) - len(shared), len(old) - len(shared))
    assert there.won == sum(new[q] > old[q] for q in shared)
    assert there.lost == sum(new[q] < old[q] for q in shared)
    assert (back.won, back.lost) == (there.lost, there.won)
    flips = only(compare_runs([first, second])).flips
    assert len(flips) == there.won + there.lost
    assert there.paired == (len(shared) >= 30 and 2 * len(shared) >= len(new))
    if there.paired:
        assert there.difference == pytest.approx(sum(new[q] - old[q] for q in shared) / len(shared), abs=1e-9)
    if there.low is not None and there.high is not None:
        assert there.difference is not None
        assert there.low - 1e-9 <= there.difference <= there.high + 1e-9
    if there.paired and back.paired and back.high is not None:
        assert there.low == pytest.approx(-back.high, abs=1e-9)
        assert there.p == pytest.approx(back.p, abs=1e-9)
