"""Early stop: wealth against exact fractions, curtailment by brute force, error rates, order, finished prefixes."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.statistics import sequential as q
from evalscope_pytest.statistics.gates import OPERATORS, parse_gate

from . import reference

credits = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=25)
means = st.sampled_from([0.125, 0.25, 0.5, 0.75, 0.875])


@given(credits, means)
def test_wealth_is_that_of_exact_arithmetic(values, mean):
    exact = [Fraction(value) for value in values]
    found = q.wealth_of(values, mean)
    assert found.log_wealth == pytest.approx(reference.log_wealth(exact, Fraction(mean)), abs=1e-9)
    mirrored = q.wealth_of([1 - value for value in values], 1 - mean, "less")
    assert mirrored.log_wealth == pytest.approx(found.log_wealth, abs=1e-9)


@given(credits, means, st.integers(25, 60))
def test_wealth_without_replacement_is_that_of_exact_arithmetic(values, mean, population):
    found = q.wealth_of(values, mean, "greater", population)
    if found.certain:
        assert sum(values) > population * mean
        assert found.log_wealth == math.inf
    else:
        exact = reference.log_wealth([Fraction(value) for value in values], Fraction(mean), population)
        assert found.log_wealth == pytest.approx(exact, abs=1e-9)


def test_wealth_of_a_drop_is_that_of_its_halves():
    found = q.wealth_of_a_drop([0, -1, 0.5, -1], 0.02)
    assert found.log_wealth == pytest.approx(q.wealth_of([0.5, 0.0, 0.75, 0.0], 0.49, "less").log_wealth)


@pytest.mark.parametrize(
    ("mean", "values", "certain"),
    [
        (0.7, [1] * 14, False), (0.7, [1] * 15, True), (0.7, [1] * 14 + [0], False), (-0.1, [], True),
        (1.0, [1] * 20, False), (0.0, [0] * 20, False), (0.0, [0, 1], True),
    ],
)  # fmt: skip
def test_what_is_certain(mean, values, certain):
    assert q.wealth_of(values, mean, "greater", 20).certain == certain


def test_more_values_than_the_population_are_an_error():
    with pytest.raises(ValueError, match="3 values of a population of 2"):
        q.wealth_of([1, 0, 1], 0.5, "greater", 2)


@given(st.sampled_from([">=", ">", "<=", "<"]), st.integers(0, 1000), st.integers(1, 400))
def test_needed_is_the_least_count_whose_printed_score_passes(comparison, thousandths, population):
    bound = thousandths / 1000
    upward = comparison in (">=", ">")
    passing = [OPERATORS[comparison](round(n / population, 4), bound) for n in range(population + 1)]
    expected = next((n for n, holds in enumerate(passing) if holds == upward), population + 1)
    assert q.needed_to_pass(comparison, bound, population) == expected


@pytest.mark.parametrize("comparison", [">=", ">", "<=", "<"])
@given(answers=st.lists(st.booleans(), min_size=1, max_size=40), hundredths=st.integers(0, 100))
def test_what_is_decided_for_certain_is_what_the_whole_run_gives(comparison, answers, hundredths):
    gate = parse_gate(f"b {comparison} {hundredths / 100}")
    n = len(answers)
    whole = OPERATORS[comparison](round(sum(answers) / n, 4), gate.bound)
    stop = q.PointStop(gate, n)
    for place, answer in enumerate(answers):
        remaining = n - place
        least, most = sum(answers[:place]), sum(answers[:place]) + remaining
        open_ = len({OPERATORS[comparison](round(s / n, 4), gate.bound) for s in range(least, most + 1)}) == 2
        assert (stop.verdict is None) == open_
        stop.add(float(answer))
    assert stop.verdict == ("passed" if whole else "failed")


def test_partial_credit_is_decided_by_the_printed_score():
    gate = parse_gate("b >= 0.5")
    for values, verdict in (([0.5] * 20, "passed"), ([0.4999] * 20, "failed"), ([0.49996] * 20, "passed")):
        stop = q.PointStop(gate, 20, whole=False)
        for value in values:
            stop.add(value)
        assert stop.verdict == verdict


def test_equality_is_not_stopped_early():
    stop = q.PointStop(parse_gate("b == 1"), 2)
    stop.add(0.0)
    assert stop.verdict is None


def run(stop, values):
    for place, value in enumerate(values, 1):
        stop.add(value)
        if stop.verdict is not None:
            return place
    return len(values)


def test_betting_saves_most_requests_and_agrees_with_the_whole_run():
    draw = random.Random(1)
    gate = parse_gate("b >= 0.7")
    used = wrong = 0
    for _ in range(200):
        values = [float(draw.random() < 0.85) for _ in range(300)]
        stop = q.PointStop(gate, 300, 0.95)
        used += run(stop, values)
        wrong += (stop.verdict == "passed") != (round(sum(values) / 300, 4) >= 0.7)
    assert used / 200 / 300 <= 0.20
    assert wrong <= 4


def test_a_run_at_the_bound_is_rarely_decided_wrongly():
    draw = random.Random(2)
    gate = parse_gate("b >= 0.7")
    wrong = 0
    for _ in range(150):
        values = [1.0] * 209 + [0.0] * 91  # one too few
        draw.shuffle(values)
        stop = q.PointStop(gate, 300, 0.95)
        run(stop, values)
        wrong += stop.verdict == "passed"
    assert wrong / 150 <= 0.08


ALARM = parse_gate("b not shown worse than baseline @95%")


def test_an_alarm_stops_early_on_a_broken_model_and_on_futility():
    broken = q.LevelStop(ALARM, 300)
    assert run(broken, [-1, 0, -1, 0, -1] * 60) < 60
    assert broken.verdict == "failed"
    same = q.LevelStop(ALARM, 300)
    assert run(same, [0] * 300) <= 150
    assert same.verdict == "passed"
    better = q.LevelStop(ALARM, 300)
    assert run(better, [1, 0, 0, 0, 0] * 60) <= 90
    after = better.verdict
    better.add(-1)
    assert better.verdict == after == "passed"


def test_lower_is_better_turns_the_sign():
    stop = q.LevelStop(ALARM, 300, lower_is_better=True)
    run(stop, [1, 0, 1, 0, 1] * 60)
    assert stop.verdict == "failed"


@pytest.mark.parametrize(
    ("text", "share", "verdict"),
    [
        ("b >= 0.7 @95%", 0.95, "passed"), ("b >= 0.7 @95%", 0.4, "failed"), ("b <= 0.7 @95%", 0.95, "failed"),
        ("b <= 0.7 @95%", 0.4, "passed"), ("b not shown below 0.7 @95%", 0.4, "failed"),
        ("b not shown above 0.7 @95%", 0.95, "failed"), ("b not shown below 0.7 @95%", 0.95, "passed"),
    ],
)  # fmt: skip
def test_gates_with_a_bound(text, share, verdict):
    draw = random.Random(4)
    for bounds in ((0.0, 1.0), (0.0, 100.0)):
        gate = parse_gate(text if bounds[1] == 1 else text.replace("0.7", "70"))
        stop = q.LevelStop(gate, 1000, bounds)
        used = run(stop, [bounds[1] * (draw.random() < share) for _ in range(1000)])
        assert stop.verdict == verdict
        assert used < 400


def test_a_demand_is_not_given_up_on_futility():
    stop = q.LevelStop(parse_gate("b no worse than baseline by 0.02 @95%"), 300)
    run(stop, [0] * 300)
    assert stop.verdict is None


def test_the_end_of_a_run_uses_four_fifths_of_the_error():
    assert q.final_level(0.95) == pytest.approx(0.96)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=60), st.sampled_from([0.8, 0.95]))
def test_the_interval_of_a_stopped_run_holds_what_the_bets_do_not_reject(values, level):
    low, high = q.anytime_interval(values, level)
    mean = sum(values) / len(values)
    assert 0 <= low <= mean + 1e-9
    assert mean - 1e-9 <= high <= 1
    limit = math.log(2 / (1 - level))
    if low > 0.001:
        assert q.wealth_of(values, low - 1e-4).log_wealth >= limit
    if low < mean - 1e-3:
        assert q.wealth_of(values, low + 1e-4).log_wealth <= limit
    assert q.anytime_interval([]) is None


def test_the_interval_of_a_stopped_run_covers():
    draw = random.Random(6)
    covered = 0
    for _ in range(150):
        values = []
        while len(values) < 200:
            values.append(float(draw.random() < 0.7))
            if len(values) >= 20 and sum(values) / len(values) > 0.85:
                break  # stopped when it looks best
        low, high = q.anytime_interval(values)
        covered += low <= 0.7 <= high
    assert covered / 150 >= 0.95


def test_the_order_is_drawn_from_the_seed_with_clusters_together():
    questions = list(range(30))
    clusters = [i // 3 for i in questions]
    found = q.draw_order(questions, 1, clusters)
    assert sorted(map(tuple, found)) == [(3 * i, 3 * i + 1, 3 * i + 2) for i in range(10)]
    assert found == q.draw_order(questions, 1, clusters) != q.draw_order(questions, 2, clusters)
    assert sorted(q.draw_order(questions, 1)) == [[i] for i in questions]


def test_a_sorted_data_set_is_decided_rightly_in_drawn_order():
    gate = parse_gate("b >= 0.7")
    values = [1.0] * 195 + [0.0] * 105  # the data set's own order: easy first, 65 % right
    own = q.PointStop(gate, 300, 0.95)
    run(own, values)
    assert own.verdict == "passed"  # wrongly
    wrong = 0
    for seed in range(100):
        stop = q.PointStop(gate, 300, 0.95)
        run(stop, [values[unit[0]] for unit in q.draw_order(range(300), seed)])
        wrong += stop.verdict == "passed"
    assert wrong <= 3


@given(st.permutations(range(8)))
def test_a_unit_counts_once_all_before_it_are_finished(arrivals):
    order = [[0, 1], [2], [3, 4, 5], [6], [7]]
    prefix = q.FinishedPrefix(order)
    done, gained = set(), []
    for question in arrivals:
        done.add(question)
        gained += prefix.finish(question, float(question))
        whole = 0
        while whole < len(order) and set(order[whole]) <= done:
            whole += 1
        assert prefix.units == whole == len(gained)
    assert gained == [0.5, 2.0, 4.0, 6.0, 7.0]
