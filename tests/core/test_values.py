"""Values that travel between the rooms: what a sample, a message and a score accept, and what they refuse."""

from __future__ import annotations

import math
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Message, ModelOutput, Sample, Score
from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.core.values import Call, SampleResult, Tool, ToolCall, Usage, as_message, token_count


def result(*outputs: ModelOutput) -> SampleResult:
    calls = tuple(Call((Message("user", "q"),), output) for output in outputs)
    return SampleResult("b", "s", 0, 0, 0, "k", "r", Sample("q"), calls)


@pytest.mark.parametrize("role", ["System", "human", "", "developer", None])
def test_a_role_that_no_service_knows_is_refused_with_the_known_ones(role: Any) -> None:
    with pytest.raises(TypeError, match=r"role of a message: .*Allowed: system, user, assistant, tool$"):
        Message(role, "hello")


@pytest.mark.parametrize("content", [None, 3, ["hello"], {"type": "text", "text": "hello"}, b"hello"])
def test_content_that_is_not_text_is_refused_with_its_type(content: Any) -> None:
    with pytest.raises(TypeError, match=rf"content of a user message: .* of type {type(content).__name__}\. Only text"):
        Message("user", content)


def test_a_refused_value_is_shown_in_part_only() -> None:
    with pytest.raises(TypeError) as caught:
        Message("user", ["x" * 10_000])  # type: ignore[arg-type]
    assert len(str(caught.value)) < 250
    assert "..." in str(caught.value)


def test_a_mapping_becomes_a_message_and_a_message_stays_the_same() -> None:
    message = Message("assistant", "4")
    assert as_message(message) is message
    assert as_message({"role": "assistant", "content": "4"}) == message
    assert as_message({"role": "assistant", "content": "4", "tool_calls": [], "name": "x"}) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("hello", r"a message: 'hello' of type str\. It needs a role and a content"),
        (("user", "hello"), "of type tuple"),
        (None, "of type NoneType"),
        ({"content": "hello"}, "a message has no 'role'"),
        ({"role": "user"}, "a message has no 'content'"),
        ({"role": "robot", "content": "hello"}, "role of a message: 'robot'"),
        ({"role": "user", "content": None}, "content of a user message: None"),
    ],
)
def test_what_is_not_a_message_is_refused_with_what_it_lacks(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        as_message(value)


@pytest.mark.parametrize("name", ["tool_calls", "tool_call_id", "function_call"])
def test_calls_in_a_mapping_are_refused_rather_than_dropped(name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name} of a message: .*tool_calls or tool_call_id when you make the sample"):
        as_message({"role": "assistant", "content": "", name: "call_1"})


def test_the_identity_of_a_message_leaves_out_the_names_a_service_gives_its_calls() -> None:
    def calling(identifier: str, arguments: str = "{}") -> Message:
        return Message("assistant", "", (ToolCall("add", arguments, identifier),))

    assert calling("call_1").identity == calling("call_2").identity
    assert calling("call_1").identity != calling("call_1", '{"a": 1}').identity
    assert Message("assistant", "").identity != calling("call_1").identity
    assert Message("user", "a").identity != Message("system", "a").identity


def test_the_identity_of_a_tool_is_all_that_a_model_sees_of_it() -> None:
    tool = Tool("add", "Adds.", {"type": "object"})
    others = [Tool("sub", "Adds.", {"type": "object"}), Tool("add", "Sums.", {"type": "object"}), Tool("add", "Adds.")]
    assert all(other.identity != tool.identity for other in others)


@pytest.mark.parametrize("rows", [list, tuple, iter])
def test_a_conversation_may_be_any_series_of_mappings(rows: Any) -> None:
    sample = Sample(rows([{"role": "system", "content": "Be short."}, Message("user", "2 + 2?")]))
    assert sample.input == (Message("system", "Be short."), Message("user", "2 + 2?"))
    assert sample.question == "2 + 2?"


def test_the_question_of_a_conversation_is_its_last_user_message() -> None:
    turns = (Message("user", "first"), Message("assistant", "a"), Message("user", "second"), Message("assistant", "b"))
    assert Sample(turns).question == "second"
    assert Sample((Message("system", "alone"),)).question == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [("input", 3), ("input", None), ("input", {"role": "user"}), ("input", b"q"), ("target", 42), ("target", {"a": 1})],
)
def test_a_sample_names_the_field_that_it_cannot_take(field: str, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"a sample's {field} is .*neither text nor"):
        Sample(**{"input": "q", field: value})


def test_a_sample_is_a_value_whatever_series_it_was_made_of() -> None:
    tool = Tool("add")
    made = Sample("q", target=["4", "four"], choices=["a", "b"], tools=[tool])  # type: ignore[arg-type]
    assert made == Sample("q", target=("4", "four"), choices=("a", "b"), tools=(tool,))
    assert made.targets == ("4", "four")
    assert Sample("q", target="4").targets == ("4",)
    assert Sample("q").targets == ("",)


