"""Anthropic's Messages API, over the same connections as ``openai_api``; no SDK.

The service demands ``max_tokens``: 4096 is sent where none is given, on top of the thinking budget where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError, ModelError
from ..core.values import Message, ModelOutput, StopReason, Tool, ToolCall, Usage, token_count
from .arguments import (
    IMAGE_PARAMETERS,
    check_headers,
    check_model_args,
    check_sampling,
    refuse,
    temperature,
)
from .protocol import Request
from .reasoning import split_reasoning
from .server_events import EventParser
from .service import ServiceModel
from .service_errors import error_in, json_object, malformed, refusal_inside
from .spec import ModelSpec
from .tool_calls import MAX_CALLS
from .transport import Credential, HttpTransport

DEFAULT_URL = "https://api.anthropic.com"
DEFAULT_MAX_TOKENS = 4096
_VERSION = "2023-06-01"
_NOT_THERE = "The Messages API has no such parameter. Remove it; what a service adds of its own goes into extra_body."
_UNUSABLE = {
    **IMAGE_PARAMETERS,
    **dict.fromkeys(
        (
            "frequency_penalty",
            "presence_penalty",
            "repetition_penalty",
            "logit_bias",
            "seed",
            "logprobs",
            "top_logprobs",
            "parallel_tool_calls",
            "chat_template_kwargs",
        ),
        _NOT_THERE,
    ),
}
_STOPS: dict[str, StopReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "max_tokens",
    "model_context_window_exceeded": "model_length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_MEDIA = ("image", "audio", "video", "document")


def check(config: GenerationConfig) -> None:
    """Refuse parameters the Messages API cannot be given.

    Raises:
        ConfigError: One is set, or two contradict each other.
    """
    refuse(config, _UNUSABLE, "anthropic_api")
    check_sampling(config)
    check_headers(config.extra_headers, "generation_config.extra_headers")
    budget, limit = config.reasoning_tokens, config.max_tokens
    if budget is not None and limit is not None and budget >= limit:
        raise ConfigError(
            f"generation_config.reasoning_tokens: {budget} leaves nothing of max_tokens={limit} for the answer, "
            "which counts both. Raise max_tokens."
        )
    for name in ("messages", "stream"):
        if name in (config.extra_body or {}):
            raise ConfigError(f"generation_config.extra_body: {name!r} is set by the run. Remove it.")


def request_body(request: Request, model: str) -> dict[str, Any]:
    """Return the JSON to send for ``request``: system messages apart, as the service wants them."""
    config = request.config
    budget = config.reasoning_tokens
    schema = config.response_schema
    output = {
        "effort": config.reasoning_effort,
        "format": None if schema is None else {"type": "json_schema", "schema": schema.get("json_schema", schema)},
    }
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": config.max_tokens or DEFAULT_MAX_TOKENS + (budget or 0),
        "messages": _turns([m for m in request.messages if m.role != "system"]),
    }
    given = {
        "system": "\n\n".join(m.content for m in request.messages if m.role == "system") or None,
        "stream": config.stream or None,
        "temperature": temperature(config),
        "top_p": config.top_p,
        "top_k": config.top_k,
        "stop_sequences": list(config.stop_seqs) if config.stop_seqs else None,
        "thinking": None if budget is None else {"type": "enabled", "budget_tokens": budget},
        "tools": [_definition(tool) for tool in request.tools] or None,
        "output_config": {name: value for name, value in output.items() if value is not None} or None,
    }
    body.update((name, value) for name, value in given.items() if value is not None)
    if config.extra_body:
        body.update(config.extra_body)
    return body


def _definition(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return the conversation; the results of a reply's calls, one after the other, are one turn of the user."""
    turns: list[dict[str, Any]] = []
    before: Message | None = None
    for message in messages:
        content = _content(message)
        if message.role == "tool" and before is not None and before.role == "tool":
            turns[-1]["content"] += content
        else:
            turns.append({"role": "assistant" if message.role == "assistant" else "user", "content": content})
        before = message
    return turns


def _content(message: Message) -> str | list[dict[str, Any]]:
    if message.role == "tool":
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": message.content}]
    if not message.tool_calls:
        return message.content
    text = [{"type": "text", "text": message.content}] if message.content else []
    return text + [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": _object_in(call.arguments)}
        for call in message.tool_calls
    ]


