"""Early stop: decides the gates of a run while it goes on, so that decided benchmarks send no more requests.

One process decides, the one that reports samples. Questions are sent in an order drawn with a recorded seed, and count
once they and all before them in that order are finished: quick answers are easy ones. A question counts with all its
attempts, a cluster with all its questions. `report.watching` decides each gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..config.setting import NO_LEVEL
from ..core.errors import ConfigError
from ..engine.evaluation import Unit
from ..report.attempts import Measure, find_measure
from ..report.baseline import Baseline, name_of, printed_before, reviews_of, scores_before
from ..report.gates import subsets_of
from ..report.model import Report
from ..report.watching import Answered, LevelWatch, PointWatch, Watch
from ..statistics.comparison import can_pair
from ..statistics.gates import ALL, Gate, alarm_against_baseline
from ..statistics.intervals import FEWEST_CLUSTERS, Interval
from ..statistics.scores import UNIT
from ..statistics.sequential import FinishedPrefix, anytime_interval, final_level
from ..statistics.verdicts import Verdict
from ..store.plan import BenchmarkPlan, Ordered
from .early import Answer, Place, order_of

if TYPE_CHECKING:
    from .assembly import Run

_MOST_LINES = 5


def units_of(order: Iterable[Ordered]) -> list[list[Ordered]]:
    """Return the questions by cluster: each is one unit of a decision."""
    units: dict[object, list[Ordered]] = {}
    for question in order:
        units.setdefault(question.cluster or (question.subset, question.group), []).append(question)
    return list(units.values())


# Which gates can be watched ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules by which the gates of a run are watched.

    Attributes:
        level: At which gates without a level are decided; None decides what is certain only.
        tolerated: Samples without a score are left out at the end.
        family: Number of benchmarks that are compared with a baseline.
    """

    baselines: Sequence[Baseline] = ()
    level: float | None = None
    tolerated: bool = False
    family: int = 1


def watch_of(gate: Gate, plan: BenchmarkPlan, order: Sequence[Ordered], rules: Rules, family: int = 1) -> Watch | str:
    """Return what watches a gate, or why it can be decided at the end only."""
    found = find_measure(plan, gate.metric)
    assert found is not None, "check_names has seen it"
    if gate.comparison == "==":
        return "equality holds at the end or not"
    if found.aggregation != "mean" or found.k:
        return f"{found.label} is not a mean over samples"
    if found.bounds is None:
        return f"{found.label} has no range"
    make = LevelWatch if gate.level is not None else PointWatch
    watch = make(gate, found, found.bounds, frozenset(subsets_of(plan, gate.part)), rules.tolerated, 0)
    if gate.against_baseline and gate.level is not None and (why := _with_baseline(watch, plan, order, rules)):
        return why
    units = [own for unit in units_of(order) if (own := [q for q in unit if watch.counts(q)])]
    watch.planned = sum(map(len, units))
    if not units:
        return "no question is about it"
    if isinstance(watch, LevelWatch):
        if len(units) < FEWEST_CLUSTERS:
            return f"fewer than {FEWEST_CLUSTERS} questions or clusters are independent"
        watch.watch(units, family)
        return watch
    assert isinstance(watch, PointWatch)
    claim = gate
    if gate.against_baseline:
        watch.printed_before = printed_before(rules.baselines, plan.name, found.label, gate.part)
        if watch.printed_before is None:
            return "the baseline does not report it"
        claim = _with_bound(gate, found, watch.printed_before)
    watch.watch(claim, units, rules.level)
    return watch


def _with_baseline(watch: Watch, plan: BenchmarkPlan, order: Sequence[Ordered], rules: Rules) -> str:
    """Give a watch the scores of the baseline; return why that is not possible, or nothing."""
    reviews = reviews_of(rules.baselines, plan.name)
    keyed = len(reviews) == len(rules.baselines) > 0 and all(found.keyed for found in reviews)
    if not keyed or not all(question.key for question in order):
        return "the questions of the baseline are not known"
    scores = scores_before(watch.gate, plan, watch.measure, rules.baselines)
    watch.before = dict(zip(scores.questions, scores.values, strict=True))
    own = [question for question in order if question.subset in watch.own]
    pairs = sum(map(watch.counts, own))
    if watch.gate.pairing == "unpaired" or not can_pair(pairs, len(own)):
        return (
            f"{pairs} of {len(own)} questions are in the baseline" if watch.gate.pairing == "auto" else "it is unpaired"
        )
    return ""


