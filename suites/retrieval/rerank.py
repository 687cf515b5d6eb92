"""Reranking: the candidates of a query, graded by a reranker in one request, or by the similarity of embeddings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from evalscope_pytest import Message, Sample
from evalscope_pytest.core.errors import RecordError
from evalscope_pytest.core.values import ModelOutput
from evalscope_pytest.core.vectors import unit

from .ranking import write_ranking
from .search import text_of

_LABELS = ("scores", "labels", "relevance")
_HOW = (
    'Write "documents": [...] with "relevant": [places from 0] or "scores": [a grade for each], or "positive": [...] '
    'with "negative": [...].'
)


def candidates(record: Mapping[str, Any]) -> Sample:
    """Make a sample of a record.

    Raises:
        RecordError: It has no query, no documents, or no grades.
    """
    documents, grades = candidates_of(record)
    query = record.get("query")
    if not isinstance(query, str) or not query.strip():
        raise RecordError('it has no query. Write "query": "...".')
    relevant = {str(place): grade for place, grade in enumerate(grades)}
    targets = [place for place, grade in relevant.items() if grade > 0]
    return Sample(query, targets, metadata={"documents": documents, "relevant": relevant})


def candidates_of(record: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """Return the documents of a record, and the grade of each.

    Raises:
        RecordError: There are none, or they have no grades.
    """
    if record.get("positive") is not None:
        right, wrong = (_texts(record.get(name) or []) for name in ("positive", "negative"))
        return right + wrong, [1] * len(right) + [0] * len(wrong)
    documents = _texts(record.get("documents") or [])
    if not documents:
        raise RecordError(f"it has no documents. {_HOW}")
    return documents, _grades(record, len(documents))


def _texts(documents: Any) -> list[str]:
    listed = documents if isinstance(documents, Sequence) and not isinstance(documents, str) else [documents]
    return [text_of(document) for document in listed]


def _grades(record: Mapping[str, Any], count: int) -> list[int]:
    relevant = record.get("relevant")
    if isinstance(relevant, Sequence) and not isinstance(relevant, str):
        if wrong := [place for place in relevant if type(place) is not int or not 0 <= place < count]:
            raise RecordError(f"relevant names the place {wrong[0]!r}. Write places from 0 to {count - 1}.")
        return [int(place in relevant) for place in range(count)]
    name = next((name for name in _LABELS if isinstance(record.get(name), Sequence)), None)
    if name is None:
        raise RecordError(f"its documents have no labels. {_HOW}")
    grades = record[name]
    if len(grades) != count or any(type(grade) not in (int, float, bool) or int(grade) != grade for grade in grades):
        raise RecordError(f"{name} is not a whole number for each of the {count} documents. {_HOW}")
    return [int(grade) for grade in grades]


async def graded(sample: Sample, model: Any) -> ModelOutput:
    """Return the ranking of a sample's documents."""
    if not model.does:  # the mock model
        return await model.generate(sample)
    documents: Sequence[str] = sample.metadata["documents"]
    query = model.prompt(sample)
    shown = (*query, *(Message("user", document) for document in documents))
    text = "\n".join(message.text for message in query)
    return await model.recorded(shown, partial(_ranked, model, text, documents))


async def _ranked(model: Any, query: str, documents: Sequence[str]) -> ModelOutput:
    if model.does == "rerank":
        output = await model.rerank(query, documents)
        grades = json.loads(output.text)
    else:
        found = await model.embed([query, *documents])
        vectors, output = unit(found.vectors), found.output
        grades = [float(grade) for grade in vectors[1:] @ vectors[0]]
    ranked = sorted(zip(map(str, range(len(documents))), grades, strict=True), key=_worst_first, reverse=True)
    return ModelOutput(
        write_ranking(ranked), usage=output.usage, model=output.model, latency_s=output.latency_s,
        retries=output.retries, cached=output.cached,
    )  # fmt: skip


def _worst_first(graded: tuple[str, float]) -> tuple[float, str]:
    """Return the order of documents; of equal ones the greater name is better, as in trec_eval."""
    return graded[1], graded[0]
