"""With EvalScope's templates as overrides, the messages are EvalScope's to the byte, on the same official records."""

from __future__ import annotations

import asyncio
import json
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.values import Sample
from evalscope_pytest.datasets.base import DataLocation

from .test_suites import jails

pytestmark = pytest.mark.real_data

FOLDERS = {
    "general_mcq": "custom_eval/text/mcq",
    "general_qa": "custom_eval/text/qa",
    "truthful_qa": "truthful_qa/multiple_choice",
}
RUNS = (
    "arc",
    "bbh",
    "ceval",
    "competition_math",
    "general_mcq",
    "general_qa",
    "hellaswag",
    "humaneval",
    "ifeval",
    "math_500",
    "mmlu",
    "truthful_qa",
)
TEMPLATES = ("prompt_template", "few_shot_prompt_template", "system_prompt", "query_template", "few_shot_num")


def reference(parity: Path, run: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    args = json.loads((parity / run / "args.json").read_text(encoding="utf-8"))
    with (parity / run / "samples.jsonl").open(encoding="utf-8") as lines:
        return args, [json.loads(line) for line in lines]


def overrides(run: str, args: dict[str, Any], expected: list[dict[str, Any]]) -> DatasetArgs:
    resolved = args["resolved_benchmark"]
    given = {name: resolved[name] for name in TEMPLATES if resolved[name] is not None}
    if run == "mmlu":  # its header of exemplars is no part of the settings: take it from the first message
        sent = expected[0]["messages"][0]["content"]
        given["few_shot_prompt_template"] = sent.partition("\n\n")[0] + "\n\n{fewshot}\n"
    if not given.get("few_shot_num"):
        given.pop("few_shot_prompt_template", None)
    return DatasetArgs(subset_list=tuple(args["subset_list"]), extra_params=resolved["extra_params"] or None, **given)


def loaded_as(shared_data: Path, run: str, args: dict[str, Any], expected: list[dict[str, Any]]) -> LoadedBenchmark:
    benchmark = load_bundled(run)
    folder = shared_data / FOLDERS.get(run, run)
    place = DataLocation(run, benchmark.file.parent, hub="local", dataset_id=str(folder))
    limit = None if run == "ifeval" else args["limit"]
    return load(resolve(benchmark, overrides(run, args, expected)), place, seed=args["seed"], limit=limit)


def in_order(run: str, loaded: LoadedBenchmark, expected: list[dict[str, Any]]) -> list[Sample]:
    samples = [sample for found in loaded.subsets.values() for sample in found]
    if run == "ifeval":  # the reference left out the records its checkers could not read
        by_prompt = {sample.question: sample for sample in samples}
        return [by_prompt[row["messages"][0]["content"]] for row in expected]
    return samples


@pytest.mark.parametrize("run", RUNS)
def test_messages_and_targets_are_evalscopes_to_the_byte(parity: Path, shared_data: Path, run: str) -> None:
    args, expected = reference(parity, run)
    loaded = loaded_as(shared_data, run, args, expected)
    samples = in_order(run, loaded, expected)
    assert len(samples) == len(expected)
    for sample, row in zip(samples, expected, strict=True):
        sent = [{"role": message.role, "content": message.content} for message in loaded.messages(sample)]
        assert sent == row["messages"], row["order"]
        assert sample.subset == row["subset"]
        if row["target"] is not None and run != "competition_math":  # there EvalScope keeps a normalised form
            assert [target for target in sample.targets if target] == row["target"], row["order"]


@pytest.mark.parametrize("run", sorted(set(RUNS) - {"general_qa", "ifeval"}))
def test_replies_a_reader_takes_as_right_score_full_marks_and_no_others(
    parity: Path, shared_data: Path, run: str
) -> None:
    args, expected = reference(parity, run)
    loaded = loaded_as(shared_data, run, args, expected)
    scorer, metric = loaded.resolved.scorer, loaded.resolved.metrics[0]
    assert scorer is not None
    if scorer.needs:
        scorer = scorer.bind(sandbox=jails(), timeout_s=loaded.resolved.timeout_s)

    async def misjudged() -> list[str]:
        wrong = []
        for sample, row in zip(in_order(run, loaded, expected), expected, strict=True):
            score = scorer.score(row["answer"], sample)
            score = await score if isawaitable(score) else score
            if row["truth"] is not None and (score.values[metric] == 1.0) != bool(row["truth"]):
                wrong.append(f"{row['kind']}: {row['answer'][-60:]!r} read as {score.answer!r}")
        return wrong

    assert asyncio.run(misjudged()) == []
