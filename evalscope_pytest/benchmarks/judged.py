"""The judge of a benchmark, if it has one, and its prompts: combines the strategies of user and author."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.judge import JudgeConfig, JudgeContract
from ..core.errors import ConfigError, UnreadyError
from ..core.template import parse
from ..judge.contract import Contract, Labels, Number
from ..judge.judging import Judging, graded
from ..judge.wording import CORRECTNESS, QUALITY
from ..scoring.pattern import pattern
from .definition import Benchmark


@dataclass(frozen=True, slots=True)
class Judged:
    """Prompts for judges.

    Attributes:
        only_if_wrong: Send to judges only if the rule found the reply wrong.
    """

    judging: Judging
    only_if_wrong: bool = False


def judged(benchmark: Benchmark, config: JudgeConfig) -> Judged | None:
    """Return how a benchmark is judged under the user's strategy; None if its rule alone decides.

    Raises:
        UnreadyError: The strategy asks for a rule the benchmark has not, or for a judge nobody named.
        ConfigError: The benchmark's own prompt and the user's contradict each other.
    """
    own, strategy, name = benchmark.judge, config.strategy, benchmark.name
    if strategy == "rule" or (strategy == "auto" and own is None):
        if own is not None and benchmark.scorer is None:
            raise UnreadyError(
                f"judge_strategy rule: benchmark {name!r} has no rule, only a judge can decide about its replies. "
                "Leave judge_strategy out, or the benchmark."
            )
        return None
    if strategy == "llm_recall" and benchmark.scorer is None:
        raise UnreadyError(
            f"judge_strategy llm_recall: benchmark {name!r} has no rule to begin with. Leave judge_strategy out."
        )
    if not config.models:
        raise needs_judge(name, has_rule=benchmark.scorer is not None, unready=config.unready)
    if own is not None and config.contract.is_own:
        raise ConfigError(
            f"benchmark {name!r} brings its own prompt for the judge. Leave prompt_template, score_type, "
            "score_pattern and score_mapping out of the judge's settings, or run it apart from the others."
        )
    judging = own or _generic(config.contract, benchmark.metrics[0])
    return Judged(judging, only_if_wrong=strategy == "llm_recall")


def needs_judge(name: str, *, has_rule: bool = False, unready: str = "") -> UnreadyError:
    """Return the error for a benchmark that is judged, if nobody named a judge.

    Args:
        unready: Reason why the judge from the environment is not used.
    """
    return UnreadyError(
        f"benchmark {name!r} needs a judge model. Name one: --eval-judge-model-args "
        "model_id=NAME,api_url=http://HOST:PORT/v1"
        + (", or score by rule: --eval-judge-strategy rule." if has_rule else ".")
        + (f" {unready}." if unready else "")
    )


def _generic(contract: JudgeContract, metric: str) -> Judging:
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
