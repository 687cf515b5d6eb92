"""Ready-made scorers: the same text or value, a choice, yes or no, and one scorer for each subset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ..core.canonical import digest
from ..core.errors import ConfigError
from ..core.values import Sample, Score
from . import comparers, readers
from .composed import answer
from .read.existence import read_existence
from .read.verdict import MAYBE, NO, YES, read_verdict
from .readers import Language
from .scorer import Scorer, own_resources


def exact_match(*, inclusion: bool = False) -> Scorer:
    """Judge a reply by being one of the targets, whatever its case and surrounding blanks. Metric ``accuracy``.

    Args:
        inclusion: A reply that is a part of a target is right too (EvalScope's ``allow_inclusion``).
    """
    same, options = (comparers.part, "inclusion") if inclusion else (comparers.text, "")
    return answer("exact_match", read=readers.whole, same=same, options=options)


def includes() -> Scorer:
    """Judge a reply by holding one of the targets, as whole words, whatever the case. Metric ``accuracy``."""
    return answer("includes", read=readers.mention, same=comparers.text, options="")


def math_answer(*, measured: bool = False) -> Scorer:
    r"""Judge a mathematical answer, requested in ``\boxed{}``. Metric ``accuracy``.

    Numbers are compared exactly and in process. What needs computer algebra is given five seconds in a process of its
    own: an answer that takes longer is wrong, and the score's metadata says ``{"comparison": "timeout"}``.

    Args:
        measured: Targets with decimals are rounded quantities: an answer that rounds to the target is right.
    """
    same, options = (comparers.measured_math, "measured") if measured else (comparers.math, "")
    return answer("math_answer", read=readers.math, same=same, options=options)


def aime_answer() -> Scorer:
    """Judge an answer of the AIME, an integer from 0 to 999; ``110/2`` and ``055`` are 55. Metric ``accuracy``."""
    return answer("aime_answer", read=readers.math, same=comparers.math, options="")


def choice_answer(*, multiple: bool = False, labels: str = "", language: Language = "en") -> Scorer:
    """Judge the chosen option. Metric ``accuracy``.

    Args:
        multiple: All right options have to be chosen, and no other; the target holds all their letters. Else several
            letters in the target are alternatives, and a reply that chooses two options is wrong.
        labels: The letters of the options, if the sample's choices do not show how many there are.
        language: Of the reply a mock model gives; replies are read in both.
    """

    name, same = (
        ("multiple_choice_answer", comparers.all_letters) if multiple else ("choice_answer", comparers.any_letter)
    )
    read = readers.choice(multiple=multiple, labels=labels, language=language)
    return answer(name, read=read, same=same, options=labels)


def multi_choice_accuracy(*, labels: str = "", language: Language = "en") -> Scorer:
    """Judge a choice of several options by its share (TruthfulQA MC2 as EvalScope asks it).

    Metric ``multi_choice_acc``: 0 when a wrong option is chosen, else the share of the right ones that are.
    """

    read = readers.choice(multiple=True, labels=labels, language=language)

    def score(text: str, sample: Sample) -> Score:
        chosen = next(iter(read(text, sample)), None)
        given, gold = set(chosen.split(",") if chosen else ()), set(readers.gold_letters(sample))
        share = len(given) / len(gold) if gold and given <= gold else 0.0
        return Score(multi_choice_acc=share, answer=chosen)

    return Scorer("multi_choice_accuracy", ("multi_choice_acc",), score, read.ideal_reply, labels)


_CLASSES = (YES, NO, MAYBE)
_BINARY = ("accuracy", "precision", "recall", "f1_score", "yes_ratio")


def yes_no(*, existence: bool = False) -> Scorer:
    """Judge a verdict of yes or no, if ``yes`` is what is looked for.

    Metrics, all means over a subset: ``accuracy``, ``precision``, ``recall``, ``f1_score``, ``yes_ratio``. A reply
    without a verdict is wrong, and says neither yes nor no.

    Args:
        existence: The question is whether something is there, so that "It is there." is a verdict too.
    """

    def score(text: str, sample: Sample) -> Score:
        return _judged(text, sample, _binary_weights, existence=existence)

    return Scorer("yes_no", _BINARY, score, _ideal_reply, "existence" * existence)


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


def _judged(
    text: str,
    sample: Sample,
    weights: Callable[[str, str | None], Weights],
    *,
    maybe: bool = False,
    existence: bool = False,
) -> Score:
    said = read_verdict(text, maybe=maybe) or (read_existence(text, sample.question) if existence else None)
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
