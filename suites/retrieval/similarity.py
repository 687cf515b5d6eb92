"""Similarity of two sentences: the cosine of their embeddings, compared with people's grades over all pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from evalscope_pytest import Sample, Score
from evalscope_pytest.core.errors import RecordError, ScoringError
from evalscope_pytest.core.values import ModelOutput
from evalscope_pytest.core.vectors import unit
from evalscope_pytest.scoring.aggregation import CORRELATIONS
from evalscope_pytest.scoring.scorer import Scorer

METRICS = ("cosine_spearman", "cosine_pearson")
FIELDS = ("sentence1", "sentence2", "score")


def pairs_of(read: Any, subset: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a subset. A table without a header, whose third column is a number, is read as well."""
    rows = read.rows(subset)
    header = list(rows[0]) if rows else []
    if len(header) == len(FIELDS) and not set(FIELDS) & set(header) and _number(header[2]) is not None:
        yield dict(zip(FIELDS, header, strict=True))
        rows = [dict(zip(FIELDS, row.values(), strict=False)) for row in rows]
    yield from rows


def pair_of(record: Mapping[str, Any]) -> Sample:
    """Make a sample of a pair.

    Raises:
        RecordError: A sentence is missing, or the grade is not a number.
    """
    first, second = (record.get(name) for name in FIELDS[:2])
    if not (isinstance(first, str) and first.strip() and isinstance(second, str) and second.strip()):
        raise RecordError('it has no two sentences. Write "sentence1", "sentence2" and "score".')
    grade = _number(record.get("score"))
    if grade is None:
        raise RecordError(
            f"its score is {record.get('score')!r}. Write a number: how similar people find the sentences."
        )
    turns = [{"role": "user", "content": first}, {"role": "user", "content": second}]
    return Sample(turns, repr(grade), metadata={"score": grade})


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


async def compared(sample: Sample, model: Any) -> ModelOutput:
    """Return the cosine of a sample's sentences, as text."""
    if not model.does:  # the mock model
        return await model.generate(sample)
    sentences = [message.text for message in sample.messages]
    return await model.recorded(sample.messages, partial(_cosine, model, sentences))


async def _cosine(model: Any, sentences: list[str]) -> ModelOutput:
    found = await model.embed(sentences)
    first, second = unit(found.vectors).astype("float64")
    output: ModelOutput = found.output
    return ModelOutput(
        repr(float(first @ second)), usage=output.usage, model=output.model, latency_s=output.latency_s,
        retries=output.retries, cached=output.cached,
    )  # fmt: skip


def correlation() -> Scorer:
    """Return a scorer of cosines, whose metrics are correlations with the grades over all pairs."""

    def score(text: str, sample: Sample) -> Score:
        cosine = _number(text)
        if cosine is None:
            raise ScoringError(f"the reply {text!r:.60} is not a number")
        grade = float(sample.metadata["score"])
        weights = {key: {"reference" if grade >= 0 else "below zero": abs(grade)} for key in METRICS}
        said = f"people's grade: {grade:g}"
        values = dict.fromkeys(METRICS, cosine)
        return Score.of(values, answer=f"{cosine:.4f}", explanation=said, metadata={"weights": weights})

    how = dict(zip(METRICS, CORRELATIONS, strict=True))
    return Scorer("correlation", METRICS, score, _ideal, aggregation=how)


def _ideal(sample: Sample) -> str:
    """Return a cosine in the order of the grades."""
    grade = float(sample.metadata["score"])
    return repr(grade / (1 + abs(grade)))
