"""OpenAI-compatible services: vLLM, SGLang, DashScope, OpenAI itself. The hot path of a run.

This client sends over aiohttp; ``openai_sdk`` is the same model with the `openai` package as its transport, and
``litellm_client`` with litellm. All speak chat completions (``openai_api``), the first two also Responses
(``openai_responses_api``); the formats are in `wire`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..wire.arguments import check_headers, check_model_args
from ..wire.interface import Draft
from ..wire.openai_chat import ChatDraft, is_dashscope
from ..wire.openai_chat import request_body as chat_body
from ..wire.openai_responses import ResponseDraft
from ..wire.openai_responses import request_body as responses_body
from ..wire.request import Request
from .address import base_address
from .service import Credential, HttpTransport, ServiceModel, Transport
from .spec import ModelSpec

MODEL_ARGS = ("client", "default_headers", "default_query", "organization", "project")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One of the two dialects of OpenAI's interface.

    Attributes:
        path: Follows the address.
        write: Returns the body of a request, given the model's name.
        draft: Begins a reply.
    """

    path: str
    write: Callable[[Request, str], Mapping[str, Any]]
    draft: Callable[[str], Draft]

    def model(self, name: str, transport: Transport) -> ServiceModel:
        """Return the model that speaks this dialect over a transport."""
        write = self.write
        if write is chat_body and is_dashscope(transport.url):
            write = partial(chat_body, dashscope=True)
        return ServiceModel(name, transport, write, self.draft)


_DIALECTS = {
    "openai_api": Dialect("/chat/completions", chat_body, ChatDraft),
    "openai_responses_api": Dialect("/responses", responses_body, ResponseDraft),
}


def dialect_of(spec: ModelSpec) -> Dialect:
    """Return the dialect of the eval type."""
    return _DIALECTS[spec.eval_type]


def create(spec: ModelSpec) -> ServiceModel:
    """Make the model with the aiohttp client.

    Raises:
        ConfigError: No address, or an argument that is unknown.
    """
    check_model_args(spec.model_args, MODEL_ARGS, spec.eval_type)
    check_headers(spec.model_args.get("default_headers"), "model_args.default_headers")
    names = {"OpenAI-Organization": "organization", "OpenAI-Project": "project"}
    headers = {header: str(spec.model_args[arg]) for header, arg in names.items() if spec.model_args.get(arg)}
    dialect = dialect_of(spec)
    address = base_address(spec, dialect.path)
    transport = HttpTransport(
        address.url + dialect.path,
        credential=Credential("Authorization", spec.api_key, "Bearer "),
        headers={**headers, **spec.model_args.get("default_headers", {})},
        query={**address.query, **spec.model_args.get("default_query", {})},
        concurrency=spec.concurrency,
    )
    return dialect.model(spec.model, transport)
