"""A collection from its drawing to its scores by level, as a program and the command line make it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from math import fsum
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.collections import (
    CollectionSchema,
    DatasetEntry,
    DatasetInfo,
    StratifiedSampler,
    UniformSampler,
    WeightedSampler,
    dump_jsonl_data,
)
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.run import Session
from tests.sessions import nothing_from_around  # noqa: F401  autouse

LEVELS = ["Level 1", "Level 2"]
NESTED = {
    "name": "all",
    "datasets": [
        {"name": "gsm8k", "weight": 3, "task_type": "school", "tags": ["en", "sums"], "args": {"few_shot_num": 0}},
        {
            "name": "hard",
            "weight": 1,
            "datasets": [{"name": "math_500", "task_type": "contest", "tags": ["en"], "args": {"subset_list": LEVELS}}],
        },
    ],
}


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """40 records of gsm8k, and 20 of math_500 on two levels."""
    folder = tmp_path / "records"
    rows: dict[str, list[dict[str, Any]]] = {
        "gsm8k": [{"question": f"{n} + 1?", "answer": f"So.\n#### {n + 1}"} for n in range(40)],
        "math_500": [
            {"problem": f"{n} + 1?", "solution": "", "answer": str(n + 1), "level": n % 2 + 1, "unique_id": str(n),
             "subject": "Algebra"}
            for n in range(20)
        ],
    }  # fmt: skip
    for name, members in rows.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in members))
    return folder


@pytest.fixture
def draw(tmp_path: Path, records: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that draws a collection on the command line and gives back the rows of its file."""

    def drawn(*words: str, schema: Any = NESTED, file: str = "mixed.jsonl") -> list[dict[str, Any]]:
        (tmp_path / "schema.json").write_text(json.dumps(schema))
        command = ["collection", "schema.json", "-o", file, "--dataset-dir", str(records), "--dataset-hub", "local"]
        code = main([*command, *words])
        assert code == 0, capsys.readouterr().err
        return [json.loads(line) for line in (tmp_path / file).read_text().splitlines()]

    return drawn


def counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return dict(Counter(row["dataset_name"] for row in rows))


def evaluated(file: str = "mixed.jsonl", **settings: Any) -> tuple[Any, dict[str, Any], str]:
    """Return the report of a collection, its levels, and what it adds to the end of the run."""
    task = {
        "model": "mock",
        "datasets": ["data_collection"],
        "dataset_args": {"data_collection": {"dataset_id": file}},
        **settings,
    }
    with Session(task) as session:
        report = session.run()["data_collection"]
        assert session.conclusion is not None
        text = "\n".join(summary.text for summary in session.conclusion.summaries)
        levels = session.work_dir.reports("mock") / "data_collection" / "collection_detailed_report.json"
        return report, json.loads(levels.read_text()), text


# Drawing ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sampler", "expected"),
    [
        ("weighted", {"gsm8k": 9, "math_500": 3}),
        ("uniform", {"gsm8k": 6, "math_500": 6}),
        ("stratified", {"gsm8k": 8, "math_500": 4}),
    ],
)
def test_the_command_draws_by_the_sampler_that_is_named(sampler: str, expected: dict[str, int], draw: Any) -> None:
    assert counts(draw("-n", "12", "--sampler", sampler)) == expected


def test_the_command_draws_by_weight_unless_told_otherwise(draw: Any) -> None:
    assert draw("-n", "12") == draw("-n", "12", "--sampler", "weighted")


def test_the_command_says_what_was_drawn_and_how_to_run_it(draw: Any, capsys: pytest.CaptureFixture[str]) -> None:
    draw("-n", "12")
    out = capsys.readouterr().out.splitlines()
    assert [line.split() for line in out[:2]] == [["gsm8k", "9"], ["math_500", "3"]]
    assert out[2].startswith("mixed.jsonl: 12 samples.")
    assert '{"data_collection": {"dataset_id": "mixed.jsonl"}}' in out[3]


def test_the_command_and_the_library_draw_the_same(draw: Any, records: Path, tmp_path: Path) -> None:
    by_command = draw("-n", "12", "--seed", "7")
    schema = CollectionSchema.from_dict(NESTED)
    assert WeightedSampler(schema, seed=7, dataset_dir=records, hub="local").sample(12) == by_command
    assert draw("-n", "12", "--seed", "8") != by_command


