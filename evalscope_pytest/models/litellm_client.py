"""Models of any provider that litellm knows, by its names: ``anthropic/...``, ``bedrock/...``, ``vertex_ai/...``.

Chosen with ``model_args {"client": "litellm"}``. The package translates requests and replies, and takes credentials of
other providers from the environment; `wire` reads the replies and classifies errors. Nothing is retried here.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any

import openai  # litellm builds on it

from ..config.generation import GenerationConfig
from ..core.deadline import Deadline
from ..core.errors import ConfigError
from ..wire.arguments import check_headers, check_model_args
from .address import base_address
from .openai_api import dialect_of
from .service import DEFAULT_TIMEOUT_S, Reply, ServiceModel, Sink, capped, timed_out
from .spec import ModelSpec

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # importing it would download a table of prices


class LiteLlmTransport:
    """Sends through ``litellm.acompletion``.

    Args:
        options: Keyword arguments of every request.
    """

    def __init__(self, litellm: Any, url: str, options: Mapping[str, Any]) -> None:
        self.url = url
        self._litellm = litellm
        self._options = options

    async def exchange(self, body: Mapping[str, Any], config: GenerationConfig, sink: Sink) -> Reply:
        """Send one request; the reply is handed on in the shape of OpenAI's chat completions."""
        timeout_s = config.timeout or DEFAULT_TIMEOUT_S
        headers = {**self._options.get("extra_headers", {}), **(config.extra_headers or {})}
        try:
            with Deadline(timeout_s):
                reply = await self._litellm.acompletion(**{**body, **self._options, "extra_headers": headers})
                if not body.get("stream"):
                    return Reply(200, {}, reply.model_dump_json().encode())
                take = capped(sink, self.url)
                async for chunk in reply:
                    take(b"data: " + chunk.model_dump_json().encode() + b"\n\n")
                take(b"data: [DONE]\n\n")
                return Reply(200, {}, streamed=True)
        except asyncio.TimeoutError:
            raise timed_out(self.url, timeout_s) from None
        except openai.OpenAIError as error:  # the base of all exceptions of litellm
            said = {"message": str(getattr(error, "message", error)), "code": getattr(error, "code", None)}
            headers = getattr(getattr(error, "response", None), "headers", {})
            return Reply(getattr(error, "status_code", 500), headers, json.dumps({"error": said}).encode())

    async def connect(self, count: int) -> None:
        """Do nothing: the package opens connections when it sends."""

    async def close(self) -> None:
        """Do nothing: the package keeps its clients for the process."""


def create(spec: ModelSpec) -> ServiceModel:
    """Make the model. With an ``api_url``, a name without a provider is one of an OpenAI-compatible service.

    Raises:
        ConfigError: litellm is not installed, an argument is unknown, or the dialect is not chat completions.
    """
    check_model_args(spec.model_args, ("client", "default_headers"), spec.eval_type)
    check_headers(spec.model_args.get("default_headers"), "model_args.default_headers")
    if spec.eval_type != "openai_api":
        raise ConfigError(f"model_args.client: litellm cannot be used by eval_type {spec.eval_type}. Use openai_api.")
    try:
        import litellm
    except ImportError:
        raise ConfigError("litellm is not installed. Run: pip install 'evalscope-pytest[litellm]'.") from None
    litellm.suppress_debug_info = True
    key = spec.api_key.reveal().strip()
    options: dict[str, Any] = {"num_retries": 0, "max_retries": 0, "api_key": None if key == "EMPTY" else key}
    if spec.model_args.get("default_headers"):
        options["extra_headers"] = spec.model_args["default_headers"]
    if spec.api_url:
        options["api_base"] = base_address(spec, dialect_of(spec).path).url
        known = spec.model.partition("/")[0] in litellm.provider_list
        options["custom_llm_provider"] = None if known else "openai"
    return dialect_of(spec).model(spec.model, LiteLlmTransport(litellm, spec.api_url or "litellm", options))
