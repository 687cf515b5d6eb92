"""Verdicts of gates: the specification's lines, missing scores, mirrored metrics, several benchmarks, error rates."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.statistics import combined as c
from evalscope_pytest.statistics import verdicts as v
from evalscope_pytest.statistics.comparison import compare
from evalscope_pytest.statistics.gates import alarm_against_baseline, parse_gate
from evalscope_pytest.statistics.scores import Attempts, Measured, Scores, mean_of_runs, measured

ALARM = parse_gate("b not shown worse than baseline @95%")


def answers(right, n, missing=0, **more):
    values = [1.0] * right + [0.0] * (n - right) + [None] * missing
    return measured(Attempts(range(n + missing), values), **more)


def pair(won, lost, both, n, **more):
    neither = n - won - lost - both
    old = [0.0] * won + [1.0] * lost + [1.0] * both + [0.0] * neither
    new = [1.0] * won + [0.0] * lost + [1.0] * both + [0.0] * neither
    return v.Runs(Scores(old, range(n)), measured(Attempts(range(n), new)), "mean_acc", **more)


def bound(text, scores):
    return v.judge_bound(parse_gate(text), scores, "mean_acc")


def difference(text, runs):
    return v.judge_difference(parse_gate(text), runs)


@pytest.mark.parametrize(
    ("text", "right", "n", "line"),
    [
        ("gsm8k >= 0.7 @95%", 230, 300, "passed, mean_acc 0.7667 over 300, at least 0.7242"),
        (
            "gsm8k >= 0.7 @95%", 213, 300,
            "undecided, mean_acc 0.7100 over 300, between 0.6652 and 0.7511: about 12,900 questions would show it if "
            "0.71 is true",
        ),
        ("gsm8k not shown below 0.7 @95%", 190, 300, "failed, mean_acc 0.6333 over 300, at most 0.6777"),
        ("gsm8k not shown below 0.7 @95%", 205, 300, "passed, mean_acc 0.6833 over 300, at most 0.7257"),
        ("gsm8k >= 0.7 @95%", 190, 300, "failed, mean_acc 0.6333 over 300, at most 0.6777"),
        ("gsm8k not shown above 0.7 @95%", 230, 300, "failed, mean_acc 0.7667 over 300, at least 0.7242"),
        ("gsm8k <= 0.7 @95%", 190, 300, "passed, mean_acc 0.6333 over 300, at most 0.6777"),
        ("gsm8k >= 0.7 @95%", 210, 300, "undecided, mean_acc 0.7000 over 300, between 0.6549 and 0.7416"),
        ("gsm8k >= 0.7", 205, 300, "failed, mean_acc 0.6833 over 300, short of 0.7 by 0.0167"),
        ("gsm8k > 0.7", 210, 300, "failed, mean_acc 0.7000 over 300, must be above 0.7"),
        ("gsm8k < 0.7", 210, 300, "failed, mean_acc 0.7000 over 300, must be below 0.7"),
        ("gsm8k >= 0.7", 210, 300, "passed, mean_acc 0.7000 over 300"),
    ],
)  # fmt: skip
def test_lines_of_bounds(text, right, n, line):
    assert bound(text, answers(right, n)).line == f"{text}: {line}"


@pytest.mark.parametrize(
    ("text", "counts", "line"),
    [
        (
            "gsm8k not shown worse than baseline @95%", (4, 17, 136, 200),
            "failed, mean_acc 0.7000, baseline 0.7650, 0.0650 worse (0.0293 or more), 17 lost, 4 won of 200 paired, "
            "p 0.002",
        ),
        (
            "gsm8k no worse than baseline by 0.02 @95%", (40, 44, 900, 1319),
            "passed, 0.0030 worse (at most 0.0147), 44 lost, 40 won of 1319 paired",
        ),
        (
            "gsm8k no worse than baseline by 0.02 @95%", (0, 0, 75, 100),
            "undecided, mean_acc 0.7500, baseline 0.7500, unchanged (between 0.0263 worse and 0.0263 better), 0 lost, "
            "0 won of 100 paired: about 150 questions would show it if no change is true",
        ),
        (
            "gsm8k better than baseline @95%", (40, 12, 200, 300),
            "passed, 0.0933 better (at least 0.0554), 12 lost, 40 won of 300 paired",
        ),
        (
            "gsm8k better than baseline @95%", (12, 40, 200, 300),
            "failed, mean_acc 0.7067, baseline 0.8000, 0.0933 worse (0.0554 or more), 40 lost, 12 won of 300 paired",
        ),
        (
            "gsm8k not shown worse than baseline @95%", (20, 12, 200, 300),
            "passed, mean_acc 0.7333, baseline 0.7067, 0.0267 better (at worst 0.0045 worse), 12 lost, 20 won of 300 "
            "paired, p 0.921",
        ),
        (
            "gsm8k not shown worse than baseline @95%", (10, 60, 200, 300),
            "failed, mean_acc 0.7000, baseline 0.8667, 0.1667 worse (0.1245 or more), 60 lost, 10 won of 300 paired, "
            "p < 0.001",
        ),
        (
            "gsm8k no worse than baseline by 0.01", (12, 20, 200, 300),
            "failed, mean_acc 0.7067, baseline 0.7333, 0.0266 worse",
        ),
    ],
)  # fmt: skip
def test_lines_of_differences(text, counts, line):
    assert difference(text, pair(*counts)).line == f"{text}: {line}"


counts = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 60), st.integers(0, 60))


@given(counts, st.sampled_from([0.0, 0.02, 0.05]), st.sampled_from([0.8, 0.95, 0.99]))
def test_an_alarm_fails_exactly_when_the_demand_does(c, margin, level):
    runs = pair(*c[:3], max(1, sum(c)))
    demand = difference(f"b no worse than baseline by {margin} @{level} (paired)", runs)
    alarm = difference(f"b not shown worse than baseline by {margin} @{level} (paired)", runs)
    assert (alarm.verdict == "failed") == (demand.verdict == "failed")
    assert alarm.verdict != "undecided"
    # p-values and bounds decide alike.
    assert (alarm.p <= 1 - level + 1e-9) == (alarm.verdict == "failed") or abs(alarm.p - (1 - level)) < 1e-6
    assert (demand.p <= 1 - level + 1e-9) == (demand.verdict == "passed") or abs(demand.p - (1 - level)) < 1e-6


@given(st.integers(1, 300), st.floats(0.05, 0.95), st.sampled_from([0.8, 0.95, 0.99]))
def test_more_right_answers_never_make_a_verdict_worse(n, limit, level):
    order = {"failed": 0, "undecided": 1, "passed": 2}
    found = [order[bound(f"b >= {limit} @{level}", answers(right, n)).verdict] for right in range(0, n + 1, 7)]
    assert found == sorted(found)


@given(st.integers(0, 60), st.floats(0.05, 0.95), st.sampled_from([(">=", "<="), (">", "<")]))
def test_a_mirrored_gate_has_the_mirrored_verdict(right, limit, signs):
    up = bound(f"b {signs[0]} {limit:.3f} @95%", answers(right, 60))
    down = bound(f"b {signs[1]} {1 - round(limit, 3):.3f} @95%", answers(60 - right, 60))
    assert up.verdict == down.verdict


def test_missing_scores_count_at_their_worst_and_best():
    assert bound("b >= 0.7 @95%", answers(230, 300)).verdict == "passed"
    lossy = bound("b >= 0.7 @95%", answers(222, 290, 10))
    assert lossy.verdict == "undecided"
    assert "10 without a score" in lossy.line
    assert lossy.missing == 10
    assert bound("b >= 0.7 @95%", answers(222, 290, 10, tolerated=True)).verdict == "passed"
    assert "10 without a score left out" in bound("b >= 0.7 @95%", answers(222, 290, 10, tolerated=True)).line
    # An alarm is refuted only if the best case is.
    assert bound("b not shown below 0.7 @95%", answers(180, 280)).verdict == "failed"
    assert bound("b not shown below 0.7 @95%", answers(180, 280, 20)).verdict == "passed"
    assert bound("b <= 0.3 @95%", answers(40, 280, 20)).verdict == "passed"
    assert bound("b <= 0.3 @95%", answers(40, 280, 60)).verdict == "undecided"


def test_missing_scores_of_a_pair_count_at_their_worst_and_best():
    n = 200
    old = Scores([1.0] * 150 + [0.0] * 50, range(n))

    def runs(values, **more):
        return v.Runs(old, measured(Attempts(range(n), values), **more), "mean_acc")

    lossy = [1.0] * 130 + [None] * 20 + [0.0] * 50
    assert difference("b no worse than baseline by 0.05 @95%", runs(lossy)).verdict == "undecided"
    assert difference("b not shown worse than baseline @95%", runs(lossy)).verdict == "passed"
    wrong = [1.0] * 110 + [None] * 20 + [0.0] * 70
    found = difference("b not shown worse than baseline @95%", runs(wrong))
    assert found.verdict == "failed"  # 20 lost for certain
    assert "20 without a score" in found.line
    tolerated = difference("b no worse than baseline by 0.05 @95%", runs(lossy, tolerated=True))
    assert tolerated.verdict == "passed"
    assert (tolerated.paired, tolerated.only_baseline) == (180, 20)


def test_missing_in_the_baseline_only_leaves_the_pair_out():
    runs = v.Runs(Scores([1.0] * 90, range(90)), answers(95, 100), "mean_acc")
    found = difference("b not shown worse than baseline @95%", runs)
    assert (found.paired, found.only_now, found.only_baseline) == (90, 10, 0)
    assert found.to_json()["only_now"] == 10


def test_missing_scores_of_an_unbounded_metric_could_be_anything():
    scores = measured(Attempts(range(40), [*[3.0, 4.0] * 19, None, None]), None)
    assert bound("b >= 1 @95%", scores).verdict == "undecided"
    alarm = bound("b not shown below 9 @95%", scores)
    assert alarm.verdict == "passed"
    assert "could be anything" in alarm.line


@pytest.mark.parametrize(
    ("text", "right", "scored", "missing", "verdict", "end"),
    [
        ("b >= 0.7", 225, 290, 10, "passed", "and whatever the 10 without a score would have given"),
        ("b >= 0.7", 205, 290, 10, "failed", "but 10 without a score could change that: run again to complete"),
        ("b <= 0.7", 195, 290, 10, "passed", "and whatever the 10 without a score would have given"),
        ("b <= 0.7", 202, 290, 10, "failed", "but 10 without a score could change that: run again to complete"),
        ("b >= 0.7", 190, 290, 10, "failed", "short of 0.7 by 0.0448"),
    ],
)
def test_points_pass_only_if_missing_scores_cannot_change_that(text, right, scored, missing, verdict, end):
    found = bound(text, answers(right, scored, missing))
    assert found.verdict == verdict
    assert found.line.endswith(end)
    if end.startswith("but"):
        assert bound(text, answers(right, scored, missing, tolerated=True)).passed


def test_points_against_a_baseline_count_missing_scores_as_worst():
    old = Scores([1.0] * 150 + [0.0] * 50, range(200))
    lossy = measured(Attempts(range(200), [1.0] * 145 + [None] * 10 + [0.0] * 45))
    found = difference("b no worse than baseline by 0.02", v.Runs(old, lossy, "mean_acc"))
    assert found.verdict == "failed"
    assert "but 10 without a score could change that" in found.line
    assert difference("b no worse than baseline by 0.05", v.Runs(old, lossy, "mean_acc")).passed


def test_lower_is_better_turns_gates_against_a_baseline():
    runs = pair(40, 12, 200, 300, lower_is_better=True)
    found = difference("b not shown worse than baseline @95%", runs)
    assert found.verdict == "failed"
    assert "0.0933 worse" in found.line
    assert difference("b no worse than baseline by 0.02", runs).verdict == "failed"
    lossy = v.Runs(
        Scores([0.0] * 200, range(200)), measured(Attempts(range(200), [0.0] * 190 + [None] * 10)), "wer", True
    )
    assert difference("b no worse than baseline by 0.02 @95%", lossy).verdict == "undecided"
    assert difference("b not shown worse than baseline @95%", lossy).verdict == "passed"


def test_without_an_interval_the_score_decides_an_alarm_and_no_demand():
    clusters = [i // 20 for i in range(60)]
    few = measured(Attempts(range(60), [1.0, 0.0] * 30, clusters))
    assert bound("b >= 0.4 @95%", few).verdict == "undecided"
    assert bound("b not shown below 0.4 @95%", few).verdict == "passed"
    red = bound("b not shown below 0.6 @95%", few)
    assert red.verdict == "failed"
    assert "no interval: 3 clusters: at least 5 are needed" in red.line
    outside = measured(Attempts(range(60), [1.5] + [0.0] * 59))
    assert "lies outside 0 to 1" in bound("b not shown below 0.6 @95%", outside).line


def test_unchanged_unbounded_scores_are_not_red():
    values = [float(i % 7) for i in range(50)]
    runs = v.Runs(Scores(values, range(50), bounds=None), measured(Attempts(range(50), values), None), "bleu")
    assert difference("b not shown worse than baseline @95%", runs).verdict == "passed"
    assert difference("b no worse than baseline by 0.1 @95%", runs).verdict == "undecided"
    assert "all differences are 0" in difference("b no worse than baseline by 0.1 @95%", runs).line


def test_nothing_measured_fails():
    nothing = measured(Attempts([0], [None]), tolerated=True)
    assert bound("b not shown below 0.1 @95%", nothing).verdict == "failed"
    runs = v.Runs(Scores([1.0], [0]), nothing, "mean_acc")
    assert difference("b not shown worse than baseline @95%", runs).verdict == "failed"
    assert v.exit_code([difference("b not shown worse than baseline @95%", runs)]) == 1


def test_unpaired_runs_are_said_to_be():
    runs = v.Runs(Scores([1.0] * 80 + [0.0] * 20, range(100)), answers(70, 100), "mean_acc")
    found = difference("b not shown worse than baseline @95% (unpaired)", runs)
    assert "unpaired: 100 questions now, 100 then" in found.line
    assert found.paired == 0


def test_json_has_what_applies():
    found = bound("b >= 0.7 @95%", answers(230, 300)).to_json()
    assert found["kind"] == "demand"
    assert found["bound"] == 0.7
    assert found["lower"] < found["value"] < found["upper"]
    assert "paired" not in found
    against = difference("b not shown worse than baseline @95%", pair(4, 17, 136, 200)).to_json()
    assert (against["paired"], against["won"], against["lost"], against["margin"]) == (200, 4, 17, 0.0)


def test_holm_over_benchmarks():
    close = v.judge_difference(ALARM, pair(12, 23, 150, 200))
    clear = v.judge_difference(ALARM, pair(2, 30, 150, 200))
    fine = v.judge_difference(ALARM, pair(10, 10, 150, 200))
    assert close.verdict == "failed"
    alone = c.over_benchmarks([close], 0.95)
    assert alone[0].verdict == "failed"
    assert alone[0].facts == close.facts
    found = c.over_benchmarks([close, clear, fine], 0.95)
    assert [verdict.verdict for verdict in found] == ["passed", "failed", "passed"]
    assert found[0].p_adjusted == pytest.approx(2 * close.p)
    assert "p 0.031 (Holm over 3: p 0.063)" in found[0].line
    unmeasured = v.Verdict(gate=ALARM, verdict="failed", facts="nothing was measured")
    assert c.over_benchmarks([unmeasured, fine], 0.95)[0].verdict == "failed"


def parts(drop, n=200, benchmarks=10, bounds=(0.0, 1.0)):
    old = Scores([1.0] * 150 + [0.0] * 50, range(n))
    new = Scores([1.0] * (150 - drop - 10) + [0.0] * (drop + 10) + [1.0] * 10 + [0.0] * 40, range(n))
    return [c.Part(f"b{i}", compare(old, new), bounds) for i in range(benchmarks)]


def test_all_adds_small_drops_up():
    gate = parse_gate("ALL not shown worse than baseline @95%")
    assert c.judge_all(gate, parts(6)).verdict == "failed"
    assert c.judge_all(gate, parts(6, benchmarks=1)).verdict == "passed"
    assert c.judge_all(gate, parts(0)).verdict == "passed"
    assert "the mean of 10 benchmarks" in c.judge_all(gate, parts(0)).line
    assert c.judge_all(parse_gate("ALL no worse than baseline by 0.05 @95%"), parts(0)).verdict == "passed"
    assert c.judge_all(parse_gate("ALL no worse than baseline by 0.02"), parts(6)).verdict == "failed"
    assert c.judge_all(parse_gate("ALL no worse than baseline by 0.03"), parts(6)).verdict == "passed"
    assert c.judge_all(parse_gate("ALL better than baseline"), parts(0)).verdict == "failed"


def test_all_leaves_unbounded_metrics_out_and_says_so():
    gate = parse_gate("ALL not shown worse than baseline @95%")
    mixed = [*parts(6), c.Part("bleu", parts(6)[0].comparison, None)]
    assert "without bleu" in c.judge_all(gate, mixed).line
    assert c.judge_all(gate, []).verdict == "failed"


def test_several_baselines_narrow_the_comparison():
    draw = random.Random(5)
    chances = [draw.betavariate(0.37, 0.12) for _ in range(300)]

    def run():
        return [float(draw.random() < p) for p in chances]

    baselines = [Scores(run(), range(300)) for _ in range(8)]
    new = measured(Attempts(range(300), run()))
    one = v.judge_difference(ALARM, v.Runs(baselines[0], new, "acc"))
    eight = v.judge_difference(ALARM, v.Runs(mean_of_runs(baselines), new, "acc"))
    assert eight.method == "paired t"
    assert eight.upper - eight.lower < 0.85 * (one.upper - one.lower)


def unchanged(draw, n, noise, repeats):
    spread = noise / (1 - noise)
    chances = [draw.betavariate(0.75 * spread, 0.25 * spread) for _ in range(n)]
    keys = [i // repeats for i in range(n * repeats)]
    old, new = ([float(draw.random() < chances[key]) for key in keys] for _ in range(2))
    return v.Runs(measured(Attempts(keys, old)).scores, measured(Attempts(keys, new)), "acc")


@pytest.mark.parametrize(("noise", "repeats", "least"), [(0.13, 1, 0.03), (0.5, 1, 0.03), (0.33, 4, 0.02)])
def test_an_unchanged_model_is_red_as_often_as_the_level_says(noise, repeats, least):
    draw = random.Random(11)
    count = 2000 if repeats == 1 else 500
    red = sum(not v.judge_difference(ALARM, unchanged(draw, 80, noise, repeats)).passed for _ in range(count))
    assert least <= red / count <= 0.07


def test_the_alarm_of_a_baseline_names_its_margin():
    found = v.judge_difference(alarm_against_baseline("gsm8k", 0.02, 0.95), pair(4, 17, 136, 200))
    assert found.line.startswith("gsm8k not shown worse than baseline by 0.02 @95%: failed")


def test_measured_scores_can_be_built_by_hand():
    scores = Scores([1.0, 0.0] * 50, range(100))
    assert bound("b >= 0.3 @95%", Measured(scores, scores, scores)).passed
