"""Scores a run must reach: exit codes, one line each, and nothing asked when a gate cannot be met by any score."""

from __future__ import annotations

import json
from html import escape
from xml.etree import ElementTree

import pytest

from tests.servers.service import status

from .project import junit, solve


@pytest.fixture
def graded(served):
    """Twelve samples of which nine are answered rightly: 0.75."""
    served.benchmark(options='tags=["sums"]')
    served.server.answer = lambda messages: solve(messages) if int(solve(messages)) % 8 else "wrong"
    return served


def gate_lines(run):
    return [line for line in run.out.splitlines() if line.startswith("gate ")]


@pytest.mark.parametrize(
    ("gates", "code", "lines"),
    [
        (["adding>=0.75"], 0, ["gate adding>=0.75: passed, mean_acc 0.7500 over 12"]),
        (["adding>=75%"], 0, ["gate adding>=75%: passed"]),
        (["adding>=0.8"], 1, ["gate adding>=0.8: failed, mean_acc 0.7500 over 12, short of 0.8 by 0.05"]),
        (["adding>0.7", "adding:mean_acc<0.9"], 0, ["gate adding>0.7: passed", "gate adding:mean_acc<0.9: passed"]),
        (["adding[default]>=0.7", "adding>=0.9"], 1, ["gate adding[default]>=0.7: passed", "gate adding>=0.9: failed"]),
    ],
)
def test_gates_decide_the_exit_code_and_say_so_in_a_line_each(gates, code, lines, graded):
    run = graded.run(*(f"--eval-gate={gate}" for gate in gates))
    assert run.code == code, run.out
    assert len(gate_lines(run)) == len(lines)
    for line, start in zip(gate_lines(run), lines, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ("addding>=0.7", ["no benchmark 'addding' in this run", "Did you mean 'adding'?"]),
        ("adding[defualt]>=0.7", ["no subset or category 'defualt'", "'default'"]),
        ("adding:acuracy>=0.7", ["reports no metric 'acuracy'"]),
        ("adding>=70", ["out of reach", "Did you mean 70%?"]),
        ("adding", ["compares nothing"]),
        ("adding>=much", ["'much' is not a number"]),
        (">=0.7", ["names no benchmark"]),
    ],
)
def test_a_gate_that_no_score_can_meet_is_refused_before_anything_is_asked(gate, words, graded):
    run = graded.run(f"--eval-gate={gate}", *["-n2"] * (gate == "addding>=0.7"))
    assert run.code == 4, run.out
    assert all(word in run.out for word in words)
    assert run.out.count("ERROR") == 1
    assert not graded.server.requests
    assert not run.reports


def test_a_gate_of_the_ini_file_counts(graded):
    graded.write("pytest.ini", "[pytest]\neval_gate =\n    adding>=0.5\n    adding>=0.9\n")
    run = graded.run()
    assert run.code == 1
    assert [line.split(",")[0] for line in gate_lines(run)] == ["gate adding>=0.5: passed", "gate adding>=0.9: failed"]


def test_a_gate_does_not_pass_on_samples_without_a_score(graded):
    graded.server.fault_for = lambda received: status(400, "no") if "5 + 5" in str(received.body) else None
    close = graded.run("--eval-gate=adding>=0.7")
    assert close.code == 1
    assert gate_lines(close)[0].startswith("gate adding>=0.7: failed")
    assert "1 without a score" in close.out
    allowed = graded.run("--eval-gate=adding>=0.7", "--eval-max-errors=1")
    assert allowed.code == 0
    far = graded.run("--eval-gate=adding>=0.5")
    assert gate_lines(far)[0].startswith("gate adding>=0.5: passed")
    assert far.code == 1, "the error itself still fails the run"


def test_a_gate_does_not_leave_out_more_errors_than_are_tolerated(graded):
    graded.server.fault_for = lambda received: status(400, "no") if "5 + 5" in str(received.body) else None
    assert graded.run("--eval-gate=adding>=0.7").code == 1
    for allowed in ("0", "1%"):
        run = graded.run("--eval-gate=adding>=0.7", f"--eval-max-errors={allowed}")
        assert run.code == 1
        assert gate_lines(run)[0].startswith("gate adding>=0.7: failed"), run.out


def test_a_gate_fails_an_interrupted_run(graded):
    graded.server.fault_for = lambda received: status(401, "no")
    run = graded.run("--eval-gate=adding>=0")
    assert run.code == 1
    assert "gate adding>=0: failed, nothing was measured" in run.out


def test_without_a_level_the_printed_score_may_be_missed_by_the_permitted_drop(graded):
    earlier = graded.run()
    graded.server.answer = lambda messages: solve(messages) if int(solve(messages)) % 4 else "wrong"
    baseline = (f"--eval-baseline={earlier.work_dir}", "--eval-gate-level=none")
    dropped = graded.run(*baseline)
    assert dropped.code == 1
    assert "adding: failed, mean_acc 0.5000, baseline 0.7500, 0.2500 worse, allowed drop 0" in dropped.out
    assert graded.run(*baseline, "--eval-max-drop=0.25").code == 0
    assert graded.run(*baseline, "--eval-max-drop=0.24").code == 1
    graded.server.answer = solve
    assert graded.run(*baseline).code == 0


