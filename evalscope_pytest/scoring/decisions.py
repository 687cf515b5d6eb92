"""Scores typed decisions: the answer, and how good the probabilities are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.decision import MOST_LEVELS, Answer, DecisionError, Question
from ..core.errors import ScoringError
from ..core.values import Sample, Score
from .probabilities import KINDS, TIERS
from .scorer import Scorer, first_target

LEAST = 1e-12  # probability in a logarithm
_DIGITS = 12
_WHOLE = 1e-12  # what a sum of 1 may be off

# Metrics that are not means of the samples' values, and how they are computed, by kind of question.
_OF_KIND: Mapping[str, Mapping[str, str]] = {
    "choice": {"ece": "ece", "aurc": "aurc", "aurc_confidence": "aurc", "macro_f1": "macro_f1"},
    "noul": {
        "ece": "ece", "aurc": "aurc", "aurc_confidence": "aurc", "precision": "precision", "recall": "recall",
        "f1": "macro_f1", "auroc": "auroc", "auprc": "auprc",
    },
    "score": {
        "ece": "ece", "aurc": "aurc", "aurc_confidence": "aurc", "spearman": "spearman", "pearson": "pearson",
    },
}  # fmt: skip
_PLAIN: Mapping[str, tuple[str, ...]] = {
    "choice": ("nll", "brier", "ece", "aurc"),
    "noul": ("nll", "brier", "ece", "aurc", "precision", "recall", "f1", "auroc", "auprc"),
    "score": ("mae", "aurc", "spearman", "pearson"),
}
OFFICIAL = ("capability", "intelligence", "calibration")


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of a benchmark's own scorer, where benchmarks differ.

    Attributes:
        threshold: Probability from which a noul is yes; None for more than one half.
        most_off: Greatest distance of the sum of probabilities from 1; None for the client's own.
        normalized_above: Probabilities are divided by their sum if it is off by more.
        names_choice: Of equally probable options the one that the service names is the answer; else the first name.
        accuracy: Name of the share of right answers.
        official: Add OpenDecisions' capability, intelligence and calibration, the first as primary metric.
    """

    threshold: float | None = 0.5
    most_off: float | None = None
    normalized_above: float = 0.0
    names_choice: bool = True
    accuracy: str = "accuracy"
    official: bool = False


def typed_question(sample: Sample) -> Question:
    """Return the question that a sample's text is."""
    return Question.read(sample.question)


def decisions(
    rules: Rules = Rules(),
    *,
    kind: str = "",
    question_of: Callable[[Sample], Question] = typed_question,
    gold_of: Callable[[Sample], str] = first_target,
    classes: Callable[[Sample], Sequence[str]] | None = None,
    is_continuous: bool = False,
) -> Scorer:
    """Score answers to typed questions. With p the probabilities, g the right label, of K labels:

    accuracy: The most probable label is right; a noul is yes from the threshold on.
    nll: -ln max(p_g, 1e-12).
    brier: Sum over labels i of (p_i - [i = g])^2; of a noul (p_yes - y)^2.
    mae: Of a score, |sum of i p_i - g|. nrps: sum over i < K - 1 of (P_i - [g <= i])^2 / (K - 1), P cumulative.
    ece, aurc, auroc, auprc, spearman, pearson: `scoring.probabilities`. The ECE of a noul is that of yes, else that of
        the most probable label. The loss of AURC is 0 or 1, of a score mae / (K - 1), by the probability of the most
        probable label; ``aurc_confidence`` by the service's own confidence.
    precision, recall, f1: Of yes. macro_f1: Mean F1 of classes that all questions share.
    family_macro: Mean of the accuracies of the families of questions.

    A score whose right level is no label (metadata ``continuous``) has ``mae`` and what is made of it, and no accuracy.

    Args:
        kind: The kind of all questions; empty if they differ: metrics are then named after it, ``choice_nll`` or
            ``score_5_mae`` (of five levels).
        question_of: Returns a sample's question.
        gold_of: Returns the right label, or the right level of a continuous score.
        classes: Returns the names of the options, if all questions have the same ones.
        is_continuous: All questions are continuous scores: ``mae`` is the primary metric.
    """

    def score(text: str, sample: Sample) -> Score:
        question = question_of(sample)
        try:
            answer = Answer.read(text, question)
        except DecisionError as error:
            raise ScoringError(f"the reply is no typed decision: {error}") from None
        judged = _Judged.of(question, answer, gold_of(sample), sample, rules)
        values, weights = _values(judged, rules, prefix="" if kind else judged.prefix)
        if classes is not None:
            values["macro_f1"], weights["macro_f1"] = judged.correct, _outcomes(judged, classes(sample))
        if is_continuous:
            values.pop(rules.accuracy), weights.pop(rules.accuracy)
        shown = f"{judged.expected:g}" if judged.is_continuous else judged.predicted
        return Score.of(values, answer=shown, metadata={"weights": weights})

    def ideal_reply(sample: Sample) -> str:
        return _ideal_answer(question_of(sample), gold_of(sample)).text()

    shared = ("macro_f1",) if classes else ()
    first = OFFICIAL if rules.official else ()
    plain = _PLAIN[kind] if kind else ("family_macro",)
    metrics = (*first, *(() if is_continuous else (rules.accuracy,)), *plain, *shared)
    how = {"family_macro": "macro_mean", **(_OF_KIND[kind] if kind else _prefixed()), **{name: name for name in first}}
    options = f"{rules}, {kind}, {classes is not None}, {is_continuous}"
    return Scorer("decisions", metrics, score, ideal_reply, options, aggregation=how)


