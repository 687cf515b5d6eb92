"""Short replies: what is an answer in whatever dress, what says that there is none, and which words decide."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring import by_subset, choice_answer, exact_match, math_answer, yes_no


def judged(scorer: Scorer, reply: str, target: str, choices: tuple[str, ...] = (), **more: Any) -> Score:
    found = scorer.score(reply, Sample("?", target, choices, **more))
    return asyncio.run(_awaited(found)) if inspect.isawaitable(found) else found


async def _awaited(score: Any) -> Score:
    return await score


# Options ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply", ["B", "b", "**B**", "b)", "(b)", "B选项", "`b`", "$B$", "B ✅", "B.", "\nB\n", "  b  "]
)
def test_a_label_in_any_dress_is_that_label(reply: str) -> None:
    score = judged(choice_answer(), reply, "B", ("x", "y", "z"))
    assert (score.values, score.answer) == ({"accuracy": 1.0}, "B")


@pytest.mark.parametrize("reply", ["", " ", "D", "BC", "B or C", "Neither", "**", "b-complex", "Because"])
def test_what_is_not_one_label_is_no_answer(reply: str) -> None:
    assert judged(choice_answer(), reply, "B", ("x", "y", "z")).values == {"accuracy": 0.0}


# Numbers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", ["We get 42. The answer is unknown.", "42 apples. The answer is not."])
def test_a_number_is_not_the_answer_of_a_reply_that_says_there_is_none(reply: str) -> None:
    assert judged(math_answer(), reply, "42").values == {"accuracy": 0.0}


@pytest.mark.parametrize("reply", ["42. The final answer is: ", "42\n\nThe answer is", "I found 42.\nAnswer:\n"])
def test_an_announcement_that_is_cut_off_takes_no_answer_away(reply: str) -> None:
    assert judged(math_answer(), reply, "42").values == {"accuracy": 1.0}


@pytest.mark.parametrize(
    ("reply", "target"),
    [
        ("１２", "12"),
        ("答案是１２。", "12"),
        ("3½", "3.5"),
        ("½", "0.5"),
        ("2**10", "1024"),
        ("**2**10**", "1024"),
        ("2**5*2**5", "1024"),
        ("The answer is **2**5*2**5**.", "1024"),
        ("**Answer:** 2**3 + 2**3", "16"),
        ("The sum is **2**3 + 2**3**", "16"),
        ("The answer is **1024**", "1024"),
        ("√16", "4"),
        ("2π", "2\\pi"),
        ("10⁻²", "0.01"),
    ],
)
def test_a_number_is_the_same_in_any_notation(reply: str, target: str) -> None:
    assert judged(math_answer(), reply, target).values == {"accuracy": 1.0}


@pytest.mark.parametrize("reply", ["n**42**", "The answer is **42**", "最终答案**42**个"])
def test_a_pair_of_stars_around_a_number_is_bold_and_raises_nothing_to_a_power(reply: str) -> None:
    assert judged(math_answer(), reply, "42").values == {"accuracy": 1.0}


# Yes and no ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("To answer your question: yes.", "YES"),
        ("I looked at the image carefully: yes", "YES"),
        ("Considering all that, yes.", "YES"),
        ("In conclusion, the answer to this is yes", "YES"),
        ("The man is holding a cup: no", "NO"),
        ("I would say that the answer is, no", "NO"),
        ("So my verdict would be: no.", "NO"),
    ],
)
def test_a_sentence_that_ends_in_a_verdict_has_that_verdict(reply: str, answer: str) -> None:
    assert judged(yes_no(), reply, answer.lower()).answer == answer


@pytest.mark.parametrize(
    "reply",
    [
        "Whether it is true is unclear: yes",
        "If it rained, then: yes",
        "Some would say: yes",
        "The question is whether it is: yes",
        "",
    ],
)
def test_a_sentence_that_leaves_it_open_has_no_verdict(reply: str) -> None:
    assert judged(yes_no(), reply, "yes").answer is None


# A scorer for each subset -------------------------------------------------------------------------------------------


def test_a_scorer_by_subset_has_a_name_and_the_metrics_of_its_parts() -> None:
    scorer = by_subset(choice_answer(), {"sums": math_answer()})
    assert (scorer.name, scorer.metrics) == ("by_subset", ("accuracy",))
    assert scorer.fingerprint.startswith("by_subset(")
    assert by_subset(exact_match(), {}).metrics == exact_match().metrics