@pytest.mark.parametrize("kind", [WeightedSampler, UniformSampler, StratifiedSampler])
def test_weights_of_all_samples_sum_to_one_and_of_each_benchmark_to_its_share(kind: Any, records: Path) -> None:
    rows = kind(CollectionSchema.from_dict(NESTED), dataset_dir=records, hub="local").sample(15)
    assert fsum(row["weight"] for row in rows) == pytest.approx(1)
    assert fsum(row["weight"] for row in rows if row["dataset_name"] == "gsm8k") == pytest.approx(0.75)
    assert [row["index"] for row in rows] == list(range(15))


def test_no_sample_is_drawn_twice_and_all_are_if_as_many_are_requested(draw: Any) -> None:
    rows = draw("-n", "1000")
    prompts = [json.dumps([row["dataset_name"], row["prompt"]]) for row in rows]
    assert counts(rows) == {"gsm8k": 40, "math_500": 20}
    assert len(set(prompts)) == 60


def test_a_row_says_where_it_comes_from(draw: Any) -> None:
    rows = draw("-n", "12")
    first, last = rows[0], rows[-1]
    assert (first["task_type"], first["tags"], first["categories"]) == ("school", ["en", "sums"], ["all"])
    assert (last["task_type"], last["categories"]) == ("contest", ["all", "hard"])
    assert {row["subset_name"] for row in rows if row["dataset_name"] == "math_500"} <= {"Level 1", "Level 2"}
    assert first["args"] == {"few_shot_num": 0}


@pytest.mark.parametrize(
    ("words", "schema", "reason"),
    [
        (["-n", "1"], NESTED, "1 samples of 2 benchmarks"),
        (["-n", "many"], NESTED, "invalid int value: 'many'"),
        (["-n", "5", "--sampler", "random"], NESTED, "invalid choice: 'random'"),
        (["-n", "5", "--sed", "1x"], NESTED, "--sed"),
        (["-n", "5"], {"name": "a", "datasets": [{"name": "gsm9k"}]}, "Did you mean 'gsm8k'?"),
        (["-n", "5"], {"name": "a", "datasets": [{"name": "humaneval"}]}, "its scorer runs programs"),
        (["-n", "5"], {"name": "a", "datasets": [{"name": "gsm8k", "args": {"few_shots": 1}}]}, "few_shot"),
        (["-n", "5"], {"name": "a", "datasets": []}, "the group 'a' of a collection has no datasets"),
        (["-n", "5"], {"name": "a", "datasets": [{"name": "arc"}]}, "arc"),
    ],
)
def test_a_mistake_ends_the_command_with_its_reason_and_writes_nothing(
    words: list[str], schema: Any, reason: str, records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    place = ["--dataset-dir", str(records), "--dataset-hub", "local"]
    assert main(["collection", "schema.json", "-o", "mixed.jsonl", *place, *words]) == 4
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "mixed.jsonl").exists()


# Evaluating ---------------------------------------------------------------------------------------------------------


def test_a_collection_is_answered_as_its_benchmarks_would_be(draw: Any) -> None:
    draw("-n", "12")
    report, levels, text = evaluated()
    assert (report.score, report.num) == (1.0, 12)
    assert [row["count"] for row in levels["dataset_level"]] == [9, 3]
    assert all(row["micro_avg."] == 1.0 for rows in levels.values() for row in rows)
    assert text.startswith("subset_level\n")


