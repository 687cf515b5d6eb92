"""Scoring questions of which several labels may be right, as sets and label by label."""

from __future__ import annotations

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring import Scorer, readers

_MEANS = {"f1_weighted": "weighted_f1", "f1_macro": "macro_f1"}


def label_scores() -> Scorer:
    """Judge a choice of several options, which are labels.

    Metrics: ``f1_weighted`` and ``f1_macro``, means of the labels' F1, the first by how frequent they are;
    ``f1_micro``, F1 over all labels together; ``exact_match``.
    """
    read = readers.choice(multiple=True)

    def score(text: str, sample: Sample) -> Score:
        chosen = next(iter(read(text, sample)), None)
        given, gold = set(chosen.split(",") if chosen else ()), set(readers.gold_letters(sample))
        counts = {"hit": given & gold, "missed": gold - given, "invented": given - gold}
        labels = dict(zip("ABCDEFGHIJ", sample.choices, strict=False))
        parts = {f"{label} {what}": float(a in found) for a, label in labels.items() for what, found in counts.items()}
        weight = 2.0 * len(given & gold) + len(given ^ gold)
        share = 2.0 * len(given & gold) / weight if weight else 1.0
        values = {"f1_weighted": share, "f1_micro": share, "f1_macro": share, "exact_match": float(given == gold)}
        weights = {"f1_weighted": parts, "f1_macro": parts, "f1_micro": weight}
        return Score.of(values, answer=chosen, metadata={"weights": weights})

    metrics = ("f1_weighted", "f1_micro", "f1_macro", "exact_match")
    return Scorer("label_scores", metrics, score, read.ideal_reply, aggregation=_MEANS)
