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
from pathlib import Path

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


def early_stop(draw: random.Random, runs: int) -> None:
    """Print what early stop saves, and its wrong verdicts: `bench/early_stop.py`."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from bench.early_stop import PARTS as PARTS_OF_STOPS

    for part in PARTS_OF_STOPS.values():
        part(draw, runs, bar)


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


PARTS: dict[str, Callable[[random.Random, int], None]] = {
    "alarms": alarms,
    "many": many,
    "clusters": clusters,
    "intervals": intervals,
    "missing": missing,
    "stop": early_stop,
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
