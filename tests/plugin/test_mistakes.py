"""What a user gets wrong: exit code 4 and one paragraph that names the closest right thing, with nothing asked."""

from __future__ import annotations

import re

import pytest

MISTAKES = {
    "unknown option": (["--eval-modle=x"], ["unknown option --eval-modle", "--eval-model"]),
    "unknown switch": (["--no-eval-strcit"], ["unknown option --no-eval-strcit", "--no-eval-strict"]),
    "unknown benchmark": (["--eval-datasets=gsm9k"], ["no benchmark named 'gsm9k'", "'gsm8k'"]),
    "one of two unknown": (["--eval-datasets", "adding", "addding", "."], ["'addding'", "Did you mean 'adding'"]),
    "limit of zero": (["--eval-limit=0"], ["limit cannot be 0", "--eval-limit"]),
    "limit that is no number": (["--eval-limit=many"], ["limit", "many"]),
    "share above one": (["--eval-limit=1.5"], ["1.5"]),
    "value of a switch": (["--eval-strict=maybe"], ["--eval-strict takes no value", "--no-eval-strict"]),
    "datasets without a name": (["--eval-datasets"], ["--eval-datasets names no benchmark", "gsm8k"]),
    "batch size": (["--eval-batch-size=0"], ["eval_batch_size", "0"]),
    "repeats": (["--eval-repeats=-1"], ["repeats", "-1"]),
    "seed": (["--eval-seed=x"], ["seed", "'x'"]),
    "unknown eval type": (["--eval-type=openai"], ["eval_type", "openai", "openai_api"]),
    "hub": (["--eval-dataset-hub=modelscoop"], ["modelscoop", "modelscope"]),
    "generation parameter": (
        ["--eval-generation-config=temprature=1"],
        ["temprature", "Did you mean 'temperature'", "--eval-generation-config"],
    ),
    "generation value": (["--eval-generation-config=temperature=hot"], ["temperature", "hot"]),
    "torn JSON": (['--eval-generation-config={"temperature": 1'], ["--eval-generation-config"]),
    "dataset args of nobody": (['--eval-dataset-args={"addding": {"shuffle": true}}'], ["'addding'", "'adding'"]),
    "dataset args key": (
        ['--eval-dataset-args={"adding": {"few_shots": 2}}'],
        ["few_shots", "Did you mean 'few_shot_num'"],
    ),
    "subset": (['--eval-dataset-args={"adding": {"subset_list": ["nosuch"]}}'], ["nosuch", "adding"]),
    "few shot without a split": (['--eval-dataset-args={"adding": {"few_shot_num": 2}}'], ["few_shot_num", "split"]),
    "prompt field": (
        ['--eval-dataset-args={"adding": {"prompt_template": "Solve {qestion}"}}'],
        ["qestion", "question"],
    ),
    "prompt brace": (['--eval-dataset-args={"adding": {"prompt_template": "Solve {"}}'], ["prompt_template"]),
    "prompt without a field": (
        ['--eval-dataset-args={"adding": {"prompt_template": "hi"}}'],
        ["prompt_template", "send the same prompt", "{question}"],
    ),
    "cache that is no run": (["--eval-use-cache=."], ["use_cache holds no run"]),
    "setting of no benchmark": (["--eval-dataset-args=few_shot_num=0"], ["names no benchmark", "'few_shot_num'"]),
    "requests beyond all measure": (["--eval-batch-size=99999999999999999999"], ["from 1 to 65536"]),
    "metric": (['--eval-dataset-args={"adding": {"metric_list": ["acuracy"]}}'], ["acuracy", "accuracy"]),
    "aggregation": (['--eval-dataset-args={"adding": {"aggregation": "median"}}'], ["median", "mean"]),
    "dataset folder": (['--eval-dataset-args={"adding": {"dataset_id": "./nosuch"}}'], ["nosuch"]),
    "work dir": (["--eval-work-dir=test_adding.py"], ["test_adding.py", "--eval-work-dir"]),
    "cache": (["--eval-use-cache=nosuch"], ["use_cache is not there", "nosuch"]),
    "cache that is a file": (["--eval-use-cache=test_adding.py"], ["use_cache is a file"]),
    "rescoring of nothing": (["--eval-rerun-review"], ["rerun_review", "--eval-use-cache"]),
    "drop without baseline": (["--eval-max-drop=0.1"], ["max_drop", "--eval-baseline"]),
    "configuration file": (["--eval-task-config=nosuch.yaml"], ["nosuch.yaml"]),
    "model arguments": (["--eval-model-args=timeout_ms=5"], ["timeout_ms"]),
    "judge": (["--eval-judge-strategy=lmm"], ["judge_strategy", "Did you mean 'llm'?"]),
    "sandbox": (["--eval-sandbox-type=volcengine"], ["not available in this version"]),
    "sandbox table": (["--eval-sandbox=engin=docker"], ["sandbox has no 'engin'", "'engine'"]),
    "local only": (["--eval-chat-template=x"], ["local models only"]),
    "errors": (["--eval-max-errors=some"], ["max_errors", "some"]),
    "rerun": (["--eval-rerun=all"], ["rerun", "errors"]),
    "url": (["--eval-api-url=127.0.0.1:8000"], ["api_url", "http://"]),
    "key": (["--eval-api-key=env:NO_SUCH_KEY"], ["NO_SUCH_KEY"]),
    "gate": (["--eval-gate=adding>=x"], ["'x' is not a number"]),
    "several gates in one": (["--eval-gate=adding>=0.1,other>=0.2"], ["Give --eval-gate once for each"]),
    "several gates by metric": (["--eval-gate=adding:acc>=0.1,other>=0.2"], ["Give --eval-gate once for each"]),
    "several gates by subset": (["--eval-gate=adding[default]>=0.1,x>=0.2"], ["Give --eval-gate once for each"]),
    "empty gate": (["--eval-gate="], ["gate cannot be empty", "such as gsm8k>=0.7"]),
    "empty key": (["--eval-api-key="], ["api_key cannot be empty", "Leave it out for a service without a key"]),
    "newest baseline of none": (["--eval-baseline=latest"], ["baseline: 'latest'", "No run under outputs has reports"]),
    "option without its prefix": (["--limit", "5"], ["unknown option --limit", "Did you mean --eval-limit?"]),
    "option without its prefix, too": (["--batch-size=5"], ["unknown option --batch-size"]),
}


