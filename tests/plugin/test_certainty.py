"""Intervals of scores where people and programs read them: terminal, progress, JUnit XML, reports."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from evalscope_pytest.core.progress_line import ProgressLine
from evalscope_pytest.run.progress import Progress, Verdict
from evalscope_pytest.statistics.intervals import wilson
from evalscope_pytest.store.plan import BenchmarkPlan

from .project import solve


def mostly(messages):
    """Solve three of four sums."""
    return solve(messages) if int(solve(messages)) % 8 else "wrong"


@pytest.fixture
def graded(served):
    """Twelve samples of which nine are right."""
    served.benchmark(options='tags=["sums"]')
    served.server.answer = mostly
    return served


def statistics(run, label="mean_acc"):
    return run.reports["adding"]["execution_summary"]["evalscope_pytest"]["statistics"][label]


def last_line(run):
    return [line for line in run.out.splitlines() if line.startswith("adding  ") and "score" in line][-1]


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_score_has_its_interval_in_every_output(workers, graded):
    run = graded.run("--junitxml=j.xml", *workers)
    assert run.code == 0, run.out
    low, high = wilson(9, 12)
    assert statistics(run)["low"] == pytest.approx(low, abs=1e-7)
    assert statistics(run)["questions"] == 12
    assert run.reports["adding"]["execution_summary"]["evalscope_pytest"]["intervals"]["mean_acc"] == [0.4677, 0.9111]
    assert "score 0.7500  95% 0.468-0.911" in last_line(run)
    assert f"{low:.4f} – {high:.4f} · few" in (run.work_dir / "reports" / "report.html").read_text()
    properties = {p.get("name"): p.get("value") for p in ElementTree.parse(run.folder / "j.xml").iter("property")}
    name = "score[adding:mean_acc]"
    assert {key.removeprefix(name): value for key, value in properties.items() if key.startswith(name)} == {
        "": "0.75", ".low": "0.4677", ".high": "0.9111", ".questions": "12", ".clusters": "12", ".method": "wilson",
        ".few": "true",
    }  # fmt: skip


def test_junit_has_scores_and_gates_once(graded):
    run = graded.run("--junitxml=j.xml", "--eval-gate=adding>=0.5")
    root = ElementTree.parse(run.folder / "j.xml")
    names = [p.get("name") for p in root.findall("testsuite/properties/property")]
    assert names.count("score[adding:mean_acc]") == 1
    assert [case.get("name") for case in root.iter("testcase")].count("gate[adding>=0.5]") == 1


def test_repeats_have_noise_and_no_interval_in_the_progress(graded):
    run = graded.run("--eval-repeats=3")
    assert statistics(run)["questions"] == 12
    assert statistics(run)["noise"] == 0
    assert "Noise" in run.out
    assert "95% 0" not in last_line(run)


def test_questions_of_one_passage_are_one_cluster(served):
    served.benchmark(before=CLUSTERED)
    served.server.answer = mostly
    run = served.run()
    assert run.code == 0, run.out
    assert (statistics(run)["questions"], statistics(run)["clusters"]) == (12, 6)
    assert "95% 0" not in last_line(run)
    assert "12 questions in 6 clusters" in (run.work_dir / "reports" / "report.html").read_text()


CLUSTERED = """
def to_sample(record):
    return Sample(
        input=record["question"], target=record["answer"], metadata={"cluster": str(int(record["answer"]) // 4)}
    )
"""


PLAN = BenchmarkPlan("adding", ("accuracy",), ("default",), {"default": 4})


@pytest.mark.parametrize(
    ("plan", "verdicts", "shown"),
    [
        (PLAN, [Verdict("adding", "correct", 1.0)] * 4, "95% 0.510-1.000"),
        (PLAN, [Verdict("adding", "correct", 1.0), Verdict("adding", "error")] * 2, "95% 0.342-1.000"),
        (PLAN, [Verdict("adding", "error")] * 4, ""),
        (PLAN, [Verdict("adding", "correct", 1.0), Verdict("adding", "partial", 0.5)] * 2, ""),
        (PLAN, [Verdict("adding", "correct", 1.0, independent=False)] * 4, ""),
        (replace(PLAN, repeats=2), [Verdict("adding", "correct", 1.0)] * 4, ""),
        (replace(PLAN, metrics=("points",)), [Verdict("adding", "correct", 1.0)] * 4, ""),
        (replace(PLAN, aggregation="macro_mean"), [Verdict("adding", "correct", 1.0)] * 4, ""),
    ],
    ids=["right", "errors", "no score", "partial", "clusters", "repeats", "unbounded", "parts"],
)
def test_the_last_line_has_an_interval_if_counting_right_answers_gives_it(plan, verdicts, shown):
    lines = []
    screen = SimpleNamespace(columns=None, write_line=lines.append, end_line=lambda: None, rewrite=lines.append)
    progress = Progress([plan], ProgressLine(screen, 60.0, 0.0), began=time.monotonic())
    for verdict in verdicts:
        progress.add(verdict)
    assert ("95%" in lines[-1]) is bool(shown)
    assert shown in lines[-1]
