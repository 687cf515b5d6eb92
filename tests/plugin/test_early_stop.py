"""Early stop of whole runs: requests end once a benchmark's gates are decided, and everything that is shown says so."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from evalscope_pytest import TaskConfig
from evalscope_pytest.run import Session

from ..servers.service import Answer
from ..waiting import wait_until
from .project import junit, solve, wrong_about
from .recorded import wait_for_records

STOP = "--eval-stop-when-decided"


@pytest.fixture
def many(served):
    """Sixty sums, one request in flight."""
    served.benchmark(count=60)
    served.options.append("--eval-batch-size=1")
    return served


def facts(run, benchmark="adding"):
    return run.reports[benchmark]["execution_summary"]["evalscope_pytest"]


def gate_lines(run):
    return [line for line in run.out.splitlines() if line.startswith("gate ")]


def seed(run):
    return int(re.search(r"random order \(seed (\d+)\)", run.out)[1])


def test_a_point_gate_stops_once_nothing_can_change_it(many):
    run = many.run("--eval-gate=adding>=0.5", STOP, "--junitxml=j.xml", "--eval-summary=s.md")
    assert run.code == 0, run.out
    sent = len(many.server.requests)
    assert 30 <= sent < 40
    assert run.counts == {"correct": sent, "skipped": 60 - sent}
    assert gate_lines(run) == [
        "gate adding>=0.5: passed, mean_acc 1.0000 over 30, decided after 30 of 60 questions: the rest cannot change it"
    ]
    assert f"~ adding: stopped when its gates were decided, {sent} of 60 samples; its score is biased" in run.out
    assert re.search(rf"adding\s+{sent}/60  score 1.0000  stopped: decided", run.out)
    found = facts(run)
    assert (found["stopped"], found["asked"], found["planned"]) == ("decided", sent, 60)
    assert found["order_seed"] == seed(run)
    (gate,) = found["gates"]
    assert (gate["verdict"], gate["asked"], gate["planned"], gate["stopped"]) == ("passed", 30, 60, True)
    statistics = found["statistics"]["mean_acc"]
    assert statistics["method"] == "e-process"
    assert 0.7 < statistics["low"] < 0.9
    cases = junit(run.folder / "j.xml")
    skipped = [case.find("skipped").get("message") for case in cases.values() if case.find("skipped") is not None]
    assert skipped == ["stopped: decided"] * (60 - sent)
    assert 'name="score[adding:mean_acc].stopped" value="decided"' in (run.folder / "j.xml").read_text()
    summary = (run.folder / "s.md").read_text()
    assert f"| {sent} of 60 | **1.0000**~ | " in summary
    assert "stopped when its gates were decided" in summary
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert f"{sent} of 60 samples" in page
    assert "the score is biased" in page
    assert "incomplete" not in page


def test_questions_are_sent_in_an_order_that_a_recorded_seed_draws(many):
    run = many.run("--eval-gate=adding>=0.99", STOP)
    sent = [solve(request.body["messages"]) for request in many.server.requests]
    assert sent != sorted(sent, key=int)
    many.server.forget()
    many.run("--eval-gate=adding>=0.99")
    assert [solve(request.body["messages"]) for request in many.server.requests] == [str(2 * n) for n in range(60)]
    other = many.run("--eval-gate=adding>=0.99", STOP)
    assert seed(run) != seed(other)


def test_a_run_that_is_not_stopped_is_as_ever(many):
    many.server.answer = wrong_about(*range(18))
    run = many.run("--eval-gate=adding>=0.7", STOP)
    assert run.code == 0, run.out
    assert "mean_acc 0.7000 over" in gate_lines(run)[0]
    if len(many.server.requests) == 60:
        assert "stopped" not in facts(run)
        assert facts(run)["statistics"]["mean_acc"]["method"] == "wilson"


@pytest.mark.parametrize(
    ("gate", "option", "wrong", "code", "how"),
    [
        ("adding>=0.7", "=95%", 60, 1, "the whole run would end so, at 95%"),
        ("adding>=0.2", "=95%", 0, 0, "the whole run would end so, at 95%"),
        ("adding<=0.2", "=95%", 60, 0, "the whole run would end so, at 95%"),
        ("adding>=0.3 @95%", "", 0, 0, "shown at 95%"),
        ("adding>=0.7 @95%", "", 60, 1, "refuted at 95%"),
        ("adding not shown below 0.7 @95%", "", 60, 1, "refuted at 95%"),
        ("adding not shown above 0.5 @95%", "", 60, 0, "the rest would hardly turn it red"),
    ],
)
def test_bets_decide_long_before_the_end(gate, option, wrong, code, how, many):
    many.server.answer = wrong_about(*range(wrong))
    run = many.run(f"--eval-gate={gate}", STOP + option)
    assert run.code == code, run.out
    assert len(many.server.requests) < 30
    assert gate_lines(run)[0].endswith(how)
    assert gate_lines(run)[0].startswith(f"gate {gate}: {'failed' if code else 'passed'}, mean_acc ")
    assert facts(run)["stopped"] == "decided"


def test_the_test_at_the_end_of_a_run_that_was_looked_at_has_the_rest_of_the_error(many):
    many.server.answer = wrong_about(*range(14))
    run = many.run("--eval-gate=adding>=0.7 @95%", STOP)
    assert run.code == 1, run.out
    assert len(many.server.requests) == 60
    assert gate_lines(run)[0].startswith("gate adding>=0.7 @95%: undecided, mean_acc 0.7667 over 60")
    assert gate_lines(run)[0].endswith("(tested at 96%: a part of the error went into looking)")
    (gate,) = facts(run)["gates"]
    assert (gate["level"], gate["tested_level"]) == (0.95, 0.96)
    assert "stopped" not in facts(run)


def test_an_unchanged_model_stops_half_way_and_a_worse_one_is_red_early(many):
    many.server.answer = wrong_about(*range(0, 60, 4))
    before = many.run()
    many.server.forget()
    same = many.run(f"--eval-baseline={before.work_dir}", STOP)
    assert same.code == 0, same.out
    assert 24 <= len(many.server.requests) < 50
    (line,) = gate_lines(same)
    assert "unchanged, 0 lost, 0 won of" in line
    assert line.endswith("the rest would hardly turn it red")
    (gate,) = facts(same)["gates"]
    assert gate["method"] == "conditional power"
    assert "p" not in gate
    many.server.forget()
    many.server.answer = wrong_about(*range(60))
    worse = many.run(f"--eval-baseline={before.work_dir}", STOP)
    assert worse.code == 1, worse.out
    assert len(many.server.requests) < 30
    assert "refuted at 95%" in gate_lines(worse)[0]
    points = many.run(f"--eval-baseline={before.work_dir}", STOP, "--eval-gate-level=none")
    assert points.code == 1
    assert ", baseline 0.7500, decided after " in gate_lines(points)[0]
    assert gate_lines(points)[0].endswith("the rest cannot change it")


def test_a_stopped_run_is_no_baseline(many):
    stopped = many.run("--eval-gate=adding>=0.5", STOP)
    many.server.forget()
    run = many.run(f"--eval-baseline={stopped.work_dir}")
    assert run.code == 4
    assert "was stopped when its gates were decided, after " in run.out
    assert "Run it without --eval-stop-when-decided" in " ".join(run.out.split())
    assert not many.server.requests


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_run_that_is_carried_on_stops_again_or_sends_the_rest(workers, many):
    count = 200 if workers else 60  # workers are further ahead of the process that counts
    many.benchmark(count=count)
    first = many.run("--eval-gate=adding>=0.5", STOP, *workers)
    sent = len(many.server.requests)
    assert count // 2 <= sent < count
    assert facts(first)["asked"] == sent
    many.server.forget()
    again = many.run("--eval-gate=adding>=0.5", STOP, f"--eval-use-cache={first.work_dir}", *workers)
    assert again.code == 0, again.out
    assert seed(again) == seed(first)
    assert gate_lines(again) == gate_lines(first)
    assert not many.server.requests
    assert again.counts == first.counts
    many.server.forget()
    rest = many.run("--eval-gate=adding>=0.5", f"--eval-use-cache={first.work_dir}", *workers)
    assert rest.counts == {"correct": count}
    assert len(many.server.requests) <= count - sent
    assert f"order_seed: {seed(first)}\n" in (first.work_dir / "configs" / "task_config.yaml").read_text()
    report = (first.work_dir / "reports" / "served" / "adding.json").read_text()
    assert '"stopped"' not in report


def test_workers_stop_and_count_as_one(many):
    many.benchmark("doubling", count=60)
    many.server.answer = wrong_about(*range(60))
    run = many.run("--eval-gate=adding>=0.9", STOP, "-n2", "--eval-batch-size=2")
    assert run.code == 1, run.out
    found = facts(run)
    assert found["stopped"] == "decided"
    assert found["asked"] < 60
    assert run.counts["skipped"] == 60 - found["asked"]
    assert "stopped" not in facts(run, "doubling")
    assert facts(run, "doubling")["statistics"]["mean_acc"]["questions"] == 60
    assert run.out.count("adding stops when decided") == 1
    assert "doubling runs to its end: no gate is about it" in run.out


def test_whole_questions_count(many):
    many.server.answer = wrong_about(*range(60))
    run = many.run("--eval-gate=adding>=0.5 @95%", STOP, "--eval-repeats=3")
    (gate,) = facts(run)["gates"]
    assert run.code == 1, run.out
    assert gate["verdict"] == "failed"
    ahead = 9  # of the reporter, with one request in flight and a service that answers at once
    assert gate["asked"] * 3 <= len(many.server.requests) <= gate["asked"] * 3 + ahead


@pytest.mark.parametrize(
    ("options", "words", "why"),
    [
        ("repeats=2, aggregation='mean_and_pass_at_k'", ["--eval-gate=adding:pass@2>=0.1"], "not a mean over samples"),
        ("", ["--eval-gate=adding==1"], "equality holds at the end or not"),
        ("", ["--eval-gate=adding>=0.1", "--eval-gate=adding==1"], "equality holds at the end or not"),
    ],
)
def test_a_gate_that_cannot_be_decided_early_has_the_benchmark_run_to_its_end(options, words, why, served):
    served.benchmark(count=20, options=options)
    run = served.run(*words, STOP, "--eval-batch-size=1")
    assert run.code == 0, run.out
    assert f"eval: adding runs to its end: gate {words[-1].removeprefix('--eval-gate=')}: " in run.out
    assert why in run.out
    assert "skipped" not in run.counts
    assert "stopped" not in facts(run)
    listed = served.run(*words, STOP, "--collect-only")
    assert why in listed.out


def test_all_benchmarks_together_need_every_answer(many):
    before = many.run()
    run = many.run(f"--eval-baseline={before.work_dir}", "--eval-gate=ALL not shown worse than baseline @95%", STOP)
    assert run.code == 0
    assert "adding runs to its end: gate ALL not shown worse than baseline @95% needs all of it" in run.out
    assert "skipped" not in run.counts


def test_several_benchmarks_share_the_error_of_their_alarms(many):
    many.benchmark("doubling", count=60)
    before = many.run()
    many.server.answer = lambda messages: "wrong" if "adding" in str(messages) else solve(messages)
    run = many.run(f"--eval-baseline={before.work_dir}", STOP)
    assert run.code == 0, run.out
    assert [facts(run, name)["stopped"] for name in ("adding", "doubling")] == ["decided"] * 2
    assert "not a gate: ALL" not in run.out
    assert len(gate_lines(run)) == 2


def test_errors_count_as_wrong_answers(many):
    body = "async def test_adding(sample, model):\n    raise RuntimeError('no')"
    many.benchmark(body=body, count=60)
    run = many.run("--eval-gate=adding>=0.5", STOP)
    assert run.code == 1
    assert facts(run)["stopped"] == "decided"
    assert "decided after 31 of 60 questions: the rest cannot change it" in gate_lines(run)[0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([STOP], "stop_when_decided is given without a gate to decide (in --eval-stop-when-decided). Add one: "),
        ([STOP, "--eval-gate=perf:ttft.p99<1"], "gates on load tests alone"),
        ([STOP + "=45%", "--eval-gate=adding>=0.5"], "a level above 50% and below 100%, such as 95%"),
        ([STOP, "--eval-gate=adding>=0.5", "--eval-limit=30"], "Add --eval-limit-order random for a random part"),
        ([STOP, "--eval-gate=adding>=0.5", "--eval-limit-total=30"], "limit_total in --eval-limit-total"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_sent(words, says, many):
    run = many.run(*words)
    assert run.code == 4, run.out
    assert says in " ".join(run.out.split())
    assert not many.server.requests


def test_a_random_part_may_stop(many):
    run = many.run(STOP, "--eval-gate=adding>=0.5", "--eval-limit=30", "--eval-limit-order=random")
    assert run.code == 0
    assert len(many.server.requests) < 25


@pytest.mark.parametrize(
    "words", [[STOP, "test_adding.py"], [STOP, "95%", "test_adding.py"], ["test_adding.py", STOP], [STOP, "-q", "."]]
)
def test_the_option_takes_no_path_for_its_level(words, many):
    run = many.run("--eval-gate=adding>=0.5", *words)
    assert run.code == 0, run.out
    assert len(many.server.requests) < 40


def test_ini_environment_and_off(many, monkeypatch):
    many.write("pytest.ini", "[pytest]\neval_stop_when_decided = true\neval_gate = adding>=0.5\n")
    run = many.run()
    assert facts(run)["stopped"] == "decided"
    whole = many.run(f"{STOP}=false")
    assert "stopped" not in facts(whole)
    many.write("pytest.ini", "[pytest]\neval_gate = adding>=0.2\n")
    monkeypatch.setenv("EVALSCOPE_STOP_WHEN_DECIDED", "95%")
    run = many.run()
    assert facts(run)["asked"] < 30
    many.write("pytest.ini", "[pytest]\n")
    assert many.run().code == 0  # meant for every run: there is nothing to decide in this one


def test_hard_questions_at_the_end_that_answer_late_are_counted(served):
    """The dataset's order, or that of completion, would pass: easy questions come first, and answer first."""
    served.benchmark(count=120)
    hard = {str(2 * number) for number in range(60, 120)}

    def answer(messages):
        if solve(messages) not in hard:
            return solve(messages)
        time.sleep(0.02)
        return "wrong"

    served.server.answer = answer
    run = served.run("--eval-gate=adding>=0.8", f"{STOP}=95%", "--eval-batch-size=16")
    assert run.code == 1, run.out
    assert gate_lines(run)[0].startswith("gate adding>=0.8: failed, ")
    assert facts(run)["stopped"] == "decided"