def _prefixed() -> dict[str, str]:
    """Return the aggregation of metrics that are named after their kind."""
    prefixes = {"choice": "choice", "noul": "noul"}
    prefixes.update((f"score_{levels}", "score") for levels in range(2, MOST_LEVELS + 1))
    return {f"{prefix}_{name}": how for prefix, kind in prefixes.items() for name, how in _OF_KIND[kind].items()}


@dataclass(frozen=True, slots=True)
class _Judged:
    """An answer beside the right one.

    Attributes:
        values: Probabilities in the order of the labels, divided by their sum if the rules want it.
        correct: 1.0 if the predicted label is right; of a continuous score 1 less its error.
        expected: Expected level of a score, else 0.
    """

    question: Question
    values: Sequence[float]
    gold: str
    predicted: str
    correct: float
    expected: float
    confidence: float | None
    is_continuous: bool
    sample: Sample

    @classmethod
    def of(cls, question: Question, answer: Answer, gold: str, sample: Sample, rules: Rules) -> _Judged:
        """Judge an answer.

        Raises:
            ScoringError: Its probabilities are further from 1 than the rules allow, or the right answer is no label.
        """
        labels = question.labels
        total = math.fsum(answer.probabilities.values())
        if rules.most_off is not None and abs(total - 1) > rules.most_off + _WHOLE:
            raise ScoringError(
                f"the probabilities have the sum {total:.4f}; this benchmark allows {rules.most_off:g} off"
            )
        divisor = total if abs(total - 1) > rules.normalized_above else 1.0
        p = {label: answer.probabilities[label] / divisor for label in labels}
        is_continuous = bool(sample.metadata.get("continuous"))
        if not is_continuous and gold not in labels:
            raise ScoringError(f"the right answer {gold[:80]!r} is not among the labels: {', '.join(labels)[:200]}")
        predicted = max(sorted(labels), key=p.__getitem__)
        if rules.names_choice and answer.choice in p and p[answer.choice] == p[predicted]:
            predicted = answer.choice
        if question.kind == "noul" and rules.threshold is not None:
            predicted = "yes" if p["yes"] >= rules.threshold else "no"
        scale = question.kind == "score"
        expected = math.fsum(int(label) * value for label, value in p.items()) if scale else 0.0
        correct = float(predicted == gold)
        if is_continuous:
            correct = max(0.0, 1 - abs(expected - float(gold)) / (len(labels) - 1))
        found = [round(p[label], _DIGITS) for label in labels]  # equal probabilities stay equal when divided
        return cls(question, found, gold, predicted, correct, expected, answer.confidence, is_continuous, sample)

    @property
    def prefix(self) -> str:
        """The beginning of the names of metrics, if questions are of several kinds."""
        kind = self.question.kind
        return f"score_{len(self.values)}_" if kind == "score" else f"{kind}_"

    @property
    def place(self) -> int:
        """The position of the right label."""
        return self.question.labels.index(self.gold)

    @property
    def error(self) -> float:
        """Distance of a score from the right level."""
        return abs(self.expected - float(self.gold))

    @property
    def loss(self) -> float:
        """The loss of trusting the answer, from 0 to 1."""
        return self.error / (len(self.values) - 1) if self.question.kind == "score" else 1 - self.correct

    @property
    def forecast(self) -> dict[str, float]:
        """The probability whose calibration counts, and the outcome."""
        if self.question.kind == "noul":
            return {"p": self.values[1], "y": float(self.gold == "yes")}
        return {"p": max(self.values), "y": self.correct}

    @property
    def nrps(self) -> float:
        """Ranked probability score over the number of boundaries between levels."""
        sums = [math.fsum(self.values[: level + 1]) for level in range(len(self.values) - 1)]
        return math.fsum((total - float(self.place <= level)) ** 2 for level, total in enumerate(sums)) / len(sums)


