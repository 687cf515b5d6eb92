"""A benchmark as it will run: its author's definition with the user's `dataset_args` in it, checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..config.judge import JudgeConfig
from ..config.schema import AGGREGATIONS, DatasetArgs
from ..core.canonical import digest
from ..core.errors import ConfigError, closest
from ..core.template import parse
from ..datasets.media_form import SETTINGS as MEDIA_SETTINGS
from ..datasets.media_form import MediaForm
from ..datasets.source import Source
from ..judge.scorer import JudgedScorer, chosen, parts_of, rule_of
from ..scoring.aggregation import ERROR_RATES, NAMES
from ..scoring.filters import Filters
from ..scoring.scorer import Scorer
from ..store.plan import BenchmarkPlan
from .after_run import name_of
from .decisions import for_model
from .definition import Benchmark, FewShot, generate
from .prompt import SAMPLE_FIELDS, holds_question

if TYPE_CHECKING:
    from ..models.spec import ModelSpec

_EXAMPLE = '{"acc": {"numeric": true}}'
# What EvalScope's versions have called the share of right answers.
_ACCURACY = frozenset({"acc", "mean_acc", "averageaccuracy", "weightedaverageaccuracy", "exact_match", "em"})


def chosen_metrics(
    benchmark: Benchmark, wanted: Sequence[str | Mapping[str, Any]] | None, primary: str | None, where: str
) -> tuple[Scorer | None, tuple[str, ...]]:
    """Return the scorer and the metrics to report, the primary one first.

    An entry is a metric's name, a family of them (``Rouge`` for ``Rouge-1-R`` ...) or ``{name: options}``; the
    options ``numeric`` and ``allow_inclusion`` add a comparison of the answer that the benchmark reads.

    Raises:
        ConfigError: The benchmark has no such metric, or the option is unknown.
    """
    scorer, metrics = benchmark.scorer, benchmark.metrics
    if wanted:
        chosen: list[str] = []
        for entry in wanted:
            named = {entry: None} if isinstance(entry, str) else entry
            for name, options in named.items():
                members = _members(name, benchmark.metrics, where)
                chosen += members
                scorer = _with_options(scorer, name, members, options or {}, where)
        metrics = tuple(dict.fromkeys(chosen))
    if primary is not None:
        first = _members(primary, metrics, f"primary_metric in {where}")[0]
        metrics = (first, *(m for m in metrics if m != first))
    return scorer, metrics


def _members(name: str, metrics: Sequence[str], where: str) -> list[str]:
    word = name.lower()
    exact = [m for m in metrics if m.lower() == word]
    family = [m for m in metrics if m.lower().startswith(f"{word}-")]
    if not exact and not family and word in _ACCURACY:
        exact = [m for m in metrics if m == "accuracy"]
    if not exact and not family:
        raise ConfigError(f"metric {name!r} in {where}. {closest(name, metrics)}")
    return exact or family


def _with_options(scorer: Scorer | None, name: str, members: Sequence[str], options: Any, where: str) -> Scorer | None:
    from ..scoring.metric_options import COMPARING, OPTIONS, with_option

    rule = rule_of(scorer)
    if not isinstance(options, Mapping):
        raise ConfigError(f"metric {name!r} in {where} has the options {options!r}. Write a mapping: {_EXAMPLE}.")
    for option, value in options.items():
        what = f"option {option!r} of metric {name!r} in {where}"
        if option not in OPTIONS:
            raise ConfigError(f"{what}. {closest(option, OPTIONS)}")
        if not isinstance(value, bool):
            raise ConfigError(f"{what} is {value!r}. Write true or false.")
        if not value:
            continue
        chosen = [metric for metric in members if metric in COMPARING]
        if not chosen or (scorer is not None and (rule is None or rule.needs)):
            raise ConfigError(
                f"{what} has no effect: the benchmark's scorer does not compare an answer with the reference for this "
                f"metric. Leave it out."
            )
        add = partial(with_option, option=option, metrics=chosen)
        scorer = scorer.with_rule(add) if scorer else add(None)
    return scorer


def chosen_aggregation(
    own: str | Mapping[str, str], wanted: str | None, metrics: Sequence[str], where: str, known: Collection[str] = ()
) -> str | Mapping[str, str]:
    """Return how the scores of each metric become one number; the user's choice holds for all metrics.

    Args:
        known: The benchmark's metrics; samples may have others, which are reported as well.

    Raises:
        ConfigError: The aggregation does not exist, or a metric it is meant for.
    """
    names = [wanted] if wanted else [own] if isinstance(own, str) else list(own.values())
    allowed = AGGREGATIONS if wanted else NAMES
    for name in names:
        if name not in allowed:
            raise ConfigError(f"aggregation {name!r} in {where}. {closest(name, allowed)}")
    if wanted and wanted != "mean" and (rates := ERROR_RATES.intersection(metrics)):
        raise ConfigError(
            f"aggregation {wanted!r} in {where}: {min(rates)} is an error rate, of which 1 is not right. Allowed: mean."
        )
    if wanted:
        return wanted
    if isinstance(own, str):
        return own
    others = {m: how for m, how in own.items() if known and m not in known}
    return {**{m: own[m] for m in metrics if m in own}, **others}


_QUERY = re.compile(r"(?<!\{)\{query\}(?!\})")


@dataclass(frozen=True, slots=True)
class ResolvedBenchmark:
    """A benchmark with every choice made.

    Attributes:
        benchmark: The definition, changed by the user's choices.
        args: The user's choices.
        subsets: The subsets to evaluate, in report order.
        filters: Filter applied to a reply before the scorer; None for nothing.
        question_fields: The metadata that is part of a question: the fields that the author's prompts name. None for
            all of it, if the author's body makes what is sent.
    """

    benchmark: Benchmark
    args: DatasetArgs
    subsets: tuple[str, ...]
    filters: Filters | None = None
    question_fields: tuple[str, ...] | None = ()

    @property
    def name(self) -> str:
        """The benchmark's name."""
        return self.benchmark.name

    @property
    def scorer(self) -> Scorer | None:
        """The scorer that decides under the user's strategy; None if the body does."""
        return self.benchmark.scorer

    @property
    def needs(self) -> frozenset[str]:
        """The resources that the scorer needs."""
        return self.scorer.needs if self.scorer else frozenset()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics to report, the primary one first."""
        return self.benchmark.metrics

    @property
    def repeats(self) -> int:
        """Number of requests for each sample."""
        return self.benchmark.repeats

    @property
    def media_form(self) -> MediaForm:
        """The form in which pictures and videos are sent."""
        return MediaForm.of(self.args)

    @property
    def shuffle(self) -> bool:
        """True to put records in an order drawn from the run's seed before the limit cuts them."""
        return bool(self.args.shuffle)

    @property
    def timeout_s(self) -> float | None:
        """Seconds one sample may take, None for no limit."""
        return self.benchmark.timeout_s

    @property
    def environment(self) -> tuple[str, dict[str, str]]:
        """Name of the environment of its programs, and the parts of it that its subsets need, each with the subset."""
        parts = self.benchmark.environment_parts
        return self.benchmark.environment, {part: name for name, part in parts.items() if name in self.subsets}

    @property
    def fingerprint(self) -> str:
        """Identity of everything but the reply that a score depends on: version, scorer, filters, parameters."""
        rule, rubric = parts_of(self.scorer)
        filters = self.filters.fingerprint if self.filters else ""
        parts: list[Any] = [self.benchmark.version, rule.fingerprint if rule else "", filters]
        parts.append(dict(self.benchmark.extra_params))
        if rubric:
            parts += [rubric.fingerprint, rule is not None]
        if "sandbox" in self.needs:
            parts.append(self.timeout_s)
        return digest(*parts)

    def settings(self) -> dict[str, Any]:
        """Return every choice as JSON, for ``task_config.yaml``."""
        b, few_shot = self.benchmark, self.benchmark.few_shot
        rule, rubric = parts_of(b.scorer)
        return {
            "name": b.name,
            "dataset_id": self.args.dataset_id or b.dataset.location,
            "subset_list": list(self.subsets),
            "eval_split": b.dataset.split,
            "train_split": (few_shot.split or None) if few_shot else None,
            "few_shot_num": few_shot.num if few_shot else 0,
            "few_shot_random": few_shot.random if few_shot else False,
            "prompt_template": b.prompt or None,
            **({"prompt_templates": dict(b.prompts)} if b.prompts else {}),
            "few_shot_prompt_template": (few_shot.prompt or None) if few_shot else None,
            "query_template": (few_shot.shot or None) if few_shot else None,
            "system_prompt": b.system_prompt or None,
            "metric_list": list(b.metrics),
            "aggregation": b.aggregation if isinstance(b.aggregation, str) else dict(b.aggregation),
            "scorer": rule.fingerprint if rule else None,
            **({"judge": rubric.name} if rubric else {}),
            "filters": dict(self.args.filters or {}) or None,
            "dataset_revision": self.args.dataset_revision,
            "shuffle": self.shuffle,
            "shuffle_choices": b.shuffle_choices,
            "repeats": b.repeats,
            "review_timeout": b.timeout_s,
            "extra_params": dict(b.extra_params),
            **{name: value for name in MEDIA_SETTINGS if (value := getattr(self.args, name)) is not None},
            "version": b.version,
        }

    def plan(self, requested: Mapping[str, int], media: tuple[str, ...] = ()) -> BenchmarkPlan:
        """Return what the records say of this benchmark.

        Args:
            requested: Samples of each subset that run, repeats counted.
            media: The kinds of media that they send.
        """
        b = self.benchmark
        return BenchmarkPlan(
            name=b.name,
            metrics=b.metrics,
            subsets=tuple(subset for subset in self.subsets if subset in requested),
            requested=requested,
            pretty_name=b.pretty_name,
            description=b.description,
            version=b.version,
            aggregation=b.aggregation,
            categories={s: (c,) if isinstance(c, str) else tuple(c) for s, c in b.categories.items()},
            repeats=b.repeats,
            primary=b.metrics[0],
            settings=self.settings(),
            fingerprint=digest(self.fingerprint, self.settings()),
            only_metrics=bool(self.args.metric_list),
            after_run=name_of(b.name, b.after_run) if b.after_run else "",
            media=media,
        )


