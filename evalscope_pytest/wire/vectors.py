"""Services of embeddings (``/embeddings``, OpenAI's form) and of rerankers (``/rerank``: Jina, Cohere, vLLM).

A request's messages are the texts to embed; for a reranker, the query and then its documents. The text of a reply is
the vectors (`core.vectors`), or the grades of the documents as a JSON list, in the order of the request.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from ..config.generation import GenerationConfig
from ..core.canonical import dumps
from ..core.errors import ConfigError, FatalError, ModelError
from ..core.values import Usage
from ..core.vectors import packed, unpacked
from .arguments import check_headers, refuse
from .errors import error_in, json_object, malformed, refusal_inside, shown_url
from .request import Request
from .usage import count

if TYPE_CHECKING:
    from ..core.vectors import Vector

ENCODINGS = ("base64", "float")
_NO_TEXT = "A model of vectors or grades generates no text. Remove it."
_GENERATING = (
    "stream", "stream_timeout", "max_tokens", "top_p", "temperature", "top_k", "stop_seqs", "frequency_penalty",
    "presence_penalty", "repetition_penalty", "logit_bias", "seed", "do_sample", "logprobs", "top_logprobs",
    "parallel_tool_calls", "reasoning_effort", "reasoning_tokens", "response_schema", "chat_template_kwargs", "height",
    "width", "num_inference_steps", "guidance_scale",
)  # fmt: skip
_RESERVED = ("input", "query", "documents", "top_n", "encoding_format", "dimensions")


def check(config: GenerationConfig, task: str) -> None:
    """Refuse generation parameters that such a request has no place for.

    Raises:
        ConfigError: One is set.
    """
    refuse(config, dict.fromkeys(_GENERATING, _NO_TEXT), f"with model_task {task}")
    check_headers(config.extra_headers, "generation_config.extra_headers")
    for name in _RESERVED:
        if name in (config.extra_body or {}):
            advice = "Use model_args." if name in ("encoding_format", "dimensions") else "Remove it."
            raise ConfigError(f"generation_config.extra_body: {name!r} is set by the run. {advice}")


def embedding_body(request: Request, model: str, *, encoding: str, dimensions: int | None) -> dict[str, Any]:
    """Return the body of a request for the vectors of texts."""
    return {
        "model": model,
        "input": [message.text for message in request.messages],
        "encoding_format": encoding,
        **({} if dimensions is None else {"dimensions": dimensions}),
        **(request.config.extra_body or {}),
    }


def rerank_body(request: Request, model: str, *, short: bool = False) -> dict[str, Any]:
    """Return the body of a request for the grades of all documents.

    Args:
        short: Leave out what the second version of Cohere's interface does not know.
    """
    query, *documents = (message.text for message in request.messages)
    return {
        "model": model,
        "query": query,
        "documents": documents,
        "top_n": len(documents),
        **({} if short else {"return_documents": False}),
        **(request.config.extra_body or {}),
    }


def read_embeddings(body: bytes, texts: int, dimensions: int | None, url: str) -> tuple[str, Usage | None, str]:
    """Return the vectors of a reply as text, its tokens, and the model's name.

    Args:
        texts: Number of texts that were sent.
        dimensions: Length of a vector, if one was requested.

    Raises:
        ModelError: It is not the vectors of these texts.
    """
    payload = _payload(body, url, "data", "embeddings")
    usage = _usage(payload.get("usage"))
    try:
        items = _in_order(payload["data"], texts, url)
        vectors = [_vector(item.get("embedding"), url) for item in items]
        if not _are_finite(vectors):
            raise malformed("an embedding has a number that is not finite, or no number", url)
        lengths = sorted({len(vector) for vector in vectors})
        if len(lengths) > 1:
            raise malformed(f"vectors of {' and '.join(map(str, lengths))} numbers in one reply", url)
        if dimensions is not None and lengths != [dimensions]:
            raise FatalError(
                f"unusable reply from {shown_url(url)}: vectors of {lengths[0]} numbers, and model_args.dimensions is "
                f"{dimensions}. The model takes no such number: remove it, or choose another."
            )
        return packed(vectors), usage, _name(payload)
    except ModelError as error:
        error.usage = usage
        raise


def read_ranks(body: bytes, documents: int, url: str) -> tuple[str, Usage | None, str]:
    """Return the grades of a reply in the order of the documents as text, its tokens, and the model's name.

    Raises:
        ModelError: It does not grade each document once.
    """
    payload = _payload(body, url, "results", "grades of documents")
    usage = _usage(payload.get("usage"), payload.get("meta"))
    try:
        items = _in_order(payload["results"], documents, url)
        grades = [item.get("relevance_score", item.get("score")) for item in items]
        if wrong := [grade for grade in grades if not _is_number(grade)]:
            raise malformed(f"the grade {wrong[0]!r:.60} of a document is not a number", url)
        return dumps([float(grade) for grade in grades]), usage, _name(payload)
    except ModelError as error:
        error.usage = usage
        raise


def _payload(body: bytes, url: str, field: str, what: str) -> dict[str, Any]:
    """Return the object that a reply is; a bare list, or a list under another name, becomes its ``field``."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:  # NaN, or no JSON at all
        payload = json_object(body, url)
    if isinstance(payload, list):
        return {field: payload}
    if not isinstance(payload, dict):
        raise malformed("JSON, but not an object", url)
    if "choices" in payload:
        raise FatalError(f"unusable reply from {shown_url(url)}: a chat reply in place of {what}.").advising(
            "Check {api_url} and {model}: the model there has another task."
        )
    if isinstance(payload.get("data"), list):
        payload.setdefault(field, payload["data"])  # Voyage's rerankers
    if not isinstance(payload.get(field), list):
        if error_in(payload):
            raise refusal_inside(payload, url)
        raise malformed(f"no {what} ({field})", url)
    return payload


