"""Search by vectors: a corpus of documents in BEIR's layout, and the ranking of it by a query.

``corpus.jsonl`` (``_id``, ``text``, perhaps ``title``), ``queries.jsonl`` (``_id``, ``text``) and ``qrels/{split}.tsv``
or ``qrels.jsonl`` (``query-id``, ``corpus-id``, ``score``), in the dataset's folder or in one folder for each subset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from evalscope_pytest import Message, Sample
from evalscope_pytest.core.canonical import digest
from evalscope_pytest.core.errors import ConfigError, DatasetError, RecordError, closest
from evalscope_pytest.core.values import ModelOutput
from evalscope_pytest.core.vectors import unit

from .ranking import MEASURES, measured, write_ranking

DEPTH = 1000
SIMILARITIES = ("cosine", "dot")
PARAMS = {"measures": MEASURES, "document_prefix": "", "similarity": SIMILARITIES[0], "ignore_identical_ids": False}
_IDS = ("_id", "id")
_FIELDS = {
    "query": ("query-id", "query_id", "qid"),
    "document": ("corpus-id", "corpus_id", "doc_id", "docid"),
    "grade": ("score", "relevance", "label"),
}


@dataclass(frozen=True)
class Corpus:
    """The documents that are searched.

    Attributes:
        name: Content address of ids and texts.
        ids: Of documents that have a text.
        texts: In the order of ``ids``.
        total: Number of documents, those without a text included: they are never found.
    """

    name: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    total: int

    @cached_property
    def distinct(self) -> list[str]:
        """The texts, each once: equal documents have one vector, so that they tie exactly."""
        return list(dict.fromkeys(self.texts))

    @cached_property
    def rows(self) -> list[int]:
        """The place of each document's text in ``distinct``."""
        places = {text: place for place, text in enumerate(self.distinct)}
        return [places[text] for text in self.texts]


# Corpora of this process by name. They are too large for samples, which name theirs.
_corpora: dict[str, Corpus] = {}


def searching(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what depends on the parameters of the benchmark."""
    if params["similarity"] not in SIMILARITIES:
        hint = closest(str(params["similarity"]), SIMILARITIES)
        raise ConfigError(f"extra_params.similarity: unknown {params['similarity']!r}. {hint}")
    return measured(params)


def judged_queries(read: Any, subset: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the queries that have judgements, each with the grades of its documents and the name of the corpus."""
    folder = "" if subset == "default" else f"{subset}/"
    corpus = _corpus(read.table(f"{folder}corpus.*"), str(params["document_prefix"]))
    _corpora[corpus.name] = corpus
    split = read.source.split
    grades: dict[str, dict[str, int]] = {}
    for row in read.table(f"{folder}qrels/{split}.*", f"{folder}qrels.*"):
        query, document, grade = (_field(row, kind) for kind in ("query", "document", "grade"))
        grades.setdefault(str(query), {})[str(document)] = _whole(grade, row)
    known = set()
    for row in read.table(f"{folder}queries.*"):
        number = str(_given(row, _IDS, "query"))
        known.add(number)
        if number in grades:
            yield {"id": number, "text": row.get("text", ""), "relevant": grades[number], "corpus": corpus.name}
    if lost := sorted(grades.keys() - known):
        raise DatasetError(
            f"{len(lost)} queries have judgements and no text, such as {lost[0]!r}. Add them to queries.jsonl, or "
            "remove their judgements."
        )


def judged(record: Mapping[str, Any], extra_params: Mapping[str, Any]) -> Sample:
    """Make a sample of a query."""
    if not isinstance(record["text"], str) or not record["text"].strip():
        raise RecordError('the query has no text. Write "text": "...".')
    how = {name: extra_params[name] for name in ("similarity", "ignore_identical_ids")}
    targets = [document for document, grade in record["relevant"].items() if grade > 0]
    metadata = {"relevant": record["relevant"], "corpus": record["corpus"], "search": how}
    return Sample(record["text"], targets, metadata=metadata)


async def searched(sample: Sample, model: Any) -> ModelOutput:
    """Return the ranking of the best documents for a sample's query."""
    if not model.does:  # the mock model
        return await model.generate(sample)
    params: Mapping[str, Any] = sample.metadata["search"]
    corpus = _corpora[str(sample.metadata["corpus"])]
    prompt = model.prompt(sample)
    shown = (*prompt, Message("system", f"{corpus.total} documents, {corpus.name}, by {params['similarity']}"))
    query = "\n".join(message.text for message in prompt)
    own = sample.id if params["ignore_identical_ids"] else ""
    return await model.recorded(shown, partial(_ranked, model, query, corpus, params["similarity"], own))


async def _ranked(model: Any, query: str, corpus: Corpus, similarity: str, own: str) -> ModelOutput:
    import asyncio  # importing a benchmark must not load an event loop

    is_cosine = similarity == "cosine"
    embedder = model.embedder
    matrix = await model.waited(embedder.index(corpus.name, corpus.distinct, normal=is_cosine))
    found = await model.embed([query])
    vector = unit(found.vectors)[0] if is_cosine else found.vectors[0]
    if matrix.shape[1] != vector.shape[0]:
        raise ConfigError(
            f"the model gives vectors of {matrix.shape[1]} numbers, and of {vector.shape[0]} for a query."
        )
    ranked = await asyncio.to_thread(best, matrix, vector, corpus, own)
    output: ModelOutput = found.output
    return ModelOutput(
        write_ranking(ranked), usage=output.usage, model=output.model, latency_s=output.latency_s,
        retries=output.retries, cached=output.cached,
    )  # fmt: skip


def best(matrix: Any, vector: Any, corpus: Corpus, own: str = "") -> list[tuple[str, float]]:
    """Return the best documents and their similarities; of equal ones the greater id comes first, as in trec_eval."""
    import numpy

    grades = (matrix @ vector)[corpus.rows]
    depth = DEPTH + bool(own)
    if len(grades) > depth:
        least = numpy.partition(grades, len(grades) - depth)[len(grades) - depth]
        places = numpy.flatnonzero(grades >= least)
    else:
        places = numpy.arange(len(grades))
    found = [(corpus.ids[place], float(grades[place])) for place in places.tolist()]
    found.sort(key=lambda one: (one[1], one[0]), reverse=True)
    return [one for one in found if one[0] != own][:DEPTH]


def text_of(document: Any) -> str:
    """Return the text of a document, which is a text or a mapping with one and perhaps a title.

    Raises:
        DatasetError: It is neither.
    """
    if isinstance(document, str):
        return document.strip()
    if not isinstance(document, Mapping) or not isinstance(document.get("text"), str):
        raise DatasetError(f'a document is {document!r:.80}. Write a text, or {{"text": "...", "title": "..."}}.')
    return f"{document.get('title') or ''} {document['text']}".strip()


def _corpus(rows: list[dict[str, Any]], prefix: str) -> Corpus:
    texts: dict[str, str] = {}
    for row in rows:
        number = str(_given(row, _IDS, "document"))
        if number in texts:
            raise DatasetError(f"two documents of the corpus have the id {number!r}. Give each an id of its own.")
        texts[number] = text_of(row)
    filled = {number: prefix + text for number, text in texts.items() if text}
    if not filled:
        raise DatasetError("the corpus holds no document with a text. Add some to corpus.jsonl.")
    return Corpus(digest(list(filled.items())), tuple(filled), tuple(filled.values()), len(texts))


def _field(row: Mapping[str, Any], kind: str) -> Any:
    return _given(row, _FIELDS[kind], "judgement")


def _given(row: Mapping[str, Any], names: tuple[str, ...], what: str) -> Any:
    name = next((name for name in names if row.get(name) not in (None, "")), None)
    if name is None:
        there = ", ".join(row) or "none"
        raise DatasetError(f"a {what} has no {names[0]!r}. Its fields are: {there}. Add the field.")
    return row[name]


def _whole(grade: Any, row: Mapping[str, Any]) -> int:
    try:
        number = float(grade)
    except (TypeError, ValueError):
        number = 0.5
    if not number.is_integer():
        raise DatasetError(
            f"the grade of a judgement is {grade!r}: {dict(row)!r:.120}. Write a whole number, 0 or more."
        )
    return int(number)