def _with_bound(gate: Gate, found: Measure, old: float) -> Gate:
    """Return a point gate against a baseline with its bound."""
    gain = gate.margin if gate.comparison == "better" else -gate.margin
    signs = ("<", "<=") if found.lower_is_better else (">", ">=")
    bound = old - gain if found.lower_is_better else old + gain
    return replace(gate, comparison=signs[gate.comparison != "better"], bound=bound)


def alarm_of(benchmark: str, plan: BenchmarkPlan, max_drop: float, level: float | None, rules: Rules) -> Gate:
    """Return the comparison that ``--eval-baseline`` makes of a benchmark: an alarm, or of the printed scores."""
    found = find_measure(plan)
    reviewed = len(reviews_of(rules.baselines, benchmark)) == len(rules.baselines)
    if level is not None and found is not None and not found.no_interval and reviewed:
        return alarm_against_baseline(benchmark, max_drop, level)
    return Gate(benchmark, benchmark, "", "", "no worse", None, max_drop)


# Deciding ------------------------------------------------------------------------------------------------------------


class Decider:
    """Decides the gates of one benchmark.

    Args:
        order: Its questions in the order drawn.
        watches: Of all its gates.
        primary: Its primary metric, if that is a mean.

    Attributes:
        decided: All gates are decided.
    """

    def __init__(self, order: Sequence[Ordered], watches: Sequence[Watch], primary: Measure | None = None) -> None:
        self.watches = watches
        self.decided = False
        self._units = units_of(order)
        self._prefix = FinishedPrefix([[(q.subset, q.group) for q in unit] for unit in self._units])
        self._questions = {(q.subset, q.group): q for q in order}  # those not counted yet
        self._attempts: dict[Place, dict[int, Mapping[str, float] | None]] = {}
        is_plain = primary is not None and primary.aggregation == "mean" and not primary.k and primary.bounds == UNIT
        is_plain = is_plain and len(self._units) == len(self._questions)
        self._primary = primary.name if is_plain and primary is not None else ""
        self._scores: list[float] = []

    def add(self, answer: Answer) -> bool:
        """Count a finished sample, and return whether that has decided the last gate."""
        place = (answer.subset, answer.group)
        question = self._questions.get(place)
        if self.decided or question is None:
            return False
        attempts = self._attempts.setdefault(place, {})
        attempts.setdefault(answer.repeat, answer.values)
        if len(attempts) < question.attempts:
            return False
        before = self._prefix.units
        self._prefix.finish(place, 0.0)
        for unit in self._units[before : self._prefix.units]:
            self._count([self._answered(question) for question in unit])
            if self.decided:
                return True
        return False

    def _answered(self, question: Ordered) -> Answered:
        place = (question.subset, question.group)
        del self._questions[place]
        attempts = self._attempts.pop(place)
        return Answered(question, [attempts[repeat] for repeat in sorted(attempts)])

    def _count(self, unit: Sequence[Answered]) -> None:
        for watch in self.watches:
            watch.add(unit)
        if self._primary:
            values = [None if a is None else a.get(self._primary) for a in unit[0].attempts]
            known = [value for value in values if value is not None and 0 <= value <= 1]
            if len(known) < len(values):
                self._primary = ""
            else:
                self._scores.append(sum(known) / len(known))
        self.decided = all(watch.verdict is not None for watch in self.watches)

    @property
    def counted(self) -> int:
        """Number of questions that the interval rests on."""
        return len(self._scores)

    def interval(self) -> Interval | None:
        """Return the interval of the primary metric's mean, which holds whenever a run is stopped; None without one."""
        return anytime_interval(self._scores) if self._primary else None


