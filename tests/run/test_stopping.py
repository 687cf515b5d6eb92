"""Early decisions: the same for any order of completion, and never unlike the whole run's if they are certain."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.report.baseline import Baseline, Now, compare
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.gates import Samples, evaluate
from evalscope_pytest.report.watching import Watch
from evalscope_pytest.run.early import Answer, order_of
from evalscope_pytest.run.stopping import Decider, Rules, alarm_of, units_of, watch_of
from evalscope_pytest.statistics.gates import Gate, parse_gate
from evalscope_pytest.statistics.sequential import LevelStop
from evalscope_pytest.store.plan import BenchmarkPlan, Ordered
from evalscope_pytest.store.reviews import Reviews
from evalscope_pytest.store.rows import SampleSummary

from ..report.rows import plan, row

CERTAIN = Rules()


@dataclass(frozen=True)
class Quiz:
    """A whole run: the order of its questions, and the score of each attempt."""

    order: tuple[Ordered, ...]
    values: dict[tuple[str, int], list[float | None]]

    @property
    def repeats(self) -> int:
        return max(map(len, self.values.values()))

    @property
    def plan(self) -> BenchmarkPlan:
        counts: dict[str, int] = {}
        for (subset, _), attempts in self.values.items():
            counts[subset] = counts.get(subset, 0) + len(attempts)
        return plan(counts, repeats=self.repeats)

    def answers(self) -> list[Answer]:
        return [
            Answer(q.subset, q.group, repeat, None if value is None else {"accuracy": value})
            for q in self.order
            for repeat, value in enumerate(self.values[q.subset, q.group])
        ]

    def rows(self) -> list[SampleSummary]:
        made = []
        for q in self.order:
            for repeat, value in enumerate(self.values[q.subset, q.group]):
                one = row(q.subset, q.group * self.repeats + repeat, value, question=q.key)
                made.append(replace(one, group=q.group, repeat=repeat, cluster=q.cluster))
        return made


def quiz_of(values: Sequence[float | None], clusters: Sequence[str] = ()) -> Quiz:
    """Return a run with one attempt each, in one subset."""
    of = clusters or [""] * len(values)
    order = tuple(Ordered("a", i, 1, f"q{i}", of[i]) for i in range(len(values)))
    return Quiz(order, {("a", i): [value] for i, value in enumerate(values)})


@st.composite
def quizzes(draw: st.DrawFn, scores: Sequence[float | None] = (0.0, 1.0, 0.5, None)) -> Quiz:
    subsets = draw(st.sampled_from([("a",), ("a", "b"), ("a", "b", "c")]))
    repeats = draw(st.integers(1, 3))
    places = [(s, g) for s in subsets for g in range(draw(st.integers(1, 9)))]
    cluster = st.sampled_from(["", "", "x", "y"])
    values = {place: draw(st.lists(st.sampled_from(scores), min_size=repeats, max_size=repeats)) for place in places}
    order = [Ordered(s, g, repeats, f"{s}{g}", draw(cluster)) for s, g in draw(st.permutations(places))]
    return Quiz(tuple(order), values)


def decided(watch: Watch | str, quiz: Quiz, answers: Sequence[Answer]) -> tuple[str | None, int]:
    """Return the early verdict and the number of questions it needs."""
    assert isinstance(watch, Watch), watch
    decider = Decider(quiz.order, [watch])
    for answer in answers:
        decider.add(answer)
    return watch.verdict, watch.answered


def whole(gate: Gate, quiz: Quiz, *, tolerated: bool = False) -> str:
    """Return the verdict of the whole run."""
    rows, of = quiz.rows(), quiz.plan
    report = build_report(of, rows, "tiny")
    (result,) = evaluate([gate], [report], {"quiz": Samples(of, rows)}, allow_missing=tolerated)
    return result.verdict


BOUNDS = st.sampled_from(["0", "0.25", "0.3333", "0.5", "0.6667", "0.7", "0.75", "1"])


@settings(max_examples=300, deadline=None)
@given(
    quizzes(), st.sampled_from([">=", ">", "<=", "<"]), BOUNDS, st.sampled_from(["", "[a]"]), st.booleans(),
    st.randoms(),
)  # fmt: skip
def test_what_is_certain_is_what_the_whole_run_would_say(
    quiz: Quiz, sign: str, bound: str, part: str, tolerated: bool, shuffler: random.Random
) -> None:
    gate = parse_gate(f"quiz{part}{sign}{bound}")
    rules = Rules(tolerated=tolerated)
    found = decided(watch_of(gate, quiz.plan, quiz.order, rules), quiz, quiz.answers())
    if found[0] is not None and any(v is not None for vs in quiz.values.values() for v in vs):
        rows = [r for r in quiz.rows() if r.subset == "a" or not part]
        if any(r.values for r in rows):
            assert found[0] == whole(gate, quiz, tolerated=tolerated)
    shuffled = quiz.answers()
    shuffler.shuffle(shuffled)
    assert decided(watch_of(gate, quiz.plan, quiz.order, rules), quiz, shuffled) == found


@settings(max_examples=150, deadline=None)
@given(quizzes(), quizzes((0.0, 1.0)), st.sampled_from([0.0, 0.02, 0.25]), st.booleans())
def test_a_printed_score_that_is_certain_not_to_drop_does_not(
    quiz: Quiz, old: Quiz, max_drop: float, tolerated: bool
) -> None:
    before = build_report(old.plan, old.rows(), "tiny")
    baselines = [Baseline(Path("old"), {"quiz": before})]
    rules = Rules(baselines, tolerated=tolerated)
    alarm = alarm_of("quiz", quiz.plan, max_drop, None, rules)
    verdict, _ = decided(watch_of(alarm, quiz.plan, quiz.order, rules), quiz, quiz.answers())
    rows = quiz.rows()
    if verdict is None or not any(r.values for r in rows):
        return
    now = Now(build_report(quiz.plan, rows, "tiny"), Samples(quiz.plan, rows), tolerated)
    assert verdict == compare(baselines, [now], max_drop).results["quiz"].verdict


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 1.0, None]), min_size=40, max_size=120),
    st.sampled_from(["quiz>=0.4 @95%", "quiz not shown below 0.6 @90%", "quiz<=0.5 @80%", "quiz>=0.6"]),
    st.randoms(),
)
def test_completion_order_changes_no_decision(values: list[float | None], text: str, shuffler: random.Random) -> None:
    quiz, gate = quiz_of(values), parse_gate(text)
    rules = Rules(level=0.9)
    found = decided(watch_of(gate, quiz.plan, quiz.order, rules), quiz, quiz.answers())
    shuffled = quiz.answers()
    shuffler.shuffle(shuffled)
    assert decided(watch_of(gate, quiz.plan, quiz.order, rules), quiz, shuffled) == found


def test_answers_count_once_those_before_them_are_finished() -> None:
    quiz = quiz_of([1.0] * 40)
    watch = watch_of(parse_gate("quiz>=0.5"), quiz.plan, quiz.order, CERTAIN)
    assert isinstance(watch, Watch)
    decider = Decider(quiz.order, [watch])
    first, *rest = quiz.answers()
    assert not any(decider.add(answer) for answer in rest)
    assert watch.answered == 0
    assert decider.add(first)
    assert (watch.verdict, watch.answered) == ("passed", 20)
    assert not decider.add(first)


def test_whole_clusters_and_all_attempts_are_one_unit() -> None:
    order = tuple(Ordered("a", g, 2, f"q{g}", "x" if g < 3 else "") for g in range(8))
    quiz = Quiz(order, {("a", g): [1.0, 1.0] for g in range(8)})
    assert [len(unit) for unit in units_of(order)] == [3, 1, 1, 1, 1, 1]
    watch = watch_of(parse_gate("quiz>=0.1"), quiz.plan, order, CERTAIN)
    assert isinstance(watch, Watch)
    decider = Decider(order, [watch])
    answers = quiz.answers()
    assert [decider.add(answer) for answer in answers[:6]] == [False] * 5 + [True]
    assert watch.answered == 3


def test_equal_units_are_bet_on_by_their_means() -> None:
    """The specification's arithmetic: a cluster's mean is one value."""
    draw = random.Random(3)
    values = [float(draw.random() < 0.85) for _ in range(240)]
    quiz = quiz_of(values, [f"c{i // 4}" for i in range(240)])
    gate = parse_gate("quiz>=0.7 @95%")
    stop = LevelStop(gate, 60)
    for place in range(60):
        stop.add(sum(values[4 * place : 4 * place + 4]) / 4)
        if stop.verdict:
            break
    verdict, answered = decided(watch_of(gate, quiz.plan, quiz.order, CERTAIN), quiz, quiz.answers())
    assert (verdict, answered) == (stop.verdict, 4 * (place + 1))


def test_units_of_unequal_size_count_by_their_size() -> None:
    """One large wrong passage among many right single questions: the score is 0.5, the mean of the units 0.98."""
    values = [0.0] * 60 + [1.0] * 60
    quiz = quiz_of(values, ["passage"] * 60 + [""] * 60)
    order = tuple(sorted(quiz.order, key=lambda q: q.group, reverse=True))
    quiz = replace(quiz, order=order)
    verdict, _ = decided(watch_of(parse_gate("quiz>=0.7"), quiz.plan, order, Rules(level=0.95)), quiz, quiz.answers())
    assert verdict != "passed"
    verdict, _ = decided(watch_of(parse_gate("quiz>=0.7 @95%"), quiz.plan, order, CERTAIN), quiz, quiz.answers())
    assert verdict is None


@pytest.mark.parametrize(("missing", "verdict"), [(None, None), (1.0, "passed")])
def test_missing_scores_show_nothing(missing: float | None, verdict: str | None) -> None:
    quiz = quiz_of([1.0, missing] * 30)
    gate = parse_gate("quiz>=0.7 @95%")
    assert decided(watch_of(gate, quiz.plan, quiz.order, CERTAIN), quiz, quiz.answers())[0] == verdict
    alarm = parse_gate("quiz not shown below 0.7 @95%")
    assert decided(watch_of(alarm, quiz.plan, quiz.order, CERTAIN), quiz, quiz.answers())[0] != "failed"


def test_tolerated_errors_are_left_out() -> None:
    quiz = quiz_of([1.0, None] * 30)
    gate = parse_gate("quiz>=0.7 @95%")
    assert decided(watch_of(gate, quiz.plan, quiz.order, Rules(tolerated=True)), quiz, quiz.answers())[0] == "passed"
    points = watch_of(parse_gate("quiz>=0.7"), quiz.plan, quiz.order, Rules(tolerated=True))
    assert decided(points, quiz, quiz.answers())[0] != "failed"


@pytest.mark.parametrize("answer", [{"other": 1.0}, {"accuracy": 1.5}, {"accuracy": float("nan")}])
def test_a_value_that_does_not_fit_leaves_the_gate_open(answer: dict[str, float]) -> None:
    quiz = quiz_of([1.0] * 40)
    watch = watch_of(parse_gate("quiz>=0.5"), quiz.plan, quiz.order, CERTAIN)
    assert isinstance(watch, Watch)
    decider = Decider(quiz.order, [watch])
    decider.add(Answer("a", 0, 0, answer))
    for one in quiz.answers()[1:]:
        assert not decider.add(one)
    assert watch.hopeless
    assert watch.verdict is None


def _baseline(values: Sequence[float], **fields: Any) -> Baseline:
    quiz = quiz_of(values)
    report = build_report(quiz.plan, quiz.rows(), "tiny")
    rows = tuple(replace(r, **fields) for r in quiz.rows())
    return Baseline(Path("old"), {"quiz": report}, {"quiz": Reviews(rows, {})})


def test_a_drop_is_refuted_by_differences_and_an_unchanged_run_is_futile() -> None:
    draw = random.Random(1)
    values = [float(draw.random() < 0.8) for _ in range(300)]
    baselines = [_baseline(values)]
    rules = Rules(baselines)
    worse = quiz_of([v if i % 3 else 0.0 for i, v in enumerate(values)])
    alarm = alarm_of("quiz", worse.plan, 0.0, 0.95, rules)
    assert alarm.kind == "alarm"
    verdict, answered = decided(watch_of(alarm, worse.plan, worse.order, rules), worse, worse.answers())
    assert verdict == "failed"
    assert answered < 150
    same = quiz_of(values)
    watch = watch_of(alarm, same.plan, same.order, rules)
    verdict, answered = decided(watch, same, same.answers())
    assert (verdict, answered) == ("passed", 150)
    assert isinstance(watch, Watch)
    assert watch.result().method == "conditional power"


@pytest.mark.parametrize(("now", "verdict"), [(1.0, "failed"), (0.0, "passed")])
@pytest.mark.parametrize("level", [0.95, None])
def test_an_error_rate_is_worse_if_it_rises(now: float, verdict: str, level: float | None) -> None:
    of = plan({"a": 60}, metrics=("HalluRate",))
    rows = tuple(row("a", i, question=f"q{i}", values={"HalluRate": float(i % 2)}) for i in range(60))
    rules = Rules([Baseline(Path("old"), {"quiz": build_report(of, rows, "tiny")}, {"quiz": Reviews(rows, {})})])
    order = quiz_of([0.0] * 60).order
    watch = watch_of(alarm_of("quiz", of, 0.0, level, rules), of, order, rules)
    assert isinstance(watch, Watch)
    decider = Decider(order, [watch])
    for i in range(60):
        decider.add(Answer("a", i, 0, {"HalluRate": now}))
    assert watch.verdict == verdict
    missing = watch_of(alarm_of("quiz", of, 0.0, level, rules), of, order, rules)
    assert isinstance(missing, Watch)
    decider = Decider(order, [missing])
    for i in range(60):
        decider.add(Answer("a", i, 0, None))
    assert missing.verdict == ("failed" if level is None else None)


def test_a_family_of_alarms_shares_the_error_for_looking() -> None:
    values = [1.0] * 100
    rules = Rules([_baseline(values)])
    worse = quiz_of([float(i % 2) for i in range(100)])
    alarm = alarm_of("quiz", worse.plan, 0.0, 0.95, rules)
    alone, of_fifty = (
        decided(watch_of(alarm, worse.plan, worse.order, rules, family), worse, worse.answers())[1]
        for family in (1, 50)
    )
    assert alone < of_fifty


@pytest.mark.parametrize(
    ("text", "fields", "count", "why"),
    [
        ("quiz==0.5", {}, 40, "equality"),
        ("quiz no worse than baseline by 0.1 @95%", {"question": ""}, 40, "not known"),
        ("quiz no worse than baseline by 0.1 @95%", {}, 100, "40 of 100 questions are in the baseline"),
        ("quiz no worse than baseline by 0.1 @95% (unpaired)", {}, 40, "it is unpaired"),
        ("quiz>=0.2 @95%", {}, 4, "fewer than 5"),
    ],
)
def test_what_only_the_whole_run_decides(text: str, fields: dict[str, Any], count: int, why: str) -> None:
    quiz = quiz_of([1.0] * count)
    found = watch_of(parse_gate(text), quiz.plan, quiz.order, Rules([_baseline([1.0] * 40, **fields)]))
    assert isinstance(found, str)
    assert why in found


def test_the_order_drawn_holds_for_what_runs_however_it_is_sorted() -> None:
    class Unit:
        def __init__(self, group: int) -> None:
            self.subset, self.group, self.question, self.cluster = "a", group, f"q{group}", ""

    units: Any = [Unit(4), Unit(1), Unit(4), Unit(2)]
    drawn = [("a", 2), ("a", 3), ("a", 4), ("a", 1)]
    found = order_of(units, drawn)
    assert [(q.group, q.attempts) for q in found] == [(2, 1), (4, 2), (1, 1)]
