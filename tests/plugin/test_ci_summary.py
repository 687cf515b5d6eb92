"""--eval-summary and $GITHUB_STEP_SUMMARY, end to end."""

import os
import re

import pytest

from evalscope_pytest.report.ci_summary import MAX_BYTES
from evalscope_pytest.run.session import Session

from .project import solve


@pytest.fixture
def step(tmp_path, monkeypatch):
    """The file of a job's step."""
    file = tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["here", "workers"])
def test_scores_gates_and_wrong_samples(project, workers):
    project.benchmark(count=10)
    options = ("--eval-model-args=accuracy=0.8", "--eval-gate=adding>=0.9", "--eval-gate=adding>=0.3@95%", *workers)
    run = project.run("--eval-summary=summary.md", *options)
    assert run.code == 1
    lines = (project.path / "summary.md").read_text().splitlines()
    assert lines[0] == "### ❌ Evaluation of mock: 1 failed, 1 passed of 2 gates (exit code 1)"
    assert "| adding | mean\\_acc | 10 | **0.8000** | 0.490-0.943 (few) |" in lines
    assert "| adding&gt;=0.9 | ❌ failed | mean\\_acc 0.8000 over 10, short of 0.9 by 0.1 |" in lines
    assert "<details><summary>Wrong samples</summary>" in lines
    assert sum(line.startswith("#### adding\\[default-") for line in lines) == 2
    page = run.work_dir.relative_to(project.path) / "reports" / "report.html"
    assert f"({page})" in lines[-1]


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["here", "workers"])
def test_with_a_baseline_the_samples_are_lost_ones_with_both_replies(workers, served):
    served.benchmark(count=40)
    served.benchmark("other", count=40)
    before = served.run()
    wrong = {"2", "6", "8", "10", "12", "14", "16"}
    served.server.answer = lambda messages: "```wrong" if solve(messages) in wrong else solve(messages)
    run = served.run(f"--eval-baseline={before.work_dir}", "--eval-summary=summary.md", *workers)
    assert run.code == 1
    text = (served.path / "summary.md").read_text()
    assert "<details><summary>5 of 14 lost samples</summary>" in text
    assert text.count(": 1 then, 0 now") == 5
    assert text.count("Reply then:") == text.count("Reply now:") == 5
    assert text.count("````text\n```wrong\n````") == 5
    assert {"adding", "other"} == set(re.findall(r"#### (\w+)\\\[", text))  # in turn


def test_with_a_baseline_that_lost_nothing_the_samples_are_wrong_ones(served):
    served.benchmark(count=40)
    served.server.answer = lambda messages: "4"
    before = served.run()
    served.run(f"--eval-baseline={before.work_dir}", "--eval-summary=summary.md")
    text = (served.path / "summary.md").read_text()
    assert "<details><summary>5 of 39 wrong samples</summary>" in text


def test_lost_samples_of_a_run_that_is_carried_on_against_itself(served):
    served.benchmark(count=40)
    before = served.run("--eval-limit=35")
    served.server.answer = lambda messages: "wrong"
    words = (f"--eval-use-cache={before.work_dir}", f"--eval-baseline={before.work_dir}")
    assert served.run(*words, "--eval-summary=summary.md").code == 0
    assert "<summary>Wrong samples</summary>" in (served.path / "summary.md").read_text()


def test_the_summary_of_a_step_is_appended(project, step):
    project.benchmark(count=2)
    step.write_text("before\n")
    for _ in range(2):
        assert project.run().code == 0
    assert step.read_text().startswith("before\n")
    assert step.read_text().count("### ✅ Evaluation of mock: scored, without gates") == 2


def test_only_the_process_that_reports_writes_it(project, step):
    project.benchmark(count=4)
    assert project.run("-n2").code == 0
    assert step.read_text().count("###") == 1


def test_a_full_page_of_a_job_gets_nothing_more(project, step):
    project.benchmark(count=2)
    step.write_bytes(b"x" * MAX_BYTES)
    run = project.run()
    assert run.code == 0
    assert "$GITHUB_STEP_SUMMARY is full: the summary of this run is left out" in run.out
    assert step.stat().st_size == MAX_BYTES


def test_a_step_whose_file_cannot_be_written_is_a_note(project, monkeypatch):
    project.benchmark(count=2)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.path))
    run = project.run()
    assert run.code == 0
    assert "$GITHUB_STEP_SUMMARY: cannot write" in run.out


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_sent(served):
    served.benchmark(count=2)
    (served.path / "folder").mkdir()
    run = served.run("--eval-summary=folder")
    assert run.code == 4
    assert "summary: 'folder' in --eval-summary. It cannot be written: Is a directory." in run.out
    assert run.out.count("ERROR") == 1, "one trouble, one message"
    assert not served.server.requests


def test_a_run_that_is_refused_says_why(project, step):
    project.benchmark(count=2)
    assert project.run("--eval-gate=adding[x]>=0.5").code == 4
    text = step.read_text()
    assert text.startswith("### ❌ Evaluation of mock: nothing was evaluated (exit code 4)")
    assert "has no subset or category" in text


def test_a_run_that_is_not_complete_says_so(project, step):
    project.benchmark(count=6)
    run = project.run("-x", "--eval-strict", "--eval-model-args=accuracy=0", "--eval-batch-size=1")
    assert run.code != 0
    assert "> **The run is not complete: " in step.read_text()


@pytest.mark.parametrize("option", ["--collect-only", "--eval-dry-run"])
def test_a_listing_writes_nothing(project, step, option):
    project.benchmark(count=2)
    assert project.run(option, "--eval-summary=summary.md").code == 0
    assert not step.exists()


def test_ordinary_tests_write_nothing(project, step):
    project.write("test_plain.py", "def test_plain():\n    pass\n")
    assert project.run("test_plain.py", model="").code == 0
    assert not step.exists()


def test_the_page_links_to_what_the_job_keeps(project, step, monkeypatch):
    for name, value in {"SERVER_URL": "https://host", "REPOSITORY": "me/project", "RUN_ID": "7"}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    project.benchmark(count=2)
    assert project.run().code == 0
    assert "(https://host/me/project/actions/runs/7#artifacts)" in step.read_text()


def test_a_session_without_pytest_writes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    task = {"model": "mock", "datasets": ["demo_math"], "limit": 3, "summary": "summary.md", "work_dir": "out"}
    with Session(task) as session:
        session.run()
    text = (tmp_path / "summary.md").read_text()
    assert text.startswith("### ✅ Evaluation of mock: scored, without gates")
    assert os.sep not in text.splitlines()[0]


def test_lost_samples_have_both_replies(served, step):
    served.benchmark(count=40)
    good = served.run()
    assert good.code == 0
    served.server.answer = lambda messages: "no idea" if "3 + 3" in messages[-1]["content"] else solve(messages)
    step.unlink()
    run = served.run(f"--eval-baseline={good.work_dir}")
    assert run.code == 0
    text = step.read_text()
    assert "<details><summary>Lost samples</summary>" in text
    assert "#### adding\\[default-3\\]: 1 then, 0 now" in text
    first = text.index("Reply then:")
    assert "6" in text[first : text.index("Reply now:")]
    assert "no idea" in text[text.index("Reply now:") :]


def test_without_a_lost_sample_none_is_shown(served, step):
    served.benchmark(count=4)
    good = served.run()
    step.unlink()
    assert served.run(f"--eval-baseline={good.work_dir}").code == 0
    assert "samples</summary>" not in step.read_text()
