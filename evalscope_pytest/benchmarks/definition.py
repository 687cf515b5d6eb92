"""The benchmark as its author writes it (DESIGN.md, "What an author writes")."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError, closest
from ..core.values import Sample
from ..datasets.source import Record, Source
from ..judge.judging import Judging
from ..scoring.protocol import Scorer

if TYPE_CHECKING:
    from .after_run import AfterRun

# Takes a record, and what else it names: `subset`, and (under any other name) the benchmark's `extra_params`.
ToSample = Callable[..., Sample]
# Takes the benchmark's `extra_params` and returns the arguments of `@benchmark` that differ with them.
Variant = Callable[[Mapping[str, Any]], Mapping[str, Any]]
# Takes a record and the `extra_params`, and tells whether it is asked at all.
Keep = Callable[[Record, Mapping[str, Any]], bool]
# Takes a function from patterns of file names to their texts, a subset and the `extra_params`.
MakeRecords = Callable[[Callable[..., list[str]], str, Mapping[str, Any]], Iterable[Record] | None]
Body = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class FewShot:
    """Exemplars put before the question.

    Attributes:
        num: How many, when the user asks for no other number.
        split: The split they are taken from, the first ``num`` of the sample's subset; empty for ``file``.
        shot: Template of one exemplar: the prompt's fields plus ``{target}`` (also ``{answer}``), ``{labels}`` (the
            targets without commas) and ``{rationale}``.
            Empty: the question (with its choices) followed by ``ANSWER: {target}``.
        prompt: Template of the shots: with ``{question}`` in it the whole prompt, without it a header that is put,
            with one newline, before the benchmark's own prompt. ``{fewshot}`` are the shots joined by blank lines.
        choice: Template of one option of an exemplar, where it is another than the question's.
        random: Draw them with the run's seed instead of taking the first.
        file: Exemplars as a ready text in the data release, a path with ``{subset}`` in it. Its parts are separated
            by blank lines: an introduction, then exemplars that begin with ``Q:``, of which ``num`` are taken.
        skip: Records of its own split that are passed over.
    """

    num: int
    split: str = "train"
    shot: str = ""
    prompt: str = ""
    choice: str = ""
    random: bool = False
    file: str = ""
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark: where its records are, how they are asked, how a reply is scored.

    Attributes:
        body: The decorated test function.
        file: The test file it stands in; local data is looked for beside it.
        records: Makes a subset's records of texts, where no file holds them: takes a function that reads the files
            matching a pattern, the subset and ``extra_params``. None leaves it to the files of records.
        keep: Leaves records out, before a limit counts them: takes a record and ``extra_params``.
        prompt: Template of the user message, empty for the bare question. Fields: ``{question}`` (also ``{query}``),
            ``{choices}``, ``{letters}``, ``{subset}`` and every string of the sample's metadata.
        prompts: Templates of single subsets that are asked in another way than ``prompt``, by their names.
        choice: Template of one option: ``{letter}`` and ``{text}``; options stand on a line each.
        categories: Category of a subset, one or several levels: ``{"anatomy": "Other"}``.
        judge: How judges decide about a reply: alone, or in place of ``scorer`` unless the user prefers the rule.
        metrics: Metric names in the order of the report; the first is the primary one.
        aggregation: ``mean``, ``mean_and_pass_at_k``, ``mean_and_vote_at_k`` or ``mean_and_pass_hat_k``; a mapping
            gives single metrics another one. Where scores have weights by part: ``macro_mean``, ``harmonic_mean`` or
            ``all_of_part``.
        extra_params: Parameters of its own a user may set under ``dataset_args``, with their defaults.
        variant: Where other arguments follow from ``extra_params`` (a prompt, a scorer): returns those.
        after_run: Writes further files once all samples are scored, and returns what is shown below the table: takes a
            `FinishedRun`, returns a `Summary` or None.
        version: Raised whenever prompt or scoring change; reports of different versions are not compared.
    """

    name: str
    body: Body
    file: Path
    dataset: Source
    to_sample: ToSample
    records: MakeRecords | None = None
    keep: Keep | None = None
    prompt: str = ""
    prompts: Mapping[str, str] = field(default_factory=dict)
    system_prompt: str = ""
    few_shot: FewShot | None = None
    scorer: Scorer | None = None
    judge: Judging | None = None
    metrics: tuple[str, ...] = ("accuracy",)
    aggregation: str | Mapping[str, str] = "mean"
    repeats: int = 1
    choice: str = "{letter}) {text}"
    shuffle_choices: bool = False
    categories: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    generation: GenerationConfig | None = None
    extra_params: Mapping[str, Any] = field(default_factory=dict)
    variant: Variant | None = None
    tags: tuple[str, ...] = ()
    pretty_name: str = ""
    description: str = ""
    timeout_s: float | None = None
    after_run: AfterRun | None = None
    version: str = "1"


