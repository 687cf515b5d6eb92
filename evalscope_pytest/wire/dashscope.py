"""DashScope's native generation (Alibaba Cloud Model Studio's API reference, 2026); for load tests only.

A header requests a stream; each event carries an increment, and the usage so far. Models that take pictures have an
address of their own, ``.../multimodal-generation/generation``, and parts that are named by their kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import complaint_of
from .interface import Fields, Interface, wrong_shape
from .prompt import Prompt
from .stamped import Delta, Reader, StampedReply, take
from .usage import count

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
    messages = prompt.messages
    if any(isinstance(message.get("content"), (list, tuple)) for message in messages):
        messages = [{**message, "content": _parts(message.get("content"))} for message in messages]
    return {**body, "input": {"messages": messages}}


def _parts(content: Any) -> list[Any]:
    """Return a chat message's content in this dialect: ``{"text": ...}``, ``{"image": ...}`` and so on."""
    return [_part(part) for part in content] if isinstance(content, (list, tuple)) else [{"text": content}]


def _part(part: Any) -> Any:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text":
        return {"text": part.get("text")}
    if kind in ("image_url", "video_url"):
        inner = part.get(kind)
        rate = {"fps": part["fps"]} if part.get("fps") else {}
        return {kind.removesuffix("_url"): inner.get("url") if isinstance(inner, Mapping) else inner, **rate}
    if kind == "video":
        return {name: value for name, value in part.items() if name != "type"}
    if kind == "input_audio" and isinstance(part.get(kind), Mapping):
        return {"audio": part[kind].get("data")}
    return part


def take_event(event: Any, stamp: float, reply: StampedReply) -> None:
    """Add an event of the stream to a reply."""
    take(_delta_of(event), stamp, reply)


def take_body(body: Any, reply: StampedReply) -> None:
    """Add a whole reply, which has the shape of an event."""
    take(_delta_of(body), None, reply)
    reply.ended = True


def _delta_of(event: Any) -> Delta:
    if not isinstance(event, Mapping):
        return Delta(error="it is not a JSON object")
    output = event.get("output")
    if not isinstance(output, Mapping):
        return Delta(error=complaint_of(event).message)
    choices = output.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}
    message = choice.get("message")
    content = message if isinstance(message, Mapping) else {}
    usage = event.get("usage")
    details = usage.get("output_tokens_details") if isinstance(usage, Mapping) else None
    return Delta(
        text=_text(content.get("content")) or _text(output.get("text")),
        reasoning=_text(content.get("reasoning_content")),
        called=bool(content.get("tool_calls")),
        input_tokens=count(usage, "input_tokens"),
        output_tokens=count(usage, "output_tokens"),
        reasoning_tokens=count(details, "reasoning_tokens"),
        finished=(choice.get("finish_reason") or output.get("finish_reason") or "null") != "null",
    )


def _text(content: Any) -> str:
    """Return a text: as it is, or of parts, as models that see pictures send them."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


INTERFACE = Interface(
    "dashscope",
    "/services/aigc/text-generation/generation",
    write,
    Reader(take_event, take_body),
    stream_headers={"x-dashscope-sse": "enable"},
)
