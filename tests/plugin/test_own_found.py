"""Benchmarks of the user's own are found where pytest finds tests, without a path."""

from pathlib import Path

import pytest

from evalscope_pytest.benchmarks.own_files import holds_benchmark


@pytest.fixture
def own(project):
    """Two benchmarks, and ordinary tests that must not run along."""
    project.benchmark("adding", options='tags=["geography"]', after="def test_beside(): assert 0")
    project.benchmark("doubling")
    project.write("test_ordinary.py", "raise RuntimeError('imported')")
    project.write("sub/conftest.py", "raise RuntimeError('imported')")
    project.write("sub/test_more.py", "def test_more(): assert 0")
    project.write("node_modules/test_adding.py", (project.path / "test_adding.py").read_text())
    project.write("venv/pyvenv.cfg", "")
    project.write("venv/test_adding.py", (project.path / "test_adding.py").read_text())
    project.options = ["--eval-dataset-hub=local"]
    return project


@pytest.mark.parametrize(
    "words",
    [
        ["-k", "adding"],
        ["-m", "geography"],
        ["--eval-datasets=adding"],
        ["--eval-datasets", "adding"],
        ["-k", "test_adding"],
    ],
)
def test_they_are_found_and_nothing_else_of_the_project_runs(words, own):
    run = own.run(*words, here=False)
    assert run.code == 0, run.out
    assert set(run.reports) == {"adding"}
    assert run.counts["correct"] == 12
    assert "failed" not in run.counts


def test_workers_find_them_too(own):
    assert set(own.run("--eval-datasets=adding", "-n2", here=False).reports) == {"adding"}


def test_bundled_ones_run_along(own):
    run = own.run("--eval-datasets", "adding", "demo_math", here=False)
    assert set(run.reports) == {"adding", "demo_math"}
    assert set(own.run("--eval-datasets", "demo_math", here=False).reports) == {"demo_math"}


def test_the_command_finds_them(own):
    words = ("eval", "--model", "mock", "--datasets", "adding", "--work-dir", "outputs")
    run = own.spawn(*words, program=("-m", "evalscope_pytest"))
    assert run.code == 0, run.out
    assert set(run.reports) == {"adding"}


def test_testpaths_and_ignores_hold(own):
    own.write("pytest.ini", "[pytest]\ntestpaths = checks\n")
    own.write("checks/test_tripling.py", (own.path / "test_doubling.py").read_text().replace("doubling", "tripling"))
    own.data("checks/tripling", 3)
    assert set(own.run("--eval-datasets=tripling", here=False).reports) == {"tripling"}
    missing = own.run("--eval-datasets=adding", here=False)
    assert (missing.code, "no benchmark named 'adding'" in missing.out) == (4, True)
    own.write("pytest.ini", "")
    ignored = own.run("--eval-datasets=adding", "--ignore=test_adding.py", here=False)
    assert ignored.code == 4


def test_a_name_that_is_a_tag_is_told_so(own):
    run = own.run("--eval-datasets=math", here=False)
    assert run.code == 4
    assert "benchmarks: -m math" in run.out


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("from evalscope_pytest import benchmark\n@benchmark('a')\ndef test_a(): pass", True),
        ("import evalscope_pytest as ep\n@ep.benchmark('a')\nasync def test_a(): pass", True),
        ("from evalscope_pytest import benchmark as bench\n@bench('a')\ndef test_a(): pass", True),
        ("from helpers import benchmark\nif True:\n    @benchmark('a')\n    def test_a(): pass", True),
        ("from evalscope_pytest import benchmark\n@benchmark('a'\ndef test_a(: pass", True),
        ("TEXT = '''\n@benchmark('a')\ndef test_a(): pass\n'''", False),
        ("import pytest\n@pytest.mark.benchmark(group='a')\ndef test_a(benchmark): pass", False),
        ("def test_a(benchmark):\n    benchmark(len, 'a')", False),
        ("from evalscope_pytest import benchmark\ndef test_a():\n    @benchmark('a')\n    def test_b(): pass", False),
        ("def test_a(): pass", False),
        ("", False),
    ],
)
def test_which_files_hold_a_benchmark(source, holds, tmp_path):
    file = tmp_path / "test_it.py"
    file.write_text(source)
    assert holds_benchmark(file) is holds


def test_the_projects_own_tests_hold_no_benchmark():
    """``make eval`` needs nothing that only the tests need."""
    files = [file for file in Path(__file__).parents[1].rglob("test_*.py") if "recorded" not in str(file)]
    assert not [str(file) for file in files if holds_benchmark(file)]


def test_a_list_needs_no_judge_no_data_and_no_network_and_can_be_pasted(project):
    run = project.run("--collect-only", "-q", f"--eval-dataset-dir={project.path}", here=False)
    assert run.code == 0, run.out
    ids = [line for line in run.out.splitlines() if "::" in line]
    assert any(line.endswith("test_alpaca_eval.py::alpaca_eval") for line in ids)
    demo = [line for line in ids if "::demo_math[" in line]
    assert len(demo) == 21
    assert project.run(demo[3], here=False).counts == {"correct": 1}
    whole = next(line for line in ids if line.endswith("::gsm8k"))
    listed = project.run("--collect-only", "-q", whole, here=False)
    assert (listed.code, whole in listed.out) == (0, True)


def test_own_judged_benchmarks_are_listed_with_their_samples(project):
    from .test_judge import BEFORE

    project.benchmark(before=BEFORE, options="judge=GRADING, scorer=None", count=2)
    project.benchmark("empty", count=0)
    run = project.run("--co", "-q")
    assert run.code == 0, run.out
    assert "test_adding.py::adding[default-1]\ntest_empty.py::empty\n" in run.out
    assert project.run("--eval-dry-run", "--eval-gate=empty>0.5").code == 0
