"""The benchmark as its author writes it (DESIGN.md, "What an author writes")."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError, closest
from ..core.values import Sample
from ..datasets.source import Record, Source
from ..judge.rubric import Rubric
from ..judge.scorer import JudgedScorer, combined, parts_of
from ..scoring.scorer import Scorer

if TYPE_CHECKING:
    from .after_run import AfterRun
    from .decisions import Decision

# Takes a record and, by name, `subset`, `position` (of the record in its subset) and, under any other name, the
# benchmark's `extra_params`.
ToSample = Callable[..., Sample]
# Takes the benchmark's `extra_params` and returns the arguments of `@benchmark` that differ with them.
Variant = Callable[[Mapping[str, Any]], Mapping[str, Any]]
# Takes a record and the `extra_params`, and returns whether the record is evaluated at all.
Keep = Callable[[Record, Mapping[str, Any]], bool]
# Takes a record and returns a record for each question that it holds.
Expand = Callable[[Record], Iterable[Record]]
# Takes a `Reader` (from patterns of file names to their texts, and more), a subset and the `extra_params`.
MakeRecords = Callable[[Callable[..., list[str]], str, Mapping[str, Any]], Iterable[Record] | None]
Body = Callable[..., Any]
Function = TypeVar("Function", bound=Callable[..., Any])

# What a decorated function that makes the sample may take, and what only a body is given.
_OF_RECORD = ("record", "subset", "position", "extra_params")
PROVIDED = ("sample", "model", "output", "judge", "task_config", "sandbox", "messages_of")


async def generate(sample: Sample, model: Any) -> Any:
    """Send a sample's prompt and return the reply for the scorer: the body of most benchmarks."""
    return await model.generate(sample)


@dataclass(frozen=True, slots=True)
class FewShot:
    """The exemplars before the question.

    Attributes:
        num: Number of exemplars, unless the user sets another.
        split: The split the exemplars come from: the first ``num`` of the sample's subset. Empty for ``file``.
        shot: Template of one exemplar: the prompt's fields plus ``{target}`` (also ``{answer}``), ``{labels}`` (the
            targets without commas) and ``{rationale}``.
            Empty: the question (with its choices) followed by ``ANSWER: {target}``.
        prompt: Template of the shots. If it names ``{question}`` it is the whole prompt, otherwise a header one line
            above the benchmark's prompt. ``{fewshot}`` are the shots, joined by blank lines.
        choice: Template of one option of an exemplar, if it differs from the question's.
        random: Draw the exemplars with the run's seed instead of taking the first.
        file: Path, with ``{subset}`` in it, of a text in the data release that holds the exemplars. Blank lines
            separate its parts: an introduction, then exemplars that begin with ``Q:``, of which ``num`` are taken.
        skip: Number of records to skip at the beginning of ``split``.
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
    """One benchmark: the place of its records, the prompt for each, and the scorer of a reply.

    Attributes:
        body: Runs for each sample: the decorated function, or `generate` if that function is ``to_sample``.
        file: The test file of the decorated function; local data is looked for beside it.
        to_sample: Makes a sample of a record.
        records: Makes a subset's records if no file holds them as they are. Takes a `Reader`, the subset and
            ``extra_params``: ``read("*.txt")`` returns the texts of the files that match, ``read.rows()`` all records
            of the split, ``read.packed("subtitle.zip", "*.srt")`` texts in an archive. If it returns None, records
            are read from files.
        expand: Takes a record that holds several questions and returns a record for each, before anything is counted.
        keep: Decides whether a record is evaluated, before a limit counts it. Takes a record and ``extra_params``.
        prompt: Template of the user message, empty for the bare question. Fields: ``{question}`` (also ``{query}``),
            ``{choices}``, ``{letters}``, ``{subset}`` and every string of the sample's metadata.
        prompts: Templates that replace ``prompt`` for single subsets, by the subset's name.
        system_prompt: The system message; ``{name}`` in it is the string of that name in the sample's metadata.
        choice: Template of one option: ``{letter}`` and ``{text}``; each option is on a separate line.
        decision: The form of its questions for a decision API (`decisions.Decision`); None if it has none.
        render: Makes the whole text of the user message of a sample, in place of the templates.
        categories: Category of a subset, one or several levels: ``{"anatomy": "Other"}``.
        scorer: Scores a reply: a rule, a program, or judges (with the rule that users may choose instead).
        metrics: Metric names in the order of the report; the first is the primary one.
        aggregation: ``mean``, ``mean_and_pass_at_k`` or ``_vote_at_k``, ``_pass_hat_k``, ``_at_least_k``; a mapping
            gives single metrics another one. If scores have weights by part: ``macro_mean``, ``harmonic_mean``,
            ``all_of_part`` or ``all_of_part_by_kind``; by outcome of a label (``"LABEL hit"``, ``missed``,
            ``invented``): ``macro_f1``, ``weighted_f1``, ``hit_rate``. ``sum`` counts.
        cluster: Field of the samples' metadata that questions of a subset have in common if they are not independent,
            such as a passage. A sample's own ``cluster`` or ``metadata["cluster"]`` comes first.
        repeats: Number of times each sample is sent.
        extra_params: Parameters that a user may set under ``dataset_args``, with their defaults.
        variant: Takes ``extra_params`` and returns the arguments that depend on them, such as a prompt or a scorer.
        media_dir: Folder in which pictures, videos and the like are looked up before the dataset's own; a variant takes
            it from a parameter of the user's. Empty for none.
        after_run: Writes further files once all samples are scored, and returns what is shown below the table: takes a
            `FinishedRun`, returns a `Summary` or None.
        environment: Name of the environment that code runs in, if it takes more than this interpreter's packages; made
            by ``evalscope-pytest sandbox prepare``.
        environment_parts: Part of the environment that single subsets need, by the subset's name.
        model_tasks: What models it evaluates do, if they do not generate text: ``embedding``, ``rerank``, or either.
        version: Raised whenever prompt or scoring change; reports of different versions are not compared.
    """

    name: str
    body: Body
    file: Path
    dataset: Source
    to_sample: ToSample
    records: MakeRecords | None = None
    expand: Expand | None = None
    keep: Keep | None = None
    prompt: str = ""
    prompts: Mapping[str, str] = field(default_factory=dict)
    system_prompt: str = ""
    few_shot: FewShot | None = None
    scorer: Scorer | None = None
    metrics: tuple[str, ...] = ("accuracy",)
    aggregation: str | Mapping[str, str] = "mean"
    cluster: str = ""
    repeats: int = 1
    choice: str = "{letter}) {text}"
    decision: Decision | None = None
    render: Callable[[Sample], str] | None = None
    shuffle_choices: bool = False
    categories: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    generation: GenerationConfig | None = None
    extra_params: Mapping[str, Any] = field(default_factory=dict)
    variant: Variant | None = None
    media_dir: str = ""
    tags: tuple[str, ...] = ()
    pretty_name: str = ""
    description: str = ""
    timeout_s: float | None = None
    environment: str = ""
    environment_parts: Mapping[str, str] = field(default_factory=dict)
    after_run: AfterRun | None = None
    model_tasks: tuple[str, ...] = ()
    version: str = "1"

    @property
    def function(self) -> Body:
        """The decorated function, from which pytest takes place, marks and name."""
        return self.to_sample if self.body is generate else self.body

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments that the body needs; those with a default are left out."""
        found = inspect.signature(self.body).parameters.values()
        return tuple(p.name for p in found if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))

    def varied(self) -> Benchmark:
        """Return the benchmark with what its ``variant`` makes of ``extra_params``."""
        if self.variant is None:
            return self
        arguments = dict(self.variant(self.extra_params))
        if not arguments.keys().isdisjoint({"scorer", "judge"}):
            rule, rubric = parts_of(self.scorer)
            arguments["scorer"] = combined(arguments.get("scorer", rule), arguments.pop("judge", rubric))
        return replace(self, **arguments)


