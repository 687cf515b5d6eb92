"""Calls of functions. The verdicts in `VERDICTS` are those of bfcl-eval 2026.3.23, recorded; `RIGHTER` differ."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.core.values import ModelOutput, Sample, ToolCall
from evalscope_pytest.suites.tools.bfcl import java, javascript
from evalscope_pytest.suites.tools.bfcl.call import FunctionCall, UnreadableError, called, read_json, written_json
from evalscope_pytest.suites.tools.bfcl.foreign_text import read_foreign, written_foreign
from evalscope_pytest.suites.tools.bfcl.python_text import read_python, written_python
from evalscope_pytest.suites.tools.bfcl.scorer import function_calls
from tests.cost import at_most


def function(name: str, required: str = "", /, **properties: Any) -> dict[str, Any]:
    kinds = {key: {"type": kind} if isinstance(kind, str) else kind for key, kind in properties.items()}
    parameters = {"type": "dict", "properties": kinds, "required": required.split()}
    return {"name": name, "description": f"Does {name}.", "parameters": parameters}


def array(items: str, kind: str = "array") -> dict[str, Any]:
    return {"type": kind, "items": {"type": items}}


AREA = function("geo.area", "base", base="integer", height="float", unit="string", flat="boolean")
FIND = function(
    "find", "words", words=array("string"), sizes=array("float"), box="dict", boxes=array("dict"), at="tuple"
)
AREA_TRUTH = [{"geo.area": {"base": [10, 11], "height": [5, ""], "unit": ["cm", "C. M.", ""], "flat": [True, ""]}}]
FIND_TRUTH = [
    {
        "find": {
            "words": [["Red hat", "blue"], ["blue", "red hat"]],
            "sizes": [[1.5, 2], ""],
            "box": [{"x": [1, 2], "label": ["A b", ""]}, ""],
            "boxes": [[{"x": [1]}, {"x": [2]}], ""],
            "at": [[1, 2], ""],
        }
    }
]
TWO_TRUTH = [{"geo.area": {"base": [1], "height": [""]}}, {"geo.area": {"base": [2], "height": [""]}}]
OVERLAPPING = [{"geo.area": {"base": [1, 2], "height": [""]}}, {"geo.area": {"base": [1], "height": [""]}}]
FIND["parameters"]["properties"]["at"] = array("integer", "tuple")

# Reply, truth, functions, category, whether bfcl-eval accepts it.
VERDICTS = [
    ("[geo.area(base=10)]", AREA_TRUTH, "simple_python", True),
    ("geo.area(base=10)", AREA_TRUTH, "simple_python", True),
    ("```\n[geo.area(base=11)]\n```", AREA_TRUTH, "simple_python", True),
    ("```python\n[geo.area(base=11)]\n```", AREA_TRUTH, "simple_python", False),
    ("The call is [geo.area(base=11)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=12)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=10.0)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base='10')]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=5*2)]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, height=5)]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, height=5.0)]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, height='5')]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=10, unit='CM')]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, unit='c-m ')]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, unit=cm)]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, unit='mm')]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=10, unit='')]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, flat=True)]", AREA_TRUTH, "simple_python", True),
    ("[geo.area(base=10, flat=true)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=10, flat=1)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=10, depth=3)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(height=5)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(10)]", AREA_TRUTH, "simple_python", False),
    ("[geo_area(base=10)]", AREA_TRUTH, "simple_python", False),
    ("[geo.area(base=10), geo.area(base=10)]", AREA_TRUTH, "simple_python", False),
    ("[]", AREA_TRUTH, "simple_python", False),
    ("", AREA_TRUTH, "simple_python", False),
    ("[find(words=['RED hat', 'blue'])]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red-hat'])]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['red hat'])]", FIND_TRUTH, "simple_python", False),
    ("[find(words=('blue', 'red hat'))]", FIND_TRUTH, "simple_python", False),
    ("[find(words='blue')]", FIND_TRUTH, "simple_python", False),
    ("[find(words=['blue', 'red hat'], sizes=[1.5, 2])]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red hat'], sizes=[1.5, 2.0])]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red hat'], sizes=[])]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red hat'], box={'x': 2})]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red hat'], box={'x': 1, 'label': 'AB'})]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red hat'], box={'label': 'AB'})]", FIND_TRUTH, "simple_python", False),
    ("[find(words=['blue', 'red hat'], box={'x': 1, 'y': 1})]", FIND_TRUTH, "simple_python", False),
    ("[find(words=['blue', 'red hat'], box={})]", FIND_TRUTH, "simple_python", False),
    ("[find(words=['blue', 'red hat'], boxes=[{'x': 1}, {'x': 2}])]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red hat'], boxes=[{'x': 2}, {'x': 1}])]", FIND_TRUTH, "simple_python", False),
    ("[find(words=['blue', 'red hat'], boxes=[{'x': 1}])]", FIND_TRUTH, "simple_python", False),
    ("[find(words=['blue', 'red hat'], at=(1, 2))]", FIND_TRUTH, "simple_python", True),
    ("[find(words=['blue', 'red hat'], at=[1, 2])]", FIND_TRUTH, "simple_python", True),
    ("[geo.area(base=1), geo.area(base=2)]", TWO_TRUTH, "parallel", True),
    ("[geo.area(base=2), geo.area(base=1)]", TWO_TRUTH, "parallel", True),
    ("[geo.area(base=2), geo.area(base=2)]", TWO_TRUTH, "parallel", False),
    ("[geo.area(base=1)]", TWO_TRUTH, "parallel", False),
    ("[geo.area(base=1), geo.area(base=9)]", OVERLAPPING, "parallel", False),
    ("[geo.area(base=1)]", [{"geo.area": {"base": [1], "unit": ["cm"]}}], "simple_python", False),
    ("[geo.area(base=1), geo.area(base=2), find(words=[])]", TWO_TRUTH, "parallel_multiple", False),
    ("I cannot do that.", "none", "irrelevance", True),
    ("[]", "none", "irrelevance", True),
    ("[find()]", "none", "irrelevance", False),
    ("find", "none", "irrelevance", True),
    ("[find(words=['a'])]", "any", "live_relevance", True),
    ("I cannot do that.", "any", "live_relevance", False),
]

RUN = function("Robot.run", "", speed="integer", far="long", part="float", whole="double", ok="boolean", name="String",
               what="any", words=array("String", "Array"), many=array("integer", "ArrayList"),
               some="HashMap")  # fmt: skip
RUN_TRUTH = {"speed": [5], "far": [7], "part": [1.5], "whole": [2.5], "ok": [True], "name": ["Ada L."], "what": ["it"],
             "words": [["a", "b"]], "many": [[1, 2]], "some": [{"k": ["v"], "n": [1]}]}  # fmt: skip
JAVA = [
    ("speed", "5", True), ("speed", "5L", False), ("far", "7L", True), ("far", "7", False), ("part", "1.5f", True),
    ("part", "1.5", False), ("whole", "2.5", True), ("whole", "2.5e0", True), ("ok", "true", True),
    ("ok", "True", False), ("name", "ada l", True), ("what", "IT", True), ("what", "that", False),
    ("many", "new ArrayList<Integer>(Arrays.asList(1, 2))", True), ("many", "Arrays.asList(1, 2)", False),
    ("many", "new ArrayList<Integer>() {{ add(1); add(2); }}", True), ("many", "new ArrayList<>()", False),
    ("words", "new String[]{a, b}", True), ("words", "new String[]{a}", False),
    ("some", 'new HashMap<String, Object>() {{ put("k", "v"); put("n", 1); }}', True),
    ("some", 'new HashMap<String, Object>() {{ put("k", "v"); }}', False),
]  # fmt: skip
JUMP = function("jump", "", n="integer", f="float", big="Bigint", ok="Boolean", s="String", what="any",
                words=array("String"), grid=array("array"), some="dict")  # fmt: skip
JUMP_TRUTH = {"n": [5], "f": [1.5], "big": [7], "ok": [True], "s": ["Ada L."], "what": ["it"], "words": [["a", "b"]],
              "some": [{"k": ["v"], "n": [1]}]}  # fmt: skip
JAVASCRIPT = [
    ("n", "5", True), ("n", "5.0", False), ("f", "1.5", True), ("big", "7n", True), ("big", "7", False),
    ("ok", "true", True), ("ok", "1", False), ("s", "'ada l'", True), ("s", "ada l", True), ("what", "it", True),
    ("words", "['a', \"b\"]", True), ("words", "new Array('a', 'b')", True), ("words", "['a']", False),
    ("some", "{k: 'v', n: 1}", True), ("some", "{'k': 'v', \"n\": 1}", True), ("some", "{k: 'v'}", False),
]  # fmt: skip

# bfcl-eval rejects these: it keeps the quotation marks of an array's strings, and drops the braces of a map.
RIGHTER = [
    ("java", "words", 'new String[]{"a", "b"}', True),
    ("java text", "some", 'new HashMap<>() {{ put("k", "v"); put("n", 1); }}', True),
]


def sample(truth: Any, language: str = "python", functions: Any = (AREA, FIND, RUN, JUMP)) -> Sample:
    target = truth if isinstance(truth, str) else json.dumps(truth)
    return Sample("?", target, metadata={"functions": list(functions), "language": language})


def verdict(reply: str, sample: Sample, **how: bool) -> bool:
    return bool(function_calls(**how).score(reply, sample).values["accuracy"])


@pytest.mark.parametrize(("reply", "truth", "category", "accepted"), VERDICTS)
def test_verdicts_are_the_leaderboards(reply, truth, category, accepted):
    assert verdict(reply, sample(truth), native=False, underscores=False) == accepted


@pytest.mark.parametrize(("language", "parameter", "text", "accepted"), [
    *(("java", *case) for case in JAVA), *(("javascript", *case) for case in JAVASCRIPT), *RIGHTER,
])  # fmt: skip
def test_values_of_other_languages(language, parameter, text, accepted):
    language, _, written = language.partition(" ")
    name, values = ("Robot.run", RUN_TRUTH) if language == "java" else ("jump", JUMP_TRUTH)
    truth = sample([{name: {parameter: values[parameter]}}], language)
    if written:
        assert verdict(f"{name}({parameter}={text})", truth, native=False) == accepted
    else:
        assert verdict(written_json([FunctionCall(name, {parameter: text})]), truth) == accepted


@pytest.mark.parametrize(
    ("language", "name", "values"), [("java", "Robot.run", RUN_TRUTH), ("javascript", "jump", JUMP_TRUTH)]
)
@pytest.mark.parametrize("native", [True, False])
def test_right_replies_in_other_languages(language, name, values, native):
    scorer, truth = function_calls(native=native), sample([{name: values}], language)
    assert scorer.score(scorer.ideal_reply(truth), truth).values["accuracy"] == 1


def test_names_with_underscores_if_services_allow_no_dots():
    truth = sample(AREA_TRUTH)
    reply = written_json([FunctionCall("geo_area", {"base": 10})])
    assert verdict(reply, truth)
    assert not verdict(reply, truth, underscores=False)
    assert (
        function_calls().ideal_reply(truth)
        == '[{"name": "geo_area", "arguments": {"base": 10, "height": 5, "unit": "cm", "flat": true}}]'
    )


def test_what_a_model_called_is_what_is_scored():
    output = ModelOutput("I call geo.area", tool_calls=(ToolCall("geo_area", '{"base": 10}'), ToolCall("stop", "")))
    assert read_json(called(output)) == [FunctionCall("geo_area", {"base": 10}), FunctionCall("stop", {})]
    assert called(ModelOutput('[{"name": "geo_area", "arguments": {"base": 10}}]')) == "[]"


@pytest.mark.parametrize("arguments", ["{", "[1]", "5", '"x"', "null", "[" * 100_000])
def test_arguments_that_are_not_an_object_are_not_a_call(arguments):
    reply = called(ModelOutput("", tool_calls=(ToolCall("geo_area", arguments),)))
    assert not verdict(reply, sample(AREA_TRUTH))
    assert verdict(reply, sample("none"))


def test_an_explanation_says_what_is_wrong():
    score = function_calls(native=False).score("[geo.area(base=12)]", sample(AREA_TRUTH))
    assert score.explanation == "geo.area: base is 12, not one of [10, 11]"
    assert score.answer == "geo.area(base=12)"


def test_broken_records_are_said_to_be():
    with pytest.raises(ScoringError, match="none of its functions"):
        verdict("[fly()]", sample([{"fly": {}}]), native=False)
    with pytest.raises(ScoringError, match="is not a JSON list"):
        verdict("[]", sample("{"))


@pytest.mark.parametrize(
    "value",
    ["9**9**9**9", "2**100000", "'a'*10**9", "__import__('os')", "x.y", "lambda: 1", "{1, 2}", "[x for x in y]",
     "f'{x}'", "not 1", "1e308*1e308*0", "-'a'", "1/0", "{[]: 1}", "{**a}", "3 if x else 4"],
)  # fmt: skip
def test_expressions_are_read_and_never_run(value):
    with at_most(cpu_s=3):
        try:
            ((call),) = read_python(f"[f(a={value})]")
        except UnreadableError:
            pass
        else:
            assert value in ("__import__('os')", "1e308*1e308*0")
            assert call.arguments["a"] == "__import__('os')" or call.arguments["a"] != call.arguments["a"]


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "[" * 19_000, "f(a=" + "-" * 19_000 + "1)", "f(a=" + "1+" * 9_000 + "1)", "f" + ".a" * 9_000 + "()",
     "f(a=" + "g(" * 39 + ")" * 39 + ")", "\\" * 19_000, "f(" * 30, "f(a='" + "x" * 30_000 + "')", "a=" * 9_000, "\0"],
)  # fmt: skip
@pytest.mark.parametrize("read", [read_python, read_foreign])
def test_hostile_replies_take_no_time(text, read):
    with at_most(cpu_s=3), suppress(UnreadableError):
        read(text)


@given(st.text(max_size=60) | st.text("[]()={}'\"\\,.:;-+*/ \nabTrue01", max_size=60))
def test_any_reply_gets_a_verdict(text):
    for truth in (sample(AREA_TRUTH), sample([{"Robot.run": RUN_TRUTH}], "java"), sample("none")):
        for native in (True, False):
            verdict(text, truth, native=native)


@given(st.text(max_size=60) | st.text("new String[]{}ArrayListHashMap<>()putadd;,\"'\\", max_size=80))
def test_any_text_is_a_value(text):
    for kind in java.TYPES:
        for items in ("", "String", "integer", "any"):
            java.read(text, kind, items)
    for kind in javascript.TYPES:
        javascript.read(text, kind, "float")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(0, 1e9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PARAMETERS = st.sampled_from(["a", "b_2", "size"])


@given(
    st.lists(st.builds(FunctionCall, st.sampled_from(["f", "g.h"]), st.dictionaries(PARAMETERS, VALUES)), max_size=3)
)
def test_calls_come_back_as_they_were_written(calls):
    assert read_python(written_python(calls)) == calls
    assert read_json(written_json(calls)) == calls


@given(st.dictionaries(PARAMETERS, st.text("abc,()[] ", max_size=9)))
def test_a_call_in_another_language_comes_back(arguments):
    call = FunctionCall("Robot.run", arguments)
    quoted = FunctionCall(call.name, {key: f'"{value}"' for key, value in arguments.items()})
    assert read_foreign(written_foreign([quoted])) == [call]
