"""Simulated runs through the gates: false alarms, power, coverage of intervals, savings of early stop.

    python bench/gates.py [--runs 2000] [--seed 1] [--only PART,...]

Each question has its own chance to be answered right, Beta(m v, (1-m) v), with mean m = 0.75. ``noise`` = v/(1+v) is
the share of a right/wrong score's variance that comes from sampling again. A worse model has lower odds of being right:
its doubtful questions get harder. The verdicts are those of the gates themselves. The specification's figure follows
each measured one in brackets. The exit code is 1 if a bar of issue 13 is missed.
"""

from __future__ import annotations

import argparse
import functools
import math
import random
import sys
import time
from collections.abc import Callable, Sequence

from evalscope_pytest.statistics import sequential
from evalscope_pytest.statistics.combined import Part, judge_all, over_benchmarks
from evalscope_pytest.statistics.comparison import compare
from evalscope_pytest.statistics.gates import Gate, alarm_against_baseline, parse_gate
from evalscope_pytest.statistics.intervals import estimate
from evalscope_pytest.statistics.scores import Attempts, Scores, measured
from evalscope_pytest.statistics.verdicts import Runs, Verdict, judge_bound, judge_difference

SCORE = 0.75
NOISES = (0.13, 0.33, 0.50)
ALARM = alarm_against_baseline("b", 0.0, 0.95)
MISSED: list[str] = []

Chances = Sequence[float]


def chances(draw: random.Random, n: int, noise: float, mean: float = SCORE) -> list[float]:
    """Return each question's chance to be answered right."""
    v = noise / (1 - noise)
    return [draw.betavariate(mean * v, (1 - mean) * v) for _ in range(n)]


@functools.cache
def odds_factor(noise: float, drop: float) -> float:
    """Return the factor on the odds of a right answer that lowers the mean score by ``drop``."""
    of = chances(random.Random("odds"), 50_000, noise)
    low, high = 0.0, 1.0
    for _ in range(40):
        factor = (low + high) / 2
        if sum(with_odds(of, factor)) / len(of) > sum(of) / len(of) - drop:
            high = factor
        else:
            low = factor
    return high


def with_odds(of: Chances, factor: float) -> list[float]:
    """Return the chances with their odds multiplied: what is certain stays certain."""
    return [factor * p / (factor * p + 1 - p) for p in of]


def worse(of: Chances, drop: float, noise: float) -> list[float]:
    """Return the chances of a model that is worse by ``drop`` on average: doubtful questions get harder."""
    return with_odds(of, odds_factor(noise, drop)) if drop else list(of)


def answers(draw: random.Random, of: Chances, repeats: int = 1) -> list[float]:
    """Return one run's answers: of each question, ``repeats`` in a row."""
    uniform = draw.random
    return [float(uniform() < p) for p in of for _ in range(repeats)]


