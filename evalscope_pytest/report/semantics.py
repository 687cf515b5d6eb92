"""Meaning of a metric's name: identity, direction, range and how it is shown (report schema 2).

Scorers name metrics as users do (``acc``, ``Rouge-L-R``, ``bleu-4``). A report's identity has a canonical name with
the variants as dimensions, a table the name of EvalScope 1.x (``mean_acc``, ``pass@1``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

Scalar = str | int | float | bool
Direction = Literal["higher_is_better", "lower_is_better", "none"]


@dataclass(frozen=True, slots=True)
class Semantics:
    """Interpretation and display of a metric's value; fields as in report schema 2."""

    semantic_id: str
    metric_name: str
    display_name: str | None = None
    kind: Literal["quality", "diagnostic"] = "quality"
    direction: Direction = "higher_is_better"
    raw_unit: str | None = None
    value_range: tuple[float, float] | None = None
    display_kind: Literal["number", "percent"] = "number"
    display_multiplier: float | None = None
    display_unit: str | None = None
    display_precision: int = 4

    def to_json(self) -> dict[str, Any]:
        """Return the schema's object."""
        low_high = self.value_range
        return {
            "semantic_id": self.semantic_id,
            "metric_name": self.metric_name,
            "display_name": self.display_name,
            "kind": self.kind,
            "direction": self.direction,
            "raw_unit": self.raw_unit,
            "value_range": None if low_high is None else {"min": low_high[0], "max": low_high[1]},
            "display_kind": self.display_kind,
            "display_multiplier": self.display_multiplier,
            "display_unit": self.display_unit,
            "display_precision": self.display_precision,
        }

    @property
    def is_share_of_right(self) -> bool:
        """True if a sample can be right: a share from 0 to 1, or errors over units, of which none is right."""
        return self.value_range == (0.0, 1.0) or (self.value_range is None and self.display_kind == "percent")

    def credit(self, value: float) -> float:
        """Return what a sample's value is worth, as far as it can be right: 1 for right, 0 or less for wrong."""
        return 1.0 - value if self.direction == "lower_is_better" else value

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Semantics:
        """Read the schema's object; fields of other versions are passed over."""
        known = {name: data[name] for name in cls.__slots__ if name in data}
        if (bounds := known.get("value_range")) is not None:
            known["value_range"] = (bounds["min"], bounds["max"])
        return cls(**known)


def _share(concept: str, name: str, direction: Direction = "higher_is_better") -> Semantics:
    return Semantics(
        f"quality.{concept}.ratio",
        name,
        direction=direction,
        value_range=(0.0, 1.0),
        display_kind="percent",
        display_multiplier=100.0,
        display_unit="%",
        display_precision=1,
    )


def _errors(concept: str, name: str) -> Semantics:
    """Return the meaning of errors over units of a reference, of which a reply may hold more than there are units."""
    return replace(_share(concept, name, "lower_is_better"), value_range=None)


def _loss(concept: str, name: str) -> Semantics:
    return Semantics(f"quality.{concept}.value", name, direction="lower_is_better")


def _correlation(concept: str) -> Semantics:
    return Semantics(f"quality.{concept}.correlation", concept.capitalize(), value_range=(-1.0, 1.0))


def _ratio_of_replies(concept: str, name: str) -> Semantics:
    return replace(_share(concept, name, "none"), semantic_id=f"diagnostic.{concept}.ratio", kind="diagnostic")


