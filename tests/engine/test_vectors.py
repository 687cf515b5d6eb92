"""Each text is embedded once, in batches; what a service refuses is found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import FatalError, RejectedError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.engine.client import ModelClient
from evalscope_pytest.engine.vectors import Embedder
from evalscope_pytest.models.factory import ModelSpec, create
from evalscope_pytest.store.claims import Claims
from evalscope_pytest.store.response_cache import ResponseCache
from tests.servers import service
from tests.servers.vector_server import vector


@pytest.fixture
def run(vector_server, tmp_path) -> Callable[[Callable[[Embedder], Awaitable[Any]]], Any]:
    """Return what a coroutine function makes of an embedder of its own, whose store stays."""

    def use(body: Callable[[Embedder], Awaitable[Any]], batch: int = 4, limit: int = 3) -> Any:
        async def inner() -> Any:
            given = {"model": "M", "api_url": vector_server.url, "api_key": Secret("k"), "task": "embedding"}
            model = create(ModelSpec("openai_api", **given))
            store, claims = ResponseCache(tmp_path, every_s=0.0), Claims(tmp_path / "claims")
            config = GenerationConfig(retry_interval=0.01)
            client = ModelClient(model, limit, first=None)
            try:
                return await body(Embedder(client, config, store, claims, limit=limit, batch=batch))
            finally:
                await model.close()
                claims.close()
                store.close()

        return asyncio.run(inner())

    return use


WORDS = [f"word{n}" for n in range(11)]


def test_texts_are_sent_once_in_batches_and_kept(run, vector_server):
    async def both(embedder):
        return await asyncio.gather(embedder.embed(WORDS), embedder.embed(WORDS[::-1]), embedder.embed(["word3"]))

    first, second, third = run(both)
    assert first.vectors.tolist() == second.vectors[::-1].tolist() == [vector(word) for word in WORDS]
    assert third.vectors.tolist() == [vector("word3")]
    assert sorted(vector_server.texts) == sorted(WORDS)
    assert [len(received.body["input"]) for received in vector_server.requests] == [4, 4, 3]
    assert first.output.usage.input_tokens == 11
    vector_server.forget()
    again = run(lambda embedder: embedder.embed(WORDS))
    assert again.vectors.tolist() == first.vectors.tolist()
    assert again.output.cached
    assert not vector_server.requests


def test_a_corpus_is_embedded_once_and_in_full_batches(run, vector_server):
    texts = [f"document {n}" for n in range(50)]

    async def twice(embedder):
        return await asyncio.gather(*(embedder.index("aa", texts, normal=normal) for normal in (False, False)))

    found, same = run(twice)
    assert found is same
    assert found.tolist() == [vector(text) for text in texts]
    assert sorted(vector_server.texts) == sorted(texts)
    assert len(vector_server.requests) == 13
    vector_server.forget()
    unit = run(lambda embedder: embedder.index("aa", texts))
    assert (unit**2).sum(axis=1).tolist() == pytest.approx([1.0] * 50, abs=1e-6)
    assert not vector_server.requests


def test_a_batch_that_is_too_large_is_halved_for_good(run, vector_server):
    vector_server.most = 2
    texts = [f"document {n}" for n in range(40)]
    found = run(lambda embedder: embedder.index("aa", texts), batch=8, limit=1)
    assert len(found) == 40
    refused = [received for received in vector_server.requests if len(received.body["input"]) > 2]
    assert len(refused) <= 4  # 8 and 4 once or twice, and then no more


def test_the_text_that_is_refused_is_named_and_the_others_are_kept(run, vector_server):
    vector_server.refuses = "word7"
    with pytest.raises(RejectedError, match=r"The text, of 5 characters: 'word7'"):
        run(lambda embedder: embedder.embed(WORDS))
    vector_server.forget()
    vector_server.refuses = ""
    run(lambda embedder: embedder.embed(WORDS))
    assert vector_server.texts == ["word7"]


def test_failures_are_retried_and_a_wrong_key_is_not(run, vector_server):
    vector_server.script(service.rate_limited("0"), service.server_error(), None)
    assert run(lambda embedder: embedder.embed(["a"])).vectors.tolist() == [vector("a")]
    vector_server.script(service.status(401))
    with pytest.raises(FatalError):
        run(lambda embedder: embedder.embed(["b"]))


def test_whoever_is_cancelled_leaves_the_others_their_vectors(run, vector_server):
    async def one_leaves(embedder):
        leaving = asyncio.ensure_future(embedder.embed(["a"]))
        staying = asyncio.ensure_future(embedder.embed(["a"]))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert run(one_leaves).vectors.tolist() == [vector("a")]
