"""Anthropic's Messages, ``/v1/messages`` (its API reference, 2026).

The service demands ``max_tokens``: 4096 is sent if none is given, plus the thinking budget if there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError
from ..core.values import ModelOutput, StopReason, Tool, ToolCall, Usage
from .arguments import IMAGE_PARAMETERS, check_headers, check_sampling, refuse, temperature
from .content import split_reasoning
from .errors import complaint_of, error_in, json_object, malformed, refusal_inside
from .interface import Fields, Interface, wrong_shape
from .media import refuse_media
from .prompt import Prompt
from .request import Request
from .sse import EventParser
from .stamped import Delta, Reader, StampedReply, take
from .tool_calls import MAX_CALLS, chat_message
from .usage import anthropic_usage, chat_names

DEFAULT_MAX_TOKENS = 4096
VERSION_HEADERS = {"anthropic-version": "2023-06-01"}
KEY_HEADER = "x-api-key"
_NOT_THERE = "The Messages API has no such parameter. Remove it; what a service adds to the API goes into extra_body."
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


def messages_url(address: str) -> str:
    """Return the whole address of the service, given any beginning of it."""
    return address.strip().rstrip("/").removesuffix("/messages").removesuffix("/v1") + "/v1/messages"


def check(config: GenerationConfig) -> None:
    """Refuse parameters that the Messages API does not take.

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
    """Return the body of an evaluation's request."""
    config = request.config
    refuse_media(request.messages, "anthropic_api")
    budget = config.reasoning_tokens
    schema = config.response_schema
    output = {
        "effort": config.reasoning_effort,
        "format": None if schema is None else {"type": "json_schema", "schema": schema.get("json_schema", schema)},
    }
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": config.max_tokens or DEFAULT_MAX_TOKENS + (budget or 0),
        **_conversation(chat_message(message) for message in request.messages),
    }
    given = {
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


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body of a load test's request: system messages apart, and always a limit of tokens."""
    sent = {name: value for name, value in fields.items() if name not in ("stream_options", "stop")}
    sent.setdefault("max_tokens", DEFAULT_MAX_TOKENS)
    if "stop" in fields:
        stop = fields["stop"]
        sent["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    if isinstance(prompt.content, Mapping):
        return {**sent, **prompt.content}
    if not prompt.messages:
        raise wrong_shape("/messages", "a text or messages")
    return {**sent, **_conversation(prompt.messages)}


def _definition(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _conversation(messages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return chat messages as the service takes them: system messages apart, results of calls as the user's turn."""
    system: list[str] = []
    turns: list[dict[str, Any]] = []
    before = ""
    for message in messages:
        role = str(message.get("role"))
        if role in ("system", "developer"):
            system.append(_text_of(message.get("content")))
            continue
        content = _content(message)
        if role == "tool" and before == "tool":  # the results of one reply's calls are one turn
            turns[-1]["content"] += content
        else:
            turns.append({"role": "assistant" if role == "assistant" else "user", "content": content})
        before = role
    return {**({"system": "\n\n".join(system)} if any(system) else {}), "messages": turns}


def _content(message: Mapping[str, Any]) -> Any:
    content = message.get("content")
    if message.get("role") == "tool":
        return [{"type": "tool_result", "tool_use_id": message.get("tool_call_id"), "content": content}]
    if isinstance(content, (list, tuple)):
        content = [_part(part) for part in content]
    calls = message.get("tool_calls")
    if not isinstance(calls, list) or not calls:
        return content
    text = [{"type": "text", "text": content}] if content and isinstance(content, str) else content or []
    return text + [_tool_use(call) for call in calls if isinstance(call, Mapping)]


def _tool_use(call: Mapping[str, Any]) -> dict[str, Any]:
    function = _object(call, "function")
    arguments = _object_in(function.get("arguments"))
    return {"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": arguments}


def _part(part: Any) -> Any:
    """Return a part of a chat message in this dialect: pictures and documents differ."""
    if isinstance(part, Mapping) and part.get("type") == "file" and isinstance(part.get("file"), Mapping):
        return _document(part["file"])
    if not isinstance(part, Mapping) or part.get("type") != "image_url":
        return part
    image = part.get("image_url")
    url = str(image.get("url") if isinstance(image, Mapping) else image)
    kind, comma, data = url.partition(";base64,")
    if not (comma and kind.startswith("data:")):
        return {"type": "image", "source": {"type": "url", "url": url}}
    return {"type": "image", "source": {"type": "base64", "media_type": kind[5:], "data": data}}


def _document(file: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, data = str(file.get("file_data")).partition(";base64,")
    source = {"type": "base64", "media_type": kind.removeprefix("data:"), "data": data}
    return {"type": "document", "source": source, "title": file.get("filename")}


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, (list, tuple)) else ()
    return "\n\n".join(str(part["text"]) for part in parts if isinstance(part, Mapping) and part.get("text"))


def _object_in(arguments: Any) -> Any:
    """Return a call's arguments as an object: the service takes nothing else."""
    try:
        value = json.loads(arguments) if isinstance(arguments, str) else arguments
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


class _Piece(NamedTuple):
    """The content of a block, or of a piece of one."""

    text: str
    thinking: str
    is_call: bool
    arguments: str

    @property
    def is_output(self) -> bool:
        """True if the model generated something."""
        return bool(self.text or self.thinking or self.is_call or self.arguments)


def _piece(block: object) -> _Piece:
    """Read a block of the content, or a delta of one.

    Raises:
        ValueError: It is not an object, or it holds something other than text, thinking and calls.
    """
    if not isinstance(block, Mapping):
        raise ValueError("its content holds a part that is not an object")
    text, thinking, kind = block.get("text"), block.get("thinking"), block.get("type")
    if kind in _MEDIA or (kind in ("text", "text_delta") and not isinstance(text, str)):
        raise ValueError(f"its content holds a part of type {kind!r} without text")
    return _Piece(_words(text), _words(thinking), kind == "tool_use", _words(block.get("partial_json")))


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


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
    """A reply to an evaluation's request under construction: whole, or event by event."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._parser = EventParser()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: list[_CallDraft] = []
        self._usage: dict[str, Any] = {}
        self._model = ""
        self._stop: str | None = None
        self._first_at: float | None = None

    @property
    def usage(self) -> Usage | None:
        """The tokens that the service has reported so far."""
        return anthropic_usage(self._usage)

    def feed(self, piece: bytes, at: float) -> None:
        """Take a piece of an event stream."""
        for event in self._parser.feed(piece):
            self._take(json_object(event, self._url), at)

    def take_body(self, body: bytes) -> None:
        """Take a whole message."""
        message = json_object(body, self._url)
        self._usage |= _object(message, "usage")
        content = message.get("content")
        if content is None and message.get("stop_reason") == "refusal":
            content = []  # a filter's verdict stays: an empty reply
        if error_in(message):
            raise refusal_inside(message, self._url)
        if not isinstance(content, list):
            raise malformed("it holds no content", self._url)
        self._begin(message)
        for block in content:
            self._add(block, None)
        self._stop = message.get("stop_reason")

    def output(self, model: str, started: float, ended: float) -> ModelOutput:
        """Return the whole reply."""
        for event in self._parser.close():
            self._take(json_object(event, self._url), ended)
        if self._stop is None:
            raise malformed("the reply broke off without a stop_reason", self._url)
        text, reasoning = "".join(self._text), "".join(self._reasoning).strip()
        if not reasoning:
            reasoning, text = split_reasoning(text)
        return ModelOutput(
            text,
            reasoning,
            _STOPS.get(self._stop, "unknown"),
            anthropic_usage(self._usage),
            self._model or model,
            tool_calls=tuple(call.whole() for call in self._calls),
            latency_s=ended - started,
            ttft_s=None if self._first_at is None else self._first_at - started,
        )

    def _take(self, event: Mapping[str, Any], at: float) -> None:
        if _is_error(event):
            raise refusal_inside(event, self._url)
        kind = event.get("type")
        if kind == "message_start":
            self._begin(_object(event, "message"))
        elif kind in _ADDED:
            self._add(event.get(_ADDED[kind]), at)
        elif kind == "message_delta":
            self._stop = _object(event, "delta").get("stop_reason") or self._stop
            self._usage |= _object(event, "usage")

    def _begin(self, message: Mapping[str, Any]) -> None:
        self._usage |= _object(message, "usage")
        self._model = str(message.get("model") or "")

    def _add(self, block: Any, at: float | None) -> None:
        try:
            piece = _piece(block)
        except ValueError as error:
            raise malformed(str(error), self._url) from None
        self._text.append(piece.text)
        self._reasoning.append(piece.thinking)
        if piece.is_call and len(self._calls) < MAX_CALLS:
            name, call_id = str(block.get("name") or ""), str(block.get("id") or "")
            self._calls.append(_CallDraft(name, call_id, block.get("input")))
        elif self._calls and piece.arguments:
            self._calls[-1].pieces.append(piece.arguments)
        if piece.is_output and self._first_at is None:
            self._first_at = at


_ADDED = {"content_block_start": "content_block", "content_block_delta": "delta"}  # event -> place of its content


def _is_error(event: Mapping[str, Any]) -> bool:
    return event.get("type") == "error" or bool(event.get("error")) or event.get("object") == "error"


def take_event(event: Any, stamp: float, reply: StampedReply) -> None:
    """Add an event of the stream to a load test's reply."""
    if not isinstance(event, dict):
        reply.error = "an event of the stream is not a JSON object"
        return
    kind = event.get("type")
    if _is_error(event):
        take(Delta(error=complaint_of(event).message), stamp, reply)
    elif kind in _ADDED:
        try:
            piece = _piece(event.get(_ADDED[kind]))
        except ValueError as error:
            reply.error = f"an event of the stream cannot be read: {error}"
            return
        take(Delta(piece.text, piece.thinking, piece.is_call or bool(piece.arguments)), stamp, reply)
    elif kind in ("message_start", "message_delta"):
        _take_usage(_object(_object(event, "message") if kind == "message_start" else event, "usage"), reply)
        reply.ended = reply.ended or bool(_object(event, "delta").get("stop_reason"))
    elif kind == "message_stop":
        reply.ended = True


def take_body(body: Any, reply: StampedReply) -> None:
    """Add a whole message to a load test's reply."""
    if not isinstance(body, dict):
        reply.error = "the reply is not a JSON object"
        return
    content = body.get("content")
    if error_in(body):
        take(Delta(error=complaint_of(body).message), None, reply)
    elif not isinstance(content, list):
        reply.error = "the reply has no content"
    else:
        _take_usage(_object(body, "usage"), reply)
        try:
            pieces = [_piece(block) for block in content]
        except ValueError as error:
            reply.error = f"the reply cannot be read: {error}"
            return
        for piece in pieces:
            take(Delta(piece.text, piece.thinking, finished=True), None, reply)
        reply.ended = True


def _take_usage(counts: Mapping[str, Any], reply: StampedReply) -> None:
    """Merge counts, as later events repeat some of them only; keep them under the names load tests read, too."""
    merged = {**(reply.usage or {}), **counts}
    if usage := anthropic_usage(merged):
        reply.usage = {**merged, **chat_names(usage)}


def _object(mapping: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = mapping.get(name)
    return value if isinstance(value, dict) else {}


INTERFACE = Interface(
    "anthropic",
    "/messages",
    write,
    Reader(take_event, take_body),
    headers=VERSION_HEADERS,
    key_header=KEY_HEADER,
    key_variable="ANTHROPIC_API_KEY",
)