def as_scores(values: Sequence[float | None], repeats: int = 1, clusters: Sequence[int] | None = None) -> Attempts:
    """Return a run's answers with the keys of their questions."""
    of = None if clusters is None else [cluster for cluster in clusters for _ in range(repeats)]
    return Attempts([i // repeats for i in range(len(values))], list(values), of)


def judged(gate: Gate, old: Attempts, new: Attempts) -> Verdict:
    """Return the verdict of a gate against a baseline."""
    return judge_difference(gate, Runs(measured(old).scores, measured(new), "mean_acc"))


def share(runs: int, verdict: Callable[[], bool]) -> float:
    """Return the share of runs in which something is true."""
    return sum(verdict() for _ in range(runs)) / runs


def bar(name: str, value: float, low: float, high: float) -> None:
    """Note a figure outside its bar."""
    if not low <= value <= high:
        MISSED.append(f"{name}: {value:.3f}, not within {low:.3f} to {high:.3f}")


def chance_error(share: float, runs: int) -> float:
    """Return the error that a simulated share may have by chance: two standard errors."""
    return 2 * math.sqrt(share * (1 - share) / runs)


def alarms(draw: random.Random, runs: int) -> None:
    """Print the shares of red runs of point gates, alarms and demands."""
    # Rows of the specification's table: unchanged at the three noises, then 3 points worse.
    rows: list[tuple[str, str, int, Sequence[float]]] = [
        ("point, max-drop 0", "b no worse than baseline", 1, (0.44, 0.46, 0.47, 0.96, 0.86, 0.81)),
        ("point, max-drop 0.02", "b no worse than baseline by 0.02", 1, (0.07, 0.18, 0.22, 0.67, 0.61, 0.58)),
        ("paired alarm", "b not shown worse than baseline @95%", 1, (0.055, 0.047, 0.049, 0.60, 0.31, 0.25)),
        ("paired alarm, 4 repeats", "b not shown worse than baseline @95%", 4, (0.034, 0.044, 0.045, 0.96, 0.74, 0.59)),
        ("shown no worse by 0.02", "b no worse than baseline by 0.02 @95%", 1, (0.68, 0.80, 0.84, 0.99, 0.98, 0.97)),
        ("the same, 4 repeats", "b no worse than baseline by 0.02 @95%", 4, (0.22, 0.54, 0.65, 0.99, 0.99, 0.99)),
    ]
    print(f"red runs, 200 questions; columns: unchanged at noise {NOISES}, then 3 points worse")
    for name, text, repeats, expected in rows:
        gate = parse_gate(text)
        found = []
        for drop in (0.0, 0.03):
            for noise in NOISES:

                def red(drop: float = drop, noise: float = noise, repeats: int = repeats, gate: Gate = gate) -> bool:
                    of = chances(draw, 200, noise)
                    old = as_scores(answers(draw, of, repeats), repeats)
                    new = as_scores(answers(draw, worse(of, drop, noise), repeats), repeats)
                    return not judged(gate, old, new).passed

                found.append(share(runs, red))
        print(f"  {name:<26}" + "  ".join(f"{a:.3f} [{b:g}]" for a, b in zip(found, expected, strict=True)))
        if gate.kind == "alarm":
            for noise, value in zip(NOISES, found, strict=False):
                bar(f"false alarms, {name}, noise {noise}", value, 0.03 if repeats == 1 else 0.02, 0.07)
            for noise, value, goal in zip(NOISES, found[3:], expected[3:], strict=True):
                bar(f"power, {name}, noise {noise}", value, goal - 0.03 - chance_error(goal, runs), 1.0)


def many(draw: random.Random, runs: int) -> None:
    """Print the family-wise error of ten benchmarks, and the power of Holm and of ALL."""
    gate = parse_gate("ALL not shown worse than baseline @95%")

    def run(drops: Sequence[float]) -> tuple[bool, bool, bool]:
        verdicts, parts = [], []
        for i, drop in enumerate(drops):
            of = chances(draw, 200, 0.33)
            old, new = measured(as_scores(answers(draw, of))), measured(as_scores(answers(draw, worse(of, drop, 0.33))))
            verdicts.append(judge_difference(ALARM, Runs(old.scores, new, "mean_acc")))
            parts.append(Part(f"b{i}", compare(old.scores, new.scores), (0.0, 1.0)))
        adjusted = over_benchmarks(verdicts, 0.95)
        each = any(not verdict.passed for verdict in verdicts)
        return each, any(not v.passed for v in adjusted), not judge_all(gate, parts).passed

    print("ten benchmarks of 200 questions, noise 0.33: red by 5 % each, by Holm, by ALL")
    cases = {
        "unchanged": ([0.0] * 10, "[0.42, 0.06]"),
        "each 3 points worse": ([0.03] * 10, "[-, 0.35, 0.91]"),
        "one 10 points worse": ([0.1] + [0.0] * 9, "[-, 0.69]"),
    }
    for name, (drops, expected) in cases.items():
        found = [run(drops) for _ in range(max(200, runs // 4))]
        shares = [sum(row[i] for row in found) / len(found) for i in range(3)]
        print(f"  {name:<22}" + "  ".join(f"{value:.3f}" for value in shares) + f"  {expected}")
        if name == "unchanged":
            bar("family-wise false alarms, Holm", shares[1], 0.0, 0.07 + chance_error(0.07, len(found)))
            bar("false alarms, ALL", shares[2], 0.0, 0.07 + chance_error(0.07, len(found)))


def clusters(draw: random.Random, runs: int) -> None:
    """Print false alarms if whole passages get better or worse by 20 points, 0 on average."""
    print("10 passages of 20 questions, +-20 points a passage: red when nothing changed on average")
    for name, of in (("known clusters [0.055]", [i // 20 for i in range(200)]), ("unknown [0.17]", None)):

        def red(of: Sequence[int] | None = of) -> bool:
            base = [0.2 + 0.6 * draw.random() for _ in range(200)]
            shifts = [draw.choice((-0.2, 0.2)) for _ in range(10)]
            old = as_scores(answers(draw, base), clusters=of)
            new = as_scores(answers(draw, [p + shifts[i // 20] for i, p in enumerate(base)]), clusters=of)
            return not judged(ALARM, old, new).passed

        found = share(runs, red)
        print(f"  {name:<24}{found:.3f}")
        if of is not None:
            bar("false alarms, clusters", found, 0.0, 0.07)


def intervals(draw: random.Random, runs: int) -> None:
    """Print the coverage of 95 % intervals."""
    print("coverage of 95 % intervals")
    for groups, size in ((5, 40), (10, 20), (50, 4)):

        def covers(groups: int = groups, size: int = size) -> bool:
            v = 9.0  # ICC 0.1
            of = [draw.betavariate(SCORE * v, (1 - SCORE) * v) for _ in range(groups)]
            values = answers(draw, [p for p in of for _ in range(size)])
            found = estimate(measured(as_scores(values, clusters=[i // size for i in range(groups * size)])).scores)
            return found.interval is not None and found.interval.low <= SCORE <= found.interval.high

        found = share(runs, covers)
        print(f"  {groups} clusters of {size}: {found:.3f} [0.95]")
        bar(f"coverage, {groups} clusters", found, 0.93, 0.985)
    for noise in NOISES:

        def holds(noise: float = noise) -> bool:
            found = estimate(measured(as_scores(answers(draw, chances(draw, 50, noise), 8), 8)).scores)
            return found.interval is not None and found.interval.low <= SCORE <= found.interval.high

        found = share(runs, holds)
        print(f"  50 questions with 8 repeats, noise {noise}: {found:.3f} [0.94 to 0.96]")
        bar(f"coverage, repeats, noise {noise}", found, 0.925, 0.975)
    for n, p in ((10, 0.97), (30, 0.5), (200, 0.75), (1319, 0.95)):

        def inside(n: int = n, p: float = p) -> bool:
            found = estimate(Scores(answers(draw, [p] * n)))
            return found.interval is not None and found.interval.low <= p <= found.interval.high

        print(f"  {n} right or wrong answers, share {p}: {share(runs, inside):.3f}")


def missing(draw: random.Random, runs: int) -> None:
    """Print what 3 % missing samples do: they never make an alarm red, nor pass a demand."""
    demand = parse_gate("b >= 0.7 @95%")

    def lossy(values: Sequence[float], chance: float) -> list[float | None]:
        return [None if draw.random() < chance * (2 if value else 1) else value for value in values]

    def red() -> bool:
        of = chances(draw, 200, 0.33)
        return not judged(ALARM, as_scores(answers(draw, of)), as_scores(lossy(answers(draw, of), 0.015))).passed

    def passes() -> bool:
        return judge_bound(demand, measured(as_scores(lossy(answers(draw, [0.7] * 300), 0.015))), "acc").passed

    found = (share(runs, red), share(runs, passes))
    print(
        f"3 % of the scores missing, most of right ones: alarm red {found[0]:.3f}, demand at its bound {found[1]:.3f}"
    )
    bar("false alarms, missing", found[0], 0.0, 0.07)
    bar("false passes, missing", found[1], 0.0, 0.07)


def point_stop(draw: random.Random, runs: int) -> None:
    """Print the share of requests that early stop of a point gate needs, and wrong verdicts."""
    gate = parse_gate("b >= 0.7")
    table = {
        (300, None): (0.61, 0.76, 0.86, 0.96, 0.93, 0.88, 0.82, 0.78),
        (300, 0.95): (0.13, 0.37, 0.64, 0.84, 0.60, 0.30, 0.16, 0.09),
        (1319, 0.95): (0.02, 0.12, 0.37, 0.85, 0.31, 0.10, 0.04, 0.02),
    }
    truths = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
    print(f"point gate >= 0.7 stopped early; true scores {truths}")
    for (n, level), expected in table.items():
        asked, wrong = [], []
        for truth, goal in zip(truths, expected, strict=True):
            used = errors = 0
            count = max(200, runs // (4 if n > 300 else 2))
            for _ in range(count):
                values = answers(draw, [truth] * n)
                stop = sequential.PointStop(gate, n, level)
                place = stopped_at(stop, values)
                used += place
                errors += stop.verdict != ("passed" if round(sum(values) / n, 4) >= 0.7 else "failed")
            asked.append(used / count / n)
            wrong.append(errors / count)
            bar(f"share of requests, N {n}, level {level}, true {truth}", asked[-1], 0.0, goal + 0.04)
            bar(f"wrong verdicts, N {n}, level {level}, true {truth}", wrong[-1], 0.0, 0.0 if level is None else 0.035)
        name = f"  N {n}, {'certain only' if level is None else 'betting 95 %'}"
        print(f"{name:<24}" + "  ".join(f"{a:.2f} [{b:.2f}]" for a, b in zip(asked, expected, strict=True)))
        print(f"{'  verdict unlike full run':<24}" + "  ".join(f"{value:.3f}" for value in wrong))


def stopped_at(stop: sequential.PointStop | sequential.LevelStop, values: Sequence[float]) -> int:
    """Return the number of values after which a gate is decided."""
    for place, value in enumerate(values, 1):
        stop.add(value)
        if stop.verdict is not None:
            return place
    return len(values)


def sequential_verdict(gate: Gate, old: Sequence[float], new: Sequence[float]) -> tuple[int, bool]:
    """Return the number of answers that a stopped run needs, and whether it is red."""
    n = len(old)
    stop = sequential.LevelStop(gate, n)
    place = stopped_at(stop, [b - a for a, b in zip(old, new, strict=True)])
    if stop.verdict is not None:
        return place, stop.verdict != "passed"
    final = alarm_against_baseline("b", gate.margin, sequential.final_level(0.95))
    return n, not judged(final, as_scores(old), as_scores(new)).passed


def stop_at_level(draw: random.Random, runs: int) -> None:
    """Print shares of requests and of red runs of alarms with early stop, against the fixed test."""
    expected = {
        0.0: ((0.51, 0.03, 0.05), (0.51, 0.03, 0.04), (0.51, 0.04, 0.05), (0.49, 0.05, 0.05)),
        0.03: ((0.84, 0.64, 0.71), (0.72, 0.24, 0.30), (0.45, 1.0, 1.0), (0.82, 0.74, 0.81)),
        0.05: ((0.71, 0.96, 0.98), (0.80, 0.54, 0.61), (0.19, 1.0, 1.0), (0.59, 0.98, 0.99)),
        0.1: ((0.32, 1.0, 1.0), (0.64, 0.97, 0.99), (0.07, 1.0, 1.0), (0.17, 1.0, 1.0)),
        0.2: ((0.15, 1.0, 1.0), (0.21, 1.0, 1.0), (0.03, 1.0, 1.0), (0.05, 1.0, 1.0)),
    }
    print("alarm with early stop: share of requests, red runs, red runs of the fixed test [specification's]")
    for drop, columns in expected.items():
        line = []
        for (n, noise), goal in zip(((300, 0.13), (300, 0.5), (1319, 0.13), (1319, 0.5)), columns, strict=True):
            count = max(200, runs // (8 if n > 300 else 2))
            used = red = fixed = 0
            for _ in range(count):
                of = chances(draw, n, noise)
                old, new = answers(draw, of), answers(draw, worse(of, drop, noise))
                place, is_red = sequential_verdict(ALARM, old, new)
                used += place
                red += is_red
                fixed += not judged(ALARM, as_scores(old), as_scores(new)).passed
            found = (used / count / n, red / count, fixed / count)
            line.append(
                f"{found[0]:.2f} ({found[1]:.2f}; {found[2]:.2f}) [{goal[0]:.2f} ({goal[1]:.2f}; {goal[2]:.2f})]"
            )
            bar(f"share of requests, N {n}, noise {noise}, drop {drop}", found[0], 0.0, goal[0] + 0.06)
            if drop == 0:
                bar(
                    f"red, N {n}, noise {noise}, early stop", found[1], 0.0, found[2] + 0.01 + chance_error(0.05, count)
                )
        print(f"  {100 * drop:>2.0f} points  " + "  ".join(line))
    demand = parse_gate("b >= 0.7 @95%")
    for n, truth, goal in ((300, 0.8, 0.62), (1319, 0.8, 0.16), (300, 0.9, 0.15), (1319, 0.9, 0.03), (300, 0.7, 1.0)):
        count = max(200, runs // 8)
        used = wrong = 0
        for _ in range(count):
            values = answers(draw, [truth] * n)
            stop = sequential.LevelStop(demand, n)
            used += stopped_at(stop, values)
            final = parse_gate(f"b >= 0.7 @{sequential.final_level(0.95)}")
            passed = (
                stop.verdict == "passed"
                if stop.verdict is not None
                else judge_bound(final, measured(as_scores(values)), "acc").passed
            )
            wrong += passed if truth <= 0.7 else not passed
        ends = f"{used / count / n:.2f} [{goal:.2f}], {'wrongly' if truth <= 0.7 else 'not'} passed {wrong / count:.3f}"
        print(f"  demand >= 0.7 @95%, N {n}, true {truth}: {ends}")
        bar(f"demand, N {n}, true {truth}", used / count / n, 0.0, goal + 0.06)
        if truth <= 0.7:
            bar("demand at its bound wrongly passed", wrong / count, 0.0, 0.07)


def order(draw: random.Random, runs: int) -> None:
    """Print wrong passes of a sorted data set, in its own order and in a drawn one, and on completion order."""
    gate = parse_gate("b >= 0.7")
    n = 300

    def verdict(values: Sequence[float]) -> str | None:
        stop = sequential.PointStop(gate, n, 0.95)
        stopped_at(stop, values)
        return stop.verdict

    def own_order() -> bool:
        return verdict(sorted(answers(draw, [0.65] * n), reverse=True)) == "passed"

    def drawn_order() -> bool:
        values = sorted(answers(draw, [0.65] * n), reverse=True)
        drawn = sequential.draw_order(range(n), draw.getrandbits(64))
        failed = sum(values) / n < 0.69995
        return failed and verdict([values[unit[0]] for unit in drawn]) == "passed"  # type: ignore[index,call-overload]

    def by_arrival(prefix_only: bool) -> bool:
        """Let wrong answers take longer, with 64 in flight."""
        values = answers(draw, [0.65] * n)
        if sum(values) / n >= 0.69995:
            return False
        counted = completed(draw, values, prefix_only)
        return verdict(counted) == "passed"

    print("a point gate >= 0.7, early stop at 95 %: wrongly passed at a true score of 0.65")
    figures = {
        "own order, easy first [1.00]": share(runs // 4, own_order),
        "drawn order": share(runs // 2, drawn_order),
        "whatever is finished [0.97 to 0.99]": share(runs // 4, functools.partial(by_arrival, False)),
        "the finished prefix [0.01 to 0.02]": share(runs // 4, functools.partial(by_arrival, True)),
    }
    for name, value in figures.items():
        print(f"  {name:<38}{value:.3f}")
    bar("drawn order wrongly passed", figures["drawn order"], 0.0, 0.05)
    bar("prefix wrongly passed", figures["the finished prefix [0.01 to 0.02]"], 0.0, 0.05)


def speed(draw: random.Random, runs: int) -> None:
    """Print the CPU time of 100,000 samples' statistics, and of a comparison of 14,042 questions."""
    n = 100_000
    values: list[float | None] = [float(draw.random() < SCORE) for _ in range(n)]
    cases = {
        "right or wrong": Attempts([("all", i) for i in range(n)], values),
        "in clusters of 10": Attempts([("all", i) for i in range(n)], values, [i // 10 for i in range(n)]),
        "4 repeats": Attempts([("all", i // 4) for i in range(n)], values),
    }
    for name, attempts in cases.items():
        before = time.process_time()
        estimate(measured(attempts).scores)
        spent = time.process_time() - before
        print(f"statistics of 100,000 samples, {name}: {1000 * spent:.0f} ms of CPU [100]")
        bar(f"CPU seconds, {name}", spent, 0.0, 0.1)
    old, new = (as_scores(answers(draw, [SCORE] * 14_042)) for _ in range(2))
    before = time.process_time()
    judged(ALARM, old, new)
    print(f"comparison of 14,042 questions: {1000 * (time.process_time() - before):.0f} ms of CPU")


def completed(draw: random.Random, values: Sequence[float], prefix_only: bool) -> list[float]:
    """Return the values in the order in which a decision may count them, 64 in flight, wrong ones slow."""
    prefix = sequential.FinishedPrefix([[i] for i in range(len(values))])
    flying: list[tuple[float, int]] = []
    waiting = list(range(len(values)))
    counted: list[float] = []
    now = 0.0
    while flying or waiting:
        while waiting and len(flying) < 64:
            i = waiting.pop(0)
            flying.append((now + (1 if values[i] else 5) + draw.random(), i))
        now, i = min(flying)
        flying.remove((now, i))
        counted += prefix.finish(i, values[i]) if prefix_only else [values[i]]
    return counted


PARTS: dict[str, Callable[[random.Random, int], None]] = {
    "alarms": alarms,
    "many": many,
    "clusters": clusters,
    "intervals": intervals,
    "missing": missing,
    "point-stop": point_stop,
    "stop": stop_at_level,
    "order": order,
    "speed": speed,
}


def main() -> int:
    """Run the simulations; 1 if a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    for name in options.only.split(","):
        PARTS[name](random.Random(f"{options.seed} {name}"), options.runs)
        sys.stdout.flush()
    print("\n".join(f"missed: {line}" for line in MISSED) if MISSED else "every bar is met")
    return int(bool(MISSED))


if __name__ == "__main__":
    sys.exit(main())
