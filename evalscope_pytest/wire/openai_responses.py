"""OpenAI's Responses, ``/v1/responses``, whose stream consists of named events (its API reference, 2026)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError
from ..core.values import ModelOutput, StopReason, Tool, ToolCall, Usage
from .arguments import IMAGE_PARAMETERS, check_headers, check_sampling, refuse, temperature
from .content import ContentError, content_of, split_reasoning
from .errors import complaint_of, error_in, json_object, malformed, refusal_inside
from .interface import Fields, Interface, wrong_shape
from .media import refuse_media
from .prompt import Message, Prompt
from .request import Request
from .sse import EventParser
from .stamped import Delta, Reader, StampedReply, take
from .tool_calls import MAX_CALLS, chat_message
from .usage import count, responses_usage

_NOT_THERE = "The Responses API has no such parameter. Remove it, or put what this service adds into extra_body."
_UNUSABLE = {
    **IMAGE_PARAMETERS,
    **dict.fromkeys(
        (
            "top_k",
            "stop_seqs",
            "frequency_penalty",
            "presence_penalty",
            "repetition_penalty",
            "logit_bias",
            "seed",
            "chat_template_kwargs",
        ),
        _NOT_THERE,
    ),
    "reasoning_tokens": "Services know reasoning_effort; give a budget in extra_body, under the name they use.",
}
_RESERVED = {
    "input": "It is set by the run. Remove it.",
    "stream": "Use generation_config.stream.",
    "background": "The run waits for each reply. Remove it.",
}
_TEXT = frozenset({"response.output_text.delta", "response.refusal.delta"})
_REASONING = frozenset({"response.reasoning_text.delta", "response.reasoning_summary_text.delta"})
_CALL = frozenset(
    {
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.mcp_call_arguments.delta",
    }
)
_CALL_ITEMS = frozenset({"function_call", "custom_tool_call", "mcp_call"})
_END = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
_INCOMPLETE: dict[str, StopReason] = {"max_output_tokens": "max_tokens", "content_filter": "content_filter"}
_LOGPROBS = "message.output_text.logprobs"


def check(config: GenerationConfig) -> None:
    """Refuse parameters that the Responses API does not take.

    Raises:
        ConfigError: One is set, or two contradict each other.
    """
    refuse(config, _UNUSABLE, "openai_responses_api")
    check_sampling(config)
    check_headers(config.extra_headers, "generation_config.extra_headers")
    for name, advice in _RESERVED.items():
        if name in (config.extra_body or {}):
            raise ConfigError(f"generation_config.extra_body: {name!r} cannot be given. {advice}")


def request_body(request: Request, model: str) -> dict[str, Any]:
    """Return the body of an evaluation's request."""
    config = request.config
    refuse_media(request.messages, "openai_responses_api")
    logprobs = config.logprobs or bool(config.top_logprobs)
    body: dict[str, Any] = {"model": model, "input": _input(chat_message(m) for m in request.messages)}
    given = {
        "stream": config.stream or None,
        "max_output_tokens": config.max_tokens,
        "temperature": temperature(config),
        "top_p": config.top_p,
        "top_logprobs": config.top_logprobs,
        "include": [_LOGPROBS] if logprobs else None,
        "tools": [_definition(tool) for tool in request.tools] or None,
        "parallel_tool_calls": config.parallel_tool_calls,
        "reasoning": None if config.reasoning_effort is None else {"effort": config.reasoning_effort},
        "text": _text_format(config.response_schema),
    }
    body.update((name, value) for name, value in given.items() if value is not None)
    if config.extra_body:
        body.update(config.extra_body)
    return body


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body of a load test's request: ``input``, and ``max_output_tokens``; usage comes unrequested."""
    sent = {name: value for name, value in fields.items() if name not in ("max_tokens", "stream_options")}
    if "max_tokens" in fields:
        sent["max_output_tokens"] = fields["max_tokens"]
    if isinstance(prompt.content, Mapping):
        return {**sent, **prompt.content}
    if not prompt.messages:
        raise wrong_shape("/responses", "a text or messages")
    return {**sent, "input": _input(prompt.messages)}


def _definition(tool: Tool) -> dict[str, Any]:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,  # the default, true, refuses most benchmarks' schemas
    }


