"""What the gates of a run can show or find, decided before any request is sent."""

from __future__ import annotations

import os
import shlex
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.errors import ConfigError
from ..statistics.gates import Gate, alarm_against_baseline, parse_gate
from ..store.plan import BenchmarkPlan
from .attempts import Measure, find_measure, measured_of
from .baseline import Baseline, unlike_attempts
from .gates import measure, subsets_of

if TYPE_CHECKING:
    from ..statistics.planning import Planned

MOST_LINES = 5  # of the alarms of ``--eval-baseline``


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a run is going to send.

    Attributes:
        key: By which it pairs with an earlier run; empty if it has none.
        cluster: Of questions that are not independent; empty if none is known.
    """

    subset: str
    group: int
    key: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A run before its first request.

    Attributes:
        questions: By benchmark, each once, whatever its repeats.
        temperature: None if the service decides.
    """

    plans: Sequence[BenchmarkPlan]
    questions: Mapping[str, Sequence[Question]]
    baselines: Sequence[Baseline] = ()
    temperature: float | None = None


def check_paths(words: Iterable[str]) -> None:
    """Refuse a gate among the paths of a run: ``--eval-gate`` takes one, and another one behind it is a path to pytest.

    Raises:
        ConfigError: One is there.
    """
    for word in words:
        if os.path.exists(word):
            continue
        try:
            parse_gate(word)
        except ConfigError:
            continue
        raise ConfigError(
            f"path {word!r} is not there, and it reads as a gate. --eval-gate takes one gate. Repeat the option: "
            f"--eval-gate={shlex.quote(word)}"
        )


def check_gates(gates: Iterable[Gate], run: Upcoming) -> list[str]:
    """Check that each gate can be decided, and return a line for each with what a run of this size finds.

    Raises:
        ConfigError: A gate cannot be decided: no baseline, no interval, or too few questions even for a perfect run.
    """
    from ..statistics.planning import Planned, check_gate, plan_line

    plans = {plan.name: plan for plan in run.plans}
    lines = []
    for gate in gates:
        plan = plans.get(gate.benchmark)
        if plan is None:  # ALL
            check_gate(gate, Planned(0, has_baseline=bool(run.baselines)))
            continue
        found = find_measure(plan, gate.metric)
        assert found is not None, "check_names has seen it"
        if gate.against_baseline and run.baselines:
            _check_baselines(gate, run)
            earlier = [baseline.reviews[plan.name] for baseline in run.baselines if plan.name in baseline.reviews]
            if why := unlike_attempts(found, plan, earlier):
                raise ConfigError(f"gate {gate.text!r}: {why}. Give both runs the same --eval-repeats.")
        planned = _planned(gate, plan, found, run)
        check_gate(gate, planned)
        if line := plan_line(gate, planned):
            lines.append(line.text)
    return lines


def lines_of_alarms(run: Upcoming, max_drop: float, level: float) -> list[str]:
    """Return for each benchmark the drop that its alarm of ``--eval-baseline`` finds."""
    from ..statistics.planning import plan_line

    lines = []
    for plan in run.plans:
        gate = alarm_against_baseline(plan.name, max_drop, level)
        found = find_measure(plan)
        compared = all(plan.name in baseline.reviews for baseline in run.baselines)
        if found is None or found.no_interval or not compared:
            continue  # compared by the printed scores
        if line := plan_line(gate, _planned(gate, plan, found, run)):
            lines.append(line.text)
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"{more} more gates on the baseline"] if more > 1 else lines


def _check_baselines(gate: Gate, run: Upcoming) -> None:
    for baseline in run.baselines:
        report = baseline.reports.get(gate.benchmark)
        if report is not None and measure(report, gate.metric, gate.part) is None:
            raise ConfigError(
                f"gate {gate.text!r}: the baseline {baseline.folder} has no score of it. Choose a metric and a part "
                "that it reports, or another baseline."
            )
        if gate.level is not None and gate.benchmark not in baseline.reviews:
            raise ConfigError(
                f"gate {gate.text!r}: the baseline {baseline.folder} has no reviews of {gate.benchmark!r}, and a level "
                "needs the score of each sample. Give the work_dir of a whole run, or drop the @."
            )


def _planned(gate: Gate, plan: BenchmarkPlan, found: Measure, run: Upcoming) -> Planned:
    from ..statistics.intervals import estimate
    from ..statistics.planning import Planned
    from ..statistics.scores import mean_of_runs

    own = set(subsets_of(plan, gate.part))
    questions = [question for question in run.questions.get(plan.name, ()) if question.subset in own]
    clusters = len({question.cluster or (question.subset, question.group) for question in questions})
    count = len(questions) or sum(plan.requested.get(subset, 0) for subset in own) // plan.repeats
    score = noise = pairs = then = None
    earlier = [baseline.reviews[plan.name] for baseline in run.baselines if plan.name in baseline.reviews]
    if gate.against_baseline and earlier and not found.no_interval:
        parts = [[row for row in reviews.rows if row.subset in own] for reviews in earlier]
        old = estimate(mean_of_runs([measured_of(found, rows, tolerated=True).scores for rows in parts]))
        score, noise, then = old.mean, old.noise, old.clusters
        if all(question.key for question in questions) and all(reviews.keyed for reviews in earlier):
            known: set[Hashable] = {row.question for rows in parts for row in rows}
            pairs = sum(question.key in known for question in questions)
    return Planned(
        count,
        1 if found.k else plan.repeats,
        clusters if 0 < clusters < len(questions) else None,
        found.bounds,
        found.no_interval,
        found.lower_is_better,
        score,
        noise,
        run.temperature,
        pairs,
        bool(run.baselines),
        then,
    )