@pytest.mark.parametrize("workers", [0, 2])
def test_a_killed_run_keeps_its_order_and_stops(workers, many):
    count = 200 if workers else 60
    many.benchmark(count=count)
    gate = ("--eval-gate=adding>=0.5", STOP, "test_adding.py", "-n", workers, "--eval-batch-size=2")
    many.server.hold_from(12)
    process = many.start("--eval-model=served", *gate)
    wait_until(lambda: len(many.server.requests) == 14)
    wait_for_records(many, 12)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    (folder,) = (many.path / "outputs").iterdir()
    many.server.forget()
    many.server.let_go()
    run = many.run(*gate, f"--eval-use-cache={folder}")
    assert run.code == 0, run.out
    assert f"decided after {count // 2} of {count} questions" in run.out
    assert len(many.server.requests) < count - 12
    assert many.server.duplicates == 0
    assert f"order_seed: {seed(run)}\n" in (folder / "configs" / "task_config.yaml").read_text()


def test_ctrl_c_leaves_gates_open_that_were_not_decided(many):
    many.benchmark("doubling", count=60)
    many.server.hold_from(70)
    gates = ("--eval-gate=adding>=0.5", "--eval-gate=doubling>=0.9", "--eval-batch-size=1")
    process = many.start("--eval-model=served", STOP, *gates, "test_adding.py", "test_doubling.py")
    wait_until(lambda: len(many.server.requests) == 71)
    os.killpg(process.pid, signal.SIGINT)
    cut = many.finish(process)
    assert cut.code == 2, cut.out
    first, second = gate_lines(cut)
    assert first.startswith("gate adding>=0.5: passed, mean_acc 1.0000 over 30, decided after 30 of 60 questions")
    assert second.startswith("gate doubling>=0.9: failed, ")
    assert "run again to complete" in second
    assert facts(cut)["stopped"] == "decided"
    assert "stopped" not in facts(cut, "doubling")


