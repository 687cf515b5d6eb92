"""Services that speak Anthropic's Messages, over the same connections as ``openai_api``; no SDK."""

from __future__ import annotations

from ..wire.anthropic import KEY_HEADER, VERSION_HEADERS, MessageDraft, messages_url, request_body
from ..wire.arguments import check_headers, check_model_args
from .service import Credential, HttpTransport, ServiceModel
from .spec import ModelSpec

DEFAULT_URL = "https://api.anthropic.com"


def create(spec: ModelSpec) -> ServiceModel:
    """Make the model.

    Raises:
        ConfigError: The address cannot be used, or an argument is unknown.
    """
    args = spec.model_args
    check_model_args(args, ("default_headers", "default_query"), "anthropic_api")
    check_headers(args.get("default_headers"), "model_args.default_headers")
    transport = HttpTransport(
        messages_url(spec.api_url or DEFAULT_URL),
        credential=Credential(KEY_HEADER, spec.api_key),
        headers={**VERSION_HEADERS, **args.get("default_headers", {})},
        query=args.get("default_query"),
        concurrency=spec.concurrency,
    )
    return ServiceModel(spec.model, transport, request_body, MessageDraft)
