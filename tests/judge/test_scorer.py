"""A judge as a scorer: alone, after a rule, and as the author writes it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from evalscope_pytest import Sample, Score, scoring
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.judge import Judging, Labels, Rubric, graded, judged
from evalscope_pytest.judge.panel import Panel
from evalscope_pytest.judge.scorer import combined, first, parts_of, rule_of
from evalscope_pytest.scoring.scorer import Scorer
from tests.servers.judge import keyed, verdict

RUBRIC = graded("kind", "{question} {gold} {pred}", Labels({"A": {"accuracy": 1.0}, "B": {"accuracy": 0.0}}))
SAMPLE = Sample("Capital of Peru?", "Lima")


class Judge:
    """A judge with one verdict, and the panel of it alone."""

    name = "j"

    def __init__(self, label: str = "A") -> None:
        self.label = label
        self.prompts: list[str] = []
        self.panel = Panel((self,))

    async def send(self, messages: Any, repeat: int, ideal: str, schema: Any = None) -> str:
        self.prompts.append(messages[-1].content)
        return keyed(verdict(self.label), messages[-1].content)


def decided(scorer: Scorer, reply: str, judge: Judge, **resources: Any) -> Score:
    return asyncio.run(scorer.bind(judge=judge, **resources).decide(reply, SAMPLE))


def test_a_judge_scores_a_reply_like_a_rule() -> None:
    scorer, judge = judged(RUBRIC), Judge("B")
    assert (scorer.needs, scorer.metrics, scorer.ideal_reply(SAMPLE)) == ({"judge"}, ("accuracy",), "Lima")
    assert decided(scorer, "Lima", judge).values == {"accuracy": 0.0}
    assert len(judge.prompts) == 1


@pytest.mark.parametrize(
    ("reply", "label", "value", "sent"), [("Lima", "B", 1.0, 0), ("Cusco", "A", 1.0, 1), ("Cusco", "B", 0.0, 1)]
)
def test_first_sends_only_what_the_rule_found_wrong(reply: str, label: str, value: float, sent: int) -> None:
    judge = Judge(label)
    score = decided(first(scoring.exact_match(), then=judged(RUBRIC)), reply, judge)
    assert score.values == {"accuracy": value}
    assert len(judge.prompts) == sent
    assert ("judgements" in score.metadata) is bool(sent)


def test_first_needs_what_both_need_and_gives_the_rule_its_sandbox() -> None:
    def score(text: str, sample: Sample, sandbox: str, cpu_s: float | None) -> Score:
        return Score(accuracy=0.5, answer=f"{sandbox} {cpu_s}")

    program = Scorer("program", ("accuracy",), score, needs=frozenset({"sandbox"}))
    scorer = first(program, then=judged(RUBRIC))
    assert scorer.needs == {"judge", "sandbox"}
    found = decided(scorer, "pass", Judge("B"), sandbox="jail", timeout_s=3.0)
    assert (found.values, found.answer) == ({"accuracy": 0.5}, "jail 3.0")


def test_an_authors_scorer_and_judge_are_one_scorer() -> None:
    rule = scoring.exact_match()
    assert parts_of(combined(rule, RUBRIC)) == (rule, RUBRIC)
    assert parts_of(combined(None, RUBRIC)) == (None, RUBRIC)
    assert parts_of(combined(RUBRIC, None)) == (None, RUBRIC)
    assert combined(rule, None) is rule
    assert rule_of(combined(rule, RUBRIC)) is rule
    assert rule_of(combined(None, RUBRIC)) is None
    with pytest.raises(ConfigError, match="'kind' needs a judge, and judge= names another"):
        combined(judged(RUBRIC), RUBRIC)


def test_a_bundled_judge_is_the_scorer_of_its_benchmark() -> None:
    scorer = load_bundled("simple_qa").scorer
    assert scorer is not None
    assert scorer.needs == {"judge"}


def test_a_changed_rule_leaves_judges_who_decide_alone() -> None:
    scorer = judged(RUBRIC)
    assert scorer.with_rule(lambda rule: pytest.fail("there is none")) == scorer


def test_the_earlier_name_of_a_rubric_still_works() -> None:
    assert Judging is Rubric
