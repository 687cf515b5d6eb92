"""Judges as a scorer: alone, or after a rule that found a reply wrong; and the user's choice between the two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ..config.judge import JudgeConfig, JudgeContract
from ..core.errors import ConfigError, UnreadyError
from ..core.template import parse
from ..core.values import Sample, Score
from ..scoring.patterns import pattern
from ..scoring.scorer import Reply, Scorer
from .contract import Contract, Labels, Number
from .prompts import CORRECTNESS, QUALITY
from .rubric import Rubric, graded

if TYPE_CHECKING:
    from .panel import Panel

# A rule that gives less has not found the reply right (EvalScope's bound).
RIGHT = 0.99
_JUDGE = frozenset({"judge"})


class Judges(Protocol):
    """The judges, as the `judge` fixture returns them."""

    @property
    def panel(self) -> Panel:
        """The judges, and the rule that combines their verdicts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedScorer(Scorer):
    """A scorer whose score is the verdict of judges.

    Attributes:
        rubric: The questions for the judges, and the score of their verdicts.
        rule: The scorer that decides in place of the judges if the user prefers it, or before them; None without one.
        only_if_wrong: True to send to the judges only a reply that the rule found wrong (``llm_recall``).
    """

    rubric: Rubric
    rule: Scorer | None = None
    only_if_wrong: bool = False

    @property
    def fingerprint(self) -> str:
        """Distinguishes this scorer from another in content addresses."""
        before = f"{self.rule.fingerprint}, then " if self.rule and self.only_if_wrong else ""
        return f"{before}{self.rubric.fingerprint}"

    def bind(self, *, judge: Any = None, sandbox: Any = None, timeout_s: float | None = None) -> JudgedScorer:
        """Return the scorer with its resources. The time limit is that of the rule; judges have their own."""
        rule = self.rule and self.rule.bind(judge=judge, sandbox=sandbox, timeout_s=timeout_s)
        return replace(self, score=partial(self.score, judge=judge), rule=rule, needs=frozenset())

    def with_rule(self, change: Callable[[Scorer], Scorer]) -> JudgedScorer:
        """Return the scorer with its rule changed; the same scorer if judges decide alone."""
        return replace(self, rule=self.rule and change(self.rule))

    async def decide(self, reply: Reply, sample: Sample) -> Score:
        """Return the score of a reply: the better one if rule and judges both scored it.

        Raises:
            JudgeError: The judges did not reach a verdict.
        """
        if not self.only_if_wrong or self.rule is None:
            return await self._verdict(reply, sample)
        found = await self.rule.decide(reply, sample)
        metric = next(iter(found.values))
        if found.values[metric] > RIGHT:
            return found
        verdict = await self._verdict(reply, sample)
        values = {**found.values, metric: max(found.values[metric], verdict.values[metric])}
        metadata = {**found.metadata, **verdict.metadata}
        return Score.of(values, answer=found.answer, explanation=verdict.explanation, metadata=metadata)

    async def _verdict(self, reply: Reply, sample: Sample) -> Score:
        score = self.score(reply, sample)
        return score if isinstance(score, Score) else await score


def judged(rubric: Rubric, rule: Scorer | None = None) -> JudgedScorer:
    """Return the scorer that sends a rubric's questions to the judges.

    Args:
        rule: The scorer that users may choose in place of the judges; its metrics are listed for the benchmark.
    """
    return JudgedScorer(
        name=rubric.name,
        metrics=(rule or rubric).metrics,
        score=partial(_score, rubric),
        options=rubric.options,
        aggregation=(rule or rubric).aggregation,
        needs=_JUDGE,
        several=True,
        rubric=rubric,
        rule=rule,
    )


async def _score(rubric: Rubric, reply: Reply, sample: Sample, judge: Judges) -> Score:
    from .panel import decide  # loads an event loop, which importing a benchmark must not

    return await decide(rubric, sample, reply, judge.panel)


def alone(scorer: JudgedScorer) -> JudgedScorer:
    """Return the scorer whose judges decide without a rule."""
    return judged(scorer.rubric)


def first(rule: Scorer, *, then: JudgedScorer) -> JudgedScorer:
    """Return the scorer that sends to judges only the replies which a rule found wrong. Metrics are the rule's."""
    return replace(
        then,
        metrics=rule.metrics,
        aggregation=rule.aggregation,
        ideal_reply=rule.ideal_reply,
        needs=_JUDGE | rule.needs,
        rule=rule,
        only_if_wrong=True,
    )


