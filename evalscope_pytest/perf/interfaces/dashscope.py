"""DashScope's own text generation (Alibaba Cloud Model Studio's API reference, 2026).

Streams are asked for by a header; each event carries an increment, and the usage so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...models.service_errors import complaint_of
from ..data.prompts import Prompt
from ..load.parse import Reader, Reply
from .interface import Fields, Interface, wrong_shape
from .said import Said, take

_OUTSIDE = ("model", "stream", "stream_options")


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body: ``input`` with messages, and ``parameters``."""
    parameters = {name: value for name, value in fields.items() if name not in _OUTSIDE}
    parameters["result_format"] = "message"
    if fields.get("stream"):
        parameters["incremental_output"] = True
    body = {"model": fields.get("model"), "parameters": parameters}
    if isinstance(prompt.content, Mapping):
        return {**body, **prompt.content}
    if not prompt.messages:
        raise wrong_shape("dashscope", "a text or messages")
    return {**body, "input": {"messages": prompt.messages}}


def take_event(event: Any, stamp: float, reply: Reply) -> None:
    """Add an event of the stream to a reply."""
    take(_said(event), stamp, reply)


def take_body(body: Any, reply: Reply) -> None:
    """Add a whole reply, which has the shape of an event."""
    take(_said(body), None, reply)
    reply.ended = True


def _said(event: Any) -> Said:
    if not isinstance(event, Mapping):
        return Said(error="it is no JSON object")
    output = event.get("output")
    if not isinstance(output, Mapping):
        return Said(error=complaint_of(event).message)
    choices = output.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}
    message = choice.get("message")
    said = message if isinstance(message, Mapping) else {}
    usage = event.get("usage")
    counts: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
    details = counts.get("output_tokens_details")
    return Said(
        text=_text(said.get("content")) or _text(output.get("text")),
        reasoning=_text(said.get("reasoning_content")),
        called=bool(said.get("tool_calls")),
        input_tokens=_number(counts.get("input_tokens")),
        output_tokens=_number(counts.get("output_tokens")),
        reasoning_tokens=_number(details.get("reasoning_tokens")) if isinstance(details, Mapping) else None,
        finished=(choice.get("finish_reason") or output.get("finish_reason") or "null") != "null",
    )


def _text(content: Any) -> str:
    """Return a text: as it is, or of parts, as models that see pictures send them."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


INTERFACE = Interface(
    "dashscope",
    "/services/aigc/text-generation/generation",
    write,
    Reader(take_event, take_body),
    stream_headers={"x-dashscope-sse": "enable"},
)