def resolve(
    benchmark: Benchmark,
    args: DatasetArgs | None = None,
    *,
    repeats: int = 1,
    judge: JudgeConfig | None = None,
    spec: ModelSpec | None = None,
) -> ResolvedBenchmark:
    """Put the user's choices in place of the author's, and check that they make sense together.

    Args:
        args: The user's settings for this benchmark; None without.
        repeats: Number of requests for each sample; 1 leaves the benchmark's own number.
        judge: The judges and their strategy; None leaves the decision to the rule.
        spec: The model, which may take typed questions only; None for any.

    Raises:
        ConfigError: A subset, metric, parameter or template is wrong; said before any data is loaded.
    """
    args = args or DatasetArgs()
    benchmark = for_model(benchmark, args, spec) if spec else benchmark
    changed = replace(benchmark, extra_params=_params(benchmark, args)).varied()
    question_fields, own_prompt = _question_fields(changed), changed.prompt
    changed = replace(changed, dataset=_source(changed, args), few_shot=_few_shot(changed, args))
    changed = _with_metrics(_scored(changed, judge), args)
    changed = replace(
        changed,
        prompt=_prompt(changed, args),
        prompts={} if args.prompt_template is not None else _prompts(changed, args),
        system_prompt=_given(args.system_prompt, changed.system_prompt),
        shuffle_choices=_given(args.shuffle_choices, changed.shuffle_choices),
        timeout_s=_given(args.review_timeout, changed.timeout_s),
        repeats=repeats if repeats > 1 else changed.repeats,
    )
    resolved = ResolvedBenchmark(
        benchmark=changed,
        args=args,
        subsets=_subsets(changed, args),
        filters=Filters.of(args.filters) if args.filters else None,
        question_fields=question_fields,
    )
    _check_templates(resolved, own_prompt)
    return resolved


