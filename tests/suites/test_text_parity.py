"""With EvalScope's templates, the messages of the text benchmarks are EvalScope's, and replies are scored as meant."""

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
from evalscope_pytest.judge.scorer import rule_of
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.wire.content import split_reasoning

pytestmark = pytest.mark.real_data
RUNS = ["anli", "arxivrollbench", "banking77", "bhasha_bench_multi_legal", "bhashabenchv1_ayur", "biomix_qa", "boolq"]
RUNS += ["boolq_2shot", "coin_flip", "drivel_multilabel", "drivel_selection", "indic_param", "kina", "math_qa"]
RUNS += ["med_mcqa", "mri_mcqa", "music_trivia", "reward_bench", "safety_bench", "sanskriti", "triviaqa_indic"]
SHOTS_HEADER = "Here are some examples of how to answer similar questions:\n\n{fewshot}\n"  # of EvalScope's code


def run_of(run: str, folder: Path, **changes: Any) -> tuple[LoadedBenchmark, list[dict[str, Any]]]:
    """Return a run's samples under EvalScope's templates, and what EvalScope made of them."""
    args = json.loads((folder / run / "args.json").read_text(encoding="utf-8"))
    expected = [json.loads(line) for line in (folder / run / "samples.jsonl").open(encoding="utf-8")]
    benchmark, resolved = load_bundled(args["benchmark"]), args["resolved_benchmark"]
    place = DataLocation(benchmark.name, benchmark.file.parent, hub="local", dataset_id=str(folder / run / "data"))
    given = {"subset_list": tuple(resolved["subset_list"]), "few_shot_num": resolved["few_shot_num"] or None, **changes}
    if benchmark.prompts == {}:
        theirs = resolved["prompt_template"]
        if theirs == "{question}":  # EvalScope's code has it
            first = in_order(load(resolve(benchmark, DatasetArgs(**given)), place))[0]
            theirs = template_of(first, expected[0])
        given["prompt_template"] = theirs
    if given["few_shot_num"]:
        given["few_shot_prompt_template"] = SHOTS_HEADER
    return load(resolve(benchmark, DatasetArgs(**given)), place), expected


def template_of(sample: Sample, row: dict[str, Any]) -> str:
    """Return the template that EvalScope's code applies, read from a message."""
    return words(row["messages"][-1]).replace("{", "{{").replace("}", "}}").replace(sample.question, "{question}")


def words(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def in_order(loaded: LoadedBenchmark) -> list[Sample]:
    return [sample for found in loaded.subsets.values() for sample in found]


@pytest.mark.parametrize("run", RUNS)
def test_messages_and_targets_are_evalscopes(run: str, parity_text: Path) -> None:
    loaded, expected = run_of(run, parity_text)
    samples = in_order(loaded)
    assert [sample.subset for sample in samples] == [row["subset"] for row in expected]
    for sample, row in zip(samples, expected, strict=True):
        sent = [(message.role, message.text) for message in loaded.messages(sample)]
        assert sent == [(message["role"], words(message)) for message in row["messages"]], row["order"]
        assert "".join(sample.targets) == "".join(row["target"])


@pytest.mark.parametrize("run", RUNS)
def test_replies_are_scored_as_a_reader_would(run: str, parity_text: Path) -> None:
    loaded, expected = run_of(run, parity_text)
    rule, metric = rule_of(loaded.resolved.benchmark.scorer), loaded.resolved.metrics[0]
    assert rule is not None

    async def misjudged() -> list[str]:
        wrong = []
        for sample, row in zip(in_order(loaded), expected, strict=True):
            score = rule.score(split_reasoning(row["answer"]).text, sample)
            score = await score if isawaitable(score) else score
            if row["truth"] is not None and (score.values[metric] == 1.0) != bool(row["truth"]):
                wrong.append(f"{row['kind']}: {row['answer'][-60:]!r} read as {score.answer!r} for {row['target']}")
        return wrong

    assert asyncio.run(misjudged()) == []


def test_means_of_f1_are_evalscopes_for_what_evalscope_reads(parity_text: Path) -> None:
    loaded, expected = run_of("drivel_multilabel", parity_text)
    score = loaded.resolved.benchmark.scorer.score
    attempts = []
    for number, (sample, row) in enumerate(zip(in_order(loaded), expected, strict=True)):
        scored = score(f"ANSWER: {','.join(row['extracted'])}", sample)
        attempts.append(Attempt(number, 0, scored.values, weights=scored.metadata["weights"]))
    resolved = loaded.resolved
    found = aggregate(attempts, resolved.metrics, resolved.benchmark.aggregation)
    assert {metric.name: round(metric.score, 4) for metric in found} == {
        "f1_weighted": 0.7260, "f1_micro": 0.7273, "f1_macro": 0.7345, "exact_match": 0.45
    }  # fmt: skip
