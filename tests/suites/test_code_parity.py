"""EvalScope's runs of benchmarks that execute code or queries: the same messages, every reply scored as it is meant."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import SandboxError
from evalscope_pytest.core.values import Sample
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.suites.code.research_steps import steps_of

from .test_suites import jails

pytestmark = pytest.mark.real_data
Rows = list[dict[str, Any]]
LACKING = "its programs start processes", "Install ", "does not have"


def run_of(run: str, folder: Path, **changes: Any) -> tuple[LoadedBenchmark, list[Sample], Rows]:
    """Return a run's samples under our prompts but for ``changes``, and what EvalScope made of them."""
    args = json.loads((folder / run / "args.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (folder / run / "samples.jsonl").open(encoding="utf-8")]
    benchmark = load_bundled(args["benchmark"])
    place = DataLocation(benchmark.name, benchmark.file.parent, hub="local", dataset_id=str(folder / run / "data"))
    loaded = load(resolve(benchmark, DatasetArgs(subset_list=tuple(args["subset_list"]), **changes)), place)
    samples = [sample for found in loaded.subsets.values() for sample in found]
    assert [sample.subset for sample in samples] == [row["subset"] for row in rows]
    return loaded, samples, rows


def sent(loaded: LoadedBenchmark, sample: Sample) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in loaded.messages(sample)]


def received(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in row["messages"]]


@pytest.mark.parametrize("run", ["bigcodebench", "ds1000_small", "bird_sql", "multiple_mbpp"])
def test_replies_are_scored_as_they_are_meant(run: str, parity_text: Path) -> None:
    loaded, samples, rows = run_of(run, parity_text)
    scorer = loaded.resolved.scorer
    assert scorer is not None
    bound = scorer.bind(sandbox=jails(), timeout_s=20)

    async def one(sample: Sample, row: dict[str, Any]) -> str:
        try:
            score = await bound.decide(row["answer"], sample)
        except SandboxError as error:
            return "" if any(words in str(error) for words in LACKING) else str(error)  # no compiler, say
        right = row["truth"] is None or (score.values["accuracy"] == 1.0) == bool(row["truth"])
        return "" if right else f"{row['kind']}: {score.answer!r} {score.explanation}"

    async def all_of_them() -> list[str]:
        return list(await asyncio.gather(*(one(*pair) for pair in zip(samples, rows, strict=True))))

    assert [wrong for wrong in asyncio.run(all_of_them()) if wrong] == []


def test_messages_of_bigcodebench_are_evalscopes(parity_text: Path) -> None:
    loaded, samples, rows = run_of("bigcodebench", parity_text, prompt_template="{prompt}")
    assert [sent(loaded, sample) for sample in samples] == [received(row) for row in rows]


def test_messages_of_ds1000_are_evalscopes(parity_text: Path) -> None:
    (_, system), _ = received(run_of("ds1000_small", parity_text)[2][0])
    loaded, samples, rows = run_of("ds1000_small", parity_text, system_prompt=system)
    assert [sent(loaded, sample) for sample in samples] == [received(row) for row in rows]


def test_messages_of_bird_have_the_same_parts_in_the_same_order(parity_text: Path) -> None:
    loaded, samples, rows = run_of("bird_sql", parity_text)
    for sample, row in zip(samples, rows, strict=True):
        ((_, text),), ((_, theirs),) = sent(loaded, sample), received(row)
        parts = (sample.metadata["schema"], sample.question, row["record"]["evidence"] or "```sql")
        for whole in (text, theirs):
            places = [whole.index(part) for part in parts]
            assert places == sorted(places)


def test_the_turns_of_scicode_are_evalscopes(parity_text: Path) -> None:
    _, samples, rows = run_of("scicode_background", parity_text, extra_params={"provide_background": True})
    step = samples[0].metadata["sub_steps"][0]
    system, request = (message["content"] for message in rows[0]["conversation"][:2])
    for name in ("step_description_prompt", "function_header", "return_line", "step_background"):
        request = request.replace(step[name], f"{{{name}}}")
    given = samples[0].metadata["required_dependencies"]
    templates = {"prompt_template": request, "system_prompt": system.replace(given, "{required_dependencies}")}
    loaded, samples, rows = run_of(
        "scicode_background", parity_text, extra_params={"provide_background": True}, **templates
    )
    for sample, row in zip(samples, rows, strict=True):
        theirs = [message["content"] for message in row["conversation"] if message["role"] != "assistant"]
        turns = [sent(loaded, one) for one in steps_of(sample)]
        assert [turns[0][0][1], *(turn[-1][1] for turn in turns)] == theirs
