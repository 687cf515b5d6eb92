"""Functions that models call, as OpenAI's chat completions carry them: definitions, calls, their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.values import Message, Tool, ToolCall

MAX_CALLS = 1000  # of one reply: a service that streams a million indices must not fill the memory


def definitions(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Return functions as a request names them."""
    return [
        {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
        for t in tools
    ]


def turn(message: Message) -> dict[str, Any]:
    """Return one turn of a conversation, with the calls it makes or the call it answers."""
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        sent["tool_call_id"] = message.tool_call_id
    return sent


class CallDrafts:
    """The calls of one reply: whole, or put together from the pieces of a stream, which name a call by its index."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[str, list[str]]] = {}

    def take(self, calls: object) -> None:
        """Take a reply's ``tool_calls``, or those of a piece of it; what is none is passed over."""
        for position, call in enumerate(calls if isinstance(calls, list) else ()):
            function = call.get("function") if isinstance(call, dict) else None
            if not isinstance(function, dict):
                continue
            index = call.get("index")
            index = index if type(index) is int else position
            if index not in self._parts and len(self._parts) >= MAX_CALLS:
                continue
            parts = self._parts.setdefault(index, {"name": [], "arguments": [], "id": []})
            for key, value in (("name", function.get("name")), ("arguments", _text(function.get("arguments")))):
                if isinstance(value, str):
                    parts[key].append(value)
            if isinstance(call.get("id"), str) and not parts["id"]:
                parts["id"].append(call["id"])

    def calls(self) -> tuple[ToolCall, ...]:
        """Return all calls, in the order of their indices."""
        return tuple(
            ToolCall(**{key: "".join(values) for key, values in self._parts[index].items()})
            for index in sorted(self._parts)
        )


def _text(arguments: object) -> object:
    """Return arguments as text: a few services send the object itself."""
    return json.dumps(arguments) if isinstance(arguments, Mapping) else arguments
