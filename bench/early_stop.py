"""Simulated runs that stop early, decided by the code of `run.stopping`: shares of questions, and wrong verdicts.

    python bench/early_stop.py [--runs 2000] [--seed 1] [--only PART,...]

`bench/gates.py` runs these parts too. The specification's figure follows each measured one in brackets. The exit code
is 1 if a bar is missed: at most 1 % more wrong verdicts than the test of whole runs, and the shares of section 9.
"""

from __future__ import annotations

import argparse
import functools
import math
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import gates as bench
from evalscope_pytest.report.baseline import Baseline
from evalscope_pytest.run.early import Answer
from evalscope_pytest.run.stopping import Decider, Rules, watch_of
from evalscope_pytest.statistics.combined import over_benchmarks
from evalscope_pytest.statistics.gates import Gate, alarm_against_baseline, parse_gate
from evalscope_pytest.statistics.scores import measured
from evalscope_pytest.statistics.sequential import draw_order, final_level
from evalscope_pytest.statistics.verdicts import Runs, Verdict, judge_bound, judge_difference
from evalscope_pytest.store.plan import BenchmarkPlan, Ordered
from evalscope_pytest.store.reviews import Reviews
from evalscope_pytest.store.rows import SampleSummary

Bar = Callable[[str, float, float, float], None]


@functools.cache
def order_of(n: int, repeats: int = 1, sizes: tuple[int, ...] = ()) -> tuple[Ordered, ...]:
    """Return the questions of a benchmark, alone or in clusters of these sizes, again and again."""
    clusters: list[str] = []
    while sizes and len(clusters) < n:
        clusters += [f"c{len(clusters)}"] * sizes[len(set(clusters)) % len(sizes)]
    return tuple(Ordered("all", i, repeats, f"q{i}", clusters[i] if clusters else "") for i in range(n))


def baseline_of(old: Sequence[float]) -> Baseline:
    """Return an earlier run with these answers."""
    rows = [SampleSummary("", "", "b", "all", i, i, 0, values={"acc": v}, question=f"q{i}") for i, v in enumerate(old)]
    return Baseline(Path("old"), {}, {"b": Reviews(tuple(rows), {})})


def decide(
    gate: Gate, order: Sequence[Ordered], answers: Sequence[Answer], rules: Rules, family: int = 1
) -> tuple[float, str | None]:
    """Return the share of questions after which a gate is decided, and its verdict; None if it is not."""
    plan = BenchmarkPlan("b", ("acc",), ("all",), {"all": sum(question.attempts for question in order)})
    watch = watch_of(gate, plan, order, rules, family)
    if isinstance(watch, str):
        raise SystemExit(f"{gate.text}: {watch}")
    decider = Decider(order, [watch])
    for answer in answers:
        if decider.add(answer):
            break
    return (watch.answered / len(order) if watch.verdict else 1.0), watch.verdict