def combined(scorer: Scorer | Rubric | None, judge: Rubric | JudgedScorer | None) -> Scorer | None:
    """Return the one scorer of an author's ``scorer=`` and ``judge=``; None if both are None.

    Raises:
        ConfigError: Both need a judge.
    """
    rule = judged(scorer) if isinstance(scorer, Rubric) else scorer
    if judge is None:
        return rule
    if rule is not None and "judge" in rule.needs:
        raise ConfigError(f"scorer {rule.name!r} needs a judge, and judge= names another. Leave one of them out.")
    return judged(judge.rubric if isinstance(judge, JudgedScorer) else judge, rule)


def parts_of(scorer: Scorer | None) -> tuple[Scorer | None, Rubric | None]:
    """Return the rule and the rubric of a scorer; either may be missing."""
    return (scorer.rule, scorer.rubric) if isinstance(scorer, JudgedScorer) else (scorer, None)


def rule_of(scorer: Scorer | None) -> Scorer | None:
    """Return the scorer that decides without judges; None if there is none."""
    rule = parts_of(scorer)[0]
    return None if rule is None or "judge" in rule.needs else rule


def chosen(scorer: Scorer | None, config: JudgeConfig, benchmark: str, metric: str) -> Scorer | None:
    """Return a benchmark's scorer under the user's ``judge_strategy``.

    Args:
        benchmark: Name of the benchmark, for errors.
        metric: Metric of a judge's verdict if the benchmark brings no rubric.

    Raises:
        UnreadyError: The strategy needs a rule that the benchmark does not have, or no judge is configured.
        ConfigError: The benchmark's own prompt and the user's contradict each other.
    """
    rule, strategy = rule_of(scorer), config.strategy
    brings = scorer is not None and "judge" in scorer.needs
    if strategy == "rule" or (strategy == "auto" and not brings):
        if brings and rule is None:
            raise UnreadyError(
                f"judge_strategy rule: benchmark {benchmark!r} has no rule, only a judge can decide about its replies. "
                "Leave judge_strategy out, or the benchmark."
            )
        return rule
    if strategy == "llm_recall" and rule is None:
        raise UnreadyError(
            f"judge_strategy llm_recall: benchmark {benchmark!r} has no rule to begin with. Leave judge_strategy out."
        )
    if not config.models:
        raise needs_judge(benchmark, has_rule=rule is not None, unready=config.unready)
    if brings and config.contract.is_own:
        raise ConfigError(
            f"benchmark {benchmark!r} brings its own prompt for the judge. Leave prompt_template, score_type, "
            "score_pattern and score_mapping out of the judge's settings, or run it apart from the others."
        )
    if brings and not isinstance(scorer, JudgedScorer):
        return scorer
    judges = alone(scorer) if isinstance(scorer, JudgedScorer) else judged(_generic(config.contract, metric))
    return first(rule, then=judges) if rule is not None and strategy == "llm_recall" else judges


def needs_judge(name: str, *, has_rule: bool = False, unready: str = "") -> UnreadyError:
    """Return the error for a benchmark that is judged, if no judge is configured.

    Args:
        unready: Reason why the judge from the environment is not used.
    """
    return UnreadyError(
        f"benchmark {name!r} needs a judge model. Name one: --eval-judge-model-args "
        "model_id=NAME,api_url=http://HOST:PORT/v1"
        + (", or score by rule: --eval-judge-strategy rule." if has_rule else ".")
        + (f" {unready}." if unready else "")
    )


def _generic(contract: JudgeContract, metric: str) -> Rubric:
    where = "prompt_template of the judge"
    prompt = contract.prompt or (QUALITY if contract.numeric else CORRECTNESS)
    if "pred" not in parse(prompt, where).names:
        raise ConfigError(f"{where} does not say where the reply goes: add {{pred}}.")
    return graded("judge", prompt, _contract(contract, metric))


def _contract(contract: JudgeContract, metric: str) -> Contract:
    own = pattern(contract.pattern, "score_pattern of the judge") if contract.pattern else None
    if contract.numeric:
        return Number(metric=metric, pattern=own)
    return Labels({label: {metric: value} for label, value in contract.mapping.items()}, own)
