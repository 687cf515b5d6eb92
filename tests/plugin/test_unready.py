"""Benchmarks that cannot run among others: said for all of them before anything is sent, or skipped on request."""

import pytest

from evalscope_pytest import TaskConfig, run_task

from .project import junit
from .test_judge import BEFORE

JUDGED = "judge=GRADING, scorer=None"


@pytest.fixture
def mixed(served):
    """One benchmark that can run, one without data, and two without a judge."""
    served.benchmark("adding", count=3)
    served.benchmark("empty", count=0)
    served.benchmark("judged", before=BEFORE, options=JUDGED, count=3)
    served.benchmark("graded", before=BEFORE, options=JUDGED, count=3)
    return served


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
def test_all_that_is_missing_is_said_with_its_remedy_before_anything_is_sent(workers, mixed):
    run = mixed.run(*workers)
    assert (run.code, run.work_dir) == (4, None), run.out
    said = " ".join(run.out.split())
    assert "3 of the 4 selected benchmarks cannot run:\n  graded, judged: needs a judge model." in run.out
    assert "graded, judged: needs a judge model. Name one: --eval-judge-model-args" in said
    assert "'empty' reads 'empty.jsonl', which does not exist" in said
    assert "--eval-skip-unready runs the other one" in said
    assert "--eval-datasets adding names those to run" in said
    assert '-k "not ' in said
    assert "--datasets" in said
    assert not mixed.server.requests


def test_the_proposed_selection_works(mixed):
    assert '-k "not graded and not judged and not empty"' in mixed.run().out
    assert mixed.run("-k", "not graded and not judged and not empty").counts["correct"] == 3
    some = mixed.run("-k", "judged or adding")
    assert '-k "(judged or adding) and not judged"' in some.out
    assert mixed.run("-k", "(judged or adding) and not judged").counts["correct"] == 3


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
def test_skip_unready_runs_the_rest_and_lists_what_it_left_out(workers, mixed):
    run = mixed.run("--eval-skip-unready", "--junitxml=unit.xml", *workers)
    assert run.code == 0, run.out
    assert run.counts == {"correct": 3, "skipped": 3}
    assert set(run.reports) == {"adding"}
    for name in ("empty", "graded", "judged"):
        assert f"\nskipped {name}: " in run.out
        case = junit(mixed.path / "unit.xml")[name]
        assert case.find("skipped") is not None
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert "Skipped benchmarks" in page
    assert "needs a judge model" in page
    assert "eval: 3 benchmarks skipped, see below: " in run.out


def test_what_a_subset_alone_selects_is_skipped_too_and_not_deselected(mixed):
    file = mixed.path / "test_judged.py"
    file.write_text(file.read_text().replace('"judged.jsonl"', '"judged.jsonl", subsets=["easy"]'))
    run = mixed.run("-k", "easy or adding", "--eval-skip-unready", "-rs")
    assert run.counts == {"correct": 3, "skipped": 1, "deselected": 2}


def test_nothing_left_is_a_failure_with_and_without_skipping(mixed):
    for options in ((), ("--eval-skip-unready",)):
        run = mixed.run("-k", "judged or graded", *options)
        assert (run.code, run.work_dir) == (4, None)
        assert "none of the 2 selected benchmarks can run:" in run.out
        alone = mixed.run("-k", "judged", *options)
        assert alone.code == 4
        assert "benchmark 'judged' needs a judge model" in alone.out


def test_a_gate_on_a_skipped_benchmark_is_refused(mixed):
    run = mixed.run("--eval-skip-unready", "--eval-gate", "judged>=0.5")
    assert run.code == 4
    assert not mixed.server.requests


def test_a_mistake_is_never_skipped(mixed):
    args = '--eval-dataset-args={"adding": {"subset_list": ["nosuch"]}}'
    run = mixed.run("--eval-skip-unready", args)
    assert run.code == 4
    assert "nosuch" in run.out
    mixed.write("adding.jsonl", "no JSON\n")
    assert mixed.run("--eval-skip-unready").code == 4
    assert not mixed.server.requests


def test_a_missing_sandbox_is_skipped_too(mixed, monkeypatch):
    body = "async def test_coding(sample, model, sandbox):\n    return await model.generate(sample)"
    mixed.benchmark("coding", body, count=2)
    mixed.run("--co")  # imports what the patch is for, and pytester forgets it
    monkeypatch.setattr("evalscope_pytest.sandbox.choice.unfit", lambda isolation: "not here")
    assert "coding: no sandbox for the code that models write" in mixed.run().out
    run = mixed.run("--eval-skip-unready")
    assert run.counts == {"correct": 3, "skipped": 4}
    assert "skipped coding: no sandbox" in run.out


def test_it_is_a_setting_of_every_entrance(mixed, monkeypatch):
    monkeypatch.chdir(mixed.path)
    task = TaskConfig(model="mock", datasets=["adding", "empty"], skip_unready=True, work_dir="o")
    assert set(run_task(task)) == {"adding"}
    finished = mixed.spawn(
        "eval", "--model", "mock", "--datasets", "adding", "judged", "--skip-unready", "--work-dir", "outputs",
        program=("-m", "evalscope_pytest"),
    )  # fmt: skip
    assert finished.code == 0, finished.out
    assert "skipped judged: " in finished.out
