"""A call, as replies of any form are read into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalscope_pytest.core.values import ModelOutput, ToolCall

MAX_CHARACTERS = 20_000  # of a reply that is read as calls: Python's parser needs stack for every operator of it
MAX_DEPTH = 40


class UnreadableError(ValueError):
    """A reply is not a list of calls."""


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function's name and its arguments by name."""

    name: str
    arguments: Mapping[str, Any]


def called(output: ModelOutput) -> str:
    """Return what a model called as JSON, for `read_json`; an empty list for a reply in words."""
    return json.dumps([{"name": call.name, "arguments": _arguments(call)} for call in output.tool_calls])


def _arguments(call: ToolCall) -> Any:
    """Return a call's arguments; their text if it is not JSON."""
    try:
        return json.loads(call.arguments) if call.arguments.strip() else {}
    except (ValueError, RecursionError):
        return call.arguments


def read_json(text: str) -> list[FunctionCall]:
    """Return the calls of `called`.

    Raises:
        UnreadableError: The reply holds something else, or arguments are not an object.
    """
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("it is not JSON") from error
    if not isinstance(rows, list) or not all(_is_call(row) for row in rows):
        raise UnreadableError("it is not a list of calls whose arguments are objects")
    return [FunctionCall(row["name"], row["arguments"]) for row in rows]


def _is_call(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("name"), str) and isinstance(row.get("arguments"), dict)


def written_json(calls: Sequence[FunctionCall]) -> str:
    """Return calls as `read_json` takes them."""
    return json.dumps([{"name": call.name, "arguments": call.arguments} for call in calls], ensure_ascii=False)


def bracketed(text: str) -> str:
    """Return a reply in square brackets, which models leave out, and without the ticks they put around.

    Raises:
        UnreadableError: It is too long, or brackets are nested too deeply.
    """
    bare = text.strip("`\n ")
    if len(bare) > MAX_CHARACTERS:
        raise UnreadableError(f"it has {len(bare)} characters; calls have {MAX_CHARACTERS} at most")
    if _depth(bare) > MAX_DEPTH:
        raise UnreadableError(f"it nests more than {MAX_DEPTH} brackets")
    return ("" if bare.startswith("[") else "[") + bare + ("" if bare.endswith("]") else "]")


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest
