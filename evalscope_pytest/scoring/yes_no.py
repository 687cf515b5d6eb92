"""Judging yes and no: the share of right verdicts; precision, recall and F1 of what is looked for; groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..core.values import Sample, Score
from .read.verdict import MAYBE, NO, YES, read_verdict
from .scorer import Scorer

_CLASSES = (YES, NO, MAYBE)
_BINARY = ("accuracy", "precision", "recall", "f1_score", "yes_ratio")


def yes_no() -> Scorer:
    """Judge a verdict of yes or no, if ``yes`` is what is looked for.

    Metrics, all means over a subset: ``accuracy``, ``precision``, ``recall``, ``f1_score``, ``yes_ratio``. A reply
    without a verdict is wrong, and says neither yes nor no.
    """
    return Scorer("yes_no", _BINARY, lambda text, sample: _judged(text, sample, _binary_weights), _ideal_reply)


def yes_no_maybe() -> Scorer:
    """Judge a verdict of yes, no or maybe. Metrics: those of `yes_no`, and ``maybe_ratio``.

    Precision, recall and F1 are means over the three classes.
    """
    return Scorer(
        "yes_no_maybe",
        (*_BINARY, "maybe_ratio"),
        lambda text, sample: _judged(text, sample, _class_weights, maybe=True),
        _ideal_reply,
        aggregation=_MACRO,
    )


def yes_no_in_groups(groups: Mapping[str, Sequence[str]]) -> Scorer:
    """Judge a verdict of yes or no by itself (``aAcc``), and by the groups of questions it belongs to.

    Args:
        groups: Metric to the metadata fields that identify a group; it is the share of groups whose questions are all
            answered right.
    """

    def score(text: str, sample: Sample) -> Score:
        said = read_verdict(text)
        values = dict.fromkeys(("aAcc", *groups), float(said == sample.targets[0].lower()))
        names = {metric: "_".join(str(sample.metadata[name]) for name in fields) for metric, fields in groups.items()}
        weights = {metric: {name: 1.0} for metric, name in names.items()}
        return Score.of(values, answer=said.upper() if said else None, metadata={"weights": weights})

    options = ";".join(f"{metric}={','.join(fields)}" for metric, fields in groups.items())
    together = dict.fromkeys(groups, "all_of_part")
    return Scorer("yes_no_in_groups", ("aAcc", *groups), score, _ideal_reply, options, together)


_MACRO = {"precision": "macro_mean", "recall": "macro_mean", "f1_score": "macro_mean"}
Weights = Mapping[str, float | Mapping[str, float]]


def _judged(text: str, sample: Sample, weights: Callable[[str, str | None], Weights], *, maybe: bool = False) -> Score:
    said = read_verdict(text, maybe=maybe)
    truth = sample.targets[0].lower()
    right = float(said == truth)
    values = dict.fromkeys(("accuracy", "precision", "recall", "f1_score"), right)
    values["yes_ratio"] = float(said == YES)
    if maybe:
        values["maybe_ratio"] = float(said == MAYBE)
    return Score.of(values, answer=said.upper() if said else None, metadata={"weights": weights(truth, said)})


def _binary_weights(truth: str, said: str | None) -> Weights:
    """Return how much a sample counts: precision is over those called yes, recall over those that are.

    F1 is 2 TP / (2 TP + FP + FN): a hit counts twice, what is not yes and not called yes does not.
    """
    called, is_yes = float(said == YES), float(truth == YES)
    return {"precision": called, "recall": is_yes, "f1_score": called + is_yes}


def _class_weights(truth: str, said: str | None) -> Weights:
    called = {name: float(said == name) for name in _CLASSES}
    is_so = {name: float(truth == name) for name in _CLASSES}
    return {
        "precision": called,
        "recall": is_so,
        "f1_score": {name: called[name] + is_so[name] for name in _CLASSES},
    }


def _ideal_reply(sample: Sample) -> str:
    return sample.targets[0].upper()