@pytest.fixture
def ready(served):
    served.benchmark()
    return served


def paragraph(run):
    """Return the error, after seeing that it is one paragraph and all there is."""
    errors = [line for line in run.out.splitlines() if line.startswith("ERROR: ")]
    assert len(errors) == 1, run.out
    assert "Traceback" not in run.out
    assert "INTERNALERROR" not in run.out
    assert len(errors[0]) < 700
    return errors[0]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_paragraph_and_asks_nothing(mistake, ready):
    options, words = MISTAKES[mistake]
    run = ready.run(*options)
    assert run.code == 4, run.out
    error = paragraph(run)
    assert [word for word in words if word not in error] == [], error
    assert not ready.server.requests
    assert run.work_dir is None


@pytest.mark.parametrize(
    "mistake", ["unknown benchmark", "subset", "prompt field", "metric", "cache", "model arguments"]
)
def test_under_xdist_too(mistake, ready):
    options, words = MISTAKES[mistake]
    run = ready.run("-n2", *options)
    assert run.code == 4, run.out
    error = paragraph(run)
    assert [word for word in words if word not in error] == [], error
    assert not ready.server.requests
    assert run.work_dir is None, "nothing was recorded"


RECORDS = {
    "field missing": ('{"question": "1 + 1"}\n', ["no field 'answer'", "question"]),
    "no record": ("", ["adding.jsonl"]),
    "broken line": ('{"question": "1 + 1", "answer": "2"}\n{"question": \n', ["adding.jsonl", "2"]),
    "no object": ("[1, 2]\n", ["adding.jsonl"]),
}


@pytest.mark.parametrize("kind", RECORDS)
def test_records_that_cannot_be_used_are_named(kind, ready):
    text, words = RECORDS[kind]
    ready.write("adding.jsonl", text)
    run = ready.run()
    assert run.code == 4, run.out
    error = paragraph(run)
    assert [word for word in words if word not in error] == [], error
    assert not ready.server.requests


def test_a_split_that_is_not_there_is_named_beside_those_that_are(ready):
    ready.write("data/default_test.jsonl", (ready.path / "adding.jsonl").read_text())
    ready.write("test_adding.py", (ready.path / "test_adding.py").read_text().replace('"adding.jsonl"', '"data"'))
    assert ready.run().counts == {"correct": 12}
    run = ready.run('--eval-dataset-args={"adding": {"eval_split": "tset"}}')
    assert run.code == 4
    error = paragraph(run)
    assert "no split 'tset'" in error
    assert "There is: test." in error


def test_data_that_is_not_there_is_named(ready):
    (ready.path / "adding.jsonl").unlink()
    run = ready.run()
    assert run.code == 4
    assert "adding.jsonl" in paragraph(run)


