"""Statistics of a benchmark's judges: verdicts, agreement, and whether the order of two replies decided."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from ..core.text import visible
from ..judge.agreement import cohen_kappa, fleiss_kappa, inconsistency
from ..statistics.judges import krippendorff_alpha
from ..store.judged import Judged
from ..store.rows import SampleSummary

DIGITS = 4
Kappa = Literal["Cohen", "Fleiss"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of verdicts beyond chance.

    Attributes:
        kind: Kind of kappa: Cohen's for two judges, Fleiss' for more, and for the repeats of one.
        kappa: 1 for full agreement, 0 for chance; None if all verdicts are the same one.
        share: Of the items, how many have equal verdicts.
        items: With more than one verdict.
        alpha: Krippendorff's alpha, which counts how far numbers are apart and takes judges that miss items; None as
            ``kappa``.
    """

    kind: Kappa
    kappa: float | None
    share: float
    items: int
    alpha: float | None = None

    @classmethod
    def of(cls, rated: Sequence[Sequence[str]], raters: int) -> Agreement | None:
        """Compute it; None without an item that has two verdicts.

        Args:
            rated: The labels of each item, in the order of the raters.
        """
        several = [labels for labels in rated if len(labels) > 1]
        if not several:
            return None
        kappa = cohen_kappa((a, b) for a, b in several) if raters == 2 else fleiss_kappa(several)
        share = fmean(len(set(labels)) == 1 for labels in several)
        kind: Kappa = "Cohen" if raters == 2 else "Fleiss"
        return cls(kind, _rounded(kappa), round(share, DIGITS), len(several), _rounded(_alpha(several)))

    @property
    def words(self) -> str:
        """``Cohen's kappa 0.61, Krippendorff's alpha 0.60 over 805 items``."""
        name = "Cohen's" if self.kind == "Cohen" else "Fleiss'"
        figure = f"{self.kappa:.2f}" if self.kappa is not None else "undefined, since all verdicts are the same,"
        alpha = "" if self.alpha is None else f", Krippendorff's alpha {self.alpha:.2f}"
        return f"{name} kappa {figure}{alpha} over {self.items:,} item{'' if self.items == 1 else 's'}"

    def to_json(self) -> dict[str, Any]:
        """Return the report's object."""
        return {
            "kind": self.kind,
            "kappa": self.kappa,
            "krippendorff_alpha": self.alpha,
            "share_of_items": self.share,
            "items": self.items,
        }


def _alpha(rated: Sequence[Sequence[str]]) -> float | None:
    """Return Krippendorff's alpha of labels: as numbers if each of them is one."""
    try:
        numbers = [[float(label) for label in labels] for labels in rated]
    except ValueError:  # several metrics: any two labels differ alike
        return krippendorff_alpha(rated)
    return krippendorff_alpha(numbers, interval=True)


@dataclass(frozen=True, slots=True)
class JudgeSummary:
    """Requests to judges about a benchmark's samples, and their replies.

    Attributes:
        scored: Samples with a score, of ``total`` that were sent to judges.
        failed: Samples without a score, since no verdict came about.
        between: Agreement of the judges with each other, each one's first verdict.
        within: Agreement of each judge with itself, if it judged several times.
        inconsistency: The share of comparisons, made in both orders, whose winner depends on the order.
        comparisons: Number of judgements.
        dissent: EvalScope's figures: mean share of the commonest verdict, and mean entropy in bits.
    """

    judges: tuple[str, ...]
    requests: int
    judgements: int
    verdicts: int
    scored: int
    total: int
    failed: int = 0
    between: Agreement | None = None
    within: Agreement | None = None
    inconsistency: float | None = None
    comparisons: int = 0
    dissent: tuple[float, float, int] | None = None

    def line(self, benchmark: str) -> str:
        """Return the summary in one line, for the terminal."""
        parts = [f"{self.verdicts:,} of {self.judgements:,} judgements", f"{self.requests:,} requests"]
        if self.failed:
            parts.append(f"{self.failed:,} sample{'' if self.failed == 1 else 's'} without a verdict")
        return visible(f"judged: {benchmark} by {', '.join(self.judges)}: {', '.join([*parts, *self.findings])}")

    @property
    def findings(self) -> list[str]:
        """Agreement and effect of the order, in words."""
        found = [f"judges agree: {self.between.words}"] if self.between else []
        found += [f"repeats agree: {self.within.words}"] if self.within else []
        if self.inconsistency is not None:
            found.append(f"the order decided {100 * self.inconsistency:.1f} % of {self.comparisons:,} comparisons")
        return found

    def to_json(self) -> dict[str, Any]:
        """Return EvalScope's ``judge_summary``; what it has no field for is in ``disagreement``."""
        whole = self.scored == self.total and self.verdicts == self.judgements
        ratio, entropy, items = self.dissent or (0.0, 0.0, 0)
        flips = round((self.inconsistency or 0.0) * self.comparisons)
        return {
            "status": "excluded" if not self.scored else "success" if whole else "degraded",
            "scored": self.scored,
            "total": self.total,
            "coverage": round(self.scored / self.total, DIGITS) if self.total else 0.0,
            "judge_models": list(self.judges),
            "valid_observations": self.verdicts,
            "total_observations": self.judgements,
            "failures": {"excluded": self.failed} if self.failed else {},
            "disagreement": {
                "numeric": {},
                "categorical": {
                    "verdict": {"mean_agreement_ratio": ratio, "mean_vote_entropy": entropy, "samples": items}
                }
                if items
                else {},
                "position_consistency": {
                    "mean": None if self.inconsistency is None else round(1 - self.inconsistency, DIGITS),
                    "samples": self.comparisons,
                    "swap_flip_count": flips,
                },
                "evalscope_pytest": {
                    "requests": self.requests,
                    "between_judges": self.between.to_json() if self.between else None,
                    "between_repeats": self.within.to_json() if self.within else None,
                    "position_inconsistency": self.inconsistency,
                },
            },
        }