def _values(judged: _Judged, rules: Rules, prefix: str) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the metrics of an answer, and the numbers that those over all samples are computed from."""
    own: dict[str, float] = {}
    weights: dict[str, Any] = {"aurc": {"p": max(judged.values), "loss": judged.loss}}
    own["aurc"] = judged.loss
    if judged.confidence is not None:
        own["aurc_confidence"] = judged.loss
        weights["aurc_confidence"] = {"p": judged.confidence, "loss": judged.loss}
    if judged.question.kind == "score":
        own["mae"] = judged.error
        own["spearman"] = own["pearson"] = judged.expected
        weights["spearman"] = weights["pearson"] = {"x": judged.expected, "y": float(judged.gold)}
    if not judged.is_continuous:
        own |= _of_label(judged, weights)
        if prefix:
            own["accuracy"] = judged.correct
    values = {rules.accuracy: judged.correct, **{f"{prefix}{name}": value for name, value in own.items()}}
    named = {f"{prefix}{name}": value for name, value in weights.items()}
    if judged.is_continuous:  # its row needs a value, which counts in no mean
        named[rules.accuracy] = 0.0
    family = judged.sample.metadata.get("family")
    if family and not judged.is_continuous:
        values["family_macro"], named["family_macro"] = judged.correct, {str(family): 1.0}
    if rules.official:
        row = _official_row(judged)
        values.update(dict.fromkeys(OFFICIAL, judged.correct))
        named.update(dict.fromkeys(OFFICIAL, row))
    return values, named


def _of_label(judged: _Judged, weights: dict[str, Any]) -> dict[str, float]:
    """Return the metrics of an answer whose right one is a label."""
    forecast, right = judged.forecast, judged.values[judged.place]
    weights["ece"] = forecast
    noul = judged.question.kind == "noul"
    errors = [(p - float(place == judged.place)) ** 2 for place, p in enumerate(judged.values)]
    own = {"nll": -math.log(max(right, LEAST)) + 0.0, "brier": errors[1] if noul else math.fsum(errors)}
    own["ece"] = abs(forecast["p"] - forecast["y"])
    if judged.question.kind == "score":
        own["nrps"] = judged.nrps
    if noul:
        given, wanted = judged.predicted == "yes", judged.gold == "yes"
        hit, missed, invented = float(given and wanted), float(wanted and not given), float(given and not wanted)
        weights["precision"] = {"hit": hit, "invented": invented}
        weights["recall"] = {"hit": hit, "missed": missed}
        weights["f1"] = {"yes hit": hit, "yes missed": missed, "yes invented": invented}
        weights["auroc"] = weights["auprc"] = forecast
        own |= dict.fromkeys(("precision", "recall", "f1"), judged.correct)
        own |= dict.fromkeys(("auroc", "auprc"), forecast["p"])
    return own


def _outcomes(judged: _Judged, names: Sequence[str]) -> dict[str, float]:
    """Return which class was hit, missed or invented; each class is named, so that all of them count."""
    of_label = dict(zip(judged.question.labels, names, strict=True))
    found = {f"{name} missed": 0.0 for name in names}
    given, right = of_label[judged.predicted], of_label[judged.gold]
    outcomes = ("hit",) if given == right else ("missed", "invented")
    found.update((f"{right if outcome != 'invented' else given} {outcome}", 1.0) for outcome in outcomes)
    return found


def _official_row(judged: _Judged) -> dict[str, float]:
    """Return what OpenDecisions' measures need of an answer (`scoring.probabilities`)."""
    tier, labels = judged.sample.metadata.get("tier"), len(judged.values)
    if tier not in TIERS:
        raise ScoringError(f"the tier {str(tier)[:40]!r} of a question is none of {', '.join(TIERS)}")
    row = {"kind": float(KINDS.index(judged.question.kind)), "tier": float(list(TIERS).index(tier))}
    row |= {"correct": judged.correct, "chance": 0.5 if judged.question.kind == "noul" else 1 / labels}
    row |= judged.forecast
    if judged.question.kind == "score":
        gold, scale = judged.place, labels - 1
        row |= {"error": judged.loss, "middle": abs(scale / 2 - gold) / scale, "nrps": judged.nrps}
        row["random"] = math.fsum(abs(level - gold) for level in range(labels)) / labels / scale
    return row


def _ideal_answer(question: Question, gold: str) -> Answer:
    """Return a certain answer; between two levels, the one whose expected level is right."""
    if question.kind == "score" and gold not in question.labels:
        level = float(gold)
        below = min(int(level), len(question.labels) - 2)
        found = {below: below + 1 - level, below + 1: level - below}
        return Answer({label: found.get(int(label), 0.0) for label in question.labels})
    named = gold if question.kind == "choice" else ""
    return Answer({label: float(label == gold) for label in question.labels}, named)
