"""What a user changes of one benchmark: an entry of `dataset_args` (spec/parameters.md, "dataset-args")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .kinds import METRICS, PATH, SWITCH, TABLE, TEMPLATE, TEXT, TEXTS, choice, number, whole
from .setting import setting

AGGREGATIONS = ("mean", "mean_and_pass_at_k", "mean_and_vote_at_k", "mean_and_pass_hat_k")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetArgs:
    """Changes to one benchmark. None means: as the benchmark's author wrote it.

    Attributes:
        dataset_id: Id on the hub, or a local path (which never goes online).
        review_timeout: Seconds for scoring one sample.
        filters: What is done to a reply before it is scored: ``remove_until``, ``extract``.
        extra_params: The benchmark's own parameters, checked against those it declares.
    """

    dataset_id: str | None = setting(PATH, "Id on the hub, or a local path.")
    dataset_revision: str | None = setting(TEXT, "Revision of the dataset on the hub.")
    subset_list: tuple[str, ...] | None = setting(TEXTS, "The subsets to evaluate.")
    default_subset: str | None = setting(TEXT, "Subset of records that name none.")
    train_split: str | None = setting(TEXT, "Split that few-shot exemplars are taken from.")
    eval_split: str | None = setting(TEXT, "Split that is evaluated.")
    few_shot_num: int | None = setting(whole(0), "Number of few-shot exemplars.")
    few_shot_random: bool | None = setting(SWITCH, "Draw the exemplars instead of taking the first.")
    prompt_template: str | None = setting(TEMPLATE, "Template of the user message.")
    few_shot_prompt_template: str | None = setting(TEMPLATE, "Template of the user message with exemplars.")
    query_template: str | None = setting(TEMPLATE, "Template of the question within the prompt.")
    system_prompt: str | None = setting(TEMPLATE, "System message.")
    shuffle: bool | None = setting(SWITCH, "Shuffle the samples before the limit is applied.")
    shuffle_choices: bool | None = setting(SWITCH, "Shuffle the options of multiple-choice questions.")
    metric_list: tuple[str | Mapping[str, Any], ...] | None = setting(METRICS, "The metrics to report.")
    primary_metric: str | None = setting(TEXT, "The metric that stands for the benchmark.")
    aggregation: str | None = setting(choice(*AGGREGATIONS), "How scores become a metric.")
    filters: Mapping[str, Any] | None = setting(TABLE, "What is done to a reply before it is scored.")
    review_timeout: float | None = setting(number(0, above=True), "Seconds for scoring one sample.")
    force_redownload: bool | None = setting(SWITCH, "Download the dataset again.")
    extra_params: Mapping[str, Any] | None = setting(TABLE, "Parameters of the benchmark's own.")
    sandbox_config: Mapping[str, Any] | None = setting(
        TABLE, "Container of the code the model writes: image, memory_limit, cpu_limit."
    )
