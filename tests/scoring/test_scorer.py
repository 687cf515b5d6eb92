"""What a scorer needs, how it gets it, and what becomes of its errors."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from evalscope_pytest import Sample, Score
from evalscope_pytest.core.errors import ConfigError, ModelError, ScoringError
from evalscope_pytest.scoring import by_subset, exact_match
from evalscope_pytest.scoring.scorer import Scorer, ScoringTimeoutError

SAMPLE = Sample("2 + 2", "4", subset="main")


def decided(scorer: Scorer, reply: Any = "4", **resources: Any) -> Score:
    return asyncio.run(scorer.bind(**resources).decide(reply, SAMPLE))


def reads(text: str, sample: Sample, **resources: Any) -> Score:
    return Score(accuracy=1.0, answer=repr(sorted(resources.items())))


@pytest.mark.parametrize(
    ("needs", "given"),
    [
        ((), []),
        (("judge",), [("judge", "j")]),
        (("sandbox",), [("cpu_s", 2.0), ("sandbox", "s")]),
        (("judge", "sandbox"), [("cpu_s", 2.0), ("judge", "j"), ("sandbox", "s")]),
    ],
)
def test_a_scorer_gets_what_it_needs_and_nothing_else(needs: tuple[str, ...], given: list[Any]) -> None:
    scorer = Scorer("reads", ("accuracy",), reads, needs=frozenset(needs))
    score = decided(scorer, judge="j", sandbox="s", timeout_s=2.0)
    assert score.answer == repr(given)
    assert scorer.bind(judge="j").needs == frozenset()


def test_an_unknown_need_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"need 'sandbx' of scorer 'reads'.*sandbox"):
        Scorer("reads", ("accuracy",), reads, needs=frozenset({"sandbx"}))


def test_keywords_of_earlier_versions_still_work() -> None:
    scorer = Scorer("old", ("accuracy",), reads, right_reply=lambda sample: "four", sandboxed=True)
    assert (scorer.ideal_reply(SAMPLE), scorer.needs) == ("four", {"sandbox"})
    assert scorer.bind(sandbox="s").needs == frozenset()


def test_by_subset_needs_what_its_scorers_need() -> None:
    program = Scorer("program", ("accuracy",), reads, needs=frozenset({"sandbox"}))
    scorer = by_subset(exact_match(), {"code": program})
    assert scorer.needs == {"sandbox"}
    bound = scorer.bind(sandbox="s")
    assert asyncio.run(bound.decide("4", SAMPLE)).values == {"accuracy": 1.0}
    found = asyncio.run(bound.decide("4", Sample("2 + 2", "4", subset="code")))
    assert found.answer == "[('cpu_s', None), ('sandbox', 's')]"


def test_a_score_that_takes_too_long_is_an_error() -> None:
    async def never(text: str, sample: Sample) -> Score:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(ScoringTimeoutError, match=r"no score after 0\.01 s \(review_timeout\)"):
        decided(Scorer("slow", ("accuracy",), never), timeout_s=0.01)


def test_an_error_names_scorer_and_line_and_errors_of_the_package_pass() -> None:
    def broken(text: str, sample: Sample) -> Score:
        raise KeyError("x")

    def down(text: str, sample: Sample) -> Score:
        raise ModelError("down")

    with pytest.raises(ScoringError, match=r"scorer broken failed: KeyError: 'x' \(.*test_scorer\.py:\d+\)"):
        decided(Scorer("broken", ("accuracy",), broken))
    with pytest.raises(ModelError, match="down"):
        decided(Scorer("down", ("accuracy",), down))
