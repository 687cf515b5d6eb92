"""Benchmarks for records of one's own among others, and the ids of bundled samples."""

import pytest

LOCAL = "--eval-dataset-hub=local"


def test_they_are_left_out_where_everything_of_a_tag_runs_and_there_are_no_records(project):
    run = project.run("-m", "demo or custom", here=False)
    assert run.code == 0
    assert set(run.reports) == {"demo_math", "demo_science"}


@pytest.mark.parametrize("words", [("-m", "custom"), ("-k", "general_qa"), ("--eval-datasets", "general_qa")])
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