def test_every_level_averages_the_samples_below_it(draw: Any, tmp_path: Path) -> None:
    draw("-n", "40", "--sampler", "stratified")
    _, levels, text = evaluated(model_args={"accuracy": 0.5}, work_dir="out", no_timestamp=True)
    rows = [
        json.loads(line)["sample_score"]
        for file in (tmp_path / "out" / "reviews" / "mock").glob("data_collection*.jsonl")
        for line in file.read_text().splitlines()
    ]
    places = [(row["sample_metadata"]["collection_info"], row["score"]["value"]["accuracy"]) for row in rows]
    assert 0 < fmean(value for _, value in places) < 1

    def expected(belongs: Callable[[dict[str, Any]], bool]) -> dict[str, float]:
        chosen = [(info, value) for info, value in places if belongs(info)]
        subsets = {(info["dataset_name"], info["subset_name"]) for info, _ in chosen}
        means = [fmean(v for i, v in chosen if (i["dataset_name"], i["subset_name"]) == subset) for subset in subsets]
        total = fsum(info["weight"] for info, _ in chosen)
        return {
            "micro_avg.": pytest.approx(fmean(value for _, value in chosen), abs=1e-4),
            "macro_avg.": pytest.approx(fmean(means), abs=1e-4),
            "weighted_avg.": pytest.approx(fsum(i["weight"] * v for i, v in chosen) / total, abs=1e-4),
            "count": len(chosen),
        }

    def averages(level: str, **key: str) -> dict[str, float]:
        (row,) = [row for row in levels[level] if key.items() <= row.items()]
        return {name: row[name] for name in ("micro_avg.", "macro_avg.", "weighted_avg.", "count")}

    assert averages("dataset_level", dataset_name="gsm8k") == expected(lambda i: i["dataset_name"] == "gsm8k")
    assert averages("task_level", task_type="contest") == expected(lambda i: i["task_type"] == "contest")
    assert averages("tag_level", tags="en") == expected(lambda i: "en" in i["tags"])
    assert averages("tag_level", tags="sums") == expected(lambda i: "sums" in i["tags"])
    assert averages("category_level", category1="hard") == expected(lambda i: "hard" in i["categories"])
    assert averages("category_level", category1="") == expected(lambda i: "hard" not in i["categories"])
    assert text.count("_level") == 5


def test_rows_of_a_level_come_with_most_samples_first(draw: Any) -> None:
    draw("-n", "30", "--sampler", "stratified")
    _, levels, _ = evaluated()
    for rows in levels.values():
        sizes = [row["count"] for row in rows]
        assert sizes == sorted(sizes, reverse=True)


def test_the_weighted_score_counts_each_sample_by_its_share(draw: Any) -> None:
    draw("-n", "20", "--sampler", "uniform")
    report, levels, _ = evaluated(model_args={"reply": "\\boxed{1}"})
    scores = {metric.identity.name: metric.score for metric in report.metrics}
    by_dataset = {row["dataset_name"]: row["micro_avg."] for row in levels["dataset_level"]}
    assert scores["weighted_accuracy"] == pytest.approx(
        0.75 * by_dataset["gsm8k"] + 0.25 * by_dataset["math_500"], abs=1e-3
    )


def test_a_file_made_by_hand_runs_as_a_collection(tmp_path: Path) -> None:
    prompt = {"input": [{"role": "user", "content": "2 + 3?"}], "target": "5"}
    entry = DatasetEntry(dataset_name="gsm8k", subset_name="main", weight=1.0, prompt=prompt, categories=("mine",))
    dump_jsonl_data([entry.to_dict()], tmp_path / "deep" / "down" / "hand.jsonl")
    report, levels, _ = evaluated("deep/down/hand.jsonl")
    assert report.score == 1.0
    assert levels["category_level"][0]["category0"] == "mine"


def test_a_schema_survives_its_file(tmp_path: Path) -> None:
    schema = CollectionSchema("数学", datasets=[DatasetInfo("gsm8k", weight=2, tags=["é"]), CollectionSchema("x")])
    schema.dump_json(tmp_path / "schema.json")
    assert CollectionSchema.from_json(tmp_path / "schema.json").to_dict() == schema.to_dict()
    assert "数学" in (tmp_path / "schema.json").read_text(encoding="utf-8")
    assert json.loads(str(schema)) == schema.to_dict()


@pytest.mark.parametrize("weight", [0, -1, float("inf"), float("nan"), "2", True, None])
def test_a_weight_is_a_number_above_zero(weight: Any) -> None:
    for kind in (DatasetInfo, CollectionSchema):
        with pytest.raises(ConfigError, match=r"weight of 'x' in a collection is .*Write a number above 0"):
            kind("x", weight=weight)
