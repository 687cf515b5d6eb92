"""Thinking: taken apart into thoughts, and measured by the benchmark's own scorer."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.core.values import ModelOutput, Usage
from evalscope_pytest.scoring.thinking import MOST_SCORED, thinking_tokens, thoughts_of, with_thinking

SAMPLE = Sample("2 + 2?", "4")
TURNS = ("It is 5.\n", "Wait, no: 4.\n\n", "Hmm, again: 4.\n", "Waiting is no turn, so 4.\n", "等等，是 4。\n")


def judge(text: str, sample: Sample) -> Score:
    return Score(accuracy=float(sample.targets[0] in text))


def measured(reply: ModelOutput, *, accuracy: float = 1.0, judge=judge) -> dict[str, float]:
    return asyncio.run(with_thinking(Score(accuracy=accuracy), reply, SAMPLE, judge)).values


def test_a_thought_begins_when_the_text_changes_its_mind() -> None:
    assert list(thoughts_of("".join(TURNS))) == [TURNS[0], TURNS[1], TURNS[2] + TURNS[3], TURNS[4]]


@given(st.lists(st.sampled_from([*TURNS, " ", "\n", "wait", "x"]), max_size=30).map("".join) | st.text())
def test_thoughts_together_are_the_whole_text(reasoning: str) -> None:
    thoughts = list(thoughts_of(reasoning))
    assert "".join(thoughts) == (reasoning if reasoning.strip() else "")
    assert all(thought.strip() for thought in thoughts)


def test_the_first_right_thought_sets_the_efficiency() -> None:
    reply = ModelOutput("4", reasoning="".join(TURNS[:3]), usage=Usage(10, 200, reasoning_tokens=150))
    share = len(TURNS[0] + TURNS[1]) / len("".join(TURNS[:3]))
    assert measured(reply) == {
        "accuracy": 1.0,
        "thoughts": 3,
        "thinking_truncated": 0,
        "thinking_tokens": 150,
        "first_right_tokens": pytest.approx(share * 150),
        "token_efficiency": pytest.approx(share * 150 / 200),
    }
    assert measured(reply, accuracy=0)["token_efficiency"] == 0


def test_a_right_reply_without_thinking_wastes_nothing() -> None:
    values = measured(ModelOutput("4", usage=Usage(10, 2)))
    assert (values["thoughts"], values["thinking_tokens"], values["token_efficiency"]) == (0, 0, 1)


def test_thinking_that_never_ends_is_counted() -> None:
    reply = ModelOutput("", reasoning="It is 5.", stop_reason="max_tokens", usage=Usage(1, 100))
    values = measured(reply, accuracy=0)
    assert (values["thinking_truncated"], values["thinking_tokens"]) == (1, 100)
    assert "first_right_tokens" not in values


def test_without_counted_tokens_there_are_no_token_metrics() -> None:
    reply = ModelOutput("4", reasoning="It is 4.")
    assert thinking_tokens(reply) is None
    assert set(measured(reply)) == {"accuracy", "thoughts", "thinking_truncated"}


def test_a_scorer_that_waits_or_fails_on_a_thought_is_heeded() -> None:
    async def later(text: str, sample: Sample) -> Score:
        if "5" in text:
            raise ScoringError("unreadable")
        return judge(text, sample)

    reply = ModelOutput("4", reasoning="".join(TURNS[:3]), usage=Usage(10, 100))
    assert measured(reply, judge=later)["first_right_tokens"] < 100


def test_a_model_that_goes_round_in_circles_costs_no_more_than_the_maximum_of_scorings() -> None:
    asked = []
    reply = ModelOutput("5", reasoning="Wait, 5.\n" * 10_000, usage=Usage(1, 9))
    measured(reply, judge=lambda text, sample: asked.append(text) or Score(accuracy=0))
    assert len(asked) == MOST_SCORED
