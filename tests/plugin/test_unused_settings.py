"""A setting that has no effect is refused, or said in one line; one that has an effect gets none."""

from __future__ import annotations

import json

import pytest


def args_of(**settings: object) -> str:
    return f"--eval-dataset-args={json.dumps(settings)}"


def notes(run) -> list[str]:
    return [line for line in run.out.splitlines() if line.startswith("eval: ") and "no effect" in line]


JUDGE = "--eval-judge-model-args=model_id=mock"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([args_of(mmlu={"few_shot_num": 0})], "dataset_args of mmlu has no effect: it does not run"),
        ([args_of(mmlu={"few_shot_num": 0}, arc={"shuffle": True})], "dataset_args of mmlu, arc has no effect: they"),
        ([JUDGE], "judge_model_args has no effect: no benchmark of this run is judged"),
        ([JUDGE, "--eval-judge-worker-num=3"], "judge_model_args, judge_worker_num have no effect: no benchmark"),
        (["--eval-limit-order=random"], "limit_order has no effect: there is no limit"),
        (["--eval-judge-audit=3"], "judge_audit has no effect: no benchmark of this run is judged"),
        (["--eval-allow-unsafe-code"], "allow_unsafe_code has no effect: no benchmark of this run executes code"),
        (
            [args_of(adding={"force_redownload": True})],
            "force_redownload of adding has no effect: its records are files",
        ),
        (
            [args_of(adding={"dataset_revision": "v2"})],
            "dataset_revision of adding has no effect: its records are files",
        ),
        (
            [args_of(adding={"sandbox_config": {"tools_config": {}}})],
            "sandbox_config of adding has no effect: it executes",
        ),
    ],
)
@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_setting_without_effect_is_said_in_a_line(words, said, workers, project):
    project.benchmark(count=2)
    run = project.run(*words, *workers)
    assert (run.code, run.score()) == (0, 1.0), run.out
    assert len(notes(run)) == 1, run.out
    assert f"eval: {said}"[:79] in run.out


def test_exemplars_that_are_not_asked_for_make_their_settings_idle(project):
    project.data("adding", 2)
    project.benchmark(count=2, options="few_shot=FewShot(1, split='test')")
    run = project.run(args_of(adding={"few_shot_num": 0, "few_shot_random": True}))
    assert len(notes(run)) == 1
    assert "few_shot_random of adding has no effect: few_shot_num is 0" in run.out


def test_what_has_an_effect_gets_no_line(project):
    project.benchmark(count=2, options="few_shot=FewShot(1, split='test')")
    settings = {"few_shot_random": True, "prompt_template": "{question}", "shuffle": True}
    assert not notes(project.run(args_of(adding=settings)))
    assert not notes(project.run(JUDGE, "--eval-judge-strategy=llm", "--eval-judge-worker-num=2"))


def test_what_every_run_is_given_gets_no_line(project, monkeypatch):
    project.benchmark(count=2)
    monkeypatch.setenv("EVALSCOPE_JUDGE_WORKER_NUM", "3")
    project.write("pytest.ini", '[pytest]\neval_dataset_args = {"mmlu": {"few_shot_num": 0}}\n')
    assert not notes(project.run())


def test_options_cannot_be_shuffled_where_there_are_none(project):
    project.benchmark(count=2)
    run = project.run(args_of(adding={"shuffle_choices": True}))
    assert run.code == 4
    assert "shuffle_choices of 'adding' has no effect: its samples have no options" in run.out
    assert project.run(args_of(adding={"shuffle_choices": False})).code == 0


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("dataa", ["dataset_dir: dataa in --eval-dataset-dir does not exist", "data'?", "mkdir -p dataa"]),
        ("/no/such", ["dataset_dir: /no/such in --eval-dataset-dir does not exist", "mkdir -p /no/such"]),
        ("test_adding.py", ["test_adding.py in --eval-dataset-dir is a file"]),
    ],
)
@pytest.mark.parametrize("words", [("--eval-datasets=gsm8k",), ("--eval-datasets=general_qa",), (".",)])
def test_a_folder_of_datasets_that_is_not_there_is_an_error_before_a_hub_is_asked(folder, said, words, project):
    project.benchmark(count=2)
    project.write("data/adding/x.jsonl", "")
    run = project.run(*words, f"--eval-dataset-dir={folder}", here=False)
    assert run.code == 4
    assert all(part in run.out for part in said), run.out


def test_a_template_has_no_effect_on_whole_conversations(project):
    records = project.write("talks/default_test.jsonl", '{"query": "2 + 2?", "response": "4"}\n').parent
    settings = {"general_qa": {"dataset_id": str(records), "prompt_template": "Q: {question}"}}
    run = project.run("--eval-datasets=general_qa", f"--eval-dataset-args={json.dumps(settings)}", here=False)
    assert run.code == 0, run.out
    assert "prompt_template of general_qa has no effect: its samples are whole conversations" in " ".join(
        run.out.split()
    )