def test_without_pytest_it_stops_as_well(many, monkeypatch):
    monkeypatch.chdir(many.path)
    task = TaskConfig(
        model="mock", datasets=["demo_math"], gate=["demo_math>=0.5"], stop_when_decided=True, eval_batch_size=1
    )
    with Session(task) as session:
        reports = session.run()
    (execution,) = [report.execution for report in reports.values()]
    assert execution.stopped == "decided"
    assert execution.recorded < execution.requested


# With a budget -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1550, 1600, 1650])
@pytest.mark.parametrize("processes", [0, 2])
def test_a_decided_run_is_complete_though_its_budget_is_used_up(processes, limit, many):
    """Samples are sent ahead: one that the budget refused, and nobody needs any more, is skipped as the others are."""
    used = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
    many.server.answer = lambda messages: Answer(solve(messages), usage=used)
    limits = (f"--eval-max-tokens-total={limit}", "--eval-generation-config=max_tokens=30")
    run = many.run("--eval-gate=adding>=0.5", STOP, *limits, "-n", processes)
    sent = len(many.server.requests)
    assert (run.code, 30 <= sent <= 33) == (0, True), run.out
    assert "not complete" not in run.out
    assert re.search(rf"adding\s+{sent}/60  score 1.0000  stopped: decided", run.out)
    if not processes:
        assert run.counts == {"correct": sent, "skipped": 60 - sent}
    less = many.run("--eval-gate=adding>=0.5", STOP, *limits, "--eval-max-tokens-total=1450")
    assert less.code == 1
    assert "The run is not complete: the budget is used up" in less.out