@pytest.mark.parametrize("count", [0, 1, (1 << 53) - 1])
def test_a_count_of_tokens_is_taken_as_it_is(count: int) -> None:
    assert token_count(count) == count


@pytest.mark.parametrize("count", [-1, 1 << 53, True, False, 3.0, math.nan, "3", None, [3]])
def test_a_count_that_no_service_can_mean_is_unknown(count: object) -> None:
    assert token_count(count) is None


def test_tokens_are_input_and_output_thinking_being_part_of_the_output() -> None:
    assert Usage(3, 4, reasoning_tokens=2, input_tokens_cache_read=1).total_tokens == 7


@pytest.mark.parametrize(
    ("output", "empty"),
    [
        (ModelOutput(""), True),
        (ModelOutput(" \n\t\u3000"), True),
        (ModelOutput("", reasoning="Let me think."), True),
        (ModelOutput("", tool_calls=(ToolCall("add", "{}"),)), False),
        (ModelOutput("0"), False),
    ],
)
def test_a_reply_is_empty_without_words_and_calls(output: ModelOutput, empty: bool) -> None:
    assert output.empty is empty


@pytest.mark.parametrize(
    ("reason", "truncated"),
    [("max_tokens", True), ("model_length", True), ("stop", False), ("content_filter", False), ("unknown", False)],
)
def test_a_reply_is_truncated_only_by_a_limit_of_tokens(reason: Any, truncated: bool) -> None:
    assert ModelOutput("a", stop_reason=reason).truncated is truncated


def test_measured_times_are_not_in_the_text_that_assertions_quote() -> None:
    measured = ModelOutput("a", latency_s=0.25, ttft_s=0.125, retries=2, logprobs=[1], cached=True)
    assert repr(measured) == repr(ModelOutput("a"))


def test_the_output_of_a_sample_is_its_last_reply() -> None:
    assert result().output is None
    assert result(ModelOutput("first"), ModelOutput("second")).output == ModelOutput("second")


@given(st.floats(max_value=1, allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 1) | st.booleans())
def test_any_finite_number_up_to_one_is_an_accuracy(value: float) -> None:
    assert Score(accuracy=value).values == {"accuracy": float(value)}


@pytest.mark.parametrize("value", [Fraction(1, 2), Decimal("0.5"), 0.5])
def test_numbers_of_other_kinds_are_metrics(value: Any) -> None:
    assert Score(f1=value).values == {"f1": 0.5}


def test_the_rounding_of_a_mean_is_not_more_than_all_right() -> None:
    assert Score(accuracy=1 + 1e-12).values["accuracy"] == pytest.approx(1)
    assert Score(bleu=27.5, turns=3).values == {"bleu": 27.5, "turns": 3.0}


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ({"f1": math.nan}, "metric 'f1' is nan, which is not a finite number"),
        ({"f1": math.inf}, "metric 'f1' is inf"),
        ({"f1": -math.inf}, "metric 'f1' is -inf"),
        ({"f1": None}, "metric 'f1' is None, not a number"),
        ({"f1": "high"}, "metric 'f1' is 'high', not a number"),
        ({"f1": [1.0]}, r"metric 'f1' is \[1.0\], not a number"),
        ({"f1": 10**400}, "metric 'f1' is an integer too large"),
        ({"accuracy": 1.5}, r"metric 'accuracy' is 1.5, but 1 is all right\. Give another scale another name"),
        ({"accuracy": 87}, "metric 'accuracy' is 87, but 1 is all right"),
    ],
)
def test_a_metric_that_would_spoil_a_mean_is_refused_by_name(metrics: Any, message: str) -> None:
    with pytest.raises(ScoringError, match=message):
        Score(**metrics)
    with pytest.raises(ScoringError, match=message):
        Score.of(metrics)


def test_a_score_may_have_metrics_that_are_not_names_in_python() -> None:
    score = Score.of({"Rouge-L-R": 0.5}, answer="a", explanation="e", metadata={"n": 1})
    assert score.values == {"Rouge-L-R": 0.5}
    assert (score.answer, score.explanation, score.metadata) == ("a", "e", {"n": 1})


def test_scores_are_equal_when_all_of_them_is() -> None:
    score = Score(accuracy=1, answer="4", explanation="same", metadata={"n": 1})
    assert score == Score(accuracy=1.0, answer="4", explanation="same", metadata={"n": 1})
    assert score != Score(accuracy=0, answer="4", explanation="same", metadata={"n": 1})
    assert score != Score(accuracy=1, answer="5", explanation="same", metadata={"n": 1})
    assert score != Score(accuracy=1, answer="4", explanation="near", metadata={"n": 1})
    assert score != Score(accuracy=1, answer="4", explanation="same")
    assert score != namedtuple("Look", "values answer explanation metadata")({"accuracy": 1.0}, "4", "same", {"n": 1})


def test_a_score_shows_its_metrics_and_the_answer() -> None:
    assert repr(Score(accuracy=1, turns=3, answer="42")) == "Score(accuracy=1.0, turns=3.0, answer='42')"
