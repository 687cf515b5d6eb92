"""OpenAI's chat completions: what is sent, and what a reply or a stream of events says. No connection in here."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError
from ..core.values import ModelOutput, StopReason, Usage, token_count
from .arguments import IMAGE_PARAMETERS, check_headers, check_sampling, refuse, temperature
from .content import ContentError, Said, said
from .protocol import Request
from .reasoning import Thought, split_reasoning
from .server_events import EventParser
from .service_errors import error_in, json_object, malformed, refusal_inside
from .tool_calls import CallDrafts, definitions, turn

_UNUSABLE = {
    **IMAGE_PARAMETERS,
    "reasoning_tokens": "Services know reasoning_effort; give a budget in extra_body, under the name they use.",
}
_RESERVED = ("messages", "stream", "n")
_STOPS: dict[str, StopReason] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "length": "max_tokens",
    "max_tokens": "max_tokens",
    "model_length": "model_length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "content-filter": "content_filter",
    "refusal": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "prohibited_content": "content_filter",
    "blocklist": "content_filter",
    "spii": "content_filter",
    "sensitive": "content_filter",
}
_BROKEN = ("error", "abort", "insufficient_system_resource")


def check(config: GenerationConfig) -> None:
    """Refuse parameters that an OpenAI-compatible service cannot be given.

    Raises:
        ConfigError: One is set, or two contradict each other.
    """
    refuse(config, _UNUSABLE, "openai_api")
    check_sampling(config)
    check_headers(config.extra_headers, "generation_config.extra_headers")
    for name in _RESERVED:
        if name in (config.extra_body or {}):
            instead = {"stream": "Use generation_config.stream.", "n": "Use --eval-repeats."}
            advice = instead.get(name, "Remove it.")
            raise ConfigError(f"generation_config.extra_body: {name!r} is set by the run. {advice}")


def thinks_first(model: str) -> bool:
    """Tell whether OpenAI's own service treats ``model`` as a reasoning model: no temperature, no ``max_tokens``."""
    name = model.rpartition("/")[2]
    return name.startswith(("o1", "o3", "o4-", "gpt-5")) and not name.startswith("gpt-5-chat")


def request_body(request: Request, model: str, *, stream: bool) -> dict[str, Any]:
    """Return the JSON to send for ``request``."""
    config = request.config
    body: dict[str, Any] = {
        "model": model,
        "messages": [turn(m) for m in request.messages],
    }
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    limit = "max_completion_tokens" if thinks_first(model) else "max_tokens"
    logprobs = True if config.top_logprobs else config.logprobs
    given = {
        limit: config.max_tokens,
        "temperature": temperature(config),
        "top_p": config.top_p,
        "top_k": config.top_k,
        "stop": list(config.stop_seqs) if config.stop_seqs else None,
        "frequency_penalty": config.frequency_penalty,
        "presence_penalty": config.presence_penalty,
        "repetition_penalty": config.repetition_penalty,
        "logit_bias": config.logit_bias,
        "seed": None if config.seed is None else config.seed + request.repeat,
        "logprobs": logprobs,
        "top_logprobs": config.top_logprobs,
        "tools": definitions(request.tools) if request.tools else None,
        "parallel_tool_calls": config.parallel_tool_calls,
        "reasoning_effort": config.reasoning_effort,
        "response_format": _response_format(config.response_schema),
        "chat_template_kwargs": config.chat_template_kwargs,
    }
    body.update((name, value) for name, value in given.items() if value is not None)
    if config.extra_body:
        body.update(config.extra_body)
    return body


def _response_format(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the schema as services want it: bare, or with EvalScope's name, description and strictness around it."""
    if schema is None:
        return None
    bare = schema.get("json_schema")
    if not isinstance(bare, Mapping):
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    around = {k: schema[k] for k in ("description", "strict") if schema.get(k) is not None}
    return {"type": "json_schema", "json_schema": {"name": schema.get("name") or "answer", "schema": bare, **around}}


def read_reply(body: bytes, url: str, model: str, latency_s: float) -> ModelOutput:
    """Read a reply that came in one piece.

    Args:
        body: The reply.
        url: Where it came from, for errors.
        model: The name to record where the reply holds none.
        latency_s: Seconds it took.

    Raises:
        ModelError: It is no usable reply, or it is an error object.
    """
    payload = json_object(body, url)
    _refuse_errors(payload, url)
    choice = _first(payload)
    if choice is None:
        raise malformed("it holds no choices", url)
    _refuse_errors_inside(choice, "message", url)
    stop, message = _stop(_finish(choice, url)), choice.get("message")
    if message is None and stop == "content_filter":
        message = {}  # a filter's verdict stays: an empty reply, as those that come with a message
    if not isinstance(message, dict):
        raise malformed("its choice holds no message", url)
    answer = _answer(_said(message, url))
    drafts = CallDrafts()
    drafts.take(message.get("tool_calls"))
    return ModelOutput(
        answer.text,
        answer.reasoning,
        stop,
        read_usage(payload.get("usage")),
        _words(payload, "model") or model,
        latency_s=latency_s,
        tool_calls=drafts.calls(),
        logprobs=choice.get("logprobs"),
    )


class ChatStream:
    """Puts a streamed reply together, event by event."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._parser = EventParser()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls = CallDrafts()
        self._logprobs: list[Any] = []
        self._usage: Usage | None = None
        self._model = ""
        self._finish = ""
        self._done = False
        self._seen = False
        self.first_token_at: float | None = None

    def feed(self, chunk: bytes) -> None:
        """Take what the network gave.

        Raises:
            ModelError: An event is malformed, or an error object.
        """
        for event in self._parser.feed(chunk):
            self._take(event)

    def output(self, model: str, started: float) -> ModelOutput:
        """Return the whole reply.

        Args:
            model: The name to record where the stream named none.
            started: ``perf_counter()`` when the request was sent.

        Raises:
            TransientError: The stream ended before the reply did.
        """
        for event in self._parser.close():
            self._take(event)
        if not self._seen:
            raise malformed("the stream holds no choices", self._url)
        if not self._finish and not self._done:
            raise malformed(f"the stream broke off after {sum(map(len, self._text))} characters", self._url)
        answer = _answer(Said("".join(self._text), "".join(self._reasoning)))
        return ModelOutput(
            answer.text,
            answer.reasoning,
            _stop(self._finish),
            self._usage,
            self._model or model,
            latency_s=perf_counter() - started,
            tool_calls=self._calls.calls(),
            ttft_s=None if self.first_token_at is None else self.first_token_at - started,
            logprobs={"content": self._logprobs} if self._logprobs else None,
        )

    def _take(self, event: bytes) -> None:
        if event.strip() == b"[DONE]":
            self._done = True
            return
        payload = json_object(event, self._url)
        _refuse_errors(payload, self._url)
        self._usage = read_usage(payload.get("usage")) or self._usage
        self._model = self._model or _words(payload, "model")
        choice = _first(payload)
        if choice is None or choice.get("index"):
            return
        _refuse_errors_inside(choice, "delta", self._url)
        self._seen = True
        self._finish = _finish(choice, self._url) or self._finish
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._add(delta)
        elif delta is not None:
            raise malformed("a delta of the stream is not an object", self._url)
        logprobs = choice.get("logprobs")
        if isinstance(logprobs, dict) and isinstance(logprobs.get("content"), list):
            self._logprobs += logprobs["content"]

    def _add(self, delta: dict[str, Any]) -> None:
        text, reasoning = _said(delta, self._url)
        if text:
            self._text.append(text)
        if reasoning:
            self._reasoning.append(reasoning)
        self._calls.take(delta.get("tool_calls"))
        if self.first_token_at is None and (text or reasoning or delta.get("tool_calls")):
            self.first_token_at = perf_counter()


def _answer(found: Said) -> Thought:
    """Return both parts of a reply; where the service has no field for thinking, it is in the text."""
    return Thought(found.reasoning, found.text) if found.reasoning else split_reasoning(found.text)


def _said(message: Mapping[str, Any], url: str) -> Said:
    try:
        return said(message)
    except ContentError as error:
        raise malformed(str(error), url) from None


def _stop(finish: str) -> StopReason:
    """Return why a reply ended; a filter may name its category behind a colon."""
    return _STOPS.get(finish.partition(":")[0].strip().lower(), "unknown")


def _refuse_errors(payload: Mapping[str, Any], url: str) -> None:
    if error_in(payload):
        raise refusal_inside(payload, url)


def _refuse_errors_inside(choice: Mapping[str, Any], name: str, url: str) -> None:
    """Raise the error that stands in a choice, or in its message, of a reply with HTTP 200."""
    message = choice.get(name)
    for part in (choice, message if isinstance(message, dict) else {}):
        if part.get("error"):
            raise refusal_inside({"error": part["error"]}, url)


def read_usage(usage: object) -> Usage | None:
    """Read a token count, with or without details; DeepSeek names cached tokens its own way."""
    if not isinstance(usage, dict):
        return None
    sent, received = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    if sent is None and received is None:
        return None
    details = usage.get("completion_tokens_details")
    prompt = usage.get("prompt_tokens_details")
    cached = _count(prompt, "cached_tokens")
    return Usage(
        sent or 0,
        received or 0,
        _count(details, "reasoning_tokens"),
        _count(usage, "prompt_cache_hit_tokens") if cached is None else cached,
    )


def _count(mapping: object, name: str) -> int | None:
    value = mapping.get(name) if isinstance(mapping, dict) else None
    return token_count(value)


def _words(mapping: Mapping[str, Any], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _first(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    choices = payload.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


def _finish(choice: Mapping[str, Any], url: str) -> str:
    finish = _words(choice, "finish_reason")
    if finish in _BROKEN:
        raise malformed(f"the service gave up in mid-reply (finish_reason {finish!r})", url)
    return finish
