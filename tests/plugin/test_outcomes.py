"""What pytest makes of samples: counts, exit codes, JUnit, stopping, running again."""

from __future__ import annotations

import importlib.util
import json

import pytest

from tests.servers.service import status

from .project import junit, solve
from .recorded import number_of


def refuse(*questions):
    """Refuse these questions: each is an error of the model's, never asked again."""

    def fault(received):
        asked = received.body["messages"][-1]["content"]
        return status(400, "I will not answer that") if asked in questions else None

    return fault


@pytest.fixture
def uneven(served):
    """Twelve samples: 7 + 7 is answered wrongly, 3 + 3 and 5 + 5 are refused."""
    served.benchmark()
    served.server.fault_for = refuse("3 + 3", "5 + 5")
    served.server.answer = lambda messages: "15" if messages[-1]["content"] == "7 + 7" else solve(messages)
    return served


def test_a_wrong_answer_is_no_failure_unless_strict(served):
    served.benchmark()
    served.server.answer = lambda messages: "15" if messages[-1]["content"] == "7 + 7" else solve(messages)
    run = served.run("-ra")
    assert (run.code, run.counts) == (0, {"correct": 11, "wrong": 1})
    assert "default-7" not in run.out, "a wrong answer prints nothing"

    strict = served.run("--eval-strict")
    assert (strict.code, strict.counts) == (1, {"correct": 11, "failed": 1})
    assert "answered '15', expected '14'" in strict.out
    assert strict.score() == run.score()

    shown = served.run("--eval-show-wrong=1")
    assert shown.code == 0
    assert "adding[default-7]: 0" in shown.out
    assert "7 + 7" in shown.out
    assert "expected: 14" in shown.out


@pytest.mark.parametrize("processes", [0, 2])
def test_an_infrastructure_error_is_an_error_and_no_wrong_answer(processes, uneven):
    run = uneven.run("--junitxml=junit.xml", "-n", processes)
    assert (run.code, run.counts) == (1, {"correct": 9, "wrong": 1, "errors": 2})
    assert run.score() == 0.9
    assert run.reports["adding"]["execution_summary"]["errored"] == 2
    assert "samples without a score" in run.out
    assert "2 x RejectedError" in run.out
    assert "adding[default-3], adding[default-5]" in run.out
    assert run.out.count("I will not answer that") == 1

    cases = junit(uneven.path / "junit.xml")
    assert len(cases) == 12
    assert cases["adding[default-3]"].find("error") is not None
    assert "I will not answer that" in cases["adding[default-3]"].find("error").get("message")
    assert cases["adding[default-7]"].find("failure") is None
    properties = {p.get("name"): p.get("value") for p in cases["adding[default-7]"].iter("property")}
    assert float(properties["accuracy"]) == 0
    assert properties["answer"] == "15"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--eval-ignore-errors"], 0),
        (["--eval-max-errors=2"], 0),
        (["--eval-max-errors=1"], 1),
        (["--eval-max-errors=20%"], 0),
        (["--eval-max-errors=10%"], 1),
        (["--eval-max-errors=2", "--eval-strict"], 1),
        (["--eval-ignore-errors", "--eval-gate=adding>=0.9"], 0),
        (["--eval-ignore-errors", "--eval-gate=adding>=0.95"], 1),
        (["--eval-ignore-errors", "test_broken.py", "."], 1),
    ],
)
def test_how_many_errors_are_allowed_decides_the_exit_code(options, code, uneven):
    uneven.write("test_broken.py", "def test_broken():\n    assert 0" if "test_broken.py" in options else "")
    run = uneven.run(*options)
    assert run.code == code, run.out
    assert run.counts["errors"] == 2


def test_an_authors_bug_is_not_forgiven(uneven):
    uneven.benchmark(body="def test_adding(sample, output):\n    return {}['x']")
    assert uneven.run("--eval-ignore-errors").code == 1


@pytest.mark.parametrize("processes", [0, 2])
def test_x_stops_at_the_first_error_and_asks_little_more(processes, uneven):
    uneven.benchmark(count=200)
    uneven.server.fault_for = refuse("3 + 3", "5 + 5", "150 + 150")
    # The run ends while it waits for replies.
    uneven.server.holds = lambda received: received.number >= 60 and number_of(received) > 5
    run = uneven.run("-x", "-n", processes, "--eval-batch-size=4")
    assert run.code in ((1,) if not processes else (1, 2))
    assert run.counts["errors"] >= 1
    assert len(uneven.server.requests) < 80
    assert not uneven.server.held_in_vain
    assert "not complete" in run.out
    assert run.reports["adding"]["execution_summary"]["incomplete"] is True


def test_maxfail_counts_errors_and_not_wrong_answers(uneven):
    uneven.benchmark(count=100)
    uneven.server.fault_for = refuse("30 + 30", "40 + 40", "90 + 90")
    run = uneven.run("--maxfail=2", "--eval-batch-size=2")
    assert run.code == 1
    counts = run.counts
    assert 57 <= counts.pop("not run") <= 59  # one or two may be answered ahead of the last that is reported
    assert counts == {"correct": 38, "wrong": 1, "errors": 2}