def benchmark(
    name: str,
    *,
    dataset: Source,
    to_sample: ToSample | None = None,
    scorer: Scorer | Rubric | None = None,
    metrics: Sequence[str] = (),
    tags: Sequence[str] = (),
    **options: Any,
) -> Callable[[Function], Function]:
    """Make the decorated test function a benchmark: one pytest item for each sample of ``dataset``.

    Without ``to_sample`` the function turns a ``record`` into a `Sample`. The sample's prompt is sent to the model and
    ``scorer`` scores the reply. The function may also take ``subset``, ``position`` and ``extra_params``::

        @benchmark("capitals", dataset=local("capitals.jsonl"), scorer=scoring.exact_match())
        def test_capitals(record) -> Sample:
            return Sample(input=record["question"], target=record["answer"])

    With ``to_sample`` the function is the body that runs for each sample::

        @benchmark("capitals", dataset=local("capitals.jsonl"), to_sample=to_sample, scorer=scoring.exact_match())
        async def test_capitals(sample, model):
            return await model.generate(sample)

    A body requests by name: ``sample``, ``model`` or ``output`` (the reply to the prompt, requested ahead of time),
    ``messages_of`` (makes the messages of further samples, with the benchmark's templates), ``task_config``, fixtures
    of module scope or wider. It returns a `ModelOutput` or text (scored by ``scorer``), a
    `Score`, a number, or nothing (a failing ``assert`` is a 0). ``judge``, a `Rubric`, decides unless the user prefers
    ``scorer``. All other keywords are those of `Benchmark`.

    Raises:
        ConfigError: An argument makes no sense, or the function is neither a body nor makes a sample.
    """
    _check_names(name, options)
    _check_arguments(name, {"dataset": dataset, "to_sample": to_sample, "scorer": scorer, **options})
    _check_words(name, {"metrics": metrics, "tags": tags})
    decides = combined(scorer, options.pop("judge", None))
    averaged = {"aggregation": dict(decides.aggregation)} if decides and decides.aggregation else {}

    def decorate(function: Function) -> Function:
        _check_makes_one(name, function)
        if to_sample is None:
            _check_makes_sample(name, function)
        elif _yields(function):
            raise ConfigError(f"the body of benchmark {name!r} yields. Return what is to be scored instead.")
        function.__benchmark__ = Benchmark(  # type: ignore[attr-defined]
            name=name,
            body=generate if to_sample is None else function,
            file=Path(inspect.getsourcefile(function) or function.__code__.co_filename),
            dataset=dataset,
            to_sample=to_sample or function,
            scorer=decides,
            metrics=tuple(metrics) or (decides.metrics if decides else ("accuracy",)),
            tags=tuple(tags),
            **{"pretty_name": name, "description": _description(function), **averaged, **options},
        )
        return function

    return decorate


