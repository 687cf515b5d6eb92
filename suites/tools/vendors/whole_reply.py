"""A reply with its calls as one text, since a scorer reads text: what the model said, whether it thought, its calls."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from evalscope_pytest.core.values import Message, ModelOutput, Sample, Tool, ToolCall

# Characters of a text, and of all arguments together. Arguments that are cut are no JSON any more: a broken call.
LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class WholeReply:
    """A reply as its scorer sees it.

    Attributes:
        finish: The reason why it ended, as the service names it: ``tool_calls`` after calls.
        thought: It holds thinking, in a field of its own or in marks.
        calls: Name and arguments of each call; the arguments are JSON, if the model wrote any.
    """

    text: str
    finish: str = "stop"
    thought: bool = False
    calls: tuple[tuple[str, str], ...] = ()


def written(output: ModelOutput) -> str:
    """Return a reply as `read` takes it."""
    most = LONGEST // max(1, len(output.tool_calls))
    calls = [[call.name[:200], call.arguments[:most]] for call in output.tool_calls]
    parts = {
        "text": output.text[:LONGEST],
        "finish": output.stop_reason,
        "thought": bool(output.reasoning.strip()),
        "calls": calls,
    }
    return json.dumps(parts, ensure_ascii=False)


def read(text: str) -> WholeReply:
    """Return a reply that `written` wrote, or one that is a JSON list of calls; any other text was said."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and found.keys() == {"text", "finish", "thought", "calls"}:
        calls = tuple((name, arguments) for name, arguments in found["calls"])
        return WholeReply(found["text"], found["finish"], found["thought"], calls)
    if isinstance(found, list) and found and all(isinstance(call, dict) and "name" in call for call in found):
        listed = tuple((str(call["name"]), json.dumps(call.get("arguments"))) for call in found)
        return WholeReply("", "tool_calls", calls=listed)
    return WholeReply(text)


def sample_of(record: dict[str, Any], **metadata: Any) -> Sample:
    """Return the sample of a record with ``messages`` and ``tools`` in OpenAI's form, or as JSON texts of it."""
    messages = [_message(turn) for turn in decoded(record["messages"]) or ()]
    functions = [tool["function"] for tool in decoded(record.get("tools")) or () if tool.get("function")]
    tools = [Tool(f["name"], f.get("description") or "", f.get("parameters") or {}) for f in functions]
    return Sample(messages, tools=tools, metadata=metadata)


def decoded(value: Any) -> Any:
    """Return a field that may be JSON; None for an empty one."""
    return json.loads(value) if isinstance(value, str) and value else value or None


def _message(turn: dict[str, Any]) -> Message:
    calls = [
        ToolCall(call["function"]["name"], _sound(call["function"].get("arguments")), call.get("id") or "")
        for call in turn.get("tool_calls") or ()
    ]
    content = turn.get("content")
    if isinstance(content, list):  # parts
        content = "".join(part.get("text") or "" for part in content)
    return Message(turn["role"], content or "", tuple(calls), turn.get("tool_call_id") or "")


def _sound(arguments: Any) -> str:
    """Return the arguments of an earlier call as JSON; services refuse a history with broken ones."""
    if not isinstance(arguments, str):
        return json.dumps(arguments or {})
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return "{}"
    return arguments