def _question_fields(benchmark: Benchmark) -> tuple[str, ...] | None:
    """Return the metadata that the author's prompts name: a user's prompt makes no other questions of them."""
    if benchmark.body is not generate:
        return None
    templates = [benchmark.prompt, *benchmark.prompts.values()]
    if benchmark.few_shot:
        templates.append(benchmark.few_shot.prompt)
    names = {name for text in templates for name in parse(text, f"a prompt of {benchmark.name!r}").names}
    return tuple(sorted(names.difference(SAMPLE_FIELDS, ("fewshot",))))


def _scored(benchmark: Benchmark, judge: JudgeConfig | None) -> Benchmark:
    """Return the benchmark with the scorer of the user's strategy, and its metrics if judges decide alone."""
    own, name = benchmark.scorer, benchmark.name
    scorer = chosen(own, judge, name, benchmark.metrics[0]) if judge else rule_of(own)
    if benchmark.body is generate and not (scorer or own):
        raise ConfigError(f"benchmark {name!r} has nothing to score replies with. Add scorer=... or judge=...")
    if not isinstance(scorer, JudgedScorer) or scorer.only_if_wrong:
        return replace(benchmark, scorer=scorer)
    aggregation = dict(scorer.aggregation) or benchmark.aggregation
    return replace(benchmark, scorer=scorer, metrics=scorer.metrics, aggregation=aggregation)


