"""`after_run`: a benchmark of anybody's adds files and lines to the end of its run, as the arena does."""

from __future__ import annotations

import pytest

from evalscope_pytest import benchmark, local
from evalscope_pytest.benchmarks.after_run import find, name_of
from evalscope_pytest.core.errors import ConfigError
from tests.plugin.project import Project

AFTER = """
from evalscope_pytest.benchmarks.after_run import Summary

def counted(run):
    folder = run.work_dir.reports(run.plan.model_id) / run.benchmark.name
    folder.mkdir(parents=True)
    (folder / "count.txt").write_text(str(sum(run.benchmark.requested.values())))
    return Summary("12 sums\\x1b[2J were solved", "count", folder)

def silent(run):
    return None

def broken(run):
    raise ValueError("no ratings")
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    return Project(pytester)


def test_files_are_written_and_the_summary_stands_below_the_table(project: Project) -> None:
    project.benchmark(before=AFTER, options="after_run=counted")
    run = project.run()
    assert run.code == 0, run.out
    assert run.work_dir is not None
    assert (run.work_dir / "reports" / "mock" / "adding" / "count.txt").read_text() == "12"
    table, _, below = run.out.partition("12 sums")
    assert "| mock" in table
    assert below.startswith("?[2J were solved\n") or "\x1b" not in below.splitlines()[0]
    assert "count: outputs/" in below


@pytest.mark.parametrize(
    ("function", "said"), [("silent", ""), ("broken", "after_run of adding failed: ValueError: no ratings")]
)
def test_a_function_without_summary_or_with_a_bug_leaves_the_reports_alone(
    project: Project, function: str, said: str
) -> None:
    project.benchmark(before=AFTER, options=f"after_run={function}")
    run = project.run()
    assert run.code == 0
    assert run.score() == 1.0
    assert said in run.out


@pytest.mark.slow
def test_workers_of_xdist_name_the_function_and_their_controller_calls_it(project: Project) -> None:
    project.benchmark(before=AFTER, options="after_run=counted")
    run = project.spawn("-n", "2", "--eval-model=mock", "test_adding.py")
    assert run.code == 0, run.out
    assert "after_run of adding: the process that writes the reports has not imported test_adding" in run.out
    project.write("conftest.py", "import test_adding")
    run = project.spawn("-n", "2", "--eval-model=mock", "test_adding.py")
    assert "12 sums" in run.out, run.out


def test_a_function_that_has_no_name_of_its_own_is_refused() -> None:
    with pytest.raises(ConfigError, match="Write it as a function of a module"):
        benchmark("adding", dataset=local("x.jsonl"), to_sample=lambda record: record, after_run=lambda run: None)
    with pytest.raises(ConfigError, match="a function that takes a FinishedRun"):
        benchmark("adding", dataset=local("x.jsonl"), to_sample=lambda record: record, after_run="ratings")


def test_a_name_leads_back_to_its_function_and_imports_nothing_else() -> None:
    assert find(name_of("adding", name_of)) is name_of  # type: ignore[arg-type, comparison-overlap]
    with pytest.raises(LookupError):
        find("this_module_is_not_imported:function")
