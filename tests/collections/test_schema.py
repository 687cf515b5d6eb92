"""Groups of benchmarks with weights."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.collections import CollectionSchema, DatasetInfo
from evalscope_pytest.core.errors import ConfigError

NESTED = CollectionSchema(
    "all",
    datasets=[
        DatasetInfo("arc", weight=1, task_type="reasoning", tags=["en"]),
        CollectionSchema(
            "zh",
            weight=3,
            datasets=[DatasetInfo("ceval", weight=2, args={"subset_list": ["logic"]}), DatasetInfo("cmmlu")],
        ),
    ],
)


def test_weights_are_shares_of_the_whole():
    flat = NESTED.flatten()
    assert [(info.name, info.weight, info.hierarchy) for info in flat] == [
        ("arc", 0.25, ("all",)),
        ("ceval", 0.5, ("all", "zh")),
        ("cmmlu", 0.25, ("all", "zh")),
    ]
    assert NESTED.flatten() == flat  # flattening changes nothing


def test_a_file_gives_back_what_was_written(tmp_path):
    NESTED.dump_json(tmp_path / "schema.json")
    again = CollectionSchema.from_json(tmp_path / "schema.json")
    assert again.to_dict() == NESTED.to_dict() == json.loads(str(NESTED))
    assert [info.args for info in again.flatten()] == [info.args for info in NESTED.flatten()]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "a", "datasets": [{"name": "b", "wieght": 1}]}, ["'b' in 'a'", "wieght", "'weight'"]),
        ({"name": "a", "datasets": [{"weight": 1}]}, ["an object with a name"]),
        ({"name": "a", "datasets": ["arc"]}, ["'arc'", "an object with a name"]),
        ({"name": "a"}, ["datasets", "a list"]),
        ({"name": "a", "datasets": [{"name": "b", "weight": 0}]}, ["weight of 'b'", "above 0"]),
        ({"name": "a", "datasets": [{"name": "b", "weight": "2"}]}, ["weight of 'b'", "'2'"]),
        ({"name": "a", "datasets": [{"name": "b", "weight": True}]}, ["weight of 'b'", "True"]),
        ({"name": "a", "datasets": [{"name": "b", "tags": "en"}]}, ["tags of 'b' in 'a'", "'en'", "a list of texts"]),
        ({"name": "a", "datasets": [{"name": "b", "args": []}]}, ["args of 'b'", "an object of settings"]),
        ({"name": "a", "datasets": [{"name": "b", "task_type": 3}]}, ["task_type of 'b'", "3", "a text"]),
        ([], ["an object with a name"]),
    ],
)
def test_mistakes_are_named(data, words):
    with pytest.raises(ConfigError) as caught:
        CollectionSchema.from_dict(data)
    assert all(word in str(caught.value) for word in words)


def test_an_empty_group_is_refused():
    with pytest.raises(ConfigError, match="'b' of a collection has no datasets"):
        CollectionSchema("a", datasets=[CollectionSchema("b")]).flatten()


@pytest.mark.parametrize(("content", "words"), [("{", "is not JSON"), (None, "cannot read")])
def test_a_file_that_is_none(tmp_path, content, words):
    file = tmp_path / "schema.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=words):
        CollectionSchema.from_json(file)