def test_lf_runs_again_what_was_wrong_or_errored(uneven):
    ordinary = "def test_fine(): pass\ndef test_broken(): assert 0"
    uneven.write("test_ordinary.py", ordinary)
    uneven.run()
    uneven.server.forget()
    again = uneven.run("--lf")
    asked = sorted(r.body["messages"][-1]["content"] for r in uneven.server.requests)
    assert asked == ["3 + 3", "5 + 5", "7 + 7"]
    assert again.counts == {"wrong": 1, "errors": 2, "failed": 1, "deselected": 9}
    uneven.server.fault_for = lambda received: None
    uneven.server.answer = solve
    assert uneven.run("--lf").counts["correct"] == 3
    uneven.write("test_ordinary.py", "def test_fine(): pass")
    assert uneven.run("--lf").counts["correct"] == 12, "nothing is left over, so all run"


def test_rerun_errors_asks_only_what_errored_and_completes_the_earlier_run(uneven):
    first = uneven.run()
    uneven.server.forget()
    uneven.server.fault_for = lambda received: None
    again = uneven.run("--eval-rerun=errors", f"--eval-use-cache={first.work_dir}")
    assert again.code == 0, again.out
    assert again.counts["correct"] == 2
    assert len(uneven.server.requests) == 2
    whole = uneven.run(f"--eval-use-cache={first.work_dir}")
    assert len(uneven.server.requests) == 2
    assert whole.counts == {"correct": 11, "wrong": 1}
    assert json.loads(next(first.work_dir.glob("reports/*/adding.json")).read_text())["num"] == 12


def test_verbosity_decides_what_each_sample_prints(uneven):
    def lines(*options):
        return [line for line in uneven.run(*options).out.splitlines() if "adding[default-" in line]

    assert len([line for line in lines() if "::" in line]) == 0
    verbose = lines("-v")
    assert sum("::adding[default-" in line for line in verbose) == 12
    assert any("default-7] WRONG" in line for line in verbose)
    assert any("default-3] ERROR" in line for line in verbose)
    assert any("default-0] CORRECT" in line for line in verbose)
    quiet = uneven.run("-q").out
    assert "adding  12/12" not in quiet
    assert "9 correct" in quiet


def test_durations_are_the_samples_own(served):
    served.benchmark(count=3)
    served.server.latency_s = 0.05
    run = served.run("--durations=2", "-vv")
    durations = [line for line in run.out.splitlines() if "s call " in line]
    assert len(durations) == 2
    assert all("test_adding.py::adding[default-" in line for line in durations)
    assert all(float(line.split("s ")[0]) >= 0.05 for line in durations)


@pytest.mark.skipif(not importlib.util.find_spec("pexpect"), reason="pexpect is not installed")
def test_pdb_opens_at_the_authors_bug(project, pytester):
    project.benchmark(body="def test_adding(sample, output):\n    marker = 'here'\n    return {}[sample.target]")
    child = pytester.spawn_pytest("--eval-model=mock --pdb test_adding.py", expect_timeout=60)
    child.expect("KeyError")
    child.expect("Pdb")
    child.sendline("marker")
    child.expect("'here'")
    child.sendline("c")
    child.expect("KeyError")
    child.expect("Pdb")
    child.sendline("q")
    child.expect("2 failed")
    child.wait()


def test_a_rerun_of_errors_after_a_healthy_run_has_nothing_to_do_and_succeeds(served):
    served.options = [word for word in served.options if "cacheprovider" not in word]
    served.benchmark(count=3)
    first = served.run("--eval-rerun=errors")
    assert first.code == 5, "there is no run yet whose errors could be meant"
    assert served.run().code == 0
    served.server.forget()
    again = served.run("--eval-rerun=errors")
    assert "--eval-rerun=errors: nothing ended in an error last time." in again.out
    assert again.code == 0
    assert not served.server.requests
    assert served.run("--eval-rerun=errors").code == 0


def test_a_file_that_cannot_be_collected_is_not_tolerated_as_an_error_of_a_sample(project):
    project.benchmark(body="async def test_adding(sample, model):\n    raise ScoringError('no')", count=2,
                      before="from evalscope_pytest.core.errors import ScoringError")  # fmt: skip
    tolerant = ("--eval-ignore-errors", "--continue-on-collection-errors")
    assert project.run(*tolerant).code == 0
    project.write("test_broken.py", "import nowhere")
    assert project.run(*tolerant).code == 1


def test_wrong_answers_are_shown_with_prompt_reply_extracted_answer_and_target(project):
    project.benchmark(count=2, options="scorer=exact_match()", body=(
        "async def test_adding(sample, model):\n    await model.generate(sample)\n    return 'seven'"
    ))  # fmt: skip
    lines = project.run("--eval-show-wrong=1").out.splitlines()
    at = lines.index("adding[default-0]: 0")
    assert lines[at + 1 : at + 4] == [
        "  prompt:    0 + 0",
        "  reply:     0",
        "  extracted: seven   expected: 0",
    ]
