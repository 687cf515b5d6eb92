"""``/v1/responses``: OpenAI's Responses interface, whose stream consists of named events (its API reference, 2026)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...models.service_errors import complaint_of
from ..data.prompts import Message, Prompt
from ..load.parse import Reader, Reply
from .interface import Fields, Interface, wrong_shape
from .said import Said, take

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
_END = frozenset({"response.completed", "response.incomplete", "response.failed"})


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body: messages as ``input``, and ``max_output_tokens``; usage comes without being asked for."""
    own = {name: value for name, value in fields.items() if name not in ("max_tokens", "stream_options")}
    if "max_tokens" in fields:
        own["max_output_tokens"] = fields["max_tokens"]
    if isinstance(prompt.content, Mapping):
        return {**own, **prompt.content}
    if not prompt.messages:
        raise wrong_shape("/responses", "a text or messages")
    return {**own, "input": [_item(message) for message in prompt.messages]}


def _item(message: Message) -> Message:
    content = message.get("content")
    if not isinstance(content, list):
        return message
    text = "output_text" if message.get("role") == "assistant" else "input_text"
    return {**message, "content": [_part(part, text) for part in content]}


def _part(part: Any, text: str) -> Any:
    """Return a part of a chat message in the shape of this interface."""
    if not isinstance(part, Mapping):
        return part
    if part.get("type") == "text":
        return {"type": text, "text": part.get("text")}
    if part.get("type") == "image_url":
        image = part.get("image_url")
        return {"type": "input_image", "image_url": image.get("url") if isinstance(image, Mapping) else image}
    return part


def take_event(event: Any, stamp: float, reply: Reply) -> None:
    """Add an event of the stream to a reply."""
    if not isinstance(event, dict):
        reply.error = "an event of the stream is no JSON object"
        return
    take(_said(event), stamp, reply)


def _said(event: Mapping[str, Any]) -> Said:
    kind, delta = str(event.get("type")), event.get("delta")
    if isinstance(delta, str):
        if kind in _TEXT:
            return Said(text=delta)
        if kind in _REASONING:
            return Said(reasoning=delta)
        return Said(called=bool(delta) and kind in _CALL)
    if kind == "response.output_item.added":
        item = _mapping(event.get("item"))
        return Said(called=str(item.get("type")) in _CALL_ITEMS and bool(item.get("name")))
    if kind == "error" or event.get("error") is not None:
        return Said(error=complaint_of(event).message)
    return _ended(_mapping(event.get("response"))) if kind in _END else Said()


def _ended(response: Mapping[str, Any]) -> Said:
    """Return what the last event, or the whole reply, says beside its output."""
    if response.get("error") is not None or response.get("status") == "failed":
        return Said(error=complaint_of(response).message)
    usage = _mapping(response.get("usage"))
    return Said(
        input_tokens=_number(usage.get("input_tokens")),
        output_tokens=_number(usage.get("output_tokens")),
        reasoning_tokens=_number(_mapping(usage.get("output_tokens_details")).get("reasoning_tokens")),
        cached_tokens=_number(_mapping(usage.get("input_tokens_details")).get("cached_tokens")),
        finished=True,
    )


def take_body(body: Any, reply: Reply) -> None:
    """Add a whole reply."""
    if not isinstance(body, dict):
        reply.error = "the reply is no JSON object"
        return
    said = _ended(body)
    if not said.error and not isinstance(body.get("output"), list):
        said = Said(error="it has no output")
    take(said, None, reply)
    if reply.error:
        return
    for item in body["output"]:
        for part in _parts(_mapping(item)):
            take(part, None, reply)


def _parts(item: Mapping[str, Any]) -> Iterator[Said]:
    thought = item.get("type") == "reasoning"
    for name in ("summary", "content"):
        for part in item[name] if isinstance(item.get(name), list) else ():
            text = _mapping(part).get("text") or _mapping(part).get("refusal")
            if isinstance(text, str):
                yield Said(reasoning=text) if thought else Said(text=text)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


INTERFACE = Interface("responses", "/responses", write, Reader(take_event, take_body))
