"""Any OpenAI-compatible service: vLLM, SGLang, DashScope, OpenAI itself. The hot path of a run.

This client speaks the protocol over aiohttp; ``openai_sdk`` is the same model with the `openai` package as its
transport. What is sent and how replies are read is in ``chat_completions``, shared by both.
"""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

from ..core.errors import ConfigError
from ..core.values import ModelOutput
from .arguments import check_headers, check_model_args
from .chat_completions import ChatStream, check, read_reply, request_body
from .protocol import Request
from .service import ServiceModel
from .spec import ModelSpec
from .transport import Credential, HttpTransport, check_key, check_url

__all__ = ["OpenAIModel", "check", "create"]

MODEL_ARGS = ("client", "default_headers", "default_query", "organization", "project")


class OpenAIModel(ServiceModel):
    """A chat model behind an OpenAI-compatible service."""

    async def generate(self, request: Request) -> ModelOutput:
        """Ask once."""
        url = self._transport.url
        body = request_body(request, self.name, stream=bool(request.config.stream))
        stream = ChatStream(url)
        started = perf_counter()
        reply = await self._ask(body, request.config, stream.feed)
        if reply.streamed:  # a service may stream unasked, or not when asked
            return stream.output(self.name, started)
        return read_reply(reply.body, url, self.name, perf_counter() - started)


def create(spec: ModelSpec) -> OpenAIModel:
    """Make the model with the aiohttp client.

    Raises:
        ConfigError: No address, or an argument that is unknown.
    """
    check_model_args(spec.model_args, MODEL_ARGS, "openai_api")
    check_headers(spec.model_args.get("default_headers"), "model_args.default_headers")
    names = {"OpenAI-Organization": "organization", "OpenAI-Project": "project"}
    headers = {header: str(spec.model_args[arg]) for header, arg in names.items() if spec.model_args.get(arg)}
    address = base_address(spec)
    transport = HttpTransport(
        address.url + "/chat/completions",
        credential=Credential("Authorization", spec.api_key, "Bearer "),
        headers={**headers, **spec.model_args.get("default_headers", {})},
        query={**address.query, **spec.model_args.get("default_query", {})},
        concurrency=spec.concurrency,
    )
    return OpenAIModel(spec.model, transport)


class Address(NamedTuple):
    """Where a service is.

    Attributes:
        url: Without the path of the call, which older configurations include.
        query: What followed the question mark.
    """

    url: str
    query: dict[str, str]


def base_address(spec: ModelSpec) -> Address:
    """Return the service's address.

    Raises:
        ConfigError: There is none, or it is no address.
    """
    if not spec.api_url:
        raise ConfigError(
            f"api_url: missing for model {spec.model!r} with eval_type openai_api. "
            "Give the service's address, such as --eval-api-url http://127.0.0.1:8000/v1."
        )
    given = check_url(spec.api_url)
    check_key(spec.api_key, given)
    base = given.with_path(given.path.rstrip("/").removesuffix("/chat/completions").rstrip("/"))
    return Address(str(base).rstrip("/"), dict(given.query))