def judge_summary(rows: Iterable[SampleSummary]) -> JudgeSummary | None:
    """Sum up the judgements of a benchmark's samples; None without judges."""
    every = list(rows)
    asked = [(number, row, row.judged) for number, row in enumerate(every) if row.judged is not None]
    if not asked:
        return None
    failed = [row for row in every if row.error is not None and row.error.type == "JudgeError"]
    votes = [vote for number, _, judged in asked for vote in _votes(number, judged)]
    judges = tuple(dict.fromkeys(name for _, _, judged in asked for name in judged.judges))
    flips = _orders(votes)
    scored = sum(row.status == "scored" for _, row, _ in asked)
    return JudgeSummary(
        judges=judges,
        requests=sum(judged.requests for _, _, judged in asked),
        judgements=sum(judged.judgements for _, _, judged in asked),
        verdicts=sum(judged.verdicts for _, _, judged in asked),
        scored=scored,
        total=len(asked) + sum(row.judged is None for row in failed),  # of some no judge replied at all
        failed=len(failed),
        between=Agreement.of(_between(votes, judges), len(judges)),
        within=Agreement.of(_within(votes), 0),
        inconsistency=_rounded(inconsistency(flips)),
        comparisons=len(flips),
        dissent=_dissent(votes),
    )


@dataclass(frozen=True, slots=True)
class _Vote:
    """One verdict, and what it is about; ``thing`` is the same in either order."""

    judge: str
    thing: Hashable
    order: int
    repeat: int
    label: str
    value: float


def _votes(sample: int, judged: Judged) -> Iterable[_Vote]:
    for vote in judged.votes:
        judge = judged.judges[vote.judge]
        yield _Vote(judge, (sample, vote.item), vote.order, vote.repeat, vote.label, vote.value)


def _between(votes: Iterable[_Vote], judges: Sequence[str]) -> list[list[str]]:
    first: dict[Hashable, dict[str, tuple[int, str]]] = {}
    for vote in votes:
        by_judge = first.setdefault((vote.thing, vote.order), {})
        known = by_judge.get(vote.judge)
        if known is None or vote.repeat < known[0]:
            by_judge[vote.judge] = vote.repeat, vote.label
    return [[found[judge][1] for judge in judges if judge in found] for found in first.values()]


def _within(votes: Iterable[_Vote]) -> list[list[str]]:
    found: dict[Hashable, list[str]] = {}
    for vote in votes:
        found.setdefault((vote.thing, vote.order, vote.judge), []).append(vote.label)
    return list(found.values())


def _orders(votes: Iterable[_Vote]) -> list[tuple[float, float]]:
    """Return the values of each comparison that has been made in both orders."""
    found: dict[Hashable, dict[int, float]] = {}
    for vote in votes:
        found.setdefault((vote.thing, vote.judge, vote.repeat), {})[vote.order] = vote.value
    return [(orders[0], orders[1]) for orders in found.values() if len(orders) > 1]


def _dissent(votes: Iterable[_Vote]) -> tuple[float, float, int] | None:
    found: dict[Hashable, Counter[str]] = {}
    for vote in votes:
        found.setdefault((vote.thing, vote.order), Counter())[vote.label] += 1
    several = [counts for counts in found.values() if counts.total() > 1]
    if not several:
        return None
    ratio = fmean(max(counts.values()) / counts.total() for counts in several)
    entropy = fmean(_entropy(counts) for counts in several)
    return round(ratio, DIGITS), round(entropy, DIGITS), len(several)


def _entropy(counts: Mapping[str, int]) -> float:
    total = sum(counts.values())
    return math.fsum(-n / total * math.log2(n / total) for n in counts.values())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
