"""Embedding models and rerankers behind services: bodies, replies in all shapes, and failures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import (
    ConfigError,
    FatalError,
    ModelError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from evalscope_pytest.core.values import Message, ModelOutput
from evalscope_pytest.core.vectors import unpacked
from evalscope_pytest.models.factory import create
from evalscope_pytest.wire.request import Request
from tests.servers import service
from tests.servers.service import Fault
from tests.servers.vector_server import vector

from .requests import KEY, answer, spec

TEXTS = ("a red pear", "a green apple", "")


def texts(*words: str, **config: Any) -> Request:
    return Request(tuple(Message("user", word) for word in words), GenerationConfig(**config))


def embedded(url: str, *words: str, config: dict[str, Any] | None = None, **args: Any) -> ModelOutput:
    return answer(spec("openai_api", url, task="embedding", model_args=args), texts(*words, **(config or {})))[0]


def ranked(url: str, *words: str) -> ModelOutput:
    return answer(spec("openai_api", url, task="rerank"), texts(*words))[0]


def rows(output: ModelOutput) -> list[list[float]]:
    return [unpacked(line).tolist() for line in output.text.split("\n")]


@pytest.mark.parametrize("encoding", ["base64", "float"])
@pytest.mark.parametrize("dimensions", [None, 8])
def test_vectors_come_back_as_the_service_has_them(encoding, dimensions, vector_server):
    args = {"encoding_format": encoding} | ({"dimensions": dimensions} if dimensions else {})
    output = embedded(vector_server.url, *TEXTS, **args)
    assert rows(output) == [vector(text, dimensions or 64) for text in TEXTS]
    assert output.usage.input_tokens == 6
    sent = vector_server.requests[0]
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    more = {} if dimensions is None else {"dimensions": dimensions}
    assert sent.body == {"model": "org/M", "input": list(TEXTS), "encoding_format": encoding, **more}


def test_vectors_are_put_in_the_order_of_their_texts(vector_server):
    vector_server.reply = lambda payload, body: {**payload, "data": payload["data"][::-1]}
    assert rows(embedded(vector_server.url, *TEXTS)) == [vector(text) for text in TEXTS]


def test_an_address_may_name_the_call_and_extra_fields_are_sent(vector_server):
    embedded(f"{vector_server.url}/embeddings?version=2", "a", config={"extra_body": {"input_type": "query"}})
    received = vector_server.requests[0]
    assert received.body["input_type"] == "query"
    assert (received.path, received.query) == ("/v1/embeddings", {"version": "2"})


SHAPES = {
    "jina": lambda results: {"object": "list", "results": results, "usage": {"total_tokens": 7}},
    "cohere": lambda results: {"id": "x", "results": results, "meta": {"tokens": {"input_tokens": 7}}},
    "vllm": lambda results: {
        "results": [{**one, "document": {"text": "..."}} for one in results], "usage": {"total_tokens": 7}
    },
    "voyage": lambda results: {"object": "list", "data": results, "usage": {"total_tokens": 7}},
    "score": lambda results: {
        "results": [{"index": one["index"], "score": one["relevance_score"]} for one in results],
        "usage": {"prompt_tokens": 7},
    },
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_grades_come_back_in_the_order_of_the_documents_whatever_the_shape(shape, vector_server):
    vector_server.reply = lambda payload, body: SHAPES[shape](payload["results"])
    output = ranked(vector_server.url, "red pear", "an apple", "a red pear", "a pear")
    assert json.loads(output.text) == [0.0, 1.0, 0.5]
    assert output.usage.input_tokens == 7


@pytest.mark.parametrize(
    ("path", "to", "sent"),
    [
        ("/v1", "/v1/rerank", {"return_documents": False}),
        ("/v1/reranks", "/v1/reranks", {"return_documents": False}),
        ("", "/rerank", {"return_documents": False}),
        ("/v2", "/v2/rerank", {}),  # which knows no such field
    ],
)
def test_a_query_and_its_documents_are_one_request(path, to, sent, vector_server):
    ranked(vector_server.origin + path, "red", "a", "b")
    received = vector_server.requests[0]
    assert received.path == to
    assert received.body == {"model": "org/M", "query": "red", "documents": ["a", "b"], "top_n": 2, **sent}


@pytest.mark.parametrize("task", ["embedding", "rerank"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (service.rate_limited("2"), RateLimitedError),
        (service.server_error(), TransientError),
        (service.status(503), TransientError),
        (service.reset(), TransientError),
        (service.truncated_json(), TransientError),
        (service.html(200), TransientError),
        (service.stream(b"data: {}\n\n"), TransientError),
        (Fault(body={"error": {"message": "busy", "code": 429}}), RateLimitedError),
        (service.status(401), FatalError),
        (service.status(404), FatalError),
        (service.status(400), RejectedError),
        (Fault(422, {"detail": "documents must be text"}), RejectedError),
        (Fault(body={"object": "chat.completion", "choices": []}), FatalError),
        (Fault(body={"data": None, "results": None}), TransientError),
        (Fault(body=b"[]"), TransientError),
    ],
)
def test_a_failure_has_the_error_of_every_client(task, fault, error, vector_server):
    vector_server.script(fault)
    with pytest.raises(ModelError) as caught:
        (embedded if task == "embedding" else ranked)(vector_server.url, "a", "b")
    assert type(caught.value) is error
    assert KEY not in str(caught.value)


def _changed(**item: Any) -> Any:
    def change(payload: dict[str, Any], body: Any) -> dict[str, Any]:
        name = "data" if "data" in payload else "results"
        return {**payload, name: [{**payload[name][0], **item}, *payload[name][1:]]}

    return change


@pytest.mark.parametrize(
    "reply",
    [
        lambda payload, body: {**payload, "data": payload["data"][:-1]},
        _changed(index=1),
        _changed(index=True),
        _changed(embedding=[float("nan")] * 64),
        _changed(embedding=["1"] * 64),
        _changed(embedding=[]),
        _changed(embedding=None),
        _changed(embedding="AAA"),
        _changed(embedding=[1.0] * 63),
        lambda payload, body: {**payload, "data": [1, 2]},
    ],
)
def test_vectors_that_are_not_those_of_the_texts_are_refused(reply, vector_server):
    vector_server.reply = reply
    with pytest.raises(TransientError, match="unusable reply"):
        embedded(vector_server.url, "a", "b")


@pytest.mark.parametrize(
    "reply",
    [
        lambda payload, body: {**payload, "results": payload["results"][:-1]},
        _changed(relevance_score=None),
        _changed(relevance_score=float("nan")),
        _changed(relevance_score=True),
        _changed(index=7),
    ],
)
def test_grades_that_are_not_those_of_the_documents_are_refused(reply, vector_server):
    vector_server.reply = reply
    with pytest.raises(TransientError, match="unusable reply"):
        ranked(vector_server.url, "red", "a", "b")


def test_dimensions_that_the_model_ignores_are_refused(vector_server):
    vector_server.reply = _changed(embedding=[1.0] * 64)
    with pytest.raises(FatalError, match=r"64 numbers, and model_args\.dimensions is 8"):
        embedded(vector_server.url, "a", dimensions=8)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"model_args": {"dimension": 8}}, "Did you mean 'dimensions'"),
        ({"model_args": {"dimensions": 0}}, "not a whole number above 0"),
        ({"model_args": {"batch_size": "x"}}, "not a whole number above 0"),
        ({"model_args": {"encoding_format": "floats"}}, "Did you mean 'float'"),
        ({"task": "rerank", "model_args": {"dimensions": 8}}, "unknown 'dimensions'"),
        ({"generation": GenerationConfig(temperature=0.5)}, "generates no text"),
        ({"generation": GenerationConfig(extra_body={"input": 1})}, "'input' is set by the run"),
        ({"api_url": None}, "api_url: missing"),
    ],
)
def test_settings_without_effect_are_refused(more, said):
    with pytest.raises(ConfigError, match=said):
        create(spec("openai_api", **{"api_url": "http://127.0.0.1:9/v1", "task": "embedding", **more}))
