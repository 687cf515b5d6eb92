"""Judged and long-context benchmarks: EvalScope's messages with its templates, and the scores that verdicts mean."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Message, Sample, Score
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.template import parse
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.judge.panel import Panel, decide
from evalscope_pytest.judge.scorer import parts_of, rule_of
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.wire.content import split_reasoning
from tests.servers.judge import keyed, verdict

pytestmark = pytest.mark.real_data
# The number of different templates that EvalScope's code applies in a run; 0 for the bare question or messages.
TEMPLATES = {"aa_lcr": 1, "longmemeval": 1, "longmemeval_retrieval": 1, "locomo_oracle": 3, "cl_bench": 0, "prbench": 0}
TEMPLATES |= {"one_million_bench": 0, "plawbench": 3, "browsecomp": 1, "deepsearchqa": 0}
Row = dict[str, Any]


def rows_of(run: str, folder: Path) -> list[Row]:
    return [json.loads(line) for line in (folder / run / "samples.jsonl").open(encoding="utf-8")]


def load_run(run: str, folder: Path, template: str | None = None) -> LoadedBenchmark:
    """Return the samples of a run, in the folder of the run."""
    args = json.loads((folder / run / "args.json").read_text(encoding="utf-8"))
    benchmark, given = load_bundled(args["benchmark"]), args["dataset_args"][args["benchmark"]]
    place = DataLocation(benchmark.name, benchmark.file.parent, hub="local", dataset_id=given["dataset_id"])
    wanted = {"extra_params": given.get("extra_params"), "prompt_template": template}
    if "subset_list" in given:
        wanted["subset_list"] = tuple(given["subset_list"])
    return load(resolve(benchmark, DatasetArgs(**wanted)), place)


def in_order(loaded: LoadedBenchmark) -> list[Sample]:
    return [sample for found in loaded.subsets.values() for sample in found]


def template_of(loaded: LoadedBenchmark, sample: Sample, message: Row) -> str:
    """Return the template that makes a message of a sample, if it names the fields that the benchmark's own names."""
    benchmark = loaded.resolved.benchmark
    own = benchmark.prompts.get(sample.subset, benchmark.prompt)
    template = message["content"].replace("{", "{{").replace("}", "}}")
    for name in sorted(parse(own, "").names, key=lambda name: name == "question"):
        value = sample.question if name == "question" else str(sample.metadata[name])
        value = value.replace("{", "{{").replace("}", "}}")
        if value and value in template:
            template = template.replace(value, f"{{{name}}}")
    return template


def sent(loaded: LoadedBenchmark, sample: Sample) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in loaded.messages(sample)]


