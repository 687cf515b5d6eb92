"""Embedding models and rerankers behind services, chosen with ``model_task``."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import Any

from ..core.errors import ConfigError, ModelError, closest
from ..core.values import ModelOutput
from ..wire.arguments import check_headers, check_model_args, positive
from ..wire.errors import malformed
from ..wire.interface import Draft
from ..wire.request import Request
from ..wire.vectors import ENCODINGS, check, embedding_body, read_embeddings, read_ranks, rerank_body
from .address import given_url
from .service import Credential, HttpTransport, ServiceModel, Transport, answered
from .spec import ModelSpec

# Ends of an address that already names the call; the first is added to one that does not.
_PATHS = {"embedding": ("/embeddings",), "rerank": ("/rerank", "/reranks")}
_COMMON = ("default_headers", "default_query")
_ARGS = {"embedding": ("batch_size", "dimensions", "encoding_format", *_COMMON), "rerank": _COMMON}


class VectorService(ServiceModel):
    """A service that gives vectors or grades, in one reply."""

    def __init__(self, name: str, transport: Transport, write: Any, read: Any, fingerprint: str) -> None:
        super().__init__(name, transport, write, _no_stream)
        self._read = read
        self._identity = fingerprint

    @property
    def fingerprint(self) -> str:
        """The name, the task and the number of dimensions; a chat model of this name is another one."""
        return self._identity

    async def generate(self, request: Request) -> ModelOutput:
        """Send the request once.

        Raises:
            ModelError: The service refuses it, or the reply cannot be used.
        """
        url = self._transport.url
        started = perf_counter()
        body = self._write(request, self.name)
        reply = await answered(self._transport, body, request.config, partial(_refuse_stream, url))
        text, usage, model = self._read(reply.body, request, url)
        return ModelOutput(text, usage=usage, model=model or self.name, latency_s=perf_counter() - started)


def create(spec: ModelSpec) -> VectorService:
    """Make the model.

    Raises:
        ConfigError: No address, or an argument that is unknown.
    """
    task, args = spec.task or "", spec.model_args
    check(spec.generation, task)
    check_model_args(args, _ARGS[task], f"{spec.eval_type} with model_task {task}")
    check_headers(args.get("default_headers"), "model_args.default_headers")
    url, query = _address(spec, task)
    dimensions = positive("dimensions", args.get("dimensions"))
    encoding = str(args.get("encoding_format", ENCODINGS[0]))
    if encoding not in ENCODINGS:
        raise ConfigError(f"model_args.encoding_format: unknown {encoding!r}. {closest(encoding, ENCODINGS)}")
    positive("batch_size", args.get("batch_size"))
    transport = HttpTransport(
        url,
        credential=Credential("Authorization", spec.api_key, "Bearer "),
        headers=args.get("default_headers", {}),
        query={**query, **args.get("default_query", {})},
        concurrency=spec.concurrency,
    )
    if task == "rerank":
        write = partial(rerank_body, short="/v2/" in url)
        return VectorService(spec.model, transport, write, _ranks, f"{spec.model} rerank")
    return VectorService(
        spec.model,
        transport,
        partial(embedding_body, encoding=encoding, dimensions=dimensions),
        partial(_embeddings, dimensions),
        f"{spec.model} embedding {dimensions or ''}",
    )


def _embeddings(dimensions: int | None, body: bytes, request: Request, url: str) -> Any:
    return read_embeddings(body, len(request.messages), dimensions, url)


def _ranks(body: bytes, request: Request, url: str) -> Any:
    return read_ranks(body, len(request.messages) - 1, url)


def _address(spec: ModelSpec, task: str) -> tuple[str, dict[str, str]]:
    """Return the address of the call, and the parameters after its question mark."""
    given = given_url(spec, f"model_task {task}")
    path = given.path.rstrip("/")
    if not path.endswith(_PATHS[task]):
        path += _PATHS[task][0]
    return str(given.with_path(path)), dict(given.query)


def _refuse_stream(url: str, piece: bytes) -> None:
    raise malformed("an event stream in place of one reply", url)


def _no_stream(url: str) -> Draft:
    raise ModelError(f"{url} gives no text")
