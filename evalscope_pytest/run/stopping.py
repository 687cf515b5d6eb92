"""Early stop: decides the gates of a run while it goes on, so that decided benchmarks send no more requests.

One process decides, the one that reports samples. Questions are sent in an order drawn with a recorded seed, and count
once they and all before them in that order are finished: quick answers are easy ones. A question counts with all its
attempts, a cluster with all its questions. `report.watching` decides each gate.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ..config.setting import NO_LEVEL
from ..core.errors import ConfigError
from ..engine.evaluation import Outcome as Finished
from ..engine.evaluation import Unit
from ..report.attempts import Measure, find_measure
from ..report.baseline import Baseline, Early, name_of, printed_before, reviews_of, scores_before, tested_at
from ..report.execution import GateResult
from ..report.gates import subsets_of
from ..report.model import Report
from ..report.watching import Answered, LevelWatch, PointWatch, Watch
from ..statistics.comparison import can_pair
from ..statistics.gates import ALL, Gate, alarm_against_baseline
from ..statistics.intervals import FEWEST_CLUSTERS, Interval
from ..statistics.scores import UNIT
from ..statistics.sequential import FinishedPrefix, anytime_interval, draw_order, final_level
from ..statistics.verdicts import Verdict
from ..store.plan import BenchmarkPlan, Ordered, recorded_order_seed

if TYPE_CHECKING:
    from .assembly import Run
    from .progress import Verdict as SampleVerdict

log = logging.getLogger(__name__)

STOPPED = "stopped: decided"
_MOST_LINES = 5
_TURN_S = 0.01  # between two looks at the reporter of samples

Place = tuple[str, int]


class Answer(NamedTuple):
    """A finished sample, as the process that decides gets it.

    Attributes:
        values: Its metrics, those with a weight left out; None without a score.
    """

    subset: str
    group: int
    repeat: int
    values: Mapping[str, float] | None


def answer_of(outcome: Finished) -> Answer:
    """Return a finished sample as the process that decides gets it."""
    result, score = outcome.result, outcome.result.score
    if score is None:
        return Answer(result.subset, result.group, result.repeat, None)
    weighted = score.metadata.get("weights") or ()
    values = {name: float(value) for name, value in score.values.items() if name not in weighted}
    return Answer(result.subset, result.group, result.repeat, values)


def without_score(unit: Unit) -> Answer:
    """Return a sample that could not be run."""
    return Answer(unit.subset, unit.group, unit.repeat, None)


def in_drawn_order(units: Iterable[tuple[str, Unit]], seed: int) -> list[tuple[str, Unit]]:
    """Return the samples of a benchmark in random order, those of a question and of a cluster together."""
    of_question: dict[Place, list[tuple[str, Unit]]] = {}
    for sample in units:
        of_question.setdefault((sample[1].subset, sample[1].group), []).append(sample)
    clusters = [found[0][1].cluster or place for place, found in of_question.items()]
    drawn = draw_order(list(of_question), seed, clusters)
    return [sample for unit in drawn for place in unit for sample in of_question[place]]  # type: ignore[index]


def order_of(units: Iterable[Unit], drawn: Sequence[Place]) -> tuple[Ordered, ...]:
    """Return the questions of a benchmark that run, in the order drawn, whatever has reordered the samples since."""
    found: dict[Place, list[Unit]] = {}
    for unit in units:
        found.setdefault((unit.subset, unit.group), []).append(unit)
    places = [place for place in drawn if place in found]
    return tuple(
        Ordered(*place, len(own), own[0].question, own[0].cluster) for place in places if (own := found[place])
    )


def units_of(order: Iterable[Ordered]) -> list[list[Ordered]]:
    """Return the questions by cluster: each is one unit of a decision."""
    units: dict[object, list[Ordered]] = {}
    for question in order:
        units.setdefault(question.cluster or (question.subset, question.group), []).append(question)
    return list(units.values())


# Which gates can be watched ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides how the gates of a run are watched.

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
    if isinstance(watch, LevelWatch):
        if len(units) < FEWEST_CLUSTERS:
            return f"fewer than {FEWEST_CLUSTERS} questions or clusters are independent"
        watch.watch(units, family)
        return watch
    claim = _with_bound(gate, plan, found, rules) if gate.against_baseline else gate
    if claim is None or not units:
        return "there is nothing to compare with"
    assert isinstance(watch, PointWatch)
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


def _with_bound(gate: Gate, plan: BenchmarkPlan, found: Measure, rules: Rules) -> Gate | None:
    """Return a point gate against a baseline with its bound; None if the baseline does not report the score."""
    old = printed_before(rules.baselines, plan.name, found.label, gate.part)
    if old is None:
        return None
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
        self._questions = {(q.subset, q.group): q for q in order}
        self._attempts: dict[Place, dict[int, Mapping[str, float] | None]] = {place: {} for place in self._questions}
        is_plain = primary is not None and primary.aggregation == "mean" and not primary.k and primary.bounds == UNIT
        is_plain = is_plain and len(self._units) == len(self._questions)
        self._primary = primary.name if is_plain and primary is not None else ""
        self._scores: list[float] = []

    def add(self, answer: Answer) -> bool:
        """Count a finished sample, and return whether that has decided the last gate."""
        place = (answer.subset, answer.group)
        attempts = self._attempts.get(place)
        if self.decided or attempts is None or answer.repeat in attempts:
            return False
        attempts[answer.repeat] = answer.values
        if len(attempts) < self._questions[place].attempts:
            return False
        before = self._prefix.units
        self._prefix.finish(place, 0.0)
        for unit in self._units[before : self._prefix.units]:
            self._count([self._answered(question) for question in unit])
            if self.decided:
                return True
        return False

    def _answered(self, question: Ordered) -> Answered:
        attempts = self._attempts[question.subset, question.group]
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


def seed_of(run: Run) -> int | None:
    """Return the seed of the order in which a run sends its questions; None if that is the order of the data.

    A run that is carried on keeps its order; a list of samples shows that of the data.
    """
    if run.task.stop_when_decided is False or run.driver.listing:
        return None
    if run.process.is_worker:
        return run.process.order_seed
    recorded = recorded_order_seed(run.work_dir.root)
    return random.SystemRandom().getrandbits(32) if recorded is None else recorded


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
    run.notes.extend(Stopping.of(run, gates).lines(run.order_seed))


class Replay:
    """Holds new samples of a run that is carried on back until what is recorded before the first of them was counted.

    That may decide everything, and nothing is sent then.

    Attributes:
        awaited: The sample that the reporter of samples waits for.
    """

    def __init__(self, *, is_needed: bool) -> None:
        self.awaited: Unit | None = None
        self._is_over = not is_needed

    async def turn(self, unit: Unit) -> None:
        """Wait until a sample may be sent: the first one until all before it are reported, the others for that one."""
        while not self._is_over and self.awaited is not unit:
            await asyncio.sleep(_TURN_S)
        self._is_over = True


def count(run: Run, verdict: SampleVerdict) -> None:
    """Count a reported sample for the gates of its benchmark."""
    name, stopping = verdict.benchmark, run.stopping if verdict.answer is not None else None
    if stopping is None or verdict.answer is None or not stopping.add(name, verdict.answer):
        return
    log.info("%s: all gates are decided", name)
    run.decided.add(name)
    if run.on_decided is not None:
        run.on_decided(name)


def as_stopped(run: Run, report: Report) -> Report:
    """Mark the report of a benchmark if its rest was not sent: intervals of complete runs do not hold for it."""
    found, name = report.execution, report.dataset_name
    stopping = run.stopping if name in run.decided else None
    if stopping is None or found is None or found.recorded >= found.requested:
        return report
    label = report.primary.label if report.primary else ""
    return replace(report, execution=found.as_stopped(run.order_seed, label, stopping.deciders[name].interval()))


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided while a run went on, for the evaluation of its gates at the end.

    Attributes:
        stopped: Benchmarks of which the rest was not sent.
        alarm_level: Of the comparison with a baseline; None if the printed scores are compared.
    """

    stopping: Stopping | None
    stopped: Mapping[str, bool]
    alarm_level: float | None = None

    @classmethod
    def of(cls, run: Run, reports: Sequence[Report], alarm_level: float | None) -> Judged:
        """Return what was decided in a run."""
        stopped = {report.dataset_name: bool(report.execution and report.execution.stopped) for report in reports}
        return cls(run.stopping, stopped, alarm_level)

    def verdict(self, name: str, benchmark: str) -> Verdict | None:
        """Return the verdict of a gate that is final; None if the gate is to be evaluated now."""
        is_stopped = self.stopped.get(benchmark, False)
        return self.stopping.verdict(name, is_stopped=is_stopped) if self.stopping else None

    def tested(self, gate: Gate) -> Gate:
        """Return a gate with the level of its test at the end."""
        return replace(gate, level=self.stopping.level(gate.text, gate.level)) if self.stopping else gate

    def as_written(self, gate: Gate, result: GateResult) -> GateResult:
        """Return the result of a test with the gate's own level, and a note if the test was at another."""
        level = self.tested(gate).level
        if level == gate.level:
            return result
        facts = {**result.facts, "level": gate.level, "tested_level": level}
        return replace(result, line=result.line + tested_at(gate, level), facts=facts)

    def alarms(self) -> Early | None:
        """Return the comparisons with the baseline that were decided; None for a run that was not watched."""
        if self.stopping is None:
            return None
        verdicts = {}
        levels = [self.alarm_level or 0.0]
        for name in self.stopped:
            levels.append(self.stopping.level(name_of(name), self.alarm_level) or 0.0)
            if verdict := self.verdict(name_of(name), name):
                in_family = verdict.passed and verdict.gate.level is not None
                verdicts[name] = replace(verdict, p=1.0) if in_family else verdict
        return Early(max(levels) or None, verdicts)
