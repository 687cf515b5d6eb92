"""How functions are shown to a model."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.suites.tools.bfcl.samples import sample_of

FUNCTION = {
    "name": "geo.area",
    "description": "Area.",
    "parameters": {
        "type": "dict",
        "properties": {
            "base": {"type": "float", "description": "Base."},
            "points": {"type": "array", "items": {"type": "dict", "properties": {"x": {"type": "any"}}}},
            "where": {"type": "dict", "properties": {"n": {"type": "tuple", "items": {"type": "integer"}}}},
        },
        "required": ["base"],
    },
}
SYSTEM, USER = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Area?"}


def shown(*messages, native=True, dotless=True, language="python", function=FUNCTION):
    params = {"is_fc_model": native, "underscore_to_dot": dotless}
    return sample_of(messages, [function], "[]", language=language, params=params)


def test_tools_are_json_schema():
    (tool,) = shown(USER).tools
    assert (tool.name, tool.description) == ("geo_area", "Area. The function is written in Python 3.")
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "base": {"type": "number", "format": "float", "description": "Base. A float."},
            "points": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}},
            "where": {"type": "object", "properties": {"n": {"type": "array", "items": {"type": "integer"}}}},
        },
        "required": ["base"],
    }
    assert FUNCTION["parameters"]["type"] == "dict"


def test_names_keep_their_dots_on_request():
    assert shown(USER, dotless=False).tools[0].name == "geo.area"


@pytest.mark.parametrize(
    ("language", "kind", "items"), [("java", "ArrayList", "long"), ("javascript", "array", "float")]
)
def test_values_of_other_languages_are_text(language, kind, items):
    properties = {"a": {"type": kind, "items": {"type": items}}, "b": {"type": "any", "description": "B."}}
    function = {
        "name": "f",
        "description": "F.",
        "parameters": {"type": "dict", "properties": properties, "required": []},
    }
    (tool,) = shown(USER, language=language, function=function).tools
    a, b = tool.parameters["properties"].values()
    assert a["type"] == b["type"] == "string"
    assert kind in a["description"]
    assert f"of type {items}" in a["description"]
    assert b["description"].startswith("B. ")
    assert "items" not in a


def test_a_prompt_lists_them_above_the_records_own_system_message():
    sample = shown(SYSTEM, USER, native=False)
    system, user = sample.input
    assert sample.tools == ()
    assert system.content.endswith("\n\nBe brief.")
    listed = system.content[system.content.index("[\n") : system.content.index("\n]\n") + 2]
    assert json.loads(listed)[0]["name"] == "geo.area"
    assert user.content == "Area?"
    assert [message.role for message in shown(USER, native=False).input] == ["system", "user"]
    assert [message.content for message in shown(SYSTEM, USER).input] == ["Be brief.", "Area?"]
