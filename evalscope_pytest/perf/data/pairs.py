"""``rerank``: records of a query and its documents; ``embedding``: texts, one or several a request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...core.errors import DatasetError
from ...datasets.files import read_records
from .options import DataOptions
from .prompts import Conversation, single


def rerank(options: DataOptions) -> Iterator[Conversation]:
    """Yield request bodies with ``query`` and ``documents``.

    Raises:
        DatasetError: A record has no such fields.
    """
    for number, record in enumerate(read_records(Path(options.path)), start=1):
        query, documents = record.get("query"), record.get("documents")
        if not isinstance(query, str) or not isinstance(documents, list) or not documents:
            raise DatasetError(
                f"{options.path}, record {number}: a text in 'query' and a list in 'documents' are needed. It has: "
                f"{', '.join(sorted(map(str, record))) or 'nothing'}."
            )
        yield single({"query": query, "documents": documents})


def embedding_batches(options: DataOptions) -> Iterator[Conversation]:
    """Yield ``batch_size`` texts of the same files a request."""
    size, waiting = options.details.batch_size, list[str]()
    for conversation in embedding(options):
        content = conversation.turns[0].content
        waiting += [content] if isinstance(content, str) else [str(text) for text in content]
        while len(waiting) >= size:
            yield _batch(waiting[:size], options)
            waiting = waiting[size:]
    if waiting:
        yield _batch(waiting, options)


def _batch(texts: list[str], options: DataOptions) -> Conversation:
    return single(texts, sum(map(options.tokenizer.count, texts)) if options.tokenizer else 0)


def embedding(options: DataOptions) -> Iterator[Conversation]:
    """Yield texts: lines of a text file, or ``text`` (a text or a list of them) of records."""
    path = Path(options.path)
    if path.suffix in ("", ".txt"):
        from .texts import texts

        yield from texts(options)
        return
    for number, record in enumerate(read_records(path), start=1):
        text = record.get("text", record.get("input"))
        if isinstance(text, str) and text:
            if options.fits(text):
                yield single(text, options.tokenizer.count(text) if options.tokenizer else 0)
        elif isinstance(text, list) and text and all(isinstance(item, str) for item in text):
            yield single(text)
        else:
            raise DatasetError(f"{path}, record {number}: neither a text nor a list of texts in 'text'.")
