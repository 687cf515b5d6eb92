"""Functions that models call, as OpenAI's chat completions carry them: definitions, calls, their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.values import Message, Tool, ToolCall
from .media import chat_parts

MAX_CALLS = 1000  # of one reply: a service that streams a million indices must not fill the memory
# Bounds on checking whether arguments are whole, since a hostile stream may trigger the check again and again.
MOST_LOOKS = 100
LONGEST_LOOK = 1 << 20


def definitions(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Return functions as a request names them."""
    return [
        {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
        for t in tools
    ]


def chat_message(message: Message, *, dashscope: bool = False) -> dict[str, Any]:
    """Return a message as chat completions take it, with the calls it makes or the call it answers.

    Args:
        dashscope: Write media as DashScope's services take them.
    """
    content = message.content
    parts = content if isinstance(content, str) else chat_parts(content, dashscope=dashscope)
    sent: dict[str, Any] = {"role": message.role, "content": parts}
    if message.tool_calls:
        sent["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        sent["tool_call_id"] = message.tool_call_id
    return sent


@dataclass(slots=True)
class _Draft:
    """A call under construction.

    Attributes:
        index: Its number in a stream; None if the stream has none.
    """

    index: int | None
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    looks: int = 0

    def is_whole(self) -> bool:
        """Return whether the arguments so far are a whole JSON object; looks a bounded number of times."""
        self.looks += 1
        if self.looks > MOST_LOOKS or sum(map(len, self.pieces)) > LONGEST_LOOK:
            return False
        try:
            return isinstance(json.loads("".join(self.pieces)), dict)
        except (ValueError, RecursionError):
            return False

    def is_followed(self, own_id: str, name: str, arguments: str) -> bool:
        """Return whether an entry in the same place begins another call.

        A second name does, and so does a new id. An id alone does so only after whole arguments, as some services
        draw an id anew for each piece; the same id and name again do then, too.
        """
        if name and self.name and not (own_id and own_id == self.id):
            return True
        if name and not self.name:
            return bool(own_id and self.id and own_id != self.id)
        another = bool(name) or (bool(own_id and self.id) and own_id != self.id)
        return another and bool(arguments) and self.is_whole()


class CallDrafts:
    """The calls of one reply: whole, or put together from the pieces of a stream.

    Pieces name their call by its index. Services that send whole calls one after the other give them no index, or all
    the same.
    """

    def __init__(self) -> None:
        self._drafts: list[_Draft] = []
        self._latest: dict[int, _Draft] = {}  # by index, or by position if there is none

    def take(self, calls: object) -> None:
        """Take a reply's ``tool_calls``, or those of a piece of it; anything else is ignored."""
        for position, call in enumerate(calls if isinstance(calls, list) else ()):
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                self._take(call, function, position)

    def _take(self, call: Mapping[str, Any], function: Mapping[str, Any], position: int) -> None:
        own_id, name = _words(call.get("id")), _words(function.get("name"))
        arguments = _words(_text(function.get("arguments")))
        index = call.get("index")
        index = index if type(index) is int else None
        place = position if index is None else index
        draft = self._latest.get(place)
        if draft is None or draft.is_followed(own_id, name, arguments):
            if len(self._drafts) >= MAX_CALLS:
                return
            draft = self._latest[place] = _Draft(index)
            self._drafts.append(draft)
        draft.id = draft.id or own_id
        draft.name = draft.name or name
        if arguments:
            draft.pieces.append(arguments)

    def calls(self) -> tuple[ToolCall, ...]:
        """Return all calls, in the order of their indices, or in order of arrival if some have none."""
        drafts = self._drafts
        if all(draft.index is not None for draft in drafts):
            drafts = sorted(drafts, key=lambda draft: draft.index or 0)
        return tuple(ToolCall(draft.name, "".join(draft.pieces), draft.id) for draft in drafts)


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text(arguments: object) -> object:
    """Return arguments as text: a few services send the object itself."""
    return json.dumps(arguments) if isinstance(arguments, Mapping) else arguments
