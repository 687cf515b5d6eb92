"""The share of words, characters or phones that a transcript gets wrong: WER, CER, MER, PER.

The value of a sample is its errors (substituted, left out, put in) over the units of the reference, so above 1 if a
reply says much that nobody said. That of a benchmark is all errors over all units: samples are weighted by their units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from evalscope_pytest import Sample, Score, Scorer

from .spoken import characters, forms, mixed, separated, words
from .transcript import readings

Units = Callable[[str, str], list[str]]
Forms = Callable[[str, str], tuple[str, ...]]
UNITS: Mapping[str, Units] = {"wer": words, "cer": characters, "mer": mixed, "per": separated}
_LONGEST, _RATIO = 2000, 8  # characters of a reply that are compared, and for each one of the reference
_MOST_CELLS = 1 << 31  # of the table of an alignment; a cell takes a bit
_BLANK = "\u2581"
_SHOWN = 2000


class Errors(NamedTuple):
    """Errors of a transcript.

    Attributes:
        units: Units of the reference; 1 if it has none, so that a reply to silence counts.
    """

    substituted: int
    deleted: int
    inserted: int
    units: int

    @property
    def total(self) -> int:
        """All errors."""
        return self.substituted + self.deleted + self.inserted


def error_rate(*metrics: str, forms: Forms = forms) -> Scorer:
    """Return a scorer of transcripts, in the language that the samples' metadata names.

    Args:
        metrics: ``wer``, ``cer``, ``mer`` or ``per``, the primary one first.
        forms: Makes the forms in which texts are compared. Takes a text and the language.
    """

    def score(text: str, sample: Sample) -> Score:
        return _score(text, sample, metrics, forms)

    return Scorer("error_rate", metrics, score)


def _score(text: str, sample: Sample, metrics: Sequence[str], forms: Forms) -> Score:
    language, target = sample.metadata["language"], sample.targets[0]
    text = text[: _LONGEST + _RATIO * len(target)]
    golds = forms(target, language)
    replied = [(reading, form) for reading in dict.fromkeys(readings(text)) for form in forms(reading, language)]
    values: dict[str, float] = {}
    weights: dict[str, int] = {}
    answer, explained = "", []
    for metric in metrics:
        split = UNITS[metric]
        tried = [
            (errors_of(split(gold, language), split(form, language)), reading)
            for gold in golds
            for reading, form in replied
        ]
        errors, reading = min(tried, key=lambda pair: pair[0].total / pair[0].units)
        values[metric], weights[metric] = errors.total / errors.units, errors.units
        answer = answer or reading
        explained.append(
            f"{metric}: {errors.total} / {errors.units} ({errors.substituted} substituted, {errors.deleted} left out, "
            f"{errors.inserted} put in)"
        )
    return Score.of(
        values, answer=answer[:_SHOWN] or None, explanation="; ".join(explained), metadata={"weights": weights}
    )


def errors_of(gold: Sequence[str], replied: Sequence[str]) -> Errors:
    """Return the fewest errors that make a transcript of a reference (Levenshtein), counted by jiwer."""
    units = max(1, len(gold))
    replied = replied[: max(units, _MOST_CELLS // units)]
    if not gold or not replied:
        return Errors(0, len(gold), len(replied), units)
    import jiwer

    found = jiwer.process_words(_joined(gold), _joined(replied))
    return Errors(found.substitutions, found.deletions, found.insertions, units)


def _joined(units: Sequence[str]) -> str:
    return " ".join(_BLANK if unit == " " else unit for unit in units)