FILES = {
    "unknown key": ("model: served\nlimt: 5\n", ["limt", "Did you mean 'limit'", "conf.yaml"]),
    "wrong value": ("model: served\nlimit: 0\n", ["limit cannot be 0", "conf.yaml"]),
    "no mapping": ("- a\n- b\n", ["conf.yaml"]),
    "no YAML": ("a: [1, 2\n", ["conf.yaml"]),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_configuration_file_with_a_mistake_is_named(kind, ready):
    text, words = FILES[kind]
    ready.write("conf.yaml", text)
    run = ready.run("--eval-task-config=conf.yaml")
    assert run.code == 4, run.out
    error = paragraph(run)
    assert [word for word in words if word not in error] == [], error


@pytest.mark.parametrize(
    ("ini", "environment", "words"),
    [
        ("eval_limit = none", {}, ["eval_limit of pytest.ini"]),
        ("", {"EVALSCOPE_LIMIT": "none"}, ["environment variable EVALSCOPE_LIMIT"]),
        ("", {"EVALSCOPE_LIMITT": "3"}, ["unknown environment variable EVALSCOPE_LIMITT", "EVALSCOPE_LIMIT"]),
    ],
)
def test_a_mistake_is_named_by_the_place_where_it_stands(ini, environment, words, ready, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if ini:
        ready.write("pytest.ini", f"[pytest]\n{ini}\n")
    run = ready.run()
    assert run.code == 4
    error = paragraph(run)
    assert all(word in error for word in words), error


BENCHMARKS = {
    "argument": ('few_shots=3', ["@benchmark('adding') has no argument 'few_shots'", "few_shot"]),
    "metric": ('metrics=["acc"], aggregation="median"', ["median"]),
    "scorer": ("scorer=print", ["scorer of @benchmark('adding')"]),
}  # fmt: skip


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("kind", BENCHMARKS)
def test_a_benchmark_with_a_mistake_is_told_at_collection(kind, workers, served):
    options, words = BENCHMARKS[kind]
    served.benchmark(options=options)
    run = served.run("-n", workers) if workers else served.run()
    assert run.code == 4, run.out
    error = paragraph(run)
    assert all(word in error for word in words), run.out
    assert kind == "metric" or "test_adding.py:" in error
    assert not served.server.requests


def test_an_error_has_nothing_false_around_it(ready):
    run = ready.run('--eval-dataset-args={"adding": {"subset_list": ["nosuch"]}}')
    assert run.code == 4
    assert "nosuch" in paragraph(run)
    assert "collected" not in run.out
    assert "no tests ran" not in run.out


def test_an_own_file_that_is_not_there_is_named_with_the_nearest(project):
    project.benchmark(count=0)
    project.data("addings")
    run = project.run()
    assert run.code == 4
    error = paragraph(run)
    assert "'adding' reads 'adding.jsonl', which does not exist in" in error
    assert "addings.jsonl'?" in error


def test_an_option_of_another_plugin_keeps_its_name(ready):
    ready.write("conftest.py", "def pytest_addoption(parser):\n    parser.addoption('--limit')\n")
    assert ready.run("--limit=5").code == 0


def test_the_newest_run_with_reports_is_a_baseline(ready):
    first = ready.run()
    again = ready.run("--eval-baseline=latest")
    assert (first.code, again.code) == (0, 0)
    assert "unchanged" in again.out


def test_an_option_without_a_model_does_not_run_half_of_it(project):
    project.benchmark()
    run = project.run("--eval-limit=3", model="")
    assert run.code == 4
    assert "Add --eval-model NAME" in paragraph(run)
    assert run.work_dir is None
    assert project.run("--eval-limit=3", "--eval-datasets=adding", ".", model="").code == 4


def test_a_misspelled_key_of_the_ini_file_is_named(ready):
    ready.write("pytest.ini", "[pytest]\neval_limt = 3")
    run = ready.run()
    assert run.code == 4, run.out
    assert "unknown setting 'eval_limt' in pytest.ini. Did you mean 'eval_limit'?" in paragraph(run)
    assert not ready.server.requests


def test_keys_of_other_plugins_in_the_ini_file_are_theirs(ready):
    ready.write("pytest.ini", "[pytest]\neval_colour = red")
    ready.write("conftest.py", "def pytest_addoption(parser):\n    parser.addini('eval_colour', 'of another plugin')")
    assert ready.run("--eval-limit=1").code == 0


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize(("name", "said"), [(".lock", "Is a directory"), ("predictions", "a file is where a folder")])
def test_a_work_dir_with_something_in_the_way_is_told_before_the_first_request(name, said, processes, served):
    served.benchmark()
    folder = served.path / "out"
    if name == ".lock":
        (folder / name).mkdir(parents=True)
    else:
        served.write(f"out/{name}", "no folder")
    run = served.run("--eval-work-dir=out", "--eval-no-timestamp", *(["-n", processes] if processes else []))
    assert run.code == 4
    assert re.search(rf"ERROR: work_dir cannot be written to: \S*{name} \({said}", run.out)
    assert "INTERNALERROR" not in run.out
    assert not served.server.requests


def test_a_service_whose_model_is_called_mock_is_told_what_to_type(project, served):
    project.benchmark(count=1)
    run = project.run(f"--eval-api-url={served.server.url}", model="mock")
    assert run.code == 4
    assert "add --eval-type openai_api" in paragraph(run)
    assert project.run("--eval-type=openai_api", f"--eval-api-url={served.server.url}", model="mock").code == 0
