"""The `sandbox` fixture, of benchmarks and of ordinary tests."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.sandbox.choice import choose
from evalscope_pytest.sandbox.engine import SandboxChoice
from tests.plugin.project import junit
from tests.suites.written import write

BODY = """
async def test_adding(sample, output, sandbox):
    result = await sandbox.run(f"def f(): return {output.text}", tests="assert f() == " + sample.target)
    return result.ok
"""
BLOCKING = """
def test_adding(sample, output, sandbox):
    return sandbox.run(f"print({output.text})").stdout.strip() == sample.target
"""


@pytest.fixture
def project(project):
    try:
        choose(SandboxChoice())
    except UsageError as error:
        pytest.skip(str(error))
    return project


@pytest.fixture
def nowhere(project, monkeypatch):
    """A machine where nothing isolates."""
    monkeypatch.setattr("evalscope_pytest.sandbox.choice.unfit", lambda isolation: "it is not there")
    return project


@pytest.mark.parametrize("body", [BODY, BLOCKING], ids=["awaited", "blocking"])
def test_a_benchmark_judges_code_by_running_it(project, body):
    project.benchmark(body=body, count=6)
    run = project.run("--eval-model-args=accuracy=0.5")
    assert sum(run.counts.get(word, 0) for word in ("correct", "wrong")) == 6
    assert 0 < run.score() < 1
    assert "unsafe_execution" not in run.reports["adding"]


def test_workers_share_the_processors(project):
    project.benchmark(body=BODY, count=6)
    run = project.spawn("--eval-model=mock", "-n", "2", ".")
    assert run.counts["correct"] == 6


def test_without_a_sandbox_the_benchmark_is_refused_before_anything_is_asked(nowhere):
    nowhere.benchmark(body=BODY)
    run = nowhere.run()
    assert run.code == 4
    assert "no sandbox for the code that models write (bubblewrap: it is not there" in run.out
    assert "--eval-allow-unsafe-code" in run.out
    assert run.work_dir is None


def test_listing_samples_needs_no_sandbox(nowhere):
    nowhere.benchmark(body=BODY, count=3)
    assert "adding[default-2]" in nowhere.run("--collect-only", "-q").out


def test_unsafe_execution_is_asked_for_by_name_and_marked(nowhere):
    nowhere.benchmark(body=BODY, count=3)
    run = nowhere.run("--eval-allow-unsafe-code")
    assert run.counts["correct"] == 3
    assert run.reports["adding"]["unsafe_execution"] is True
    assert "ran without isolation: adding" in run.out


def test_a_sandbox_that_breaks_is_an_error_never_a_wrong_answer(project, monkeypatch):
    from evalscope_pytest.sandbox.jail import InterpreterJail
    from evalscope_pytest.sandbox.protocol import Result
    from evalscope_pytest.sandbox.scratch import Unsafe

    fragile = replace(Unsafe(), name="fragile", isolates=True)
    monkeypatch.setattr("evalscope_pytest.sandbox.choice.candidates", lambda choice: (fragile,))
    broken = Result("sandbox_error", detail="the jail broke")
    monkeypatch.setattr(InterpreterJail, "run", lambda self, program: broken)
    monkeypatch.setattr("evalscope_pytest.sandbox.choice.unfit", lambda isolation: "")
    project.benchmark(body=BODY, count=3)
    run = project.run("--junitxml=r.xml")
    assert run.counts == {"errors": 3}
    assert run.code != 0
    assert "the jail broke" in run.out
    cases = junit(project.path / "r.xml").values()
    assert all(case.find("error") is not None for case in cases)


def test_ordinary_tests_have_it_without_a_model(project):
    project.write(
        "test_plain.py",
        """
def test_blocking(sandbox):
    assert sandbox.run("print(6 * 7)").stdout == "42\\n"

async def test_awaited(sandbox):
    assert (await sandbox.run(argv=("echo", "hi"))).stdout == "hi\\n"
""",
    )
    run = project.run("test_plain.py", model="")
    assert run.counts == {"passed": 2}


def test_an_ordinary_test_fails_with_one_paragraph_where_there_is_none(nowhere):
    nowhere.write("test_plain.py", "def test_it(sandbox): ...")
    run = nowhere.run("test_plain.py", model="")
    assert "no sandbox for the code that models write" in run.out
    assert "Traceback" not in run.out


def test_an_isolated_scorer_judges(project):
    project.benchmark(
        before="""
from evalscope_pytest import isolated
def right(text, sample):
    return text.strip() == sample.target
""",
        options="scorer=isolated(right), ",
        count=4,
    )
    run = project.run()
    assert run.counts == {"correct": 4}


def test_a_benchmark_whose_environment_is_not_there_is_refused_before_anything_is_sent(project, tmp_path, monkeypatch):
    monkeypatch.setenv("EVALSCOPE_CACHE", str(tmp_path / "nothing"))
    names = ["ds1000", "scicode"]
    args = json.dumps({name: {"dataset_id": str(write(name, tmp_path))} for name in names})
    run = project.run("--eval-datasets", *names, f"--eval-dataset-args={args}", here=False)
    assert run.code == 4
    assert "evalscope-pytest sandbox prepare ds1000 --with torch tensorflow" in run.out
    assert "evalscope-pytest sandbox prepare scicode\n" in run.out
    assert run.work_dir is None


def test_queries_are_scored_against_databases_beside_the_records(project, tmp_path):
    args = json.dumps({"bird_sql": {"dataset_id": str(write("bird_sql", tmp_path)), "subset_list": ["simple"]}})
    run = project.run("--eval-datasets=bird_sql", f"--eval-dataset-args={args}", here=False)
    assert run.score("bird_sql") == 1.0