def _text_format(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the schema as the service wants it: bare, or with EvalScope's name, description and strictness."""
    if schema is None:
        return None
    bare = schema.get("json_schema")
    if not isinstance(bare, Mapping):
        return {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
    around = {k: schema[k] for k in ("description", "strict") if schema.get(k) is not None}
    return {"format": {"type": "json_schema", "name": schema.get("name") or "answer", "schema": bare, **around}}


def _input(messages: Iterable[Message]) -> list[Message]:
    return [item for message in messages for item in _items_of(message)]


def _items_of(message: Message) -> Iterator[Message]:
    """Yield the items of a chat message: itself, the calls it makes, or the result of a call."""
    if message.get("role") == "tool":
        output = {"call_id": message.get("tool_call_id"), "output": message.get("content")}
        yield {"type": "function_call_output", **output}
        return
    calls = message.get("tool_calls")
    calls = calls if isinstance(calls, list) else []
    content = message.get("content")
    plain = {name: value for name, value in message.items() if name != "tool_calls"}
    if isinstance(content, list):
        text = "output_text" if message.get("role") == "assistant" else "input_text"
        plain["content"] = [_part(part, text) for part in content]
    if content or not calls:
        yield plain
    for call in calls:
        function = _mapping(_mapping(call).get("function"))
        yield {
            "type": "function_call",
            "call_id": _mapping(call).get("id"),
            "name": function.get("name"),
            "arguments": function.get("arguments"),
        }


def _part(part: Any, text: str) -> Any:
    """Return a part of a chat message in this dialect."""
    if not isinstance(part, Mapping):
        return part
    if part.get("type") == "text":
        return {"type": text, "text": part.get("text")}
    if part.get("type") == "image_url":
        image = part.get("image_url")
        detail = {"detail": image["detail"]} if isinstance(image, Mapping) and image.get("detail") else {}
        return {"type": "input_image", "image_url": image.get("url") if isinstance(image, Mapping) else image, **detail}
    if part.get("type") == "file" and isinstance(part.get("file"), Mapping):
        return {"type": "input_file", **part["file"]}
    return part


class ResponseDraft:
    """A reply to an evaluation's request under construction: whole, or event by event.

    The last event of a stream repeats the whole reply, which is what counts. Services that leave its output out have
    sent each finished item before, or at least the text.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._parser = EventParser()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._items: list[Any] = []
        self._response: Mapping[str, Any] | None = None
        self._usage: Usage | None = None
        self._first_at: float | None = None

    @property
    def usage(self) -> Usage | None:
        """The tokens that the service has reported so far."""
        return self._usage

    def feed(self, piece: bytes, at: float) -> None:
        """Take a piece of an event stream."""
        for event in self._parser.feed(piece):
            self._take(event, at)

    def take_body(self, body: bytes) -> None:
        """Take a whole reply."""
        response = json_object(body, self._url)
        self._usage = responses_usage(response.get("usage"))
        if _is_error(response):
            raise refusal_inside(response, self._url)
        if not isinstance(response.get("output"), list):
            raise malformed("it holds no output", self._url)
        self._response = response

    def output(self, model: str, started: float, ended: float) -> ModelOutput:
        """Return the whole reply."""
        for event in self._parser.close():
            self._take(event, ended)
        response = self._response
        if response is None:
            raise malformed(f"the stream broke off after {sum(map(len, self._text))} characters", self._url)
        if response.get("status") not in ("completed", "incomplete", None):
            raise malformed(f"it is not complete (status {response.get('status')!r:.40})", self._url)
        items = response.get("output")
        items = items if isinstance(items, list) and items else self._items
        text, reasoning = self._words(items)
        if not reasoning:
            reasoning, text = split_reasoning(text)
        calls = tuple(_calls(items))
        name = response.get("model")
        return ModelOutput(
            text,
            reasoning,
            _stop(response, calls),
            self._usage,
            name if isinstance(name, str) and name else model,
            latency_s=ended - started,
            tool_calls=calls,
            ttft_s=None if self._first_at is None else self._first_at - started,
            logprobs=_logprobs(items),
        )

    def _take(self, event: bytes, at: float) -> None:
        if event.strip() == b"[DONE]":  # some gateways end every stream with it
            return
        payload = json_object(event, self._url)
        kind, response = payload.get("type"), payload.get("response")
        self._usage = responses_usage(_mapping(response).get("usage")) or self._usage
        if _is_error(payload):
            raise refusal_inside(payload, self._url)
        if kind in _END and isinstance(response, dict):
            if _is_error(response):
                raise refusal_inside(response, self._url)
            self._response = response
            return
        if kind == "response.output_item.done":
            self._items.append(payload.get("item"))
            return
        delta = delta_of(payload)
        if delta.text:
            self._text.append(delta.text)
        if delta.reasoning:
            self._reasoning.append(delta.reasoning)
        if self._first_at is None and (delta.text or delta.reasoning or delta.called):
            self._first_at = at

    def _words(self, items: list[Any]) -> tuple[str, str]:
        """Return text and reasoning of finished items, or of the deltas if the items hold none."""
        text, reasoning = [], []
        for item in map(_mapping, items):
            if item.get("type") == "reasoning":
                reasoning.append(_thinking(item))
            elif item.get("type", "message") == "message":
                try:
                    found = content_of(item)
                except ContentError as error:
                    raise malformed(str(error), self._url) from None
                text.append(found.text)
                reasoning.append(found.reasoning)
        thinking = "\n\n".join(part for part in reasoning if part)
        return "".join(text) or "".join(self._text), thinking or "".join(self._reasoning)


def _thinking(item: Mapping[str, Any]) -> str:
    """Return the thinking of a reasoning item: its own words, or else their summary."""
    for name in ("content", "summary"):
        parts = item.get(name)
        parts = parts if isinstance(parts, list) else [parts]
        words = [part if isinstance(part, str) else _mapping(part).get("text") for part in parts]
        if found := [word for word in words if isinstance(word, str) and word]:
            return "\n\n".join(found)
    return ""


def _calls(items: list[Any]) -> Iterator[ToolCall]:
    for item in list(map(_mapping, items))[:MAX_CALLS]:
        if item.get("type") in ("function_call", "custom_tool_call"):
            arguments = item.get("arguments") if item.get("type") == "function_call" else item.get("input")
            yield ToolCall(
                str(item.get("name") or ""),
                arguments if isinstance(arguments, str) else "",
                str(item.get("call_id") or item.get("id") or ""),
            )


def _logprobs(items: list[Any]) -> dict[str, Any] | None:
    """Return log probabilities in the form of chat completions; None if the reply holds none."""
    found: list[Any] = []
    for item in map(_mapping, items):
        parts = item.get("content")
        for part in map(_mapping, parts if isinstance(parts, list) else ()):
            if isinstance(part.get("logprobs"), list):
                found += part["logprobs"]
    return {"content": found} if found else None


def _stop(response: Mapping[str, Any], calls: tuple[ToolCall, ...]) -> StopReason:
    if response.get("status") == "incomplete":
        reason = _mapping(response.get("incomplete_details")).get("reason")
        return _INCOMPLETE.get(str(reason), "unknown")
    return "tool_calls" if calls else "stop"


def _is_error(payload: Mapping[str, Any]) -> bool:
    return payload.get("status") == "failed" or error_in(payload)


def take_event(event: Any, stamp: float, reply: StampedReply) -> None:
    """Add an event of the stream to a load test's reply."""
    if not isinstance(event, dict):
        reply.error = "an event of the stream is not a JSON object"
        return
    take(delta_of(event), stamp, reply)


def delta_of(event: Mapping[str, Any]) -> Delta:
    """Return the content of an event."""
    kind, delta = str(event.get("type")), event.get("delta")
    if isinstance(delta, str):
        if kind in _TEXT:
            return Delta(text=delta)
        if kind in _REASONING:
            return Delta(reasoning=delta)
        return Delta(called=bool(delta) and kind in _CALL)
    if kind == "response.output_item.added":
        item = _mapping(event.get("item"))
        return Delta(called=str(item.get("type")) in _CALL_ITEMS and bool(item.get("name")))
    if kind == "error" or event.get("error") is not None:
        return Delta(error=complaint_of(event).message)
    return _ended(_mapping(event.get("response"))) if kind in _END else Delta()


def _ended(response: Mapping[str, Any]) -> Delta:
    """Return the content of the last event, or of the whole reply, besides its output."""
    if response.get("error") is not None or response.get("status") == "failed":
        return Delta(error=complaint_of(response).message)
    usage = response.get("usage")
    return Delta(
        input_tokens=count(usage, "input_tokens"),
        output_tokens=count(usage, "output_tokens"),
        reasoning_tokens=count(_mapping(usage).get("output_tokens_details"), "reasoning_tokens"),
        cached_tokens=count(_mapping(usage).get("input_tokens_details"), "cached_tokens"),
        finished=True,
    )


def take_body(body: Any, reply: StampedReply) -> None:
    """Add a whole reply to a load test's reply."""
    if not isinstance(body, dict):
        reply.error = "the reply is not a JSON object"
        return
    delta = _ended(body)
    if not delta.error and not isinstance(body.get("output"), list):
        delta = Delta(error="it has no output")
    take(delta, None, reply)
    if reply.error:
        return
    for item in body["output"]:
        for part in _parts(_mapping(item)):
            take(part, None, reply)


def _parts(item: Mapping[str, Any]) -> Iterator[Delta]:
    thought = item.get("type") == "reasoning"
    for name in ("summary", "content"):
        for part in item[name] if isinstance(item.get(name), list) else ():
            text = _mapping(part).get("text") or _mapping(part).get("refusal")
            if isinstance(text, str):
                yield Delta(reasoning=text) if thought else Delta(text=text)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


INTERFACE = Interface("responses", "/responses", write, Reader(take_event, take_body))
