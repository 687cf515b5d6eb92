"""Samples of one benchmark in two runs: what changed, how certain that is, and which questions did."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from ..statistics.comparison import Comparison, Difference, compare
from ..statistics.intervals import LEVEL, estimate
from ..statistics.scores import Scores
from ..store.reviews import Reviews, texts
from ..store.rows import SampleSummary
from .attempts import Measure, measured_of
from .columns import QuestionKey, by_subset
from .pairs import won_and_lost
from .wrong import WrongSample, sample_of

WHOLE, SUBSET, CATEGORY, ALL = "benchmark", "subset", "category", "all"
PRINTED = "printed scores"
_DIGITS = 8  # what is left of a figure does not depend on the machine's mathematics


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between two runs in a benchmark, a subset or a category of it, or in all benchmarks together.

    Attributes:
        score: Of the new run: over the paired questions if the difference is paired.
        baseline: The same of the first run.
        difference: New minus old, with its sign turned for a metric that should be low: below 0 is always worse.
        low: Lower end of the 95 % interval; None if there is none, for ``reason``.
        method: ``tango``, ``paired t``, ``newcombe``, ``welch``, ``mean of differences`` or ``printed scores``.
        shared: Questions with a score in both runs, of which ``won`` have a better one now; for all benchmarks
            together, their number.
        paired: The difference is by question.
        p: Two-sided p-value of no difference.
        p_worse: One-sided p-value of a drop, as gates have it.
        holm: ``p`` adjusted over the benchmarks of the run.
        q: ``p`` adjusted by Benjamini and Hochberg: for looking at many subsets or runs, not for deciding.
        noise: Share of a reply's variance that repeats show, in the new run; None without repeats.
    """

    kind: str
    name: str
    score: float | None
    baseline: float | None
    difference: float | None
    low: float | None = None
    high: float | None = None
    method: str = PRINTED
    paired: bool = False
    shared: int = 0
    only_now: int = 0
    only_baseline: int = 0
    won: int = 0
    lost: int = 0
    p: float | None = None
    p_worse: float | None = None
    holm: float | None = None
    q: float | None = None
    clusters: int = 0
    few_clusters: bool = False
    noise: float | None = None
    noise_baseline: float | None = None
    reason: str = ""

    @property
    def has_pairs(self) -> bool:
        """True if questions are known to be in both runs, so that wins and losses can be counted."""
        return self.shared > 0 and self.kind != ALL

    def to_json(self) -> dict[str, Any]:
        """Return its fields; those that are empty are left out. ``paired`` counts, as in reports of gates."""
        fields = {**asdict(self), "paired": self.shared if self.paired else 0}
        if self.kind == ALL:
            kept = ("difference", "low", "high", "method", "p", "p_worse", "reason")
            fields = {**{name: fields[name] for name in kept}, "benchmarks": self.shared}
        return {
            name: round(value, _DIGITS) if isinstance(value, float) else value
            for name, value in fields.items()
            if value is not None and value != ""
        }


@dataclass(frozen=True, slots=True)
class Flip:
    """A question with another score than before.

    Attributes:
        difference: Below 0 is worse.
        then: Positions of its attempts among the rows of the first run's reviews; ``now`` those of the new run's.
        length: Bytes of the records of both.
    """

    question: Hashable
    subset: str
    group: int
    score: float
    baseline: float
    difference: float
    then: tuple[int, ...]
    now: tuple[int, ...]
    length: int

    def to_json(self, key: str) -> dict[str, Any]:
        """Return what files say of it; ``key`` is the key in its review."""
        found = {"question": key, "subset": self.subset, "group": self.group}
        return {**found, "score": self.score, "baseline": self.baseline, "difference": self.difference}


@dataclass(frozen=True, slots=True)
class FlippedSample:
    """One attempt of both runs at a question with another score than before, with its texts.

    Attributes:
        then: None if its record cannot be read.
    """

    flip: Flip
    then: WrongSample | None
    now: WrongSample | None

    @property
    def either(self) -> WrongSample:
        """The sample that has the question: of the new run, if it can be read."""
        found = self.now or self.then
        assert found is not None, "a flip without any record is left out"
        return found


def with_certainty(change: Change, difference: Difference) -> Change:
    """Return a change with the difference's estimate, 95 % interval and p-values."""
    low, high = difference.interval(LEVEL) or (None, None)
    worse = difference.p_less(0.0)
    both = None if worse is None else min(1.0, 2 * min(worse, 1 - worse))
    return replace(change, difference=difference.difference, low=low, high=high, p=both, p_worse=worse)


