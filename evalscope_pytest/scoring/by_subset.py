"""One benchmark, several kinds of answers: each subset has its scorer."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from ..core.canonical import digest
from ..core.errors import ConfigError
from ..core.values import Sample, Score
from .scorer import Scorer, own_resources


def by_subset(otherwise: Scorer, scorers: Mapping[str, Scorer]) -> Scorer:
    """Judge the samples of some subsets in another way than the rest.

    Args:
        otherwise: Scorer of all subsets that are not named.
        scorers: By subset. They have the metrics of ``otherwise``.

    Raises:
        ConfigError: One of them gives other metrics.
    """
    for subset, scorer in scorers.items():
        if scorer.metrics != otherwise.metrics:
            raise ConfigError(
                f"by_subset: the scorer of {subset!r} gives {', '.join(scorer.metrics)}, the others "
                f"{', '.join(otherwise.metrics)}. Use scorers with the same metrics, or two benchmarks."
            )

    def score(text: str, sample: Sample, **resources: Any) -> Score | Awaitable[Score]:
        scorer = scorers.get(sample.subset, otherwise)
        return scorer.score(text, sample, **own_resources(scorer, resources))

    def ideal_reply(sample: Sample) -> str:
        return scorers.get(sample.subset, otherwise).ideal_reply(sample)

    options = digest(otherwise.fingerprint, {subset: scorer.fingerprint for subset, scorer in scorers.items()})
    needs = otherwise.needs.union(*(scorer.needs for scorer in scorers.values()))
    return Scorer("by_subset", otherwise.metrics, score, ideal_reply, options, needs=needs)