@pytest.mark.parametrize("limit", [700, 720, 740])  # eleven questions fit in, whatever their order
def test_a_decided_session_is_complete_though_its_budget_is_used_up(limit, many, monkeypatch):
    monkeypatch.chdir(many.path)
    used = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
    many.server.answer = lambda messages: Answer("wrong", usage=used)
    task = TaskConfig(
        model="served", api_url=many.server.url, datasets=["demo_math"], gate=["demo_math<=0.5"], eval_batch_size=1,
        stop_when_decided=True, max_tokens_total=limit, generation_config={"max_tokens": 30},
    )  # fmt: skip
    with Session(task) as session:
        reports = session.run()
    assert session.conclusion is not None
    assert session.conclusion.interrupted == ""
    assert reports["demo_math"].execution.stopped == "decided"
    assert reports["demo_math"].execution.recorded == len(many.server.requests) < 21


def test_samples_that_wait_for_the_budget_are_not_sent_once_all_is_decided(many):
    """Reserved are 3,500 tokens each: one request goes at a time, and fifteen wait for it."""
    used = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}

    def answer(messages):
        time.sleep(0.05)  # time for the decision to arrive
        return Answer(solve(messages), usage=used)

    many.server.answer = answer
    many.options.remove("--eval-batch-size=1")
    limits = ("--eval-max-tokens-total=6000", "--eval-generation-config=max_tokens=3500", "--eval-batch-size=16")
    run = many.run("--eval-gate=adding>=0.5", STOP, *limits)
    sent = len(many.server.requests)
    assert (run.code, many.server.max_in_flight) == (0, 1), run.out
    assert 30 <= sent <= 36, "in order, and none of those that wait after the decision"
    assert run.counts == {"correct": sent, "skipped": 60 - sent}
    assert f"budget: {6000 - 50 * sent:,} of 6,000 tokens left" in run.out, "nothing stays reserved"


def test_the_latest_baseline_is_the_last_run_that_was_not_stopped(many):
    whole = many.run()
    stopped = many.run("--eval-gate=adding>=0.5", STOP)
    assert facts(stopped)["stopped"] == "decided"
    run = many.run("--eval-baseline=latest")
    assert run.code == 0, run.out
    assert whole.score() == 1.0
    assert "of 60 paired" in run.out
