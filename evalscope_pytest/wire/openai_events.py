"""Replies in OpenAI's shapes as load tests read them: chat, completions, embeddings, ranks.

Speed matters here: reading bounds the load that one core makes (docs/design/perf.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .content import ContentError, content_of
from .errors import complaint_of, error_in
from .stamped import Reader, StampedReply, mark_answer, mark_output


def take_event(event: Any, stamp: float, reply: StampedReply) -> None:
    """Add an event of the stream to a reply."""
    if not isinstance(event, dict):
        reply.error = "an event of the stream is no JSON object"
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
        reply.error = "the reply is no JSON object"
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
