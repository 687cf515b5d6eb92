"""Demands, alarms and baselines of whole runs: decided question by question, planned and refused before the first."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.servers.service import status

from .project import junit, solve, wrong_about


@pytest.fixture
def many(served):
    """Sixty sums."""
    served.benchmark(count=60)
    served.server.answer = wrong_about(*range(10))
    return served


def gate_lines(run):
    return [line for line in run.out.splitlines() if line.startswith("gate ")]


@pytest.mark.parametrize(
    ("gate", "code", "line"),
    [
        ("adding>=0.7 @95%", 0, "passed, mean_acc 0.8333 over 60, at least 0.7402"),
        ("adding>=0.8 @95%", 1, "undecided, mean_acc 0.8333 over 60, between 0.7402 and 0.8977: about "),
        ("adding >= 0.95 @ 95%", 1, "failed, mean_acc 0.8333 over 60, at most 0.8977"),
        ("adding not shown below 0.85 @95%", 0, "passed, mean_acc 0.8333 over 60"),
        ("adding not shown below 0.95 @95%", 1, "failed, mean_acc 0.8333 over 60, at most 0.8977"),
    ],
)
def test_a_level_decides_and_undecided_is_told_apart_everywhere(gate, code, line, many):
    run = many.run(f"--eval-gate={gate}", "--junitxml=j.xml")
    assert run.code == code, run.out
    assert gate_lines(run)[0].startswith(f"gate {gate}: {line}")
    verdict = line.partition(",")[0]
    (recorded,) = run.reports["adding"]["execution_summary"]["evalscope_pytest"]["gates"]
    assert (recorded["verdict"], recorded["level"], recorded["passed"]) == (verdict, 0.95, not code)
    case = junit(run.folder / "j.xml")[f"gate[{gate}]"]
    found = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert found["gate.verdict"] == verdict
    assert (case.find("failure") is not None) is bool(code)
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert f">{verdict}<" in page if code else f'"verdict">{verdict}' in page


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_runs_pair_by_question_in_another_order_and_number(workers, many):
    before = many.run("--eval-limit=50")
    many.data("adding", 60)
    lines = (many.path / "adding.jsonl").read_text().splitlines()
    many.write("adding.jsonl", "\n".join(reversed(lines)))
    many.server.answer = wrong_about(*range(18))
    run = many.run(f"--eval-baseline={before.work_dir}", *workers)
    assert run.code == 1, run.out
    assert "8 lost, 0 won of 50 paired" in gate_lines(run)[0]
    (recorded,) = run.reports["adding"]["execution_summary"]["evalscope_pytest"]["gates"]
    assert (recorded["paired"], recorded["only_now"], recorded["only_baseline"]) == (50, 10, 0)
    plan = "eval: gate adding not shown worse than baseline @95%: 50 questions find a drop of "
    assert sum(line.startswith(plan) for line in run.out.splitlines()) == 1
    assert many.run(f"--eval-baseline={before.work_dir}", "--eval-max-drop=0.1", *workers).code == 0


def test_the_plan_is_shown_without_a_run_and_sends_nothing(many):
    before = many.run()
    many.server.forget()
    gate = "adding no worse than baseline by 0.02 @95%"
    run = many.run("--collect-only", f"--eval-baseline={before.work_dir}", f"--eval-gate={gate}")
    assert run.code == 0
    assert f"eval: gate {gate}: 60 questions find a drop of " in run.out
    assert "0.02 needs about" in run.out
    assert not many.server.requests


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--eval-gate=adding>=0.99 @95%"], "this run has 60 questions, and even a perfect run needs 268"),
        (["--eval-gate=adding>=1 @95%"], "the end of the scale"),
        (["--eval-gate=adding>=0.7 @95"], "Did you mean @95%?"),
        (["--eval-gate=adding==0.7 @95%"], "equality cannot be shown"),
        (["--eval-gate=adding not shown below 0.7"], "needs a level"),
        (["--eval-gate=adding>=0.7 @95% (paired)"], "this gate has a bound"),
        (["--eval-gate=adding no worse than baseline"], "Add --eval-baseline=DIR"),
        (["--eval-gate=ALL>=0.7 @95%"], "mean difference from a baseline"),
        (["--eval-gate=ALL>=0.7"], "mean difference from a baseline"),
        (["--eval-gate=ALL==1", "--eval-gate=adding>=0.7"], "mean difference from a baseline"),
        (["--eval-gate=perf:goodput>=0.9 @95%"], "load tests have no levels"),
        (["--eval-gate-level=0.9"], "gate_level is given without a baseline"),
        (["--eval-gate-level=95", "--eval-baseline=x"], "a level above 50% and below 100%"),
    ],
)
def test_what_cannot_be_decided_is_refused_before_anything_is_sent(words, says, many):
    run = many.run(*words)
    assert run.code == 4, run.out
    assert says in run.out
    assert not many.server.requests


def test_a_worker_refuses_a_gate_too(many):
    run = many.run("--eval-gate=adding>=0.99 @95%", "-n2")
    assert run.code == 4, run.out
    assert run.out.count("even a perfect run needs 268") == 1
    assert not many.server.requests


def test_pairs_that_a_gate_requires_must_be_there(many):
    before = many.run("--eval-limit=20")
    many.server.forget()
    run = many.run(
        f"--eval-baseline={before.work_dir}", "--eval-gate=adding no worse than baseline by 0.5 @95% (paired)"
    )
    assert run.code == 4
    assert "20 of 60 questions are in the baseline" in run.out
    assert not many.server.requests


def test_several_baselines_and_all_benchmarks_together(many):
    many.benchmark("doubling", count=60, options='tags=["x"]')
    many.server.answer = wrong_about(*range(10))
    runs = [many.run() for _ in range(2)]
    many.server.answer = wrong_about(*range(13))
    baselines = [f"--eval-baseline={run.work_dir}" for run in runs]
    run = many.run(*baselines)
    assert run.code == 0, run.out
    assert len(gate_lines(run)) == 2
    assert "(Holm over 2: " in gate_lines(run)[0]
    assert "\nnot a gate: ALL not shown worse than baseline @95%: failed, 0.0" in run.out
    assert "(--eval-gate='ALL not shown worse than baseline @95%' makes it one)" in run.out
    gated = many.run(*baselines, "--eval-gate=ALL not shown worse than baseline @95%", "--junitxml=j.xml")
    assert gated.code == 1
    assert "not a gate" not in gated.out
    assert "gate[ALL not shown worse than baseline @95%]" in junit(gated.folder / "j.xml")
    suite = ElementTree.parse(gated.folder / "j.xml").find("testsuite")
    assert suite.get("failures") == "1"


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_run_that_carries_on_is_compared_with_the_reviews_it_writes_over(workers, many):
    before = many.run("--eval-limit=40")
    many.server.answer = lambda messages: "wrong"
    again = many.run(f"--eval-use-cache={before.work_dir}", f"--eval-baseline={before.work_dir}", *workers)
    assert "0 lost, 0 won of 40 paired" in gate_lines(again)[0]


def test_the_first_questions_of_a_dataset_get_a_note(many):
    words = ("--eval-limit=50", "--eval-gate=adding>=0.5 @95%")
    assert "Add --eval-limit-order random" in many.run(*words).out
    assert "--eval-limit-order" not in many.run(*words, "--eval-limit-order=random").out


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_questions_that_never_ran_count_at_their_worst(workers, many):
    before = many.run()
    many.server.answer = lambda messages: status(400) if solve(messages) == "60" else wrong_about(*range(10))(messages)
    gate = "adding no worse than baseline by 0.1 @95%"
    run = many.run("-x", "--eval-batch-size=2", f"--eval-baseline={before.work_dir}", f"--eval-gate={gate}", *workers)
    (line,) = [line for line in gate_lines(run) if gate in line]
    gates = run.reports["adding"]["execution_summary"]["evalscope_pytest"]["gates"]
    facts, alarm = ({g["gate"]: g for g in gates}[name] for name in (gate, "baseline adding"))
    recorded = len([row for row in run.rows("reviews") if row["sample_score"]])
    assert facts["missing"] == 60 - recorded > 5
    assert facts["verdict"] in ("undecided", "failed")
    assert "undecided" in line
    assert facts["lower"] < -0.1
    assert alarm["passed"]  # at their best they are no worse
    assert alarm["missing"] == facts["missing"]
