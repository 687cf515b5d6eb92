"""OpenAI's chat completions, ``/v1/chat/completions``: the dialect that most services speak.

Evaluations read replies with `ChatDraft`. Load tests read them with `READER`, which also takes completions, embeddings
and ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError
from ..core.values import ModelOutput, StopReason, Usage
from .arguments import IMAGE_PARAMETERS, check_headers, check_sampling, refuse, temperature
from .content import Content, ContentError, SplitReply, content_of, split_reasoning
from .errors import complaint_of, error_in, json_object, malformed, refusal_inside
from .interface import Fields, Interface, whole_body, wrong_shape
from .prompt import Prompt, messages_of
from .request import Request
from .sse import EventParser
from .stamped import Reader, StampedReply, mark_answer, mark_output
from .tool_calls import CallDrafts, chat_message, definitions
from .usage import chat_usage

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
    """Refuse parameters that OpenAI-compatible services do not take.

    Raises:
        ConfigError: One is set, or two contradict each other.
    """
    refuse(config, _UNUSABLE, "openai_api")
    check_sampling(config)
    check_headers(config.extra_headers, "generation_config.extra_headers")
    for name in _RESERVED:
        if name in (config.extra_body or {}):
            instead = {"stream": "Use generation_config.stream.", "n": "Use repeats."}
            advice = instead.get(name, "Remove it.")
            raise ConfigError(f"generation_config.extra_body: {name!r} is set by the run. {advice}")


def thinks_first(model: str) -> bool:
    """Return whether OpenAI treats ``model`` as a reasoning model: no temperature, no ``max_tokens``."""
    name = model.rpartition("/")[2]
    return name.startswith(("o1", "o3", "o4-", "gpt-5")) and not name.startswith("gpt-5-chat")


def request_body(request: Request, model: str, *, dashscope: bool = False) -> dict[str, Any]:
    """Return the body of an evaluation's request.

    Args:
        dashscope: Write media in the forms of DashScope's services: see `is_dashscope`.
    """
    config = request.config
    body: dict[str, Any] = {
        "model": model,
        "messages": [chat_message(m, dashscope=dashscope) for m in request.messages],
    }
    if config.stream:
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


def is_dashscope(url: str) -> bool:
    """Return whether a service is one of DashScope, which has forms of its own for recordings and frames of videos.

    Its addresses hold its name, or, with a workspace in them, that of Model Studio's hosts.
    """
    host = urlsplit(url).hostname or ""
    return "dashscope" in host or host.endswith(".maas.aliyuncs.com")


def _response_format(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the schema as services want it: bare, or with EvalScope's name, description and strictness around it."""
    if schema is None:
        return None
    bare = schema.get("json_schema")
    if not isinstance(bare, Mapping):
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    around = {k: schema[k] for k in ("description", "strict") if schema.get(k) is not None}
    return {"type": "json_schema", "json_schema": {"name": schema.get("name") or "answer", "schema": bare, **around}}


class ChatDraft:
    """A reply under construction: whole, or event by event."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._parser = EventParser()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls = CallDrafts()
        self._logprobs: list[Any] = []
        self._whole_logprobs: Any = None
        self._usage: Usage | None = None
        self._model = ""
        self._finish = ""
        self._done = False
        self._seen = False
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
        payload = json_object(body, self._url)
        self._usage = chat_usage(payload.get("usage"))
        _refuse_errors(payload, self._url)
        choice = _first(payload)
        if choice is None:
            raise malformed("it holds no choices", self._url)
        _refuse_errors_inside(choice, "message", self._url)
        self._finish, message = _finish(choice, self._url), choice.get("message")
        if message is None and _stop(self._finish) == "content_filter":
            message = {}  # a filter's verdict stays: an empty reply, as those that come with a message
        if not isinstance(message, dict):
            raise malformed("its choice holds no message", self._url)
        self._add(message, None)
        self._model = _words(payload, "model")
        self._whole_logprobs = choice.get("logprobs")
        self._seen = self._done = True

    def output(self, model: str, started: float, ended: float) -> ModelOutput:
        """Return the whole reply."""
        for event in self._parser.close():
            self._take(event, ended)
        if not self._seen:
            raise malformed("the stream holds no choices", self._url)
        if not self._finish and not self._done:
            raise malformed(f"the stream broke off after {sum(map(len, self._text))} characters", self._url)
        answer = _answer(Content("".join(self._text), "".join(self._reasoning)))
        return ModelOutput(
            answer.text,
            answer.reasoning,
            _stop(self._finish),
            self._usage,
            self._model or model,
            latency_s=ended - started,
            tool_calls=self._calls.calls(),
            ttft_s=None if self._first_at is None else self._first_at - started,
            logprobs={"content": self._logprobs} if self._logprobs else self._whole_logprobs,
        )

    def _take(self, event: bytes, at: float) -> None:
        if event.strip() == b"[DONE]":
            self._done = True
            return
        payload = json_object(event, self._url)
        self._usage = chat_usage(payload.get("usage")) or self._usage
        _refuse_errors(payload, self._url)
        self._model = self._model or _words(payload, "model")
        choice = _first(payload)
        if choice is None or choice.get("index"):
            return
        _refuse_errors_inside(choice, "delta", self._url)
        self._seen = True
        self._finish = _finish(choice, self._url) or self._finish
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._add(delta, at)
        elif delta is not None:
            raise malformed("a delta of the stream is not an object", self._url)
        logprobs = choice.get("logprobs")
        if isinstance(logprobs, dict) and isinstance(logprobs.get("content"), list):
            self._logprobs += logprobs["content"]

    def _add(self, delta: dict[str, Any], at: float | None) -> None:
        try:
            text, reasoning = content_of(delta)
        except ContentError as error:
            raise malformed(str(error), self._url) from None
        if text:
            self._text.append(text)
        if reasoning:
            self._reasoning.append(reasoning)
        self._calls.take(delta.get("tool_calls"))
        if self._first_at is None and (text or reasoning or delta.get("tool_calls")):
            self._first_at = at


def _answer(found: Content) -> SplitReply:
    """Return both parts of a reply; if the service has no field for thinking, it is in the text."""
    return SplitReply(found.reasoning, found.text) if found.reasoning else split_reasoning(found.text)


def _stop(finish: str) -> StopReason:
    """Return why a reply ended; a filter may name its category behind a colon."""
    return _STOPS.get(finish.partition(":")[0].strip().lower(), "unknown")


def _refuse_errors(payload: Mapping[str, Any], url: str) -> None:
    if error_in(payload):
        raise refusal_inside(payload, url)


def _refuse_errors_inside(choice: Mapping[str, Any], name: str, url: str) -> None:
    """Raise the error in a choice, or in its message, of a reply with HTTP 200."""
    message = choice.get(name)
    for part in (choice, message if isinstance(message, dict) else {}):
        if part.get("error"):
            raise refusal_inside({"error": part["error"]}, url)


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


# Load tests ----------------------------------------------------------------------------------------------------------
# Speed matters here: reading bounds the load that one core makes (docs/design/perf.md).


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body of a load test's request: messages."""
    if (body := whole_body(prompt, fields)) is not None:
        return body
    if not messages_of(prompt.content):
        raise wrong_shape("/chat/completions", "a text or messages")
    return {**fields, "messages": prompt.messages}