def test_a_drop_below_the_baseline_is_red_only_when_it_is_shown(graded):
    earlier = graded.run()
    graded.server.answer = lambda messages: solve(messages) if int(solve(messages)) % 4 else "wrong"
    small = graded.run(f"--eval-baseline={earlier.work_dir}")
    assert small.code == 0, "a difference of 3 among 12 is noise"
    assert gate_lines(small)[0].startswith(
        "gate adding not shown worse than baseline @95%: passed, mean_acc 0.5000, baseline 0.7500, 0.2500 worse"
    )
    graded.server.answer = lambda messages: "wrong"
    large = graded.run(f"--eval-baseline={earlier.work_dir}")
    assert large.code == 1
    assert gate_lines(large)[0].startswith("gate adding not shown worse than baseline @95%: failed, mean_acc 0.0000")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "nosuch", ["baseline is not there"]),
        (lambda folder: folder, ["baseline"]),
        (lambda folder: folder / "other", ["no report of 'adding'", "Allowed: multiplying"]),
    ],
)
def test_a_baseline_without_scores_to_compare_is_refused(make, words, graded):
    earlier = graded.run()
    graded.server.forget()
    (report,) = earlier.work_dir.glob("reports/*/adding.json")
    other = json.loads(report.read_text()) | {"dataset_name": "multiplying"}
    graded.write("other/reports/served/multiplying.json", json.dumps(other))
    run = graded.run(f"--eval-baseline={make(graded.path)}")
    assert run.code == 4, run.out
    assert all(word in run.out for word in words), run.out
    assert not graded.server.requests


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_second_gate_behind_the_option_is_refused_as_one(workers, graded):
    run = graded.run("--eval-gate", "adding>=0.5", "adding not shown below 0.7 @95%", *workers)
    assert run.code == 4
    assert "path 'adding not shown below 0.7 @95%' is not there, and it reads as a gate." in run.out
    assert "Repeat the option: --eval-gate='adding not shown below 0.7 @95%'" in run.out
    assert not graded.server.requests


def test_a_path_that_is_not_there_is_named_whatever_the_gates(graded):
    run = graded.run("--eval-gate=adding>=0.5", "nosuch.py")
    assert run.code == 4
    assert "file or directory not found: nosuch.py" in run.out
    assert "no benchmark" not in run.out


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_gates_and_baselines_are_in_the_page_the_report_the_log_and_junit(workers, graded):
    before = graded.run()
    graded.server.answer = lambda messages: solve(messages) if int(solve(messages)) % 6 else "wrong"
    gates = ["adding[default]>=0.5", "adding>0.9", "adding:mean_acc>=60%"]
    words = [f"--eval-gate={gate}" for gate in gates]
    level = "--eval-gate-level=none"
    run = graded.run(*words, f"--eval-baseline={before.work_dir}", level, "--junitxml=j.xml", *workers)
    assert run.code == 1
    names = [*gates, "baseline adding"]
    verdicts = [True, False, True, False]
    recorded = run.reports["adding"]["execution_summary"]["evalscope_pytest"]["gates"]
    assert [(gate["gate"], gate["passed"]) for gate in recorded] == list(zip(names, verdicts, strict=True))
    assert [f"gate {gate['result']}" for gate in recorded] == gate_lines(run)
    page = (run.work_dir / "reports" / "report.html").read_text()
    log = (run.work_dir / "logs" / "eval_log.log").read_text()
    cases = junit(run.folder / "j.xml")
    for gate in recorded:
        why = gate["result"].partition(": passed" if gate["passed"] else ": failed")[2]
        assert f'<td class="gate">{escape(gate["gate"])}</td>' in page
        assert escape(why.lstrip(", ")) in page
        assert f"gate {gate['result']}" in log
        failures = [failure.text for failure in cases[f"gate[{gate['gate']}]"].iter("failure")]
        assert bool(failures) is not gate["passed"]
        assert all(gate["result"] in text for text in failures)
    suite = ElementTree.parse(run.folder / "j.xml").find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("16", "2", "0")


def test_a_run_without_gates_has_none_in_its_files(graded):
    run = graded.run("--junitxml=j.xml")
    assert "gates" not in run.reports["adding"]["execution_summary"]["evalscope_pytest"]
    assert len(junit(run.folder / "j.xml")) == 12
    assert "Gates" not in (run.work_dir / "reports" / "report.html").read_text()


def test_a_gate_that_nothing_was_measured_for_has_failed_everywhere(graded):
    graded.server.fault_for = lambda received: status(400, "no")
    run = graded.run("--eval-gate=adding>=0.5", "--junitxml=j.xml", "--eval-ignore-errors")
    assert run.code == 1
    assert "nothing was measured" in gate_lines(run)[0]
    assert junit(run.folder / "j.xml")["gate[adding>=0.5]"].find("failure") is not None
    assert "nothing was measured" in (run.work_dir / "reports" / "report.html").read_text()


def test_a_refused_run_leaves_no_junit_file_that_looks_green(graded):
    run = graded.run("--eval-gate=addding>=0.5", "--junitxml=j.xml")
    assert run.code == 4
    assert "not evaluated" in junit(run.folder / "j.xml")["gate[addding>=0.5]"].find("failure").text


def test_a_carried_on_run_is_compared_with_what_was_there_before(graded):
    before = graded.run()
    graded.server.answer = lambda messages: "wrong"
    again = graded.run(f"--eval-use-cache={before.work_dir}", f"--eval-baseline={before.work_dir}", "-k", "default-1")
    assert "0.7500" in gate_lines(again)[0]


def test_run_task_says_which_gate_failed(graded):
    graded.write("task.json", json.dumps({
        "model": "served", "api_url": graded.server.url, "datasets": ["adding"], "gate": ["adding>0.9"]}))  # fmt: skip
    code = (
        "from evalscope_pytest import run_task\n"
        "try:\n    run_task('task.json', pytest_args=['test_adding.py'])\n"
        "except Exception as error:\n    print('RAISED', error.exit_code, error)"
    )
    run = graded.spawn(program=("-c", code))
    assert "RAISED 1 the run ended with exit code 1: gate adding>0.9: failed, mean_acc 0.7500 over 12" in run.out