def answers_of(values: Sequence[float], repeats: int = 1) -> list[Answer]:
    """Return the answers of a run, ``repeats`` in a row to each question."""
    return [Answer("all", i // repeats, i % repeats, {"acc": value}) for i, value in enumerate(values)]


def whole(values: Sequence[float]) -> str:
    """Return the verdict of the whole run on a point gate of 0.7."""
    return "passed" if round(sum(values) / len(values), 4) >= 0.7 else "failed"


def by_chance(shares: Sequence[float]) -> float:
    """Return the error that the mean of simulated shares may have by chance: two standard errors."""
    return 2 * statistics.pstdev(shares) / math.sqrt(len(shares))


def points(draw: random.Random, runs: int, bar: Bar) -> None:
    """Print the share of questions that a point gate needs, and wrong verdicts."""
    gate = parse_gate("b >= 0.7")
    table = {
        (300, None): (0.61, 0.76, 0.86, 0.96, 0.93, 0.88, 0.82, 0.78),
        (300, 0.95): (0.13, 0.37, 0.64, 0.84, 0.60, 0.30, 0.16, 0.09),
        (1319, 0.95): (0.03, 0.12, 0.37, 0.85, 0.31, 0.10, 0.04, 0.02),
    }
    truths = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
    print(f"point gate >= 0.7 stopped early; true scores {truths}")
    for (n, level), expected in table.items():
        shares, wrong = [], []
        count = max(100, runs // (16 if n > 300 else 4))
        for truth, goal in zip(truths, expected, strict=True):
            found = []
            for _ in range(count):
                values = bench.answers(draw, [truth] * n)
                share, verdict = decide(gate, order_of(n), answers_of(values), Rules(level=level))
                found.append((share, (verdict or whole(values)) != whole(values)))
            shares.append(sum(share for share, _ in found) / count)
            wrong.append(sum(error for _, error in found) / count)
            most = goal + 0.02 + by_chance([share for share, _ in found])
            bar(f"share, N {n}, level {level}, true {truth}", shares[-1], 0.0, most)
            most = 0.0 if level is None else 0.05  # what the level promises; section 9 measured 0.015 at 0.70
            bar(f"wrong, N {n}, level {level}, true {truth}", wrong[-1], 0.0, most)
        bar(f"wrong, N {n}, level {level}, mean", sum(wrong) / len(wrong), 0.0, 0.0 if level is None else 0.0156)
        name = f"  N {n}, {'certain only' if level is None else 'betting 95 %'}"
        print(f"{name:<24}" + "  ".join(f"{a:.2f} [{b:.2f}]" for a, b in zip(shares, expected, strict=True)))
        print(f"{'  verdict unlike full run':<24}" + "  ".join(f"{value:.3f}" for value in wrong))


def units(draw: random.Random, runs: int, bar: Bar) -> None:
    """Print wrong verdicts at the bound itself, with repeats, and with clusters that are large if they are hard."""
    print("clusters and repeats, 300 questions: verdict unlike the whole run's; demand at its bound wrongly passed")
    gate, demand = parse_gate("b >= 0.7"), parse_gate("b >= 0.7 @95%")
    cases = {"repeats 4": (4, ()), "clusters of 5": (1, (5,)), "clusters of 1, 9, 2": (1, (1, 9, 2))}
    for name, (repeats, sizes) in cases.items():
        order = order_of(300, repeats, sizes)
        of = {q.cluster: [other.group for other in order if other.cluster == q.cluster] for q in order if q.cluster}
        count = max(100, runs // 8)
        wrong = passed = 0
        for _ in range(count):
            right = [0.7] * 300
            for group in of.values():  # the mean over questions is 0.7, that over clusters is not
                shift = 0.25 * (1 if len(group) == 9 else -1 if len(group) == 1 else draw.choice((-1, 1)))
                for place in group:
                    right[place] += shift if len(sizes) < 2 else shift / 9 if len(group) == 9 else shift
            if len(sizes) > 1:
                excess = sum(right) / 300 - 0.7
                right = [p - excess for p in right]
            values = bench.answers(draw, right, repeats)
            shuffled = [q for unit in draw_order(order, draw.getrandbits(32), clusters_of(order)) for q in unit]
            answers = answers_of(values, repeats)
            in_turn = [a for q in shuffled for a in answers[q.group * repeats : (q.group + 1) * repeats]]  # type: ignore[attr-defined]
            _, verdict = decide(gate, shuffled, in_turn, Rules(level=0.95))  # type: ignore[arg-type]
            wrong += verdict not in (None, whole(values))
            passed += decide(demand, shuffled, in_turn, Rules())[1] == "passed"  # type: ignore[arg-type]
        print(f"  {name:<22}{wrong / count:.3f}  {passed / count:.3f}")
        bar(f"wrong, {name}", wrong / count, 0.0, 0.05)
        bar(f"demand wrongly passed, {name}", passed / count, 0.0, 0.01 + bench.chance_error(0.01, count))


def clusters_of(order: Sequence[Ordered]) -> list[object]:
    """Return the cluster of each question; itself if it has none."""
    return [q.cluster or q.group for q in order]


def alarm(gate: Gate, old: Sequence[float], new: Sequence[float], family: int = 1) -> tuple[float, Verdict | str]:
    """Return the share of questions that an alarm needs, and its early verdict, or that of the test at the end."""
    share, verdict = decide(gate, order_of(len(old)), answers_of(new), Rules([baseline_of(old)]), family)
    if verdict is not None:
        return share, verdict
    at_end = alarm_against_baseline("b", gate.margin, final_level(0.95))
    runs = Runs(measured(bench.as_scores(old)).scores, measured(bench.as_scores(new)), "acc")
    return 1.0, judge_difference(at_end, runs)


def is_red(verdict: Verdict | str) -> bool:
    """Return whether a verdict fails the run."""
    return verdict != "passed" if isinstance(verdict, str) else not verdict.passed


def drops(draw: random.Random, runs: int, bar: Bar) -> None:
    """Print shares of questions and red runs of alarms, against the test of whole runs."""
    expected = {
        0.0: ((0.51, 0.03, 0.05), (0.51, 0.03, 0.04), (0.51, 0.04, 0.05), (0.49, 0.05, 0.05)),
        0.02: (None, None, None, None),
        0.03: ((0.84, 0.64, 0.71), (0.72, 0.24, 0.30), (0.45, 1.0, 1.0), (0.82, 0.74, 0.81)),
        0.05: ((0.71, 0.96, 0.98), (0.80, 0.54, 0.61), (0.19, 1.0, 1.0), (0.59, 0.98, 0.99)),
        0.1: ((0.32, 1.0, 1.0), (0.64, 0.97, 0.99), (0.07, 1.0, 1.0), (0.17, 1.0, 1.0)),
        0.2: ((0.15, 1.0, 1.0), (0.21, 1.0, 1.0), (0.03, 1.0, 1.0), (0.05, 1.0, 1.0)),
    }
    print("alarm with early stop: share of questions (red runs; red runs of the whole run's test) [specification's]")
    for drop, columns in expected.items():
        line = []
        for (n, noise), goal in zip(((300, 0.13), (300, 0.5), (1319, 0.13), (1319, 0.5)), columns, strict=True):
            count = max(100, runs // (16 if n > 300 else 4))
            shares: list[float] = []
            red = fixed = 0
            for _ in range(count):
                of = bench.chances(draw, n, noise)
                old, new = bench.answers(draw, of), bench.answers(draw, bench.worse(of, drop, noise))
                share, verdict = alarm(bench.ALARM, old, new)
                shares.append(share)
                red += is_red(verdict)
                fixed += not bench.judged(bench.ALARM, bench.as_scores(old), bench.as_scores(new)).passed
            found = (sum(shares) / count, red / count, fixed / count)
            known = f" [{goal[0]:.2f} ({goal[1]:.2f}; {goal[2]:.2f})]" if goal else ""
            line.append(f"{found[0]:.2f} ({found[1]:.2f}; {found[2]:.2f}){known}")
            if goal:
                bar(f"share, N {n}, noise {noise}, drop {drop}", found[0], 0.0, goal[0] + 0.03 + by_chance(shares))
            if not drop:
                most = found[2] + 0.01 + bench.chance_error(0.05, count)
                bar(f"red, N {n}, noise {noise}, unchanged", found[1], 0.0, most)
        print(f"  {100 * drop:>2.0f} points  " + "  ".join(line))
        sys.stdout.flush()


def demands(draw: random.Random, runs: int, bar: Bar) -> None:
    """Print shares of questions of a demand, and its wrong verdicts."""
    demand = parse_gate("b >= 0.7 @95%")
    at_end = parse_gate(f"b >= 0.7 @{final_level(0.95)}")
    for n, truth, goal in ((300, 0.8, 0.62), (1319, 0.8, 0.16), (300, 0.9, 0.15), (1319, 0.9, 0.03), (300, 0.7, 1.0)):
        count = max(100, runs // (16 if n > 300 else 4))
        used, wrong, fixed = 0.0, 0, 0
        for _ in range(count):
            values = bench.answers(draw, [truth] * n)
            share, verdict = decide(demand, order_of(n), answers_of(values), Rules())
            used += share
            scores = measured(bench.as_scores(values))
            passed = verdict == "passed" if verdict else judge_bound(at_end, scores, "acc").passed
            wrong += passed if truth <= 0.7 else not passed
            fixed += judge_bound(demand, scores, "acc").passed == (truth <= 0.7)
        kind = "wrongly" if truth <= 0.7 else "not"
        ends = f"{kind} passed {wrong / count:.3f}, by the whole run's test {fixed / count:.3f}"
        print(f"  demand >= 0.7 @95%, N {n}, true {truth}: {used / count:.2f} [{goal:.2f}], {ends}")
        bar(f"demand, N {n}, true {truth}", used / count, 0.0, goal + 0.06)
        if truth <= 0.7:
            bar("demand at its bound wrongly passed", wrong / count, 0.0, 0.06 + bench.chance_error(0.05, count))


def many(draw: random.Random, runs: int, bar: Bar) -> None:
    """Print the family-wise error of ten alarms that stop early."""
    count = max(100, runs // 10)
    red, shares = 0, 0.0
    for _ in range(count):
        open_ones: list[Verdict] = []
        failed = False
        for _ in range(10):
            of = bench.chances(draw, 200, 0.33)
            share, verdict = alarm(bench.ALARM, bench.answers(draw, of), bench.answers(draw, of), 10)
            shares += share / 10
            if isinstance(verdict, Verdict):
                open_ones.append(verdict)
            elif verdict == "failed":
                failed = True
            else:
                open_ones.append(Verdict(gate=bench.ALARM, verdict="passed", facts="", p=1.0))
        red += failed or any(not v.passed for v in over_benchmarks(open_ones, final_level(0.95)))
    print(
        f"ten unchanged benchmarks of 200 questions: any red {red / count:.3f}, share of questions {shares / count:.2f}"
    )
    bar("family-wise false alarms", red / count, 0.0, 0.06 + bench.chance_error(0.06, count))


def order(draw: random.Random, runs: int, bar: Bar) -> None:
    """Print wrong passes of a sorted data set whose hard questions answer late, 64 in flight."""
    gate, n = parse_gate("b >= 0.7"), 300

    def wrong(drawn: bool, prefix: bool) -> bool:
        values = sorted(bench.answers(draw, [0.65] * n), reverse=True)
        if whole(values) == "passed":
            return False
        places = [unit[0] for unit in draw_order(range(n), draw.getrandbits(64))] if drawn else range(n)
        questions = [order_of(n)[int(str(place))] for place in places]
        finished = completed(draw, [values[q.group] for q in questions])
        answers = [Answer("all", questions[i].group, 0, {"acc": values[questions[i].group]}) for i in finished]
        counted = questions if prefix else [questions[i] for i in finished]
        return decide(gate, counted, answers, Rules(level=0.95))[1] == "passed"

    print("a point gate >= 0.7, early stop at 95 %, hard questions answer late: wrongly passed at a true score of 0.65")
    count = max(100, runs // 4)
    for name, drawn, prefix in (
        ("the data's order, easy first [1.00]", False, True),
        ("drawn order, whatever is finished [0.97 to 0.99]", True, False),
        ("drawn order, its finished prefix [0.01 to 0.02]", True, True),
    ):
        value = sum(wrong(drawn, prefix) for _ in range(count)) / count
        print(f"  {name:<50}{value:.3f}")
        if drawn and prefix:
            bar("sorted data wrongly passed", value, 0.0, 0.02 + bench.chance_error(0.02, count))


def completed(draw: random.Random, values: Sequence[float]) -> list[int]:
    """Return the places of answers in the order in which they arrive: 64 are in flight, wrong ones take five times."""
    flying: list[tuple[float, int]] = []
    waiting = list(range(len(values)))
    finished: list[int] = []
    now = 0.0
    while flying or waiting:
        while waiting and len(flying) < 64:
            i = waiting.pop(0)
            flying.append((now + (1 if values[i] else 5) + draw.random(), i))
        now, i = min(flying)
        flying.remove((now, i))
        finished.append(i)
    return finished


PARTS: dict[str, Callable[[random.Random, int, Bar], None]] = {
    "points": points,
    "units": units,
    "drops": drops,
    "demands": demands,
    "several": many,
    "order": order,
}


def main() -> int:
    """Run the simulations; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    for name in options.only.split(","):
        PARTS[name](random.Random(f"{options.seed} {name}"), options.runs, bench.bar)
        sys.stdout.flush()
    print("\n".join(f"missed: {line}" for line in bench.MISSED) if bench.MISSED else "every bar is met")
    return int(bool(bench.MISSED))


if __name__ == "__main__":
    sys.exit(main())