def benchmark(
    name: str,
    *,
    dataset: Source,
    to_sample: ToSample,
    scorer: Scorer | None = None,
    metrics: Sequence[str] = (),
    tags: Sequence[str] = (),
    **options: Any,
) -> Callable[[Body], Body]:
    """Make the decorated test function a benchmark: one pytest item for each sample of ``dataset``.

    The function asks for what it needs by name: ``sample``, and ``model`` or ``output`` (the model's reply to the
    prompt, asked for ahead of time), ``task_config``, and fixtures of module scope or wider. It may be ``async``. It
    returns a `ModelOutput` or text (scored by ``scorer``), a `Score`, a number, or nothing: then it passes unless an
    ``assert`` fails, and its message is the explanation. All other keywords are those of `Benchmark`.

    Raises:
        ConfigError: An argument makes no sense.
    """
    unknown = set(options) - set(Benchmark.__slots__)
    if unknown:
        first = sorted(unknown)[0]
        raise ConfigError(f"@benchmark({name!r}) has no argument {first!r}. {closest(first, Benchmark.__slots__)}")
    if not name or not name.replace("_", "").replace("-", "").replace(".", "").isalnum():
        raise ConfigError(f"benchmark name {name!r} may hold letters, digits, '_', '-' and '.' only.")

    _check_arguments(name, {"dataset": dataset, "to_sample": to_sample, "scorer": scorer, **options})
    for argument, words in (("metrics", metrics), ("tags", tags)):
        if isinstance(words, str):
            raise ConfigError(f"{argument} of @benchmark({name!r}) is the text {words!r}. Write [{words!r}].")

    if (after_run := options.get("after_run")) is not None:
        from .after_run import name_of

        name_of(name, after_run)

    def decorate(body: Body) -> Body:
        if inspect.isgeneratorfunction(body) or inspect.isasyncgenfunction(body):
            raise ConfigError(f"the body of benchmark {name!r} yields. Return what is to be scored instead.")
        module = sys.modules.get(body.__module__)
        body.__benchmark__ = Benchmark(  # type: ignore[attr-defined]
            name=name,
            body=body,
            file=Path(inspect.getsourcefile(body) or body.__code__.co_filename),
            dataset=dataset,
            to_sample=to_sample,
            scorer=scorer,
            metrics=tuple(metrics) or _metrics(scorer, options.get("judge")),
            tags=tuple(tags),
            **{
                "pretty_name": name,
                "description": inspect.cleandoc(getattr(module, "__doc__", None) or ""),
                "aggregation": _aggregation(scorer, options.get("judge")),
                **options,
            },
        )
        return body

    return decorate


def _metrics(scorer: Scorer | None, judge: Judging | None) -> tuple[str, ...]:
    decides = scorer or judge
    return decides.metrics if decides else ("accuracy",)


def _aggregation(scorer: Scorer | None, judge: Judging | None) -> str | dict[str, str]:
    decides = scorer or judge
    return dict(decides.aggregation) if decides and decides.aggregation else "mean"


# What an argument has to be, and how it is written. Others fail, in a sentence, where they are read.
_TYPES: Mapping[str, tuple[Any, str]] = {
    "dataset": (Source, 'local("file.jsonl") or hub("org/name")'),
    "to_sample": (Callable, "a function that takes a record and returns a Sample"),
    "records": ((Callable, type(None)), "a function that takes read, subset and params, and returns records"),
    "scorer": ((Scorer, type(None)), 'a Scorer: Scorer("name", ("accuracy",), score), where score(text, sample)'),
    "judge": ((Judging, type(None)), 'a Judging: graded("name", prompt, Labels(...))'),
    "few_shot": ((FewShot, type(None)), "FewShot(5)"),
    "prompt": (str, "a text"),
    "prompts": (Mapping, "a mapping from subset to template"),
    "system_prompt": (str, "a text"),
    "repeats": (int, "a whole number, 1 or more"),
    "generation": ((GenerationConfig, type(None)), "a GenerationConfig"),
    "categories": (Mapping, "a mapping from subset to category"),
    "extra_params": (Mapping, "a mapping from name to default"),
    "after_run": ((Callable, type(None)), "a function that takes a FinishedRun and returns a Summary or None"),
    "timeout_s": ((int, float, type(None)), "a number of seconds"),
}


def _check_arguments(name: str, arguments: Mapping[str, Any]) -> None:
    for argument, value in arguments.items():
        allowed, written = _TYPES.get(argument, (object, ""))
        if not isinstance(value, allowed) or (argument == "repeats" and int(value) < 1):
            shown = getattr(value, "__name__", None) or repr(value)
            raise ConfigError(
                f"{argument} of @benchmark({name!r}) is {shown:.80} ({type(value).__name__}). Write {written}."
            )
