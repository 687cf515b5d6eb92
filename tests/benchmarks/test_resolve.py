"""The user's choices take the author's place, or are refused with what is allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import FewShot, Score, Scorer, hub
from evalscope_pytest.benchmarks.definition import Benchmark, generate
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import ConfigError

SCORER = Scorer("demo", ("accuracy", "bleu-1", "bleu-2", "steps"), lambda text, sample: Score(accuracy=1.0))
SUBSETS = ("algebra", "geometry", "logic")


def defined(**options: Any) -> Benchmark:
    values = {
        "name": "demo",
        "body": print,
        "file": Path(__file__),
        "dataset": hub("a/b", subsets=SUBSETS),
        "to_sample": print,
        "scorer": SCORER,
        "metrics": SCORER.metrics,
        **options,
    }
    return Benchmark(**values)


def test_replies_of_the_implied_body_need_a_scorer_or_a_judge() -> None:
    said = r"benchmark 'demo' has nothing to score replies with. Add scorer=... or judge=..."
    with pytest.raises(ConfigError, match=said):
        resolve(defined(body=generate, scorer=None))
    assert resolve(defined(body=generate)).scorer == SCORER
    assert resolve(defined(body=print, scorer=None)).scorer is None
    variant = lambda params: {"scorer": SCORER}  # noqa: E731
    assert resolve(defined(body=generate, scorer=None, variant=variant)).scorer == SCORER


def test_without_choices_the_authors_definition_stands() -> None:
    benchmark = defined(prompt="Q: {question}", few_shot=FewShot(2))
    resolved = resolve(benchmark)
    assert resolved.benchmark == benchmark
    assert resolved.subsets == SUBSETS
    assert resolved.filters is None


def test_every_choice_takes_the_authors_place() -> None:
    args = DatasetArgs(
        subset_list=("logic",),
        eval_split="dev",
        few_shot_num=3,
        train_split="extra",
        few_shot_random=True,
        prompt_template="{question}?",
        few_shot_prompt_template="{fewshot}!",
        system_prompt="Be brief.",
        shuffle=True,
        shuffle_choices=True,
        aggregation="mean_and_pass_at_k",
        review_timeout=7.5,
    )
    resolved = resolve(defined(few_shot=FewShot(1)), args, repeats=4)
    changed = resolved.benchmark
    assert (resolved.subsets, changed.dataset.split) == (("logic",), "dev")
    assert changed.few_shot == FewShot(3, split="extra", prompt="{fewshot}!", random=True)
    assert (changed.prompt, changed.system_prompt) == ("{question}?", "Be brief.")
    assert (resolved.shuffle, changed.shuffle_choices, resolved.timeout_s, resolved.repeats) == (True, True, 7.5, 4)
    assert changed.aggregation == "mean_and_pass_at_k"


def test_an_unknown_subset_names_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"'demo' has no subset 'algebar'. Did you mean 'algebra'"):
        resolve(defined(), DatasetArgs(subset_list=("algebar",)))


@pytest.mark.parametrize("args", [{"dataset_id": "./mine"}, {}])
def test_data_of_ones_own_may_have_other_subsets(args: dict[str, Any]) -> None:
    benchmark = defined() if args else defined(dataset=hub("a/b"))
    assert resolve(benchmark, DatasetArgs(subset_list=("mine",), **args)).subsets == ("mine",)


def test_repeats_of_the_run_replace_the_benchmarks_only_on_request() -> None:
    assert resolve(defined(repeats=8)).repeats == 8
    assert resolve(defined(repeats=8), repeats=2).repeats == 2


def test_exemplars_need_a_split_if_the_benchmark_names_none() -> None:
    with pytest.raises(
        ConfigError, match=r"few_shot_num of 'demo': 2, but the benchmark has no exemplars.*train_split"
    ):
        resolve(defined(), DatasetArgs(few_shot_num=2))
    assert resolve(defined(), DatasetArgs(few_shot_num=0)).benchmark.few_shot is None
    assert resolve(defined(), DatasetArgs(few_shot_num=2, train_split="dev")).benchmark.few_shot == FewShot(
        2, split="dev"
    )


@pytest.mark.parametrize("option", [{"train_split": "dev"}, {"few_shot_prompt_template": "{fewshot}"}])
def test_choices_for_exemplars_without_exemplars_are_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"\w+ of 'demo' has no effect: it has no exemplars. Set few_shot_num"):
        resolve(defined(), DatasetArgs(**option))


@pytest.mark.parametrize("args", [{"train_split": "dev"}, {"few_shot_random": True}, {"query_template": "{question}"}])
def test_choices_that_mean_nothing_for_a_fixed_text_of_exemplars_are_refused(args: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"\w+ of 'demo' has no effect: its exemplars are a fixed text"):
        resolve(defined(few_shot=FewShot(3, file="cot/{subset}.txt")), DatasetArgs(**args))


def test_a_template_of_exemplars_must_say_where_they_go() -> None:
    with pytest.raises(ConfigError, match=r"few_shot_prompt_template of 'demo' does not say where.*\{fewshot\}"):
        resolve(defined(few_shot=FewShot(1)), DatasetArgs(few_shot_prompt_template="Examples:"))


def test_exemplars_in_the_plain_template_are_refused_with_the_right_option() -> None:
    with pytest.raises(ConfigError, match=r"prompt_template of 'demo' names \{fewshot\}.*few_shot_prompt_template"):
        resolve(defined(), DatasetArgs(prompt_template="{fewshot}{question}"))


def test_a_template_that_would_be_ignored_is_refused() -> None:
    benchmark = defined(few_shot=FewShot(2, prompt="{fewshot}\n{question}"))
    with pytest.raises(ConfigError, match=r"prompt_template of 'demo' has no effect"):
        resolve(benchmark, DatasetArgs(prompt_template="Q: {question}"))
    resolve(benchmark, DatasetArgs(prompt_template="Q: {question}", few_shot_num=0))
    resolve(benchmark, DatasetArgs(prompt_template="Q: {question}", few_shot_prompt_template="{fewshot}{question}"))


@pytest.mark.parametrize("option", ["prompt_template", "few_shot_prompt_template", "query_template"])
def test_a_stray_brace_in_a_template_is_an_error_before_data_is_loaded(option: str) -> None:
    with pytest.raises(ConfigError, match=rf"single '\}}' at .* in {option} of 'demo'"):
        resolve(defined(few_shot=FewShot(1)), DatasetArgs(**{option: "\\boxed{question}} {fewshot}"}))


def test_a_query_template_is_the_exemplars_and_without_its_answer_the_prompts_query() -> None:
    args = DatasetArgs(prompt_template="Solve.\n{query}", query_template="Q: {question}\nA: {answer}")
    benchmark = resolve(defined(few_shot=FewShot(1)), args).benchmark
    assert benchmark.few_shot is not None
    assert benchmark.few_shot.shot == "Q: {question}\nA: {answer}"
    assert benchmark.prompt == "Solve.\nQ: {question}\nA:"


def test_a_query_template_without_use_is_refused() -> None:
    with pytest.raises(ConfigError, match="query_template of 'demo' has no effect"):
        resolve(defined(prompt="{question}"), DatasetArgs(query_template="Q: {question}"))


def test_extra_params_are_merged_and_checked() -> None:
    benchmark = defined(extra_params={"use_cot": False, "depth": 1, "scale": 0.5})
    resolved = resolve(benchmark, DatasetArgs(extra_params={"use_cot": True, "scale": 2}))
    assert resolved.benchmark.extra_params == {"use_cot": True, "depth": 1, "scale": 2}
    with pytest.raises(ConfigError, match=r"extra_params of 'demo' has no 'use_cott'. Did you mean 'use_cot'"):
        resolve(benchmark, DatasetArgs(extra_params={"use_cott": True}))
    with pytest.raises(ConfigError, match=r"depth: 'two' in extra_params of 'demo'"):
        resolve(benchmark, DatasetArgs(extra_params={"depth": "two"}))
    with pytest.raises(ConfigError, match=r"depth: True in extra_params of 'demo'"):
        resolve(benchmark, DatasetArgs(extra_params={"depth": True}))


def test_a_variant_changes_what_follows_from_the_extra_params() -> None:
    benchmark = defined(extra_params={"hard": False}, variant=lambda p: {"prompt": "hard"} if p["hard"] else {})
    assert resolve(benchmark).benchmark.prompt == ""
    assert resolve(benchmark, DatasetArgs(extra_params={"hard": True})).benchmark.prompt == "hard"
    args = DatasetArgs(extra_params={"hard": True}, prompt_template="own {question}")
    assert resolve(benchmark, args).benchmark.prompt == "own {question}"


def metrics_for(*wanted: Any, primary: str | None = None) -> tuple[str, ...]:
    return resolve(defined(), DatasetArgs(metric_list=wanted or None, primary_metric=primary)).metrics


def test_metrics_are_chosen_by_name_older_name_or_family() -> None:
    assert metrics_for("steps", "accuracy") == ("steps", "accuracy")
    assert metrics_for("acc") == ("accuracy",)
    assert metrics_for("BLEU") == ("bleu-1", "bleu-2")
    assert metrics_for(primary="steps") == ("steps", "accuracy", "bleu-1", "bleu-2")


def test_an_unknown_metric_names_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"metric 'accurazy' in dataset_args of 'demo'. Did you mean 'accuracy'"):
        metrics_for("accurazy")
    with pytest.raises(ConfigError, match=r"metric 'accuracy' in primary_metric"):
        metrics_for("steps", primary="accuracy")


def test_a_metrics_options_add_to_how_answers_are_compared() -> None:
    numeric = resolve(defined(), DatasetArgs(metric_list=({"accuracy": {"numeric": True}},)))
    assert numeric.scorer is not None
    assert numeric.scorer.name == SCORER.name
    assert numeric.scorer.fingerprint != SCORER.fingerprint
    assert numeric.scorer.metrics == SCORER.metrics
    same = resolve(numeric.benchmark, DatasetArgs(metric_list=({"acc": {"numeric": True}},)))
    assert same.scorer is numeric.scorer
    with pytest.raises(ConfigError, match=r"option 'numerical' of metric 'acc'.*'numeric'"):
        resolve(defined(), DatasetArgs(metric_list=({"acc": {"numerical": True}},)))
    with pytest.raises(ConfigError, match=r"option 'numeric' of metric 'acc'.* is 'no'. Write true or false"):
        resolve(defined(), DatasetArgs(metric_list=({"acc": {"numeric": "no"}},)))
    with pytest.raises(ConfigError, match=r"metric 'acc' .* has the options True. Write a mapping"):
        resolve(defined(), DatasetArgs(metric_list=({"acc": True},)))
    with pytest.raises(ConfigError, match=r"option 'numeric' of metric 'steps'.* has no effect"):
        resolve(defined(), DatasetArgs(metric_list=({"steps": {"numeric": True}},)))


def test_a_metric_without_a_scorer_reads_the_whole_reply() -> None:
    chosen = resolve(
        defined(scorer=None, metrics=("accuracy",)), DatasetArgs(metric_list=({"acc": {"numeric": True}},))
    )
    assert chosen.scorer is not None
    assert chosen.scorer.name == "math_answer"


def test_an_authors_unknown_aggregation_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"aggregation 'means' in dataset_args of 'demo'. Did you mean 'mean'"):
        resolve(defined(aggregation="means"))


def test_aggregations_by_metric_follow_the_chosen_metrics() -> None:
    benchmark = defined(aggregation={"accuracy": "mean_and_pass_at_k", "steps": "mean"})
    assert resolve(benchmark, DatasetArgs(metric_list=("steps",))).benchmark.aggregation == {"steps": "mean"}
    assert resolve(benchmark, DatasetArgs(aggregation="mean")).benchmark.aggregation == "mean"


def test_the_fingerprint_covers_what_scores_depend_on_besides_the_reply() -> None:
    base = resolve(defined(extra_params={"k": 1})).fingerprint
    assert resolve(defined(extra_params={"k": 1}), DatasetArgs(prompt_template="{question}!")).fingerprint == base
    assert resolve(defined(extra_params={"k": 1}), DatasetArgs(extra_params={"k": 2})).fingerprint != base
    assert resolve(defined(extra_params={"k": 1}, version="2")).fingerprint != base
    filtered = DatasetArgs(filters={"remove_until": "</think>"})
    assert resolve(defined(extra_params={"k": 1}), filtered).fingerprint != base


def test_settings_are_json_and_show_the_users_choices() -> None:
    args = DatasetArgs(dataset_id="./mine", subset_list=("x",), few_shot_num=2, prompt_template="{question}!")
    settings = resolve(defined(few_shot=FewShot(5)), args).settings()
    assert json.loads(json.dumps(settings)) == settings
    assert settings["dataset_id"] == "./mine"
    assert (settings["subset_list"], settings["few_shot_num"]) == (["x"], 2)
    assert settings["prompt_template"] == "{question}!"


def test_the_plan_holds_what_runs() -> None:
    benchmark = defined(categories={"algebra": "STEM", "logic": ("STEM", "formal")}, repeats=2)
    plan = resolve(benchmark, DatasetArgs(primary_metric="steps")).plan({"logic": 4, "algebra": 2})
    assert plan.subsets == ("algebra", "logic")
    assert plan.categories == {"algebra": ("STEM",), "logic": ("STEM", "formal")}
    assert (plan.primary, plan.metrics[0], plan.repeats) == ("steps", "steps", 2)
