"""pytest, the command line and Python: three ways in, one result. And what runs when no path is given."""

from __future__ import annotations

import json
import sys

import pytest

from evalscope_pytest.benchmarks.bundled import bundled_files

from .project import kept, solve

# A pytest session of a user's in which a test evaluates: the outer one must not notice.
INSIDE = """
import json, os
import pytest
from evalscope_pytest import TaskConfig, run_task
from evalscope_pytest.run import EvaluationError

TASK = dict(model="served", api_url=os.environ["URL"], datasets=["adding"], work_dir="from_python")

@pytest.fixture(scope="session")
def outer():
    yield 1
    assert os.environ["PYTEST_CURRENT_TEST"], "the session around it is still itself"

def test_one(outer, request, capsys):
    reports = run_task(TaskConfig(**TASK), pytest_args=["test_adding.py"])
    assert set(reports) == {"adding"}
    assert (reports["adding"].score, reports["adding"].num) == (0.75, 12)
    assert "adding" in capsys.readouterr().out
    assert request.session.testsfailed == 0

def test_list():
    more = {**TASK, "limit": 4}
    config = "conf.json"
    with open(config, "w") as file:
        json.dump({**TASK, "limit": 2}, file)
    first, second, third = run_task([TaskConfig(**TASK), more, config], pytest_args=["test_adding.py"])
    assert [r["adding"].num for r in (first, second, third)] == [12, 4, 2]

def test_gate():
    with pytest.raises(EvaluationError) as error:
        run_task({**TASK, "gate": ["adding>=0.9"]}, pytest_args=["test_adding.py"])
    assert error.value.exit_code == 1
    assert error.value.reports["adding"].score == 0.75
"""


@pytest.fixture
def graded(served):
    served.benchmark()
    served.server.answer = lambda messages: solve(messages) if int(solve(messages)) % 8 else "wrong"
    return served


def test_all_entrances_give_the_same_records(graded):
    by_pytest = graded.run("test_adding.py", "--eval-datasets=adding", "--eval-batch-size=4")
    before = set((graded.path / "outputs").iterdir())
    by_command = graded.finish(
        graded.start(
            *["eval", "--model", "served", "--api-url", graded.server.url, "--datasets", "adding", "test_adding.py"],
            *["--eval-batch-size", "4"],
            program=("-m", "evalscope_pytest"),
        ),
        before,
    )
    assert (by_pytest.code, by_command.code) == (0, 0), by_command.out
    assert by_pytest.score() == 0.75
    assert kept(by_command) == kept(by_pytest)

    graded.write("test_inside.py", INSIDE)
    graded.options = []
    around = graded.spawn("-q", "test_inside.py", env={"URL": graded.server.url, "PYTHONPATH": ":".join(sys.path)})
    assert around.code == 0, around.out
    assert around.counts == {"passed": 3}
    for work_dir in (graded.path / "from_python").iterdir():
        report = json.loads((work_dir / "reports" / "served" / "adding.json").read_text())
        if report["num"] == 12:
            by_python = type(by_pytest)(0, "", graded.path, work_dir)
            assert kept(by_python) == kept(by_pytest)


def test_the_command_line_passes_the_exit_code_on(graded):
    def run(*words):
        return graded.finish(graded.start("eval", *words, program=("-m", "evalscope_pytest"))).code

    served = ["--model", "served", "--api-url", graded.server.url, "test_adding.py"]
    assert run(*served, "--gate", "adding>=0.9") == 1
    assert run(*served, "--gate", "nothing>=0.9") == 4
    assert run(*served, "-k", "nothing-like-this") == 4


def test_a_run_that_a_test_of_a_parallel_session_starts_is_a_run_of_its_own(project):
    project.benchmark(count=3)
    project.write(
        "test_starting.py",
        """
import subprocess, sys
def test_starting():
    line = [sys.executable, "-m", "pytest", "--eval-model=mock", "test_adding.py", "--eval-work-dir=inner"]
    done = subprocess.run(line, capture_output=True, text=True)
    assert "3 correct" in done.stdout, done.stdout + done.stderr
def test_more(): pass
""",
    )
    assert project.run("test_starting.py", "-n2").counts == {"passed": 2}


def test_without_a_path_the_bundled_benchmarks_run(project):
    project.benchmark()  # not run: naming it would
    run = project.run("-k", "demo", "--eval-model-args=accuracy=0.5", here=False)
    assert run.code == 0, run.out
    assert set(run.reports) == {"demo_math", "demo_science"}
    assert (
        "demo/test_demo_math.py::demo_math[default-20]" in project.run("-k", "demo_math", "--co", "-q", here=False).out
    )
    assert "adding" not in run.reports


def test_a_bundled_benchmark_runs_beside_ones_own(project):
    project.benchmark()
    run = project.run("--eval-datasets", "demo_math", "adding", "--eval-limit=3", "test_adding.py", here=False)
    assert run.counts == {"correct": 6}, run.out
    assert set(run.reports) == {"demo_math", "adding"}
    by_file = project.run("test_adding.py", "--eval-datasets=demo_math,adding", "--eval-limit=3", "-n2", here=False)
    assert by_file.counts == {"correct": 6}, by_file.out


def test_one_bundled_benchmark_needs_only_its_name(project):
    run = project.run("--eval-datasets", "demo_science", "--eval-limit=2", here=False)
    assert run.counts == {"correct": 2}
    one = project.run("-k", "demo_math and default-3", here=False)
    assert one.counts["correct"] == 1


def test_settings_come_from_all_places_and_the_nearest_wins(project, monkeypatch):
    project.benchmark(count=12)
    project.write("pytest.ini", "[pytest]\neval_limit = 2\neval_seed = 1\neval_batch_size = 3\neval_repeats = 2\n")
    monkeypatch.setenv("EVALSCOPE_LIMIT", "3")
    monkeypatch.setenv("EVALSCOPE_SEED", "2")
    monkeypatch.setenv("EVALSCOPE_BATCH_SIZE", "")
    project.write("conf.yaml", "limit: 4\nseed: 3\n")
    run = project.run("--eval-task-config=conf.yaml", "--eval-limit=5")
    assert run.counts == {"correct": 10}
    config = (run.work_dir / "configs" / "task_config.yaml").read_text()
    assert "limit: 5\n" in config
    assert "seed: 3\n" in config
    assert "eval_batch_size: 3\n" in config


def test_a_model_of_the_ini_file_is_enough_for_ones_own_files(project):
    project.benchmark(count=3)
    project.write("pytest.ini", "[pytest]\neval_model = mock\n")
    project.write("test_ordinary.py", "def test_ordinary(): pass")
    assert project.run(model="").counts == {"correct": 3, "passed": 1}
    assert project.run(model="", here=False).counts == {"correct": 3, "passed": 1}, "no path: the project's own tests"


def test_every_bundled_benchmark_is_one_skipped_item_without_a_model(project):
    folder = next(iter(bundled_files().values())).parent.parent
    run = project.run(str(folder), model="")
    assert run.code == 0
    assert run.counts == {"skipped": len(bundled_files())}
