"""A service of embeddings and of grades of documents, made of the words of a text."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from typing import Any

from aiohttp import web

from .service import Answer, Service

DIMENSIONS = 64


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """Return counts of words in cells that their checksums name; the last cell keeps a text from having none."""
    cells = [0.0] * dimensions
    cells[-1] = 0.125
    for word in text.lower().split():
        cells[zlib.crc32(word.encode()) % (dimensions - 1)] += 1.0
    return cells


def grade(query: str, document: str) -> float:
    """Return the share of a query's words that a document has."""
    words, found = set(query.lower().split()), set(document.lower().split())
    return len(words & found) / len(words)


class VectorServer(Service):
    """Embeddings at ``url``, ranks at ``url`` and at other paths; see `Service` for what can be scripted.

    Attributes:
        reply: Makes another payload of the usual one.
        most: Number of texts that a request may hold; more is refused with 400.
        refuses: Word that no text may hold.
    """

    routes = ("/v1/embeddings", "/v1/rerank", "/v2/rerank", "/v1/reranks", "/rerank")

    def __init__(self) -> None:
        super().__init__()
        self.reply: Callable[[dict[str, Any], dict[str, Any]], Any] = lambda payload, body: payload
        self.most = 1000
        self.refuses = ""

    @property
    def url(self) -> str:
        """The address to give as api_url."""
        return f"{self.origin}/v1"

    @property
    def texts(self) -> list[str]:
        """All texts that were to be embedded, in order of arrival."""
        return [text for received in self.requests for text in received.body.get("input", ())]

    async def _reply(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        texts = body.get("input") or body["documents"]
        if len(texts) > self.most or (self.refuses and any(self.refuses in text for text in texts)):
            return web.json_response({"error": {"message": "too large, or not allowed"}}, status=400)
        if "input" in body:
            data = [{"index": n, "embedding": _written(text, body)} for n, text in enumerate(texts)]
            payload = {"object": "list", "data": data}
        else:
            ranked = sorted(enumerate(grade(body["query"], text) for text in texts), key=lambda one: -one[1])
            payload = {"results": [{"index": place, "relevance_score": score} for place, score in ranked]}
        used = sum(len(text.split()) for text in texts)
        usage = {"prompt_tokens": used, "total_tokens": used}
        return web.json_response(self.reply({**payload, "model": body["model"], "usage": usage}, body))

    def whole(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        raise NotImplementedError

    def events(self, body: dict[str, Any], answer: Answer) -> list[bytes]:
        raise NotImplementedError


def _written(text: str, body: dict[str, Any]) -> str | list[float]:
    cells = vector(text, body.get("dimensions") or DIMENSIONS)
    if body.get("encoding_format") == "base64":
        return base64.b64encode(struct.pack(f"<{len(cells)}f", *cells)).decode()
    return cells