def _check_makes_one(name: str, function: Body) -> None:
    earlier = getattr(function, "__benchmark__", None)
    if earlier is not None and earlier.name != name and function in (earlier.body, earlier.to_sample):
        names = f"{earlier.name!r} and {name!r}"
        raise ConfigError(f"function {function.__name__!r} makes two benchmarks: {names}. Give each a function.")


def _check_names(name: str, options: Mapping[str, Any]) -> None:
    allowed = [*Benchmark.__slots__, "judge"]
    unknown = set(options) - set(allowed)
    if unknown:
        first = sorted(unknown)[0]
        raise ConfigError(f"@benchmark({name!r}) has no argument {first!r}. {closest(first, allowed)}")
    if not name or not name.replace("_", "").replace("-", "").replace(".", "").isalnum():
        raise ConfigError(f"benchmark name {name!r} may hold letters, digits, '_', '-' and '.' only.")


def _description(function: Body) -> str:
    return inspect.cleandoc(getattr(sys.modules.get(function.__module__), "__doc__", None) or "")


def _check_words(name: str, arguments: Mapping[str, Sequence[str]]) -> None:
    for argument, words in arguments.items():
        if isinstance(words, str):
            raise ConfigError(f"{argument} of @benchmark({name!r}) is the text {words!r}. Write [{words!r}].")


def _yields(function: Body) -> bool:
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


def _check_makes_sample(name: str, function: Body) -> None:
    """Fail unless a decorated function, in a benchmark without ``to_sample``, can turn a record into a sample."""
    written = getattr(function, "__name__", repr(function))
    where = f"{written} of @benchmark({name!r})"
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]  # see `collectors`
    needed = [p for p in parameters if p.default is p.empty]
    if of_body := [p.name for p in needed if p.name in PROVIDED]:
        raise ConfigError(
            f"{where} takes {' and '.join(map(repr, of_body))}, but nothing makes a sample of a record. Add "
            f"to_sample=..., or write `def {written}(record)`, return a Sample, and leave the model to the benchmark."
        )
    if not parameters or parameters[0].name != "record" or parameters[0].kind is parameters[0].VAR_POSITIONAL:
        takes = ", ".join(repr(p.name) for p in parameters) or "nothing"
        raise ConfigError(
            f"{where} takes {takes}; its first parameter has to be `record`. Write `def {written}(record)` and return "
            "a Sample, or add to_sample=..."
        )
    if other := [p.name for p in needed if p.name not in _OF_RECORD]:
        raise ConfigError(
            f"{where} takes {other[0]!r}. {closest(other[0], _OF_RECORD)} A function that makes a sample takes "
            "record, subset, position and extra_params; a body, which takes fixtures, needs to_sample=..."
        )
    if _yields(function):
        raise ConfigError(f"{where} takes a record and yields. Return one Sample for each record.")
    if inspect.iscoroutinefunction(function):
        raise ConfigError(
            f"{where} takes a record and is async. Write `def {written}(record)`: it only makes the sample, the "
            "benchmark awaits the model."
        )


# Type of an argument, and how to write it. Arguments that are not listed are checked when they are used.
_TYPES: Mapping[str, tuple[Any, str]] = {
    "dataset": (Source, 'local("file.jsonl") or hub("org/name")'),
    "to_sample": ((Callable, type(None)), "a function that takes a record and returns a Sample"),
    "records": ((Callable, type(None)), "a function that takes read, subset and params, and returns records"),
    "expand": ((Callable, type(None)), "a function that takes a record and returns a record for each question"),
    "scorer": (
        (Scorer, Rubric, type(None)),
        'a Scorer: Scorer("name", ("accuracy",), score), where score(text, sample)',
    ),
    "judge": ((Rubric, JudgedScorer, type(None)), 'a Rubric: graded("name", prompt, Labels(...))'),
    "few_shot": ((FewShot, type(None)), "FewShot(5)"),
    "prompt": (str, "a text"),
    "prompts": (Mapping, "a mapping from subset to template"),
    "system_prompt": (str, "a text"),
    "environment": (str, "the name of an environment"),
    "environment_parts": (Mapping, "a mapping from subset to part of the environment"),
    "cluster": (str, "the name of a metadata field, or give each Sample its cluster"),
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
    if (after_run := arguments.get("after_run")) is not None:
        from .after_run import name_of

        name_of(name, after_run)
