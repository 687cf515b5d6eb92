"""Exemplars before a question: samples with their answers, and with their pictures if they have any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..core.canonical import digest
from ..core.content import Part, Text, medium_of
from ..core.errors import DatasetError
from ..core.values import Sample
from .definition import Benchmark, FewShot
from .placed_media import marked, renamed
from .prompt import BETWEEN_SHOTS, Exemplars, shot_text


@dataclass(frozen=True, slots=True)
class Shots:
    """The exemplars of one subset.

    Attributes:
        all: All of them, as every question but an exemplar's own sees them.
        spare: Each by its question, one more than requested, if they come from the evaluated split itself.
    """

    all: Exemplars
    spare: Mapping[str, Exemplars] = field(default_factory=dict)

    def before(self, sample: Sample) -> Exemplars:
        """Return the exemplars for a question; none of them is the question itself."""
        if not self.spare or (own := _question_key(sample)) not in self.spare:
            return self.all
        return _together([exemplar for other, exemplar in self.spare.items() if other != own])


def shots_of(benchmark: Benchmark, subset: str, samples: Sequence[Sample], few_shot: FewShot) -> Shots:
    """Return samples as the exemplars of a subset.

    Args:
        samples: One more than requested if they come from the evaluated split; their media were found.

    Raises:
        DatasetError: A medium of one cannot be sent.
    """
    shown = [_exemplar(benchmark, sample, f"shot {number} ") for number, sample in enumerate(samples)]
    fault = next((fault for one in shown for _, part in one.media if (fault := _fault(part))), "")
    if fault:
        raise DatasetError(f"few_shot_num of {benchmark.name!r}: an exemplar of {subset!r} cannot be sent. {fault}")
    spare = few_shot.split == benchmark.dataset.split
    by_question = dict(zip(map(_question_key, samples), shown, strict=True)) if spare else {}
    return Shots(_together(shown[: few_shot.num]), by_question)


def _exemplar(benchmark: Benchmark, sample: Sample, prefix: str) -> Exemplars:
    if not sample.has_media:
        return Exemplars(shot_text(benchmark, sample))
    question, marks = marked(sample.parts) if sample.parts else (sample.question, [])
    text = shot_text(benchmark, replace(sample, input=question))
    text, media = renamed(text, (*marks, *sample.media), prefix)
    return Exemplars(text, tuple(media))


def _together(shown: Sequence[Exemplars]) -> Exemplars:
    media = tuple(entry for one in shown for entry in one.media)
    return Exemplars(BETWEEN_SHOTS.join(one.text for one in shown), media)


def _fault(part: Part) -> str:
    return "" if isinstance(part, Text) else medium_of(part).fault


def _question_key(sample: Sample) -> str:
    """Return what tells a question from others: its text, and its media if it has any."""
    if not sample.has_media:
        return sample.question
    media = [part.identity for _, part in sample.media]
    parts = [part.identity for part in sample.parts]
    return digest(sample.question, media, parts, [message.identity for message in sample.messages])