@pytest.mark.parametrize("run", sorted(TEMPLATES))
def test_messages_and_targets_are_evalscopes(run: str, parity_text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(parity_text / run)
    loaded, expected = load_run(run, parity_text), rows_of(run, parity_text)
    samples = in_order(loaded)
    assert [sample.subset for sample in samples] == [row["subset"] for row in expected]
    theirs = [[(message["role"], message["content"]) for message in prompt_of(row)] for row in expected]
    if not TEMPLATES[run]:
        assert [sent(loaded, sample) for sample in samples] == theirs
        return
    templates = [template_of(loaded, s, prompt_of(row)[-1]) for s, row in zip(samples, expected, strict=True)]
    assert len(set(templates)) == TEMPLATES[run]
    for template in set(templates):
        with_theirs = load_run(run, parity_text, template)
        for number, sample in enumerate(in_order(with_theirs)):
            if templates[number] == template:
                assert sent(with_theirs, sample) == theirs[number], number


class Judge:
    """A judge whose next verdicts are given."""

    name = "j"

    def __init__(self, verdicts: list[Any]) -> None:
        self.verdicts = verdicts
        self.prompts: list[str] = []

    async def send(self, messages: tuple[Message, ...], repeat: int, ideal: str, schema: Any = None) -> str:
        self.prompts.append(messages[-1].text)
        return keyed(verdict(self.verdicts.pop(0)), messages[-1].text)


def judged(run: str, folder: Path, meant: Callable[[Row], list[Any]]) -> tuple[LoadedBenchmark, list[Row], list[Score]]:
    """Return the scores of a run's replies by judges who mean what EvalScope's judge meant."""
    loaded, expected, scores = load_run(run, folder), rows_of(run, folder), []
    rubric = parts_of(load_bundled(loaded.resolved.name).scorer)[1]
    assert rubric is not None
    for sample, row in zip(in_order(loaded), expected, strict=True):
        judge = Judge(meant(row))
        scores.append(asyncio.run(decide(rubric, sample, split_reasoning(answer_of(row)).text, Panel((judge,)))))
        assert judge.verdicts == []
    return loaded, expected, scores


def prompt_of(row: Row) -> list[Row]:
    """Return the messages of a row, the first ones if there was a loop."""
    messages: list[Row] = row["messages"] if "messages" in row else row["turns"][0]["messages"]
    return messages


def answer_of(row: Row) -> str:
    return row["answer"] if "answer" in row else row["turns"][0]["answer"]


def as_it_is(row: Row) -> list[Any]:
    return [one["meant"] for one in row.get("judge") or []]


@pytest.mark.parametrize("run", ["aa_lcr", "longmemeval", "longmemeval_retrieval", "cl_bench"])
def test_every_verdict_counts(run: str, parity_text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(parity_text / run)
    _, expected, scores = judged(run, parity_text, as_it_is)
    assert [score.values["accuracy"] for score in scores] == [row["truth"] for row in expected]


def test_locomos_replies(parity_text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(parity_text / "locomo_oracle")
    loaded, expected = load_run("locomo_oracle", parity_text), rows_of("locomo_oracle", parity_text)
    scorer = rule_of(loaded.resolved.benchmark.scorer)
    assert scorer is not None
    scores = [
        scorer.score(split_reasoning(r["answer"]).text, s) for s, r in zip(in_order(loaded), expected, strict=True)
    ]
    for row, score in zip(expected, scores, strict=True):
        assert isinstance(score, Score)
        assert score.values["f1"] == pytest.approx(row["score"]["f1"] if row["truth"] is None else row["truth"])
    attempts = []
    for number, (row, score) in enumerate(zip(expected, scores, strict=True)):
        assert isinstance(score, Score)
        theirs = dict.fromkeys(("f1", "macro_f1"), row["score"]["f1"])
        attempts.append(Attempt(number, 0, theirs, weights=score.metadata["weights"]))
    found = aggregate(attempts, scorer.metrics, scorer.aggregation)
    assert [round(metric.score, 4) for metric in found] == [0.6716, 0.7024]


HIT = {"是", "命中", "yes"}
MEANT: dict[str, Callable[[Row], list[Any]]] = {
    "one_million_bench": lambda row: [
        {str(at): word for at, word in enumerate(one["meant"], 1)} for one in row["judge"]
    ],
    "plawbench": lambda row: [
        {name: part["total_points"] for name, part in details.items()}
        if details
        else {"总分": one["meant"]["total_points"]}
        for one in row["judge"]
        for details in [one["meant"].get("score_details")]
    ],
    "prbench": lambda row: ["yes" if one["meant"] else "no" for one in row["judge"]],
}


@pytest.mark.parametrize("run", sorted(MEANT))
def test_points_give_evalscopes_scores(run: str, parity_text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(parity_text / run)
    _, expected, scores = judged(run, parity_text, MEANT[run])
    for row, score in zip(expected, scores, strict=True):
        theirs = {"accuracy" if name == "acc" else name: value for name, value in row["score"].items()}
        assert not theirs or score.values == pytest.approx(theirs)
    # What EvalScope leaves out: a rubric that its judge forgot, and points with their unit.
    left_out = [score.values for row, score in zip(expected, scores, strict=True) if not row["score"]]
    parts = {"accuracy": 16 / 30, "conclusion_acc": 0, "fact_acc": 1, "reasoning_acc": 0.6, "law_acc": 1}
    of_unread = {"plawbench": [parts], "one_million_bench": [{"expert_score": 0.6, "pass_rate": 0}]}
    assert left_out == [pytest.approx(values) for values in of_unread.get(run, [])]


def counts(row: Row) -> list[Any]:
    meant = [one["meant"]["Answer Correctness"] for one in row.get("judge") or []]
    return [
        {"expected": len(found), "found": sum(found.values()), "excessive": len(one["Excessive Answers"])}
        for one in meant
        for found in [one["Correctness Details"]]
    ]


@pytest.mark.parametrize("run", ["browsecomp", "deepsearchqa"])
def test_the_judge_and_the_rule_find_what_is_right(
    run: str, parity_text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(parity_text / run)
    loaded, expected, scores = judged(run, parity_text, {"browsecomp": as_it_is, "deepsearchqa": counts}[run])
    rule = rule_of(load_bundled(loaded.resolved.name).scorer)
    assert rule is not None
    metric = rule.metrics[0]
    for sample, row, score in zip(in_order(loaded), expected, scores, strict=True):
        by_rule = rule.score(answer_of(row), sample)
        assert isinstance(by_rule, Score)
        if row["truth"] is not None:
            assert [score.values[metric], by_rule.values[metric]] == [row["truth"]] * 2, row["kind"]
        if row["status"] == "success" and row["score"]:
            assert {name: score.values[name] for name in row["score"]} == pytest.approx(row["score"])