def _given(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _params(benchmark: Benchmark, args: DatasetArgs) -> Mapping[str, Any]:
    own, given = benchmark.extra_params, args.extra_params or {}
    for key, value in given.items():
        where = _option(benchmark, "extra_params")
        if key not in own:
            raise ConfigError(f"{where} has no {key!r}. {closest(key, own)}")
        kinds = {type(own[key]), int} if type(own[key]) is float else {type(own[key])}
        if own[key] is not None and type(value) not in kinds:
            raise ConfigError(f"{key}: {value!r} in {where} is not of the type of its default, {own[key]!r}.")
    return {**own, **given}


def _source(benchmark: Benchmark, args: DatasetArgs) -> Source:
    source = benchmark.dataset
    return replace(
        source, split=_given(args.eval_split, source.split), config=_given(args.default_subset, source.config)
    )


def _prompt(benchmark: Benchmark, args: DatasetArgs) -> str:
    """Return the prompt; its ``{query}`` is ``query_template`` without the answer, if the user gave one."""
    prompt: str = _given(args.prompt_template, benchmark.prompt)
    if args.query_template is None:
        return prompt
    where = _option(benchmark, "query_template")
    parse(args.query_template, where)
    prompt = prompt or "{query}"
    if "query" in parse(prompt, _option(benchmark, "prompt_template")).names:
        unsolved = args.query_template.replace("{target}", "").replace("{answer}", "").rstrip()
        return _QUERY.sub(lambda _: unsolved, prompt)
    if not benchmark.few_shot or not benchmark.few_shot.num:
        raise ConfigError(f"{where} has no effect: there are no exemplars, and prompt_template names no {{query}}.")
    return prompt


def _prompts(benchmark: Benchmark, args: DatasetArgs) -> Mapping[str, str]:
    return {subset: _prompt(replace(benchmark, prompt=own), args) for subset, own in benchmark.prompts.items()}


def _subsets(benchmark: Benchmark, args: DatasetArgs) -> tuple[str, ...]:
    own = benchmark.dataset.subsets
    if not args.subset_list:
        return own
    named = {name for name in args.subset_list if name not in own}
    in_named = {subset for subset in own if not named.isdisjoint(_categories(benchmark, subset))}
    chosen = [subset for subset in own if subset in in_named] if in_named else []
    unknown = named - {name for subset in in_named for name in _categories(benchmark, subset)}
    # One named subset, or data of the user's own, may well have others: the loader knows which.
    if len(own) > 1 and args.dataset_id is None and unknown:
        first = next(name for name in args.subset_list if name in unknown)
        raise ConfigError(f"subset_list: {benchmark.name!r} has no subset {first!r}. {closest(first, own)}")
    return tuple(dict.fromkeys([*(name for name in args.subset_list if name in own or name in unknown), *chosen]))


def _categories(benchmark: Benchmark, subset: str) -> tuple[str, ...]:
    found = benchmark.categories.get(subset, ())
    return (found,) if isinstance(found, str) else found


def _few_shot(benchmark: Benchmark, args: DatasetArgs) -> FewShot | None:
    own, option = benchmark.few_shot, partial(_option, benchmark)
    if own is None:
        if not args.few_shot_num:
            for name in ("few_shot_prompt_template", "few_shot_random", "train_split"):
                if getattr(args, name):
                    raise ConfigError(f"{option(name)} has no effect: it has no exemplars. Set few_shot_num as well.")
            return None
        if not args.train_split:
            raise ConfigError(
                f"{option('few_shot_num')}: {args.few_shot_num}, but the benchmark has no exemplars. "
                f"Name the split to take them from (train_split), or leave few_shot_num out."
            )
        own = FewShot(0)
    if own.file:
        for name in ("train_split", "query_template", "few_shot_random"):
            if getattr(args, name):
                raise ConfigError(f"{option(name)} has no effect: its exemplars are a fixed text. Leave it out.")
    return replace(
        own,
        num=_given(args.few_shot_num, own.num),
        split=_given(args.train_split, own.split),
        shot=_given(args.query_template, own.shot),
        prompt=_given(args.few_shot_prompt_template, own.prompt),
        random=_given(args.few_shot_random, own.random),
    )


def _with_metrics(benchmark: Benchmark, args: DatasetArgs) -> Benchmark:
    where = f"dataset_args of {benchmark.name!r}"
    scorer, metrics = chosen_metrics(benchmark, args.metric_list, args.primary_metric, where)
    aggregation = chosen_aggregation(benchmark.aggregation, args.aggregation, metrics, where, benchmark.metrics)
    return replace(benchmark, scorer=scorer, metrics=metrics, aggregation=aggregation)


def _check_fields(resolved: ResolvedBenchmark, own: str) -> None:
    """Refuse a user's prompt that is the same for every sample.

    Args:
        own: The benchmark's prompt. If that is the same for every sample, its questions are recordings or the like.
    """
    benchmark, prompt = resolved.benchmark, resolved.args.prompt_template
    where = _option(benchmark, "prompt_template")
    few_shot = benchmark.few_shot
    if own and not parse(own, where).names:
        return
    if not prompt or parse(prompt, where).names or (few_shot and few_shot.num and holds_question(few_shot.prompt)):
        return
    raise ConfigError(
        f"{where} names no field: every sample would send the same prompt. Add {{question}}, or another field of the "
        f"samples such as {{choices}} or a name in their metadata."
    )


def _check_templates(resolved: ResolvedBenchmark, own_prompt: str) -> None:
    """Read every template once. Names are checked when the first sample is there: its metadata may have more."""
    benchmark, args, option = resolved.benchmark, resolved.args, partial(_option, resolved.benchmark)
    for prompt in (benchmark.prompt, *benchmark.prompts.values()):
        if "fewshot" in parse(prompt, option("prompt_template")).names:
            raise ConfigError(f"{option('prompt_template')} names {{fewshot}}. Put it in few_shot_prompt_template.")
    _check_fields(resolved, own_prompt)
    parse(benchmark.choice, f"the choice template of {benchmark.name!r}")
    few_shot = benchmark.few_shot
    if few_shot is None:
        return
    parse(few_shot.shot, option("query_template"))
    names = parse(few_shot.prompt, option("few_shot_prompt_template")).names
    if few_shot.prompt and "fewshot" not in names:
        raise ConfigError(f"{option('few_shot_prompt_template')} does not say where the exemplars go: add {{fewshot}}.")
    whole = few_shot.num and args.few_shot_prompt_template is None and holds_question(few_shot.prompt)
    if whole and args.prompt_template is not None:
        raise ConfigError(
            f"{option('prompt_template')} has no effect, since the benchmark's few-shot template holds the question. "
            f"Give few_shot_prompt_template too, or few_shot_num 0."
        )


def _option(benchmark: Benchmark, name: str) -> str:
    return f"{name} of {benchmark.name!r}"
