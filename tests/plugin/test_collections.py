"""A collection from its file to its report."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.cli.main import main
from tests.suites.written import write

LEVELS = "collection_detailed_report.json"
SCHEMA = {
    "name": "mixed",
    "datasets": [
        {"name": "arc", "task_type": "knowledge", "tags": ["en"], "args": {"subset_list": ["ARC-Easy"]}},
        {"name": "gsm8k", "task_type": "math", "weight": 2, "tags": ["en"], "args": {"few_shot_num": 0}},
        {"name": "zh", "datasets": [{"name": "ceval", "tags": ["zh"], "args": {"subset_list": ["logic"]}}]},
        {"name": "tools", "datasets": [{"name": "bfcl_v3", "args": {"subset_list": ["simple", "irrelevance"]}}]},
    ],
}


@pytest.fixture
def mixed(tmp_path, capsys):
    """A file of one or two samples of each benchmark."""
    for name in ("arc", "gsm8k", "ceval", "bfcl_v3"):
        write(name, tmp_path / "records")
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    file = tmp_path / "mixed.jsonl"
    words = [str(tmp_path / "schema.json"), "-n", "50", "-o", str(file), "--sampler", "uniform"]
    code = main(["collection", *words, "--dataset-dir", str(tmp_path / "records"), "--dataset-hub=local"])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert "bfcl_v3                        2" in said.out
    return file


def run(project, file, *options):
    args = json.dumps({"data_collection": {"dataset_id": str(file)}})
    return project.run("--eval-datasets=data_collection", "--eval-dataset-args", args, *options, here=False)


def test_each_sample_is_asked_and_scored_as_its_benchmark_does(project, mixed):
    done = run(project, mixed)
    assert done.counts == {"correct": 5}, done.out
    assert done.score("data_collection") == 1
    asked = [row["messages"][0]["content"] for row in done.rows()]
    assert any("900 pens" in text and "boxed" in text for text in asked)
    assert any("What do bees make?" in text and "ANSWER" in text for text in asked)


def test_the_report_has_every_level(project, mixed):
    done = run(project, mixed, "--eval-model-args=reply=ANSWER: B")
    report = json.loads((done.work_dir / "reports" / "mock" / "data_collection" / LEVELS).read_text())
    by_name = {row["dataset_name"]: row for row in report["dataset_level"]}
    assert by_name["arc"]["micro_avg."] == 1  # the honey
    assert by_name["gsm8k"]["micro_avg."] == 0
    assert (by_name["bfcl_v3"]["micro_avg."], by_name["bfcl_v3"]["count"]) == (0.5, 2)  # no call where none is right
    assert {row["tags"] for row in report["tag_level"]} == {"en", "zh"}
    assert "| category0" in done.out
    weighted = {row["category0"] + row["category1"]: row["weighted_avg."] for row in report["category_level"]}
    assert weighted == {"mixed": 0.3333, "mixedzh": 1.0, "mixedtools": 0.5}  # 0.2 of 0.6: gsm8k counts twice
    mean = {m["identity"]["name"]: m["score"] for m in done.reports["data_collection"]["metrics"]}
    assert mean == {"accuracy": 0.6, "weighted_accuracy": 0.5}


def test_samples_that_count_nowhere_are_in_no_level(project, tmp_path):
    step = 'Action: Finish\nAction Input: {"return_type": "give_answer", "final_answer": "ten"}'
    entry = {"task_type": "", "tags": [], "categories": ["all"], "weight": 0.5, "args": {}}
    asked = [{"role": "user", "content": "?"}]
    tool = {"dataset_name": "tool_bench", "subset_name": "in_domain"}
    sums = {"dataset_name": "gsm8k", "subset_name": "main", "prompt": {"input": asked, "target": "5"}}
    prompt = {"input": asked, "target": step, "metadata": {"tools": ["Finish"]}}
    rows = [{"index": 0, **entry, **tool, "prompt": prompt}, {"index": 1, **entry, **sums}]
    file = tmp_path / "mixed.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run(project, file)
    report = json.loads((done.work_dir / "reports" / "mock" / "data_collection" / LEVELS).read_text())
    assert [row["dataset_name"] for row in report["dataset_level"]] == ["gsm8k"]


def test_samples_are_the_same_in_several_processes(project, mixed):
    assert run(project, mixed, "-n2").counts == {"correct": 5}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"question": "?"}', ["has no field 'prompt'"]),
        ('{"prompt": {"input": []}, "dataset_name": "gsm8k"}', ["has no field 'subset_name'"]),
    ],
)
def test_a_file_of_another_kind_is_refused(project, tmp_path, line, words):
    file = tmp_path / "other.jsonl"
    file.write_text(f"{line}\n")
    done = run(project, file)
    assert done.code == 4
    assert all(word in done.out for word in words), done.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [(["x.json", "-n", "5", "-o", "x.csv"], "does not end in .jsonl"), (["x.json", "-o", "x.jsonl"], "-n/--count"),
     (["x.json", "-n", "5", "-o", "x.jsonl"], "cannot read the collection x.json")],
)  # fmt: skip
def test_mistakes_on_the_command_line(words, reason, capsys):
    assert main(["collection", *words]) == 4
    assert reason in capsys.readouterr().err


def test_samples_with_pictures_bring_them_along(project, tmp_path, capsys):
    for name in ("ai2d", "docvqa", "omni_bench"):
        write(name, tmp_path / "records")
    schema = {"name": "seen", "datasets": [{"name": n} for n in ("ai2d", "docvqa", "omni_bench")]}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    drawn = tmp_path / "drawn" / "mixed.jsonl"
    words = [str(tmp_path / "schema.json"), "-n", "50", "-o", str(drawn), "--dataset-dir", str(tmp_path / "records")]
    assert main(["collection", *words, "--dataset-hub=local"]) == 0, capsys.readouterr().err
    assert "base64" not in drawn.read_text()
    moved = (tmp_path / "drawn").rename(tmp_path / "moved")
    done = run(project, moved / "mixed.jsonl")
    assert done.counts == {"correct": 3}, done.out
    kinds = [part["type"] for row in done.rows() for part in row["messages"][0]["content"]]
    assert {"text", "image", "audio"} == set(kinds)
    names = {file.name for file in (moved / "media").iterdir()}
    assert names == {file.name for file in (done.work_dir / "media").iterdir()}


def test_a_picture_that_is_gone_is_an_error_of_its_sample(project, tmp_path, capsys):
    write("docvqa", tmp_path / "records")
    (tmp_path / "schema.json").write_text(json.dumps({"name": "seen", "datasets": [{"name": "docvqa"}]}))
    words = [str(tmp_path / "schema.json"), "-n", "1", "-o", str(tmp_path / "mixed.jsonl")]
    assert main(["collection", *words, "--dataset-dir", str(tmp_path / "records"), "--dataset-hub=local"]) == 0
    for file in (tmp_path / "media").iterdir():
        file.write_bytes(b"")
    assert run(project, tmp_path / "mixed.jsonl").counts == {"errors": 1}
