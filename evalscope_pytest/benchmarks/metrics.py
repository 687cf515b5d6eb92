"""Reported metrics of a benchmark, and their aggregation: `metric_list`, `aggregation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..config.schema import AGGREGATIONS
from ..core.errors import ConfigError, closest
from ..judge.scorer import rule_of
from ..scoring.aggregate.aggregation import NAMES
from ..scoring.scorer import Scorer
from .definition import Benchmark

_EXAMPLE = '{"acc": {"numeric": true}}'
# What EvalScope's versions have called the share of right answers.
_ACCURACY = frozenset({"acc", "mean_acc", "averageaccuracy", "weightedaverageaccuracy", "exact_match", "em"})


def chosen_metrics(
    benchmark: Benchmark, wanted: Sequence[str | Mapping[str, Any]] | None, primary: str | None, where: str
) -> tuple[Scorer | None, tuple[str, ...]]:
    """Return the scorer and the metrics to report, the primary one first.

    An entry is a metric's name, a family of them (``Rouge`` for ``Rouge-1-R`` ...) or ``{name: options}``, where the
    options ``numeric`` and ``allow_inclusion`` add a comparison of the answer that the benchmark reads.

    Raises:
        ConfigError: The benchmark has no such metric, or the option is unknown.
    """
    scorer, metrics = benchmark.scorer, benchmark.metrics
    if wanted:
        chosen: list[str] = []
        for entry in wanted:
            named = {entry: None} if isinstance(entry, str) else entry
            for name, options in named.items():
                members = _members(name, benchmark.metrics, where)
                chosen += members
                scorer = _with_options(scorer, name, members, options or {}, where)
        metrics = tuple(dict.fromkeys(chosen))
    if primary is not None:
        first = _members(primary, metrics, f"primary_metric in {where}")[0]
        metrics = (first, *(m for m in metrics if m != first))
    return scorer, metrics


def _members(name: str, metrics: Sequence[str], where: str) -> list[str]:
    word = name.lower()
    exact = [m for m in metrics if m.lower() == word]
    family = [m for m in metrics if m.lower().startswith(f"{word}-")]
    if not exact and not family and word in _ACCURACY:
        exact = [m for m in metrics if m == "accuracy"]
    if not exact and not family:
        raise ConfigError(f"metric {name!r} in {where}. {closest(name, metrics)}")
    return exact or family


def _with_options(scorer: Scorer | None, name: str, members: Sequence[str], options: Any, where: str) -> Scorer | None:
    from ..scoring.metric_options import COMPARING, OPTIONS, with_option

    rule = rule_of(scorer)
    if not isinstance(options, Mapping):
        raise ConfigError(f"metric {name!r} in {where} has the options {options!r}. Write a mapping: {_EXAMPLE}.")
    for option, value in options.items():
        what = f"option {option!r} of metric {name!r} in {where}"
        if option not in OPTIONS:
            raise ConfigError(f"{what}. {closest(option, OPTIONS)}")
        if not isinstance(value, bool):
            raise ConfigError(f"{what} is {value!r}. Write true or false.")
        if not value:
            continue
        chosen = [metric for metric in members if metric in COMPARING]
        if not chosen or (scorer is not None and (rule is None or rule.needs)):
            raise ConfigError(
                f"{what} has no effect: the benchmark's scorer does not compare an answer with the reference for this "
                f"metric. Leave it out."
            )
        add = partial(with_option, option=option, metrics=chosen)
        scorer = scorer.with_rule(add) if scorer else add(None)
    return scorer


def chosen_aggregation(
    own: str | Mapping[str, str], wanted: str | None, metrics: Sequence[str], where: str
) -> str | Mapping[str, str]:
    """Return how the scores of each metric become one number; the user's choice holds for all metrics.

    Raises:
        ConfigError: The aggregation does not exist, or a metric it is meant for.
    """
    names = [wanted] if wanted else [own] if isinstance(own, str) else list(own.values())
    allowed = AGGREGATIONS if wanted else NAMES
    for name in names:
        if name not in allowed:
            raise ConfigError(f"aggregation {name!r} in {where}. {closest(name, allowed)}")
    if wanted:
        return wanted
    return own if isinstance(own, str) else {m: own[m] for m in metrics if m in own}
