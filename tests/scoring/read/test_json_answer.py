"""The answer of a reply in JSON reaches every reader, and what only looks like one reaches none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.json_text import json_answer, said
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.options import options
from evalscope_pytest.scoring.read.phrase import read_spans
from evalscope_pytest.scoring.read.verdict import read_verdict
from evalscope_pytest.suites.reasoning.bbh import bbh_answer
from tests.cost import at_most
from tests.scoring.judging import judged

FOUR = options(["a dog", "the cat", "fish", "bird"])
KEYS = [
    "answer", "final_answer", "finalAnswer", "Final Answer", "ANSWER", "correct_answer", "the_answer", "result",
    "value", "solution", "final-result", "numeric_answer", "答案", "最终答案", "respuesta", "Antwort", "ответ", "jibu",
]  # fmt: skip
DRESS = [
    "{}", "```json\n{}\n```", "```\n{}\n```", "Here is the result:\n\n{}", "<think>24</think>{}", "{}<|im_end|>",
    "[{}]", "```json\n{}\n```</s>",
]  # fmt: skip
OTHERS = [{}, {"confidence": 95}, {"explanation": "24 of them, so A is wrong. No."}, {"steps": ["3+4", "24"]}]


@given(st.sampled_from(KEYS), st.sampled_from(DRESS), st.sampled_from(OTHERS), st.booleans())
def test_the_field_for_the_answer_is_read_whatever_its_key_and_company(key, dress, other, first):
    def reply(value):
        fields = {key: value, **other} if first else {**other, key: value}
        return dress.format(json.dumps(fields, ensure_ascii=False))

    assert read_math(reply(36)) == read_math(reply("36")) == read_math(reply({"value": 36, "unit": "apples"})) == "36"
    assert read_choice(reply("B"), FOUR) == read_choice(reply("B) the cat"), FOUR) == ("B",)
    assert read_spans(reply("red fox")) == ("red fox",)
    assert read_spans(reply(["Ann Lee", "Bo Ray"])) == ("Ann Lee; Bo Ray",)
    assert read_verdict(reply(True)) == read_verdict(reply("yes")) == "yes"
    assert read_verdict(reply(False)) == read_verdict(reply("No.")) == "no"
    assert judged(bbh_answer(), reply(24), Sample("", "24")).values["accuracy"] == 1.0
    assert judged(bbh_answer(), reply(True), Sample("", "True")).values["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("reply", "members"),
    [
        (r'{"answer": "\frac{1}{2}"}', (r"\frac{1}{2}",)),
        (r'{"answer": "\\frac{1}{2}"}', (r"\frac{1}{2}",)),
        (r'{"answer": "\sqrt{2}"}', (r"\sqrt{2}",)),
        (r'{"answer": "\text{even}"}', (r"\text{even}",)),
        ('{"answer": 1.50}', ("1.50",)),
        ('{"answer": [3, 5, 7]}', ("3", "5", "7")),
        ('{"answer": 24}\n{"answer": 36}', ("36",)),
        ('{"data": {"answer": 36}}', ("36",)),
        ('{"answer": 36}\n\nI hope this helps!', ("36",)),
        ('{"reasoning": "an "odd" quote", "answer": "36"}', ("36",)),
        ('{"answer": 36, }', ("36",)),
        ("{'answer': 'B'}", ("B",)),
    ],
)
def test_the_value_is_taken_as_it_is_written(reply, members):
    assert json_answer(reply) == members


@pytest.mark.parametrize(
    "reply",
    [
        '{"wrong_answer": 36}', '{"question_id": 36}', '{"incorrect_answer": "36"}', '{"answers_seen": 36}',
        '{"unanswered": 36}', '{"answer": null, "guess": 36}', '{"answer": ""}', '{"reasoning": "so 36',
        '{"steps": [36]}', '{"answer_id": 36}', '{"reasoning": "The answer is 36, but',
    ],
)  # fmt: skip
def test_json_without_an_answer_answers_nothing(reply):
    assert json_answer(reply) == ()
    assert said(reply) == ""
    assert read_math(reply) is None


@pytest.mark.parametrize(
    "reply",
    ["36", "\\frac{1}{2}", "{1, 2}", "{}", '{"answer": 24}\nNo wait, the answer is 36.', 'f({"value": 3}) is 36 here.'],
)
def test_other_replies_are_not_taken_for_json(reply):
    assert json_answer(reply) is None


@given(
    st.text()
    | st.lists(st.sampled_from(['{"answer": ', '"', "}", "{", "[", "36", "\\", ",", ":", "null"])).map("".join)
)
def test_reading_never_raises(reply):
    found = json_answer(reply)
    assert found is None or all(found)


@pytest.mark.parametrize("piece", ['{"answer": ', '{"a":', '{"', "{", '"answer": "', "\\", "{'a':1,", '{"answer":1}'])
def test_hostile_json_takes_linear_time(piece):
    with at_most(cpu_s=3):
        json_answer(piece * 100_000)
