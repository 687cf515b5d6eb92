"""OpenAI-compatible services through the `openai` package: for gateways that need its credentials, and for Azure.

Chosen with ``model_args {"client": "sdk"}``. The package sends and receives; `wire` reads replies and classifies
errors, so both clients behave the same. It sends each request once: the engine waits and retries. Costs several times
the CPU of the plain client.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import openai  # at the top: the factory imports this module only when a model is made

from ..config.generation import GenerationConfig
from ..core.deadline import Deadline
from ..core.errors import ConfigError, RejectedError
from ..core.secret import Secret
from ..wire.arguments import check_headers, check_model_args
from ..wire.errors import no_connection, sentence, shown_url
from .address import base_address
from .openai_api import MODEL_ARGS, Dialect, dialect_of
from .service import (
    CONNECT_TIMEOUT_S,
    DEFAULT_TIMEOUT_S,
    EVENT_STREAM,
    MOST_ERROR_BYTES,
    STREAM_TIMEOUT_S,
    Reply,
    ServiceModel,
    SilentStreamError,
    Sink,
    beginning,
    capped,
    cut_off,
    fell_silent,
    no_connection_within,
    timed_out,
    whole_body,
)
from .spec import ModelSpec

AZURE_ARGS = ("azure_endpoint", "azure_deployment", "azure_ad_token", "api_version")


class SdkTransport:
    """Sends through an ``AsyncOpenAI`` or ``AsyncAzureOpenAI`` client."""

    def __init__(self, client: openai.AsyncOpenAI, dialect: Dialect, *, azure: bool = False) -> None:
        self._client = client
        self._chat = dialect.path == "/chat/completions"
        self._reached = False
        path = "/deployments/..." if azure and self._chat else ""  # Azure has no deployments in the path of Responses
        self.url = shown_url(str(client.base_url)).rstrip("/") + path + dialect.path

    async def exchange(self, body: Mapping[str, Any], config: GenerationConfig, sink: Sink) -> Reply:
        """Send one request."""
        timeout_s = config.timeout or DEFAULT_TIMEOUT_S
        silence_s = config.stream_timeout or STREAM_TIMEOUT_S
        begun: list[bool] = []
        try:
            # The package's own time-out starts anew at every byte; this one is for the whole reply.
            with Deadline(timeout_s):
                return await self._send(body, config, sink, silence_s, begun)
        except _RefusedError as refused:
            self._reached = True
            return refused.reply
        except openai.APITimeoutError:  # connecting is all that can time out inside
            raise no_connection_within(self.url) from None
        except SilentStreamError:
            raise fell_silent(self.url, silence_s) from None
        except asyncio.TimeoutError:
            raise timed_out(self.url, timeout_s) from None
        except (openai.APIConnectionError, _http_error()) as error:
            if isinstance(error.__cause__, _RefusedError):  # some versions of the package wrap what a hook raises
                self._reached = True
                return error.__cause__.reply
            raise cut_off(no_connection(error, self.url, reached=self._reached), begun=bool(begun)) from None
        except UnicodeEncodeError:
            raise RejectedError(
                "the prompt holds half a surrogate pair, which the openai package cannot send"
            ) from None

    async def _send(
        self, body: Mapping[str, Any], config: GenerationConfig, sink: Sink, silence_s: float, begun: list[bool]
    ) -> Reply:
        named = ("model", "messages", "stream") if self._chat else ("model", "input", "stream")
        first = {name: body[name] for name in named if name in body}
        rest = {name: value for name, value in body.items() if name not in first}
        resource: Any = self._client.chat.completions if self._chat else self._client.responses
        call = resource.with_streaming_response.create(
            **first,
            extra_body=rest,
            extra_headers=dict(config.extra_headers or {}),
            extra_query=dict(config.extra_query or {}),
        )
        async with call as response:
            self._reached = True
            begun.append(True)
            if response.headers.get("content-type", "").partition(";")[0].strip() == EVENT_STREAM:
                await _read_stream(response.iter_bytes(), capped(sink, self.url), silence_s)
                return Reply(200, response.headers, streamed=True)
            return Reply(response.status_code, response.headers, await whole_body(response.iter_bytes(), self.url))

    async def connect(self, count: int) -> None:
        """Do nothing: the package opens connections when it sends."""

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


async def _read_stream(chunks: AsyncIterator[bytes], sink: Sink, silence_s: float) -> None:
    waits_s = None  # for the first byte: as long as the request may take
    while True:
        try:
            with Deadline(waits_s):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            raise SilentStreamError from None
        waits_s = silence_s
        sink(chunk)


def create(spec: ModelSpec) -> ServiceModel:
    """Make the model with the SDK as its client.

    Raises:
        ConfigError: No address, an argument that is unknown, or no credentials.
    """
    args = spec.model_args
    check_model_args(args, MODEL_ARGS + AZURE_ARGS, spec.eval_type)
    check_headers(args.get("default_headers"), "model_args.default_headers")
    azure = any(name in args for name in AZURE_ARGS)
    common: dict[str, Any] = {name: args[name] for name in MODEL_ARGS[1:] if name in args}
    common |= {"max_retries": 0, "timeout": _timeout(), "http_client": _http_client()}
    key, dialect = spec.api_key.reveal().strip(), dialect_of(spec)
    try:
        if not azure:
            address = base_address(spec, dialect.path)
            common["default_query"] = {**address.query, **args.get("default_query", {})}
            client = openai.AsyncOpenAI(base_url=address.url, api_key=key, **common)
            return dialect.model(spec.model, SdkTransport(client, dialect))
        common |= {name: args[name] for name in AZURE_ARGS if name in args}
        common.setdefault("azure_endpoint", spec.api_url)
        Secret(str(args.get("azure_ad_token", "")))  # masked in all text from here on
        azure_client = openai.AsyncAzureOpenAI(api_key=None if key == "EMPTY" else key, **common)
        return dialect.model(spec.model, SdkTransport(azure_client, dialect, azure=True))
    except (openai.OpenAIError, ValueError) as error:
        raise ConfigError(f"model_args: the openai client refuses them: {sentence(str(error))}") from None


def _timeout() -> Any:
    """Return limits for connecting only; the whole request has its own in `exchange`."""
    return openai.Timeout(None, connect=CONNECT_TIMEOUT_S)


def _http_client() -> Any:
    """Return the package's own HTTP client, but one that never carries a key after a redirect."""
    return openai.DefaultAsyncHttpxClient(
        follow_redirects=False, timeout=_timeout(), event_hooks={"response": [_refuse]}
    )


class _RefusedError(Exception):
    """A reply with an error status, which the package would read to its end, however long."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


async def _refuse(response: Any) -> None:
    if not response.is_success:
        body = await beginning(response.aiter_bytes(), MOST_ERROR_BYTES)
        raise _RefusedError(Reply(response.status_code, response.headers, body))


def _http_error() -> type[Exception]:
    """Return the base of the HTTP client's exceptions while a body is read: httpx's, or its successor's."""
    client = next(c for c in openai.DefaultAsyncHttpxClient.__mro__ if c.__name__ == "AsyncClient")
    error: type[Exception] = sys.modules[client.__module__.partition(".")[0]].HTTPError
    return error