def _object_in(arguments: str) -> Any:
    """Return what a call's arguments say: the service takes objects only."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


@dataclass(slots=True)
class _CallDraft:
    """A call under construction: its input comes whole, or as pieces of JSON."""

    name: str
    id: str
    input: object
    pieces: list[str] = field(default_factory=list)

    def whole(self) -> ToolCall:
        """Return the call."""
        written = "".join(self.pieces)
        return ToolCall(self.name, written or json.dumps(self.input if self.input is not None else {}), self.id)


class MessageDraft:
    """A reply under construction: whole, or event by event."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._parser = EventParser()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_CallDraft] = []
        self._usage: dict[str, Any] = {}
        self._model = ""
        self._stop: str | None = None
        self.first_token_at: float | None = None

    def feed(self, chunk: bytes) -> None:
        """Take a piece of an event stream."""
        for event in self._parser.feed(chunk):
            self._take(json_object(event, self._url))

    def take_message(self, message: Mapping[str, Any]) -> None:
        """Take a whole message."""
        content = message.get("content")
        if content is None and message.get("stop_reason") == "refusal":
            content = []  # a filter's verdict stays: an empty reply
        if error_in(message) or not isinstance(content, list):
            raise self._error(message)
        self._begin(message)
        for block in content:
            self._add(block)
        self._stop = message.get("stop_reason")

    def output(self, model: str, started: float, *, streamed: bool) -> ModelOutput:
        """Return the reply.

        Args:
            model: The name to record where the service named none.
            started: ``perf_counter()`` when the request was sent.
            streamed: It came in events, so the time of the first token is known.

        Raises:
            TransientError: The stream ended before the reply did.
        """
        for event in self._parser.close():
            self._take(json_object(event, self._url))
        if self._stop is None:
            raise malformed("the reply broke off without a stop_reason", self._url)
        text, reasoning = "".join(self._text), "".join(self._reasoning).strip()
        if not reasoning:
            reasoning, text = split_reasoning(text)
        first = self.first_token_at if streamed else None
        return ModelOutput(
            text,
            reasoning,
            _STOPS.get(self._stop, "unknown"),
            _usage(self._usage),
            self._model or model,
            tool_calls=tuple(call.whole() for call in self._calls),
            latency_s=perf_counter() - started,
            ttft_s=None if first is None else first - started,
        )

    def _take(self, event: Mapping[str, Any]) -> None:
        kind = event.get("type")
        if kind == "error" or event.get("error") or event.get("object") == "error":
            raise self._error(event)
        if kind == "message_start":
            self._begin(_object(event, "message"))
        elif kind == "content_block_start":
            self._add(event.get("content_block"))
        elif kind == "content_block_delta":
            self._add(event.get("delta"))
        elif kind == "message_delta":
            self._stop = _object(event, "delta").get("stop_reason") or self._stop
            self._usage |= _object(event, "usage")

    def _begin(self, message: Mapping[str, Any]) -> None:
        self._usage |= _object(message, "usage")
        self._model = str(message.get("model") or "")

    def _add(self, block: object) -> None:
        if not isinstance(block, Mapping):
            raise malformed("its content holds a part that is not an object", self._url)
        text, thinking, kind = block.get("text"), block.get("thinking"), block.get("type")
        if kind in _MEDIA or (kind in ("text", "text_delta") and not isinstance(text, str)):
            raise malformed(f"its content holds a part of type {kind!r} without text", self._url)
        if isinstance(text, str):
            self._text.append(text)
        if isinstance(thinking, str):
            self._reasoning.append(thinking)
        called = self._add_call(block)
        if (text or thinking or called) and self.first_token_at is None:
            self.first_token_at = perf_counter()

    def _add_call(self, block: Mapping[str, Any]) -> bool:
        """Take a call, or the next piece of the last one's arguments; tell whether it was one."""
        piece = block.get("partial_json")
        if block.get("type") == "tool_use" and len(self._calls) < MAX_CALLS:
            name, own_id = block.get("name"), block.get("id")
            self._calls.append(_CallDraft(str(name or ""), str(own_id or ""), block.get("input")))
            return True
        if isinstance(piece, str) and self._calls:
            self._calls[-1].pieces.append(piece)
            return True
        return False

    def _error(self, event: Mapping[str, Any]) -> ModelError:
        return refusal_inside(event, self._url) if error_in(event) else malformed("it holds no content", self._url)


def _usage(counts: Mapping[str, Any]) -> Usage | None:
    """Return the tokens; the service counts cached input apart, here input is all of it, as everywhere else."""
    if not counts:
        return None
    read, written = (token_count(counts.get(f"cache_{what}_input_tokens")) for what in ("read", "creation"))
    return Usage(
        (token_count(counts.get("input_tokens")) or 0) + (read or 0) + (written or 0),
        token_count(counts.get("output_tokens")) or 0,
        token_count(_object(counts, "output_tokens_details").get("thinking_tokens")),
        input_tokens_cache_read=read,
        input_tokens_cache_write=written,
    )


def _object(mapping: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = mapping.get(name)
    return value if isinstance(value, dict) else {}


class AnthropicModel(ServiceModel):
    """A chat model behind the Messages API."""

    async def generate(self, request: Request) -> ModelOutput:
        """Ask once."""
        url = self._transport.url
        draft = MessageDraft(url)
        started = perf_counter()
        reply = await self._ask(request_body(request, self.name), request.config, draft.feed)
        if not reply.streamed:
            draft.take_message(json_object(reply.body, url))
        return draft.output(self.name, started, streamed=reply.streamed)


def create(spec: ModelSpec) -> AnthropicModel:
    """Make the model.

    Raises:
        ConfigError: The address cannot be used, or an argument is unknown.
    """
    args = spec.model_args
    check_model_args(args, ("default_headers", "default_query"), "anthropic_api")
    check_headers(args.get("default_headers"), "model_args.default_headers")
    base = (spec.api_url or DEFAULT_URL).strip().rstrip("/").removesuffix("/messages").removesuffix("/v1")
    transport = HttpTransport(
        base + "/v1/messages",
        credential=Credential("x-api-key", spec.api_key),
        headers={"anthropic-version": _VERSION, **args.get("default_headers", {})},
        query=args.get("default_query"),
        concurrency=spec.concurrency,
    )
    return AnthropicModel(spec.model, transport)
