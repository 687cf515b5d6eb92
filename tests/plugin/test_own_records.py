"""Benchmarks for records of one's own among others, and the ids of bundled samples."""

import re

import pytest

LOCAL = "--eval-dataset-hub=local"


def test_they_are_left_out_where_everything_of_a_tag_runs_and_there_are_no_records(project):
    run = project.run("-m", "demo or custom", here=False)
    assert run.code == 0
    assert set(run.reports) == {"demo_math", "demo_science"}


@pytest.mark.parametrize(
    "words", [("-m", "custom and not arena and not retrieval"), ("-k", "general_qa"), ("--eval-datasets", "general_qa")]
)
def test_asked_for_by_name_they_say_what_is_missing(words, project):
    run = project.run(*words, here=False)
    assert run.code == 4
    assert "is for records of your own" in run.out


@pytest.mark.parametrize(
    "words", [("--eval-dataset-dir=data",), ('--eval-dataset-args={"general_qa": {"dataset_id": "data"}}',)]
)
def test_with_records_they_run_along(words, project):
    project.write("data/general_qa/mine.jsonl", '{"query": "Say yes.", "response": "yes"}\n')
    project.write("data/mine.jsonl", '{"query": "Say yes.", "response": "yes"}\n')
    run = project.run("-m", "demo or custom", *words, here=False)
    assert run.code == 0
    assert set(run.reports) == {"demo_math", "demo_science", "general_qa"}


@pytest.mark.parametrize("words", [("--eval-datasets=demo_math",), ("-k", "demo_math")])
def test_a_bundled_sample_has_the_same_id_however_it_was_asked_for(words, project):
    run = project.run(*words, "--co", "-q", "--eval-limit=1", here=False)
    assert "demo/test_demo_math.py::demo_math[default-0]\n" in run.out


def test_a_metric_list_chooses_what_is_reported(project):
    project.write("data/faq.jsonl", '{"query": "Say yes.", "response": "yes"}\n')
    args = '{"general_qa": {"dataset_id": "data", "metric_list": ["Rouge-L"]}}'
    run = project.run("--eval-datasets=general_qa", f"--eval-dataset-args={args}", here=False)
    assert set(re.findall(r"mean_[\w-]+", run.out)) == {"mean_Rouge-L-R", "mean_Rouge-L-P", "mean_Rouge-L-F"}
    assert len(run.reports["general_qa"]["metrics"]) == 3


def test_a_model_that_cannot_be_made_is_said_before_data_is_loaded(project):
    project.write("data/faq.jsonl", "no JSON")
    words = ("--eval-datasets=general_qa", '--eval-dataset-args={"general_qa": {"dataset_id": "data"}}')
    run = project.run(*words, "--eval-type=openai_api", here=False)
    assert run.code == 4
    assert "api_url: missing" in run.out


def test_what_is_wrong_with_records_is_shown_and_logged_once_for_each_kind(project):
    rows = [f'{{"question": "<image 1> Which? {n}", "options": ["a", "b"], "answer": "A"}}\n' for n in range(3)]
    project.write("data/mine_val.jsonl", "".join(rows))
    args = '{"general_vmcq": {"dataset_id": "data", "subset_list": ["mine"]}}'
    run = project.run("--eval-datasets=general_vmcq", f"--eval-dataset-args={args}", "-n2", here=False)
    line = "general_vmcq: <image 1> has no image_1: the mark is removed from '<image 1> Which? 0' (2 more like this)"
    assert run.out.count("the mark is removed") == 1
    assert line in run.out
    assert line in (run.work_dir / "logs" / "eval_log.log").read_text()
