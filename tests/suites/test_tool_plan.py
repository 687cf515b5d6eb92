"""One step of an agent, against EvalScope's formulas."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.values import Sample
from evalscope_pytest.suites.tools.tool_plan import METRICS, read_step, tool_plan

TOOLS = ["find", "book", "Finish"]


def call(name, **arguments):
    return f"Thought: so.\nAction: {name}\nAction Input: {json.dumps(arguments)}"


def finish(**arguments):
    return call("Finish", **arguments)


def scored(reply, target):
    score = tool_plan().score(reply, Sample("?", target, metadata={"tools": TOOLS}))
    left_out = score.metadata.get("weights", {})
    return {name: value for name, value in score.values.items() if name not in left_out}


CALLED = {"Plan.EM": 1, "HalluRate": 0, "Act.EM": 1}


@pytest.mark.parametrize(
    ("reply", "target", "values"),
    [
        (call("find", a=1, b=2), call("find", a=1, b=2), {**CALLED, "F1": 1}),
        (call("find", a=1, b=3), call("find", a=1, b=2), {**CALLED, "F1": 0.75}),
        (call("find", a=1), call("find", a=1, b=2), {**CALLED, "F1": 2 / 3}),
        (call("find", a=1, b=2, c=3), call("find", a=1, b=2), {**CALLED, "F1": 0.8}),
        (call("find", c=3), call("find", a=1), {**CALLED, "F1": 0}),
        (call("find"), call("find"), {**CALLED, "F1": 1}),
        (call("find", a=1), call("find"), {**CALLED, "F1": 0}),
        ("Action: find\nAction Input: a=1", call("find", a=1), {**CALLED, "F1": 0}),
        ("Action: find\nAction Input: [1]", call("find", a=1), {**CALLED, "F1": 0}),
        ("Action: find", call("find"), {**CALLED, "F1": 1}),
        (call("find"), "Action: find\nAction Input: {a}", CALLED),
        (call("book", a=1), call("find", a=1), {"Plan.EM": 1, "HalluRate": 0, "Act.EM": 0, "F1": 0}),
        (call("fly", a=1), call("find", a=1), {"Plan.EM": 1, "HalluRate": 1, "Act.EM": 0, "F1": 0}),
        ("I do not know.", call("find", a=1), {"Plan.EM": 1, "HalluRate": 0, "Act.EM": 0, "F1": 0}),
        (finish(return_type="give_answer", final_answer="x"), call("find"),
         {"Plan.EM": 0, "HalluRate": 0, "Act.EM": 0, "F1": 0}),
        (finish(return_type="give_answer", final_answer="it is ten"), finish(return_type="give_answer",
         final_answer="it is ten"), {"Plan.EM": 1, "HalluRate": 0, "Rouge-L": 1}),
        (call("find"), finish(return_type="give_answer", final_answer="it"),
         {"Plan.EM": 0, "HalluRate": 0, "Rouge-L": 0}),
        (finish(return_type="give_up_and_restart"), finish(return_type="give_up_and_restart"),
         {"Plan.EM": 1, "HalluRate": 0}),
        (call("find"), call("invalid_hallucination_function_name"), {}),
    ],
)  # fmt: skip
def test_a_metric_counts_if_it_applies(reply, target, values):
    assert scored(reply, target) == pytest.approx(values, abs=1e-7)


def test_the_last_step_counts():
    assert read_step(f"{call('book', a=1)}\n{call('find', b=2)}").action == "find"
    assert read_step(finish(return_type="give_answer", final_answer=" . ")).answer == "None"
    assert read_step("Action: Finish\nAction Input: " + "[" * 100_000).plan == "give up"


@given(st.text() | st.text("Action Input:{}\"'find\n Finish", max_size=99))
def test_any_reply_has_all_metrics(text):
    score = tool_plan().score(text, Sample("?", call("find", a=1), metadata={"tools": TOOLS}))
    assert set(score.values) == set(METRICS)
    assert all(0 <= value <= 1 for value in score.values.values())
