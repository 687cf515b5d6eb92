"""Benchmarks for decision APIs: those of typed questions, and questions with options put as typed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..config.schema import DatasetArgs
from ..core.decision import Question
from ..core.errors import ConfigError, UnreadyError
from ..core.listed_options import letters
from ..core.values import Sample
from ..scoring.decisions import Rules, decisions

if TYPE_CHECKING:
    from ..models.spec import ModelSpec
    from .definition import Benchmark

# Settings of a prompt, which a typed question does not have.
_TEMPLATES = (
    "prompt_template",
    "few_shot_prompt_template",
    "query_template",
    "few_shot_random",
    "train_split",
    "filters",
)
KIND, THRESHOLD = "decision_kind", "decision_threshold"
PARAMS: Mapping[str, Any] = {KIND: "choice", THRESHOLD: 0.5}


@dataclass(frozen=True, slots=True)
class Decision:
    """The form of a benchmark's questions for a decision API.

    Attributes:
        instructions: Refers to the question's text as `question`. Empty if samples are typed questions already, which
            other models are not sent.
        positive: The option that a yes means, so that the question can be put as noul (``decision_kind`` of the
            ``extra_params``, with ``decision_threshold``; see `PARAMS`). Empty for none.
        has_fixed_classes: All questions have the same options, so that the mean F1 of the options means something.
    """

    instructions: str = ""
    positive: str = ""
    has_fixed_classes: bool = False

    def question(self, sample: Sample, kind: str = "choice") -> Question:
        """Return the typed question of a sample with options."""
        options = dict(zip(letters(len(sample.choices)), sample.choices, strict=True))
        return Question(kind, {"question": sample.question}, self.instructions, options if kind == "choice" else None)

    def gold(self, sample: Sample, kind: str = "choice") -> str:
        """Return the label of the right answer."""
        target = sample.targets[0]
        if kind == "choice":
            return target
        options = dict(zip(letters(len(sample.choices)), sample.choices, strict=True))
        return "yes" if options.get(target) == self.positive else "no"


def for_model(benchmark: Benchmark, args: DatasetArgs, spec: ModelSpec) -> Benchmark:
    """Return a benchmark in the form that a model takes: unchanged, unless that is typed questions only.

    Raises:
        UnreadyError: The model does not take the benchmark's questions.
        ConfigError: A setting has no effect on such a model, or on any other.
    """
    how, name = benchmark.decision, benchmark.name
    if not spec.decides:
        if how is not None and not how.instructions and spec.is_generating:
            raise UnreadyError(
                f"benchmark {name!r} holds typed decisions, which eval_type {spec.eval_type} does not take. "
                "Use --eval-type systemone_api or autotrust_api."
            )
        params = args.extra_params or {}
        given = [key for key, value in PARAMS.items() if params.get(key, value) != value]
        if how is not None and how.instructions and given:
            raise ConfigError(
                f"extra_params of {name!r}: {given[0]!r} is for decision APIs only, not for eval_type "
                f"{spec.eval_type}. Leave it out, or use --eval-type systemone_api or autotrust_api."
            )
        return benchmark
    if how is None:
        raise UnreadyError(
            f"benchmark {name!r} has no typed questions, which eval_type {spec.eval_type} needs. Benchmarks of "
            "typed decisions have the tag decision: --eval-datasets general_decision, for example."
        )
    _check_settings(name, args)
    if not how.instructions:
        return benchmark
    return _as_typed(benchmark, how, {**benchmark.extra_params, **(args.extra_params or {})})


def _check_settings(name: str, args: DatasetArgs) -> None:
    for setting in (*_TEMPLATES, *(("few_shot_num",) if args.few_shot_num else ())):
        if getattr(args, setting) is not None:
            raise ConfigError(
                f"{setting} of {name!r} has no effect: a decision API takes typed questions. Leave it out."
            )


def _as_typed(benchmark: Benchmark, how: Decision, params: Mapping[str, Any]) -> Benchmark:
    kind, threshold = params.get(KIND, "choice"), params.get(THRESHOLD, 0.5)
    allowed = ("choice", "noul") if how.positive else ("choice",)
    if kind not in allowed:
        where = f"extra_params of {benchmark.name!r}"
        raise ConfigError(f"{KIND}: {kind!r} in {where}. Allowed: {', '.join(allowed)}. Choose one of them.")
    if not 0 <= threshold <= 1:
        raise ConfigError(f"{THRESHOLD}: {threshold} in extra_params of {benchmark.name!r}. Give a number from 0 to 1.")

    def question_of(sample: Sample) -> Question:
        return how.question(sample, kind)

    def gold_of(sample: Sample) -> str:
        return how.gold(sample, kind)

    scorer = decisions(
        Rules(threshold=threshold),
        kind=kind,
        question_of=question_of,
        gold_of=gold_of,
        classes=_options if how.has_fixed_classes and kind == "choice" else None,
    )
    render: Callable[[Sample], str] = lambda sample: question_of(sample).text()  # noqa: E731
    return replace(
        benchmark,
        render=render,
        prompt="",
        prompts={},
        few_shot=None,
        scorer=scorer,
        metrics=scorer.metrics,
        aggregation=dict(scorer.aggregation),
        variant=None,
    )


def _options(sample: Sample) -> Sequence[str]:
    return sample.choices