def _in_order(items: list[Any], wanted: int, url: str) -> list[Mapping[str, Any]]:
    """Return the items in the order of their texts."""
    if not all(isinstance(item, Mapping) for item in items):
        raise malformed("an item is not an object", url)
    places = [item.get("index", number) for number, item in enumerate(items)]
    if any(type(place) is not int for place in places) or sorted(places) != list(range(wanted)):
        raise malformed(f"{len(items)} results for {wanted} texts, or an index that is not one of theirs", url)
    ordered: list[Mapping[str, Any]] = [{}] * wanted
    for place, item in zip(places, items, strict=True):
        ordered[place] = item
    return ordered


def _vector(value: object, url: str) -> Vector:
    import numpy

    try:
        if isinstance(value, str):
            found = unpacked(value)
        elif isinstance(value, list) and all(map(_is_real, value)):
            found = numpy.asarray(value, dtype="float32")
        else:
            raise ValueError(f"{type(value).__name__} in place of numbers")
    except ValueError as error:
        raise malformed(f"an embedding cannot be read: {error}", url) from None
    return found


def _are_finite(vectors: list[Vector]) -> bool:
    import numpy

    return all(map(len, vectors)) and bool(numpy.isfinite(numpy.concatenate(vectors)).all())


def _is_real(value: object) -> bool:
    return type(value) in (float, int)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _usage(*found: object) -> Usage | None:
    """Return the tokens that were read: of OpenAI's and Jina's ``usage``, or of Cohere's ``meta``."""
    for usage in found:
        inner = usage.get("tokens") if isinstance(usage, Mapping) else None
        for counts in (usage, inner):
            for name in ("prompt_tokens", "input_tokens", "total_tokens"):
                if (tokens := count(counts, name)) is not None:
                    return Usage(tokens, 0)
    return None


def _name(payload: Mapping[str, Any]) -> str:
    name = payload.get("model")
    return name if isinstance(name, str) else ""
