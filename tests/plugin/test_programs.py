"""Benchmarks whose scorer runs programs, from their records to their reports."""

from __future__ import annotations

import json
import shutil

import pytest

from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.sandbox.choice import choose
from evalscope_pytest.sandbox.engine import SandboxChoice
from tests.plugin.project import junit
from tests.suites.written import write

OPTIONS = "scorer=program_passes(), timeout_s=0.5, "


@pytest.fixture
def project(project):
    try:
        choose(SandboxChoice())
    except UsageError as error:
        pytest.skip(str(error))
    return project


def of_programs(project, tests: str = "assert f() == {}", options: str = OPTIONS, count: int = 3):
    before = f"""
from evalscope_pytest.scoring.programs import program_passes

def to_sample(record):
    answer = record["answer"]
    return Sample(input=record["question"], target="def f():\\n    return " + answer,
                  metadata={{"entry_point": "f"}}, private={{"tests": {tests!r}.format(answer)}})
"""
    project.benchmark(before=before, options=options, count=count)


def test_right_programs_pass_and_their_tests_are_in_no_record(project):
    of_programs(project, tests="HIDDEN = {0}\nassert f() == HIDDEN")
    run = project.run()
    assert run.counts == {"correct": 3}
    written = [file.read_text() for file in run.work_dir.rglob("*") if file.is_file()]
    assert not any("HIDDEN" in text for text in written)


def test_other_tests_are_another_score(project):
    of_programs(project)
    first = project.run()
    of_programs(project, tests="assert f() == {0} + 1")
    again = project.run(f"--eval-use-cache={first.work_dir}")
    assert again.counts == {"wrong": 3}


@pytest.mark.parametrize("limit", ["", '--eval-dataset-args={"adding": {"review_timeout": 0.2}}'])
def test_a_program_that_does_not_end_is_a_wrong_answer_at_its_own_limit(served, project, limit):
    of_programs(project, count=1)
    served.server.answer = lambda messages: "```python\ndef f():\n    while True: pass\n```"
    run = served.run(*filter(None, [limit]), "--eval-show-wrong=1")
    assert run.counts == {"wrong": 1}
    (row,) = run.rows("reviews")
    assert row["sample_score"]["score"]["metadata"] == {"status": "timeout", "compared": "outside"}
    assert f"more than {0.2 if limit else 0.5} s of CPU" in row["sample_score"]["score"]["explanation"]


@pytest.fixture
def nowhere(project, monkeypatch):
    """A machine where nothing isolates."""
    monkeypatch.setattr("evalscope_pytest.sandbox.choice.unfit", lambda isolation: "it is not there")
    return project


def test_without_a_sandbox_the_benchmark_is_refused_before_anything_is_asked(nowhere):
    of_programs(nowhere)
    run = nowhere.run()
    assert run.code == 4
    assert "no sandbox for the code that models write (bubblewrap: it is not there" in run.out
    assert run.work_dir is None
    assert "adding[default-2]" in nowhere.run("--collect-only", "-q").out


def test_unsafe_execution_is_marked(nowhere):
    of_programs(nowhere)
    run = nowhere.run("--eval-allow-unsafe-code")
    assert run.counts == {"correct": 3}
    assert run.reports["adding"]["unsafe_execution"] is True


def test_a_sandbox_that_breaks_is_an_error_never_a_wrong_answer(project, monkeypatch):
    from evalscope_pytest.sandbox.jail import InterpreterJail
    from evalscope_pytest.sandbox.protocol import Result

    broken = Result("sandbox_error", detail="the jail broke")
    monkeypatch.setattr(InterpreterJail, "run", lambda self, program: broken)
    monkeypatch.setattr("evalscope_pytest.sandbox.choice.unfit", lambda isolation: "")
    of_programs(project)
    run = project.run("--junitxml=r.xml")
    assert run.counts == {"errors": 3}
    assert all(case.find("error") is not None for case in junit(project.path / "r.xml").values())


def bundled(project, name: str, **args: object) -> list[str]:
    folder = write(name, project.path / "data")
    given = json.dumps({name: {"dataset_id": str(folder), **args}})
    return [f"--eval-datasets={name}", f"--eval-dataset-args={given}"]


def test_pass_at_k_of_a_bundled_benchmark(served, project):
    replies = ["```python\ndef double(n): return n + n\n```", "return 7", "return 2 * number"]
    served.server.answer = lambda messages: replies.pop()
    run = served.run(*bundled(project, "humaneval"), "--eval-repeats=3", "--eval-batch-size=1", here=False)
    assert run.counts == {"correct": 2, "wrong": 1}
    metrics = run.reports["humaneval"]["metrics"]
    scores = {(m["identity"]["aggregation"], m["identity"]["dimensions"].get("k")): m["score"] for m in metrics}
    assert scores[("pass_at_k", 1)] == pytest.approx(0.6667, abs=1e-4)
    assert scores[("pass_at_k", 2)] == scores[("pass_at_k", 3)] == 1.0


@pytest.mark.skipif(shutil.which("racket") is not None, reason="the language that is to be missing is there")
def test_languages_that_are_not_there_are_skipped_by_name(project):
    arguments = bundled(project, "multiple_humaneval", subset_list=["humaneval-sh", "humaneval-rkt"])
    shell = project.path / "data/multiple_humaneval/humaneval-sh/test.jsonl"
    other = shell.parent.parent / "humaneval-rkt/test.jsonl"
    other.parent.mkdir()
    other.write_bytes(shell.read_bytes())
    run = project.run(*arguments, "-rs", here=False)
    # A shell starts processes, which not every sandbox allows.
    counts = {word: number for word, number in run.counts.items() if word != "deselected"}  # the file's other benchmark
    assert counts == ({"wrong": 1, "skipped": 1} if choose(SandboxChoice()).forks else {"skipped": 2})
    assert "Install racket" in run.out or "Racket: its programs start processes" in run.out


@pytest.mark.parametrize(
    ("start", "end", "count"), [(None, None, 2), ("2024-08-03", "2024-08-03", 2), ("2024-08-04", None, 0)]
)
def test_contests_are_chosen_by_their_date(project, start, end, count):
    arguments = bundled(project, "live_code_bench", extra_params={"start_date": start, "end_date": end})
    run = project.run(*arguments, "--collect-only", "-q", here=False)
    assert run.out.count("live_code_bench[") == count
    assert count or "start_date" in run.out
