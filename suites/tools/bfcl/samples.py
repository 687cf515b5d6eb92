"""Functions as the Berkeley leaderboard describes them, shown to a model: as tools of a request, or in its prompt."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evalscope_pytest.core.values import Message, Sample, Tool

# The types of all three languages, in JSON schema; any other is text.
_SCHEMA_TYPES = {
    "integer": "integer", "number": "number", "float": "number", "boolean": "boolean", "bool": "boolean",
    "array": "array", "list": "array", "tuple": "array", "dict": "object", "object": "object",
}  # fmt: skip
_SYNTAX = {"python": "Python 3", "java": "Java 8", "javascript": "JavaScript"}
_LANGUAGES = {"java": "Java", "javascript": "JavaScript"}

PROMPT = """\
These functions can be called, here described as JSON:

{functions}

Decide which calls fulfil the request. Reply with the calls alone, in this form, and with no other text:

[function_name(parameter=value, other_parameter=value), other_function(parameter=value)]

If no function can fulfil it, or a value that a function needs is not given, say so in words instead."""


def sample_of(
    messages: Sequence[Mapping[str, str]],
    functions: Sequence[Mapping[str, Any]],
    target: str,
    *,
    language: str = "python",
    params: Mapping[str, Any],
) -> Sample:
    """Return the sample of a conversation with functions.

    Args:
        target: The expected calls, see `suites.tools.bfcl.scorer`.
        params: ``is_fc_model``: send the functions as tools, else in the prompt; ``underscore_to_dot``: send names
            with underscores in place of their dots.
    """
    native, dotless = params["is_fc_model"], params["underscore_to_dot"]
    conversation = [Message(m["role"], m["content"]) for m in messages]
    described = _described(functions, language)
    if not native:
        conversation = _with_prompt(conversation, PROMPT.replace("{functions}", json.dumps(described, indent=4)))
    return Sample(
        input=tuple(conversation),
        target=target,
        metadata={"functions": list(functions), "language": language},
        tools=tuple(_tool(function, dotless) for function in described) if native else (),
        cluster=json.dumps(functions),
    )


def _with_prompt(conversation: Sequence[Message], prompt: str) -> list[Message]:
    """Return the conversation with a system message, above the one it begins with."""
    if conversation and conversation[0].role == "system":
        return [Message("system", f"{prompt}\n\n{conversation[0].content}"), *conversation[1:]]
    return [Message("system", prompt), *conversation]


def _described(functions: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return the functions with what a model has to know of their language; its values are written as text."""
    described = copy.deepcopy([dict(function) for function in functions])
    for function in described:
        function["description"] = f"{function['description']} The function is written in {_SYNTAX[language]}."
        for parameter in function["parameters"]["properties"].values() if language in _LANGUAGES else ():
            _as_text(parameter, _LANGUAGES[language])
    return described


def _as_text(parameter: dict[str, Any], language: str) -> None:
    kind, items, properties = parameter["type"], parameter.pop("items", None), parameter.pop("properties", None)
    note = f" Write the source text of a {language} {'object' if kind == 'any' else kind}."
    if items:
        note += f" Its elements are of type {items['type']}."
    if properties:
        note += f" Its entries: {json.dumps(properties)}"
    parameter["description"] = parameter.get("description", "") + note
    parameter["type"] = "string"


def _tool(function: Mapping[str, Any], dotless: bool) -> Tool:
    parameters = {**function["parameters"], "type": "object"}
    parameters["properties"] = {key: _schema(value) for key, value in parameters["properties"].items()}
    name = function["name"]
    return Tool(name.replace(".", "_") if dotless else name, function["description"], parameters)


def _schema(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter as JSON schema, with all that is inside it."""
    schema = dict(parameter)
    schema["type"] = _SCHEMA_TYPES.get(parameter.get("type", ""), "string")
    if parameter.get("type") == "float":
        schema["format"] = "float"
        schema["description"] = f"{parameter.get('description', '')} A float."
    if isinstance(parameter.get("items"), Mapping):
        schema["items"] = _schema(parameter["items"])
    if isinstance(parameter.get("properties"), Mapping):
        schema["properties"] = {key: _schema(value) for key, value in parameter["properties"].items()}
    return schema


def rows(texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the records of JSON lines."""
    for text in texts:
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