def take_event(event: Any, stamp: float, reply: StampedReply) -> None:
    """Add an event of the stream to a reply."""
    if not isinstance(event, dict):
        reply.error = "an event of the stream is not a JSON object"
        return
    if event.get("error") is not None or error_in(event):
        reply.error = f"error inside the stream: {complaint_of(event).message}"
        return
    usage = event.get("usage")
    if isinstance(usage, dict):
        reply.usage = usage
    carries = False
    for choice in _items(event.get("choices")):
        if isinstance(choice, dict):
            if choice.get("finish_reason"):
                reply.ended = True
            carries |= _take_choice(choice, stamp, reply)
            if reply.error:
                return
    if carries:
        mark_output(reply, stamp, usage)
    elif isinstance(usage, dict) and not event.get("choices"):
        reply.ended = True


def _take_choice(choice: dict[str, Any], stamp: float, reply: StampedReply) -> bool:
    """Keep the content of a choice; return whether there is output in it."""
    if choice.get("error"):
        reply.error = f"error inside the stream: {complaint_of({'error': choice['error']}).message}"
        return False
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        text = choice.get("text")  # of completions
        return bool(text) and isinstance(text, str) and mark_answer(text, stamp, reply)
    content = delta.get("content")
    if content and isinstance(content, str) and len(delta) == 1:  # nearly all events
        return mark_answer(content, stamp, reply)
    try:
        text, thought = content_of(delta)
    except ContentError as error:
        reply.error = f"an event of the stream cannot be read: {error}"
        return False
    if thought:
        reply.reasoning_texts.append(thought)
        reply.reasoning_events += 1
        reply.doubled += bool(text)
    if text:
        return mark_answer(text, stamp, reply)
    if thought:
        return True
    return any(_calls(call) for call in _items(delta.get("tool_calls"))) and mark_answer("", stamp, reply)


def _calls(call: Any) -> bool:
    function = _mapping(call.get("function")) if isinstance(call, dict) else {}
    return bool(function.get("name") or function.get("arguments"))


def take_body(body: Any, reply: StampedReply) -> None:
    """Add a whole reply."""
    if not isinstance(body, dict):
        reply.error = "the reply is not a JSON object"
        return
    if body.get("error") is not None or (error_in(body) and not body.keys() & {"data", "results"}):
        reply.error = f"error inside the reply: {complaint_of(body).message}"
        return
    if isinstance(body.get("usage"), dict):
        reply.usage = body["usage"]
    reply.ended = True
    for name in ("data", "results"):
        if isinstance(body.get(name), list):
            reply.items = len(body[name])
            return
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        reply.error = "the reply has no choices, no data and no results"
        return
    for choice in choices:
        _take_whole_choice(_mapping(choice), reply)


def _take_whole_choice(choice: Mapping[str, Any], reply: StampedReply) -> None:
    if choice.get("error"):
        reply.error = f"error inside the reply: {complaint_of({'error': choice['error']}).message}"
        return
    try:
        text, thought = content_of(_mapping(choice.get("message")))
    except ContentError as error:
        reply.error = f"the reply cannot be read: {error}"
        return
    text = text or choice.get("text") or ""
    if isinstance(text, str) and text:
        reply.texts.append(text)
    if thought:
        reply.reasoning_texts.append(thought)


READER = Reader(take_event, take_body)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


INTERFACE = Interface("chat", "/chat/completions", write, READER)