ACCURACY = _share("accuracy", "Accuracy")
PASS_AT_K = _share("pass_at_k", "Pass@k")
AT_LEAST_K = _share("at_least_k", "At least k")
SAMPLES = Semantics("diagnostic.count.items", "Samples", kind="diagnostic", direction="none", display_precision=0)
LATENCY = Semantics(
    "perf.latency.seconds", "Latency", direction="lower_is_better", raw_unit="s", display_unit="s", display_precision=3
)
_OTHER = {
    "exact_match": _share("exact_match", "Exact Match"),
    "f1": _share("f1", "F1"),
    **{f"f1_{mean}": _share("f1", f"F1, {mean}") for mean in ("weighted", "micro", "macro")},
    "simple_f1_score": _share("f1", "F1"),
    "yes_ratio": _ratio_of_replies("yes_ratio", "Yes ratio"),
    "maybe_ratio": _ratio_of_replies("maybe_ratio", "Maybe ratio"),
    "win_rate": _share("win_rate", "Win rate"),
    "length_controlled_win_rate": _share("win_rate", "Length-controlled win rate"),
    "length_difference": Semantics(
        "diagnostic.length_difference.characters",
        "Length difference",
        kind="diagnostic",
        direction="none",
        raw_unit="characters",
        display_precision=0,
    ),
    "is_incorrect": _share("error_rate", "Incorrect", "lower_is_better"),
    "is_not_attempted": _ratio_of_replies("not_attempted", "Not attempted"),
    "accuracy_given_attempted": _share("accuracy", "Accuracy given attempted"),
    "calibration_error": _share("calibration_error", "Calibration error", "lower_is_better"),
    "f_score": _share("f1", "F-score"),
    "precision": _share("precision", "Precision"),
    "recall": _share("recall", "Recall"),
    "bleu": _share("bleu", "BLEU"),
    "rouge": _share("rouge", "ROUGE"),
    "pass_rate": PASS_AT_K,
    "mrcr_score": _share("score", "MRCR score"),
    "expert_score": _share("score", "Expert score"),
    "chrf": _share("chrf", "chrF2"),
    "mix_metric": _share("score", "Mix metric"),
    "invalid_path_rate": _share("error_rate", "Invalid paths", "lower_is_better"),
    "count_finish_reason_tool_call": replace(SAMPLES, metric_name="Finished by calls"),
    "count_finish_reason_tool_calls": replace(SAMPLES, metric_name="Finished by calls"),
    "count_successful_tool_call": replace(SAMPLES, metric_name="Valid calls"),
    "trigger_similarity": _share("f1", "Trigger similarity"),
    "tool_calls_match_rate": _share("accuracy", "Calls as expected"),
    "error_only_reasoning_rate": _share("error_rate", "Reasoning only", "lower_is_better"),
    "param_immutable_reject_rate": _share("accuracy", "Wrong values refused"),
    "param_default_accept_rate": _share("accuracy", "Defaults accepted"),
    "public_accuracy": _share("accuracy", "Accuracy"),
    "family_macro": _share("accuracy", "Family macro"),
    "macro_f1": _share("f1", "Macro F1"),
    **{name: _share(name, name.capitalize()) for name in ("capability", "intelligence", "calibration")},
    "no_answer": _ratio_of_replies("no_answer", "No answer"),
    "metric_hallurate": _share("hallucination", "Hallucination rate", "lower_is_better"),
    "strict_pass": _share("strict_pass", "Strict pass"),
    "net_match_score": _share("net_match", "Net match"),
    "required_coverage": _share("recall", "Required coverage"),
    "boundary_precision": _share("precision", "Boundary precision"),
    "distractor_leakage": Semantics(
        "diagnostic.distractor_leakage.roles",
        "Distractor leakage",
        kind="diagnostic",
        direction="lower_is_better",
        raw_unit="roles",
        display_precision=4,
    ),
    "wer": _errors("wer", "WER"),
    "cer": _errors("cer", "CER"),
    "mer": _errors("mer", "MER"),
    "per": _errors("per", "PER"),
    "error_rate": _share("error_rate", "Error Rate", "lower_is_better"),
    "bias_ratio": _share("error_rate", "Bias Ratio", "lower_is_better"),
    "group_score": _share("score", "Group score"),
    "metric_iou": _share("iou", "IoU"),
    "metric_cider": Semantics("quality.cider.score", "CIDEr", value_range=(0.0, 10.0)),
    "metric_meteor": _share("meteor", "METEOR"),
    "metric_rouge_l": _share("rouge", "ROUGE-L"),
    "cosine_spearman": Semantics("quality.correlation.spearman", "Spearman", value_range=(-1.0, 1.0)),
    "cosine_pearson": Semantics("quality.correlation.pearson", "Pearson", value_range=(-1.0, 1.0)),
    "metric_center_acc": _share("accuracy", "Center accuracy"),
}
# Meaning of a metric by the end of its name: "program_accuracy", "animals_bias_ratio".
_ENDINGS = {
    **{name: _loss(name, name.upper()) for name in ("nll", "brier", "ece", "nrps", "aurc", "mae")},
    "aurc_confidence": _loss("aurc", "AURC by confidence"),
    **{name: _share(name, name) for name in ("auroc", "auprc")},
    **{name: _correlation(name) for name in ("spearman", "pearson")},
    "accuracy": _share("accuracy", "accuracy"),
    "acc": _share("accuracy", "accuracy"),
    "precision": _share("precision", "precision"),
    "recall": _share("recall", "recall"),
    "f1": _share("f1", "F1"),
    "pass_rate": _share("pass_rate", "pass rate"),
    "success_rate": _share("success_rate", "success rate"),
    "error_rate": _share("error_rate", "error rate", "lower_is_better"),
    "bias_ratio": _share("error_rate", "bias ratio", "lower_is_better"),
    "edit_dist": _share("edit_distance", "edit distance", "lower_is_better"),
}
_MEASURES = frozenset(
    {"nll", "brier", "ece", "nrps", "aurc", "mae", "aurc_confidence", "auroc", "auprc", "spearman", "pearson"}
)
_LEVELS = [f"{level}_level_{manner}" for level in ("prompt", "inst") for manner in ("strict", "loose")]
_ACCURACIES = frozenset(
    ["accuracy", "multi_choice_acc", "is_correct", "success_rate", "error_acc", "correct_acc"]
    + ["metric_aacc", "metric_qacc", "metric_facc", "metric_act_em", "metric_plan_em"]
    + [*_LEVELS, *(f"turn_{turn}_{level}" for turn in (1, 2, 3) for level in _LEVELS)]
    + ["cell_acc", "puzzle_acc"]
    + [f"{group}_puzzle_acc" for group in ("easy", "hard", "small", "medium", "large", "xl")]
)
_SYNONYMS = {
    "acc": "accuracy",
    "average_accuracy": "accuracy",
    "averageaccuracy": "accuracy",
    "em": "exact_match",
    "f1_score": "f1",
}
_AT_DEPTH = re.compile(r"metric_(ndcg|recall|precision|mrr|map|success)_\d{1,5}")  # of a ranking
_AMBIGUOUS = frozenset({"score", "overall", "total_score"})  # EvalScope's reader refuses them as identities
_ROUGE_PARTS = {"r": "recall", "p": "precision", "f": "f1"}
_RANGE = re.compile(r"_\d{1,12}_\d{1,12}$")  # of lengths, which a score is limited to
_CELL = re.compile(r"\w+#\d{1,12} \w+#\d{1,12}")
# Labels of rules over the repeats of a question, by aggregation.
AT_K = {"pass_at_k": "pass@{}", "vote_at_k": "vote@{}", "pass_hat_k": "pass^{}", "at_least_k": "at_least@{}"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity of an aggregated metric.

    Attributes:
        dimensions: Sorted by name.
    """

    name: str
    aggregation: str = "mean"
    dimensions: tuple[tuple[str, Scalar], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the schema's object."""
        return {"name": self.name, "aggregation": self.aggregation, "dimensions": dict(self.dimensions)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Identity:
        """Read the schema's object."""
        return cls(data["name"], data["aggregation"], tuple(sorted(data.get("dimensions", {}).items())))

    @property
    def label(self) -> str:
        """The name of EvalScope 1.x: ``mean_acc``, ``pass@1``, ``mean_Rouge-L-R``."""
        dimensions = dict(self.dimensions)
        if pattern := AT_K.get(self.aggregation):
            at_k = pattern.format(dimensions.get("k", "k"))
            return at_k if self.name == "accuracy" else f"{self.raw_name}_{at_k}"
        prefix = "" if self.aggregation in ("identity", "sum") else "mean_"
        return prefix + ("acc" if self.name == "accuracy" else self.raw_name)

    @property
    def raw_name(self) -> str:
        """The metric as a scorer names it: ``accuracy``, ``bleu-4``, ``Rouge-L-R``."""
        dimensions = dict(self.dimensions)
        if "original_name" in dimensions:
            return str(dimensions["original_name"])
        if self.name == "bleu" and "ngram" in dimensions:
            return f"bleu-{dimensions['ngram']}"
        if self.name == "rouge" and "statistic" in dimensions:
            variant = dimensions.get("ngram") or str(dimensions.get("variant", "")).upper()
            return f"Rouge-{variant}-{str(dimensions['statistic'])[0].upper()}"
        return self.name

    @property
    def is_cell(self) -> bool:
        """True for a score at one point of a grid (``Context#1000 Depth#50``): pictures show it, tables do not."""
        return _CELL.fullmatch(self.raw_name) is not None

    @property
    def names(self) -> frozenset[str]:
        """All the names a user may know this metric by, in lower case."""
        names = {self.label, self.raw_name, self.name, f"mean_{self.raw_name}"}
        if pattern := AT_K.get(self.aggregation):
            at_k = pattern.format(dict(self.dimensions).get("k", "k"))
            names = {self.label, f"mean_{self.label}", f"{self.raw_name}_{at_k}", f"mean_{self.raw_name}_{at_k}"}
        elif self.name == "accuracy":
            names |= {"acc", "AverageAccuracy", "mean_accuracy"}
        else:
            synonyms = [synonym for synonym, name in _SYNONYMS.items() if name == self.name]
            names |= {*synonyms, *(f"mean_{synonym}" for synonym in synonyms)}
        return frozenset(name.lower() for name in names)

    def is_called(self, name: str) -> bool:
        """Return whether a user who writes ``name`` means this metric."""
        return name.strip().lower() in self.names


def identify(metric: str, aggregation: str = "mean", dimensions: Mapping[str, Scalar] | None = None) -> Identity:
    """Return the identity of a scorer's metric under an aggregation."""
    name, own = _canonical(metric)
    return Identity(name, aggregation, tuple(sorted({**own, **(dimensions or {})}.items())))


def _canonical(metric: str) -> tuple[str, dict[str, Scalar]]:
    name = metric.lower().replace("-", "_")
    parts = name.split("_")
    if parts[0] == "bleu" and len(parts) == 2 and parts[1].isdigit():
        return "bleu", {"ngram": int(parts[1])}
    if parts[0] == "rouge" and len(parts) == 3 and parts[2] in _ROUGE_PARTS:
        variant: dict[str, Scalar] = {"ngram": int(parts[1])} if parts[1].isdecimal() else {"variant": parts[1]}
        return "rouge", {"statistic": _ROUGE_PARTS[parts[2]], **variant}
    if name in _SYNONYMS:
        return _SYNONYMS[name], {}
    if metric in _AMBIGUOUS or not _is_canonical(metric):
        slug = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
        return f"metric_{slug}".rstrip("_"), {"original_name": metric}
    return metric, {}


def _is_canonical(name: str) -> bool:
    return name.isascii() and name[:1].islower() and all(c.islower() or c.isdigit() or c == "_" for c in name)


def semantics_of(identity: Identity) -> Semantics:
    """Return what is known of a metric. An author's own metric counts as a quality: more is better, no range."""
    if identity.aggregation in ("pass_at_k", "pass_hat_k"):
        return PASS_AT_K
    if identity.aggregation == "at_least_k":
        return AT_LEAST_K
    if identity.name in _ACCURACIES:
        return ACCURACY
    if (known := _OTHER.get(_RANGE.sub("", identity.name))) is not None:
        return known
    if identity.name in _MEASURES:
        return _ENDINGS[identity.name]
    if (ranked := _AT_DEPTH.fullmatch(identity.name)) is not None:
        return Semantics(f"quality.{ranked[1]}.ratio", identity.raw_name, value_range=(0.0, 1.0))
    name = identity.raw_name.replace("_", " ").strip()
    for ending, meaning_of_it in _ENDINGS.items():
        if identity.name.endswith(f"_{ending}"):
            return replace(meaning_of_it, metric_name=name[:1].upper() + name[1:])
    return Semantics("quality.score.unbounded", name[:1].upper() + name[1:])


@lru_cache(maxsize=256)
def meaning(metric: str) -> Semantics:
    """Return what is known of a scorer's metric as samples have it."""
    return semantics_of(identify(metric))