@dataclass(frozen=True)
class PairedSamples:
    """The samples of a benchmark in two runs, and the keys by which their questions pair."""

    measure: Measure
    old: Reviews
    new: Reviews
    key_then: QuestionKey
    key_now: QuestionKey

    @property
    def keyed(self) -> bool:
        """True if all samples have the keys of their questions."""
        return self.old.keyed and self.new.keyed

    def scores(self, subsets: set[str] | None = None, *, plain: bool = False) -> tuple[Scores, Scores]:
        """Return the scores by question of the old and the new run, of some subsets or all.

        Args:
            plain: The questions' own: those of a mean of parts move with every other question of the part.
        """
        measure = replace(self.measure, aggregation="mean") if plain and self.measure.over_parts else self.measure
        old, new = (
            measured_of(measure, _of(rows, grouped, subsets), tolerated=True, key=key).scores
            for rows, grouped, key in (
                (self.old.rows, self._old_by_subset, self.key_then),
                (self.new.rows, self._new_by_subset, self.key_now),
            )
        )
        return old, new

    @cached_property
    def _old_by_subset(self) -> dict[str, list[SampleSummary]]:
        return by_subset(self.old.rows)

    @cached_property
    def _new_by_subset(self) -> dict[str, list[SampleSummary]]:
        return by_subset(self.new.rows)

    def change(self, kind: str, name: str, subsets: set[str] | None = None) -> tuple[Change, Comparison | None]:
        """Return the difference in some subsets or all."""
        old, new = self.scores(subsets)
        if not len(old) or not len(new):
            return Change(kind, name, None, None, None, reason=f"no sample {'now' if len(old) else 'then'}"), None
        lower = self.measure.lower_is_better
        found = compare(old, new, lower_is_better=lower)
        mean = ((found.new or 0.0) - (found.old or 0.0)) * (-1 if lower else 1)
        won, lost = found.won, found.lost
        if not found.is_paired or self.measure.over_parts:
            won, lost = won_and_lost(*self.scores(subsets, plain=True), lower)
        change = Change(
            kind, name, found.new, found.old, mean, None, None, found.method, found.is_paired,
            found.paired, found.only_new, found.only_old, won, lost,
            clusters=found.clusters, few_clusters=found.few_clusters,
            noise=estimate(new).noise, noise_baseline=estimate(old).noise, reason=found.reason,
        )  # fmt: skip
        if found.difference is not None:
            change = with_certainty(change, found.difference)
        return change, found

    def flips(self) -> Iterable[Flip]:
        """Yield the shared questions with another score."""
        old, new = self.scores(plain=True)
        before = dict(zip(old.questions, old.values, strict=True))
        then, now = _attempts(self.old.rows, self.key_then), _attempts(self.new.rows, self.key_now)
        sign = -1 if self.measure.lower_is_better else 1
        for question, value in zip(new.questions, new.values, strict=True):
            was = before.get(question, value)
            if value == was or question not in then or question not in now:
                continue
            row = self.new.rows[now[question][0]]
            length = self._bytes(self.old, then[question]) + self._bytes(self.new, now[question])
            yield Flip(question, row.subset, row.group, value, was, sign * (value - was),
                       tuple(then[question]), tuple(now[question]), length)  # fmt: skip

    def _bytes(self, reviews: Reviews, positions: Sequence[int]) -> int:
        return sum(reviews.places[position][1] for position in positions) if reviews.places else 0

    def samples(self, flips: Sequence[Flip]) -> list[FlippedSample]:
        """Read one attempt of each run: for a lost question the best one then, and the worst one now."""
        chosen = [
            (flip, self._extreme(self.old, flip.then, flip.difference < 0),
             self._extreme(self.new, flip.now, flip.difference > 0))
            for flip in flips
        ]  # fmt: skip
        then = self._read(self.old, [place for _, place, _ in chosen])
        now = self._read(self.new, [place for _, _, place in chosen])
        found = [FlippedSample(flip, then.get(before), now.get(after)) for flip, before, after in chosen]
        return [sample for sample in found if sample.then or sample.now]

    def _extreme(self, reviews: Reviews, positions: Sequence[int], best: bool) -> int:
        """Return the position of the first attempt with the best or the worst value."""
        name = self.measure.name
        scored = [p for p in positions if (reviews.rows[p].values or {}).get(name) is not None]
        choose = max if best != self.measure.lower_is_better else min
        return choose(scored or positions, key=lambda p: (reviews.rows[p].values or {}).get(name, 0.0))

    def _read(self, reviews: Reviews, positions: Sequence[int]) -> dict[int, WrongSample]:
        found = {}
        for position, review in texts(reviews, positions).items():
            try:
                found[position] = sample_of(review, reviews.rows[position], self.measure.name)
            except (LookupError, TypeError, ValueError, AttributeError):
                continue  # a damaged record
        return found


def _of(
    rows: Sequence[SampleSummary], grouped: Mapping[str, list[SampleSummary]], subsets: set[str] | None
) -> Sequence[SampleSummary]:
    if subsets is None:
        return rows
    return [row for subset in sorted(subsets) for row in grouped.get(subset, ())]


def _attempts(rows: Sequence[SampleSummary], key: QuestionKey) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for position, row in enumerate(rows):
        found.setdefault(key(row), []).append(position)
    return found