@dataclass(frozen=True, slots=True)
class Stopping:
    """Decides the gates of a run.

    Attributes:
        deciders: By benchmark: those of which all gates can be watched.
        watches: By the text of a gate, or by what the comparison of a benchmark is called.
        reasons: Why a benchmark runs to its end, by its name.
    """

    deciders: Mapping[str, Decider]
    watches: Mapping[str, Watch]
    reasons: Mapping[str, str]

    @classmethod
    def of(cls, run: Run, gates: Sequence[Gate]) -> Stopping:
        """Return what decides the gates of a run whose benchmarks and order are known."""
        task = run.task
        given = task.stop_when_decided
        tolerated = task.ignore_errors or task.max_errors is not None
        rules = Rules(run.baselines, None if isinstance(given, bool) else given, tolerated, len(run.benchmarks))
        level = None if task.gate_level == NO_LEVEL else float(task.gate_level)
        deciders: dict[str, Decider] = {}
        watches: dict[str, Watch] = {}
        reasons: dict[str, str] = {}
        names = {plan.name for plan in run.benchmarks}
        together = next((gate for gate in gates if gate.benchmark == ALL and ALL not in names), None)
        for plan in run.benchmarks:
            order = run.order.get(plan.name, ())
            found = {g.text: watch_of(g, plan, order, rules) for g in gates if g.benchmark == plan.name}
            if task.baseline:
                alarm = alarm_of(plan.name, plan, task.max_drop, level, rules)
                found[name_of(plan.name)] = watch_of(alarm, plan, order, rules, rules.family)
            own = {text: watch for text, watch in found.items() if not isinstance(watch, str)}
            if not found:
                reasons[plan.name] = "no gate is about it"
            elif together is not None:
                reasons[plan.name] = f"gate {together.text} needs all of it"
            elif open_ones := [f"gate {text}: {why}" for text, why in found.items() if isinstance(why, str)]:
                reasons[plan.name] = open_ones[0]
            else:
                deciders[plan.name] = Decider(order, list(own.values()), find_measure(plan))
                watches.update(own)
        return cls(deciders, watches, reasons)

    def add(self, benchmark: str, answer: Answer) -> bool:
        """Count a finished sample, and return whether that has decided the last gate of its benchmark."""
        decider = self.deciders.get(benchmark)
        return decider is not None and decider.add(answer)

    def lines(self, seed: int | None) -> Iterator[str]:
        """Yield what stops early and what does not, for the terminal."""
        if self.deciders:
            drawn = "" if seed is None else f" (seed {seed})"
            names = _listed(list(self.deciders))
            stop = "stops" if len(self.deciders) == 1 else "stop"
            yield f"{names} {stop} when decided; questions are sent in random order{drawn}"
        reasons = [f"{name} runs to its end: {why}" for name, why in self.reasons.items()]
        more = len(reasons) - _MOST_LINES
        yield from reasons[:_MOST_LINES] if more > 1 else reasons
        if more > 1:
            yield f"{more} more benchmarks run to their end"

    def verdict(self, name: str, *, is_stopped: bool) -> Verdict | None:
        """Return the verdict of a gate that was decided early; None if the ordinary test is to decide it.

        In a run that has come to its end the printed score decides gates without a level, and alarms that passed are
        tested: nothing was shown about them.

        Args:
            name: The gate's text, or what the comparison of a benchmark is called.
            is_stopped: The rest of its benchmark was not sent.
        """
        watch = self.watches.get(name)
        if watch is None or watch.verdict is None:
            return None
        binding = watch.looked and (watch.gate.kind == "demand" or watch.verdict == "failed")
        return watch.result() if is_stopped or binding else None

    def level(self, name: str, level: float | None) -> float | None:
        """Return the level of the test of a gate at the end: a part of the error has gone into looking."""
        watch = self.watches.get(name)
        return final_level(level) if watch is not None and watch.looked and level is not None else level


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= _MOST_LINES else f"{', '.join(names[:_MOST_LINES])} and more"


# Of a run ------------------------------------------------------------------------------------------------------------


def plan_stop(run: Run, gates: Sequence[Gate], units: Sequence[Unit]) -> None:
    """Fix the order in which questions count, and note what stops early.

    Raises:
        ConfigError: There is nothing to decide.
    """
    if not gates and not run.task.baseline:
        raise ConfigError(
            "stop_when_decided is given, and gates on load tests alone, which are not stopped. Add a gate on a "
            "benchmark, such as --eval-gate 'gsm8k>=0.7', or drop --eval-stop-when-decided."
        )
    own: dict[str, list[Unit]] = {}
    for unit in units:
        own.setdefault(unit.evaluation.name, []).append(unit)
    run.order = {name: order_of(found, run.drawn[name]) for name, found in own.items()}
    run.stopping = stopping = Stopping.of(run, gates)
    run.notes.extend(stopping.lines(run.order_seed))


def as_stopped(run: Run, report: Report) -> Report:
    """Mark the report of a benchmark if its rest was not sent: intervals of complete runs do not hold for it."""
    found, name = report.execution, report.dataset_name
    stopping = run.stopping if name in run.decided else None
    if stopping is None or found is None or found.recorded >= found.requested:
        return report
    label = report.primary.label if report.primary else ""
    decider = stopping.deciders[name]
    stopped = found.as_stopped(run.order_seed, label, decider.interval(), decider.counted)
    return replace(report, execution=stopped)
