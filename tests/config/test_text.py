import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.config.text import parse_mapping, parse_value, split_outside

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz_0123456789.-", min_size=1, max_size=12)


@given(st.dictionaries(KEYS, JSON_VALUES, max_size=5))
def test_pairs_with_json_values_are_read_back(values):
    written = ",".join(f"{key}={json.dumps(value)}" for key, value in values.items())
    assert parse_mapping(written) == values


@given(st.dictionaries(st.text(), JSON_VALUES, max_size=5))
def test_a_json_object_is_read_back(values):
    assert parse_mapping(json.dumps(values)) == values


@given(st.text())
def test_any_text_gives_a_mapping_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert isinstance(parse_mapping(text), dict)


@given(st.text("ab=,[]{}\"'\\ \n", max_size=40))
def test_nothing_is_lost_when_text_is_split(text):
    try:
        parts = list(split_outside(text, ","))
    except ValueError:
        return
    assert ",".join(parts) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("do_sample=true,temperature=0.5", {"do_sample": True, "temperature": 0.5}),
        ("42=10,43=-10", {"42": 10, "43": -10}),
        ("revision=v1.0.2,precision=torch.float16,device_map=auto",
         {"revision": "v1.0.2", "precision": "torch.float16", "device_map": "auto"}),
        ('extra_body={"a": {"b": [1, 2]}},stop="x,y"', {"extra_body": {"a": {"b": [1, 2]}}, "stop": "x,y"}),
        ("name='x, y',n=1", {"name": "x, y", "n": 1}),
        ("word=it's,other=don't", {"word": "it's", "other": "don't"}),
        ("key=a=b", {"key": "a=b"}),
        ("flag=True,nothing=None", {"flag": True, "nothing": None}),
        (" a = 1 , b = two words ", {"a": 1, "b": "two words"}),
        ("", {}),
    ],
)  # fmt: skip
def test_pairs_mean_what_the_specification_shows(text, expected):
    assert parse_mapping(text) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("temperature", "'temperature' is not key=value"),
        ("a=1,a=2", "'a' is given twice"),
        ("a=[1,b=2", "no closing ]"),
        ('a="x', 'no closing "'),
        ("a={x}", "starts like JSON"),
        ('{"a": 1, "a": 2}', "'a' is given twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": }', "line 1, column 7"),
    ],
)
def test_what_is_neither_pairs_nor_json_is_refused_with_the_place(text, complaint):
    with pytest.raises(ValueError) as error:
        parse_mapping(text)
    assert complaint in str(error.value)


def test_deep_nesting_is_refused_and_does_not_overflow():
    with pytest.raises(ValueError, match="too deeply"):
        parse_mapping('{"a":' * 100_000)
    with pytest.raises(ValueError, match="too deeply"):
        parse_value("[" * 100_000)
