"""Nothing that was not evaluated is green: no model, an empty one, a selection of nothing."""

import pytest

from evalscope_pytest import TaskConfig, run_task
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.run import EvaluationError

ORDINARY = "def test_fine():\n    pass"
WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])


@pytest.fixture
def adding(project):
    project.benchmark()
    project.write("test_ordinary.py", ORDINARY)
    return project


@WORKERS
@pytest.mark.parametrize(
    "options",
    [
        ["--eval-datasets=adding", "."],
        ["--eval-gate=adding>=0.9"],
        ["--eval-datasets=gsm8k", "--eval-gate=gsm8k>=0.99", "."],
        ["--eval-task-config=eval.yaml", "."],
        ["--eval-skip-unready"],
        ["--eval-baseline=outputs/x"],
    ],
)
def test_an_evaluation_that_is_asked_for_without_a_model_is_refused(options, workers, adding):
    adding.write("eval.yaml", "datasets: [adding]\ngate: ['adding>=0.9']\n")
    run = adding.run(*options, *workers, model="")
    assert run.code == 4, run.out
    assert "there is no model, so nothing is evaluated" in run.out
    assert "Add --eval-model NAME" in run.out


def test_listing_needs_no_model(adding):
    run = adding.run("--co", "-q", "--eval-datasets=adding", ".", model="")
    assert run.code == 0
    assert "test_adding.py::adding\n" in run.out


@WORKERS
def test_an_empty_model_in_the_environment_fails_a_run_whose_benchmarks_it_skips(workers, adding, monkeypatch):
    monkeypatch.setenv("EVALSCOPE_MODEL", "")
    run = adding.run(*workers, model="")
    assert run.code == 4, run.out
    assert "ERROR: EVALSCOPE_MODEL is empty, and 1 test was not evaluated." in run.out
    assert run.counts == {"passed": 1, "skipped": 1}
    assert adding.run("test_ordinary.py", *workers, model="").code == 0


@pytest.mark.parametrize(
    "test", ["def test_tone(model): pass", "def test_speed(load): pass", "def test_t(judge): pass"]
)
def test_an_empty_model_fails_tests_that_use_it_too(test, project, monkeypatch):
    project.write("test_using.py", test)
    assert project.run(model="").code == 0
    monkeypatch.setenv("EVALSCOPE_MODEL", "  ")
    assert project.run(model="").code == 4


def test_an_empty_model_does_not_hide_a_failed_test(adding, monkeypatch):
    monkeypatch.setenv("EVALSCOPE_MODEL", "")
    adding.write("test_ordinary.py", "def test_broken():\n    assert 0")
    assert adding.run(model="").code == 1


def test_an_empty_model_on_the_command_line_wins_over_nothing(adding, monkeypatch):
    monkeypatch.setenv("EVALSCOPE_MODEL", "")
    run = adding.run("--eval-datasets=adding", ".", model="")
    assert (run.code, "EVALSCOPE_MODEL is set, but empty" in run.out) == (4, True)
    assert adding.run().code == 0  # a model on the command line
    assert adding.run("--eval-model=", model="").code == 4


@pytest.mark.parametrize(
    ("variable", "value"), [("EVALSCOPE_GATE", "adding>=0.5"), ("EVALSCOPE_BASELINE", "outputs/x")]
)
def test_a_gate_in_the_environment_without_a_model_is_refused(variable, value, adding, monkeypatch):
    monkeypatch.setenv(variable, value)
    run = adding.run(model="")
    assert (run.code, f"{variable} has no effect: there is no model" in run.out) == (4, True)


def test_datasets_in_the_environment_without_a_model_fail_where_a_benchmark_is_skipped(adding, monkeypatch):
    monkeypatch.setenv("EVALSCOPE_DATASETS", "adding")
    assert adding.run(model="").code == 4
    assert adding.run("test_ordinary.py", model="").code == 0


@WORKERS
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-k", "nothing_like_this"], "-k 'nothing_like_this' selects no sample"),
        (["-m", "nosuchtag"], "-m 'nosuchtag' selects no sample"),
        (["-k", "adding", "-m", "nosuchtag"], "-k 'adding' with -m 'nosuchtag' selects no sample"),
        (["-k", "adding and default-99"], "selects no sample"),
        (["--deselect=test_adding.py", "test_adding.py"], "no benchmark was found"),
        (["-k", "fine", "--eval-datasets=adding", "."], "selects no sample"),
    ],
)
def test_a_selection_that_comes_to_nothing_fails(options, said, workers, adding):
    run = adding.run(*options, *workers)
    assert (run.code, run.work_dir) == (4, None), run.out
    assert "nothing to evaluate: " in run.out
    assert said in run.out


def test_an_empty_folder_fails(project):
    (project.path / "empty").mkdir()
    run = project.run("empty")
    assert (run.code, "no benchmark was found" in run.out) == (4, True)


def test_ordinary_tests_alone_may_be_selected(adding):
    assert adding.run("-k", "fine").counts["passed"] == 1
    assert adding.run("test_ordinary.py").code == 0


def test_what_is_run_again_may_be_nothing(adding):
    assert adding.run().code == 0
    assert adding.run("--eval-rerun=errors", "test_adding.py").code == 0


def test_run_task_and_the_command_fail_alike(adding, monkeypatch):
    monkeypatch.chdir(adding.path)
    task = {"model": "mock", "datasets": ["adding"], "work_dir": "o"}
    with pytest.raises(ConfigError, match="nothing to evaluate"):
        run_task(task, pytest_args=["-k", "nothing_like_this"])
    with pytest.raises(ConfigError, match="no model is given"):
        run_task({"datasets": ["adding"], "gate": ["adding>=0.9"]})
    monkeypatch.setenv("EVALSCOPE_MODEL", "")
    with pytest.raises(ConfigError, match="no model is given"):
        run_task({"datasets": ["adding"], "gate": ["adding>=0.9"]})
    with pytest.raises(ConfigError, match="empty"):
        run_task(TaskConfig(model="", datasets=["adding"]))
    with pytest.raises(ConfigError, match="no task"):
        run_task([])
    with pytest.raises(EvaluationError):
        run_task({**task, "gate": ["adding>1"]})
    program = ("-m", "evalscope_pytest")
    assert adding.spawn("eval", "--datasets", "adding", program=program).code == 4
    nothing = adding.spawn("eval", "--model", "mock", "--datasets", "adding", "-k", "nothing", program=program)
    assert nothing.code == 4, nothing.out
    adding.write("eval.yaml", "datasets: [adding]\ngate: ['adding>=0.9']\n")
    assert adding.spawn("eval", "--task-config", "eval.yaml", program=program).code == 4
