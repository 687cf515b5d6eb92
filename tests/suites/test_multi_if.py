"""Several turns, several languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.suites.instruction.multi_if import can_be_counted, metrics, score_turns


def turn(*instructions):
    names, arguments = zip(*instructions, strict=True)
    return {"instruction_id_list": list(names), "kwargs": list(arguments)}


NO_COMMA = ("punctuation:no_comma", {})
END = ("startend:end_checker", {"end_phrase": "Ende"})


def words(count, relation="at least"):
    return ("length_constraints:number_words", {"num_words": count, "relation": relation})


def sentences(count, relation="at least"):
    return ("length_constraints:number_sentences", {"num_sentences": count, "relation": relation})


def follows(text, instruction):
    return score_turns([text], [turn(instruction)], 1).values["turn_1_prompt_level_strict"] == 1


def test_each_turn_has_its_metrics():
    score = score_turns(["Ja", "Ja, Ende"], [turn(NO_COMMA), turn(NO_COMMA, END)])
    assert score.values["turn_1_prompt_level_strict"] == 1
    assert score.values["turn_2_prompt_level_strict"] == 0
    assert score.values["turn_2_inst_level_strict"] == 0.5
    weights = score.metadata["weights"]
    assert weights["turn_2_inst_level_strict"] == 2
    assert weights["turn_2_prompt_level_strict"] == 1
    assert {weights[name] for name in weights if name.startswith("turn_3")} == {0.0}
    assert score.explanation == "turn 1: all instructions followed; turn 2: not followed: punctuation:no_comma"


def test_the_last_turn_is_the_primary_one():
    assert metrics()[0] == "turn_3_prompt_level_strict"
    assert len(metrics()) == 12
    assert metrics(1) == tuple(f"turn_1_{name}" for name in (
        "prompt_level_strict", "inst_level_strict", "prompt_level_loose", "inst_level_loose",
    ))  # fmt: skip


# Counted by the authors' functions (August 2026), emoji package included.
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("今天天气很好，我们去公园散步吧。", 14),
        ("今天天气很好😀👍🏽我们去公园散步吧👨‍👩‍👧。", 17),
        ("こんにちは、ジェイソンさん。元気ですか？", 17),
        ("The sea is wide and the ships are small.", 9),
        ("Das Meer ist sehr weit und die Schiffe sind klein.", 10),
    ],
)
def test_words_are_counted_in_the_way_of_the_language(text, count):
    assert follows(text, words(count))
    assert not follows(text, words(count + 1))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("今天天气很好。我们去公园散步吧！你来吗？", 3),
        ("今天我们在公园里散步。\n天气非常好，大家都很高兴", 2),
        ("आज मौसम अच्छा है। हम बाहर जाते हैं। क्या तुम आओगे?", 3),
        ("The sea is wide. The ships are small! Are they?", 3),
    ],
)
def test_sentences_are_counted_in_the_way_of_the_language(text, count):
    assert follows(text, sentences(count))
    assert not follows(text, sentences(count + 1))


@pytest.mark.parametrize(
    ("text", "right"), [('"Ja"', True), ("“是”", True), ("「はい」", True), ("„Ja“", False), ('"', False)]
)
def test_quotation_marks_of_other_languages(text, right):
    assert follows(text, ("startend:quotation", {})) == right


def test_thai_is_not_counted():
    assert can_be_counted("Thai", ["punctuation:no_comma"])
    assert not can_be_counted("Thai", ["length_constraints:number_words"])
    assert can_be_counted("Hindi", ["length_constraints:number_words"])


@given(st.text(max_size=60) | st.text("今天好。！？a 😀‍，\n", max_size=60))
def test_any_reply_gets_a_verdict(text):
    score_turns([text], [turn(words(3), sentences(2), ("startend:quotation", {}))])
