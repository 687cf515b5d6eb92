"""Runs that are carried on: nothing finished is asked again, and the result is that of a run in one go."""

from __future__ import annotations

import json
import os
import shlex
import signal

import pytest

from tests.servers.service import status
from tests.waiting import wait_until

from .project import kept, solve
from .recorded import number_of, wait_for_records


def asked(server):
    return sorted(map(number_of, server.requests))


@pytest.mark.parametrize("processes", [0, 2])
def test_ctrl_c_reports_what_is_there_and_the_rest_is_asked_later(processes, served):
    served.benchmark(count=120)
    served.server.hold_from(40)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=4", "-n", processes)
    wait_until(lambda: len(served.server.requests) == 44)
    wait_for_records(served, 40)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    cut = served.finish(process)
    assert cut.code == 2, cut.out
    assert "not complete" in cut.out
    assert "Traceback" not in cut.out
    report = cut.reports["adding"]["execution_summary"]
    assert report["incomplete"] is True
    assert report["succeeded"] == 40
    assert cut.score() == 1

    served.server.forget()
    served.server.let_go()
    whole = served.run(f"--eval-use-cache={cut.work_dir}", "--eval-batch-size=9")
    assert (whole.code, whole.counts) == (0, {"correct": 120}), whole.out
    assert len(served.server.requests) == 120 - report["succeeded"]
    assert served.server.duplicates == 0
    whole = type(whole)(whole.code, whole.out, whole.folder, cut.work_dir)
    assert kept(whole) == kept(served.run())


def test_a_killed_run_loses_nothing_that_was_finished(served):
    served.benchmark(count=120)
    served.server.hold_from(40)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-batch-size=4")
    wait_until(lambda: len(served.server.requests) == 44)
    (work_dir,) = (served.path / "outputs").iterdir()
    (journal,) = (work_dir / "journal").glob("*main*.jsonl")
    wait_for_records(served, 40)
    process.kill()
    process.communicate()
    finished = len(journal.read_text().splitlines())
    assert finished == 40
    with open(journal, "a") as file:
        file.write('{"crc32":"0badcafe","key":"torn in the mid')
    served.server.forget()
    served.server.let_go()
    whole = served.run(f"--eval-use-cache={work_dir}")
    assert whole.counts == {"correct": 120}
    assert len(served.server.requests) == 120 - finished


def test_equal_questions_are_draws_of_their_own_also_when_carried_on(served):
    served.benchmark(count=0)
    served.write(
        "adding.jsonl", 3 * '{"question": "1 + 1", "answer": "2"}\n' + '{"question": "2 + 2", "answer": "4"}\n'
    )
    served.server.answer = lambda messages: str(len(served.server.requests))
    options = ("--eval-generation-config=temperature=1", "--eval-response-cache=cache", "--eval-response-cache-sampled")
    first = served.run(*options, "--eval-limit=1")
    whole = served.run(*options, f"--eval-use-cache={first.work_dir}")
    assert whole.code == 0
    assert len(served.server.requests) == 4
    replies = [row["messages"][-1]["content"] for row in first.rows()]
    assert sorted(replies) == ["1", "2", "3", "4"]
    again = served.run(*options)
    assert [row["messages"][-1]["content"] for row in again.rows()] == replies
    assert len(served.server.requests) == 4


@pytest.fixture
def finished(served):
    """A finished run of 12 samples with four of them wrong."""
    served.benchmark(count=12)
    served.server.answer = lambda messages: solve(messages) if int(solve(messages)) % 6 else "wrong"
    first = served.run("--eval-limit=8")
    assert first.counts == {"correct": 5, "wrong": 3}
    served.server.forget()
    return first


def test_a_finished_run_asks_nothing_again_and_stays_the_same(finished, served):
    before = kept(finished)
    again = served.run("--eval-limit=8", f"--eval-use-cache={finished.work_dir}")
    assert (again.code, again.counts) == (0, {"correct": 5, "wrong": 3})
    assert not served.server.requests
    assert kept(finished) == before
    assert again.work_dir is None, "it is carried on where it is"


@pytest.mark.parametrize(
    ("options", "again"),
    [
        (["--eval-batch-size=2", "--eval-limit=8"], 0),
        (["-n2", "--eval-limit=8"], 0),
        (["--eval-limit=12"], 4),
        (["--eval-limit=3"], 0),
        (["--eval-api-key=another-key", "--eval-timeout=30", "--eval-limit=8"], 0),
        (["--eval-generation-config=temperature=0.5", "--eval-limit=8"], 8),
        (["--eval-repeats=2", "--eval-limit=8"], 8),
        (["-k", "default-3"], 0),
    ],
)
def test_only_what_changes_a_reply_makes_it_be_asked_again(options, again, finished, served):
    run = served.run(*options, f"--eval-use-cache={finished.work_dir}")
    assert run.code == 0, run.out
    assert len(served.server.requests) == again


def test_another_port_asks_nothing_again(finished, served):
    from tests.servers.openai_server import OpenAIServer

    with OpenAIServer() as other:
        served.options = [f"--eval-api-url={other.url}"]
        served.run("--eval-limit=8", f"--eval-use-cache={finished.work_dir}")
        assert not other.requests


def test_another_model_is_asked_everything(finished, served):
    served.run("--eval-limit=8", f"--eval-use-cache={finished.work_dir}", model="another")
    assert asked(served.server) == list(range(8))


def test_a_changed_prompt_is_asked_again_and_a_changed_target_only_scored_again(finished, served):
    rows = [json.loads(line) for line in (served.path / "adding.jsonl").read_text().splitlines()]
    rows[2]["question"] = "2 + 3"
    rows[4]["answer"] = "9"
    served.write("adding.jsonl", "\n".join(map(json.dumps, rows)))
    run = served.run("--eval-limit=8", f"--eval-use-cache={finished.work_dir}")
    assert [r.body["messages"][-1]["content"] for r in served.server.requests] == ["2 + 3"]
    assert run.counts == {"correct": 3, "wrong": 5}


def test_a_changed_scorer_scores_old_replies(finished, served):
    text = (served.path / "test_adding.py").read_text()
    text = text.replace("import exact_match", "import exact_match, includes").replace("=exact_match()", "=includes()")
    served.write("test_adding.py", text)
    served.run("--eval-limit=8", f"--eval-use-cache={finished.work_dir}")
    assert not served.server.requests


def test_rerun_review_runs_the_body_on_recorded_replies(finished, served):
    body = "def test_adding(sample, output):\n    print('again')\n    return output.text == 'wrong'"
    served.benchmark(body=body)
    keeps = served.run("--eval-limit=8", f"--eval-use-cache={finished.work_dir}")
    assert keeps.counts == {"correct": 5, "wrong": 3}, "the scores of unchanged versions stand"
    run = served.run("--eval-limit=8", f"--eval-use-cache={finished.work_dir}", "--eval-rerun-review")
    assert run.counts == {"correct": 3, "wrong": 5}
    assert not served.server.requests


def test_latest_is_the_newest_run(finished, served):
    run = served.run("--eval-limit=8", "--eval-use-cache=latest")
    assert run.code == 0, run.out
    assert not served.server.requests


def test_the_path_to_carry_on_with_is_quoted_for_the_shell(served):
    served.benchmark(count=30)
    served.server.hold_from(9)
    process = served.start("--eval-model=served", "test_adding.py", "--eval-work-dir=runs of today; $HOME")
    wait_until(lambda: len(served.server.requests) > 9)
    os.killpg(process.pid, signal.SIGINT)
    cut = served.finish(process)
    served.server.let_go()
    (said,) = (line for line in cut.out.splitlines() if line.startswith("To carry on: "))
    option = said.partition("the same command with ")[2]
    (work_dir,) = (served.path / "runs of today; $HOME").iterdir()
    assert shlex.split(option) == [f"--eval-use-cache={work_dir}"]
    assert served.run(*shlex.split(option)).counts == {"correct": 30}


def test_errors_are_asked_again_and_scores_kept(served):
    served.benchmark(count=12)
    refused = lambda received: status(400, "no") if "5 + 5" in str(received.body) else None  # noqa: E731
    served.server.fault_for = refused
    first = served.run()
    assert first.counts == {"correct": 11, "errors": 1}
    served.server.forget()
    served.server.fault_for = lambda received: None
    run = served.run(f"--eval-use-cache={first.work_dir}")
    assert (run.code, run.counts) == (0, {"correct": 12})
    assert asked(served.server) == [5]


def test_a_conversation_that_broke_off_goes_on_with_its_next_turn(served):
    body = """
async def test_adding(sample, model):
    first = await model.generate(sample)
    second = await model.generate([Message("user", f"{first.text} + 1")])
    return int(second.text) == int(sample.target) + 1
"""
    served.benchmark(count=4, body=body)
    second = lambda received: received.body["messages"][0]["content"].endswith(("0 + 1", "2 + 1", "4 + 1", "6 + 1"))  # noqa: E731
    served.server.fault_for = lambda received: status(400, "no") if second(received) else None
    first = served.run()
    assert first.counts["errors"] == 4
    served.server.forget()
    served.server.fault_for = lambda received: None
    run = served.run(f"--eval-use-cache={first.work_dir}")
    assert run.counts == {"correct": 4}
    assert all(r.body["messages"][0]["content"].endswith("+ 1") for r in served.server.requests)


def test_no_timestamp_records_in_the_directory_itself_and_carries_on_there(served):
    served.benchmark(count=6)
    options = ["--eval-work-dir=here", "--eval-no-timestamp"]
    served.run(*options, "--eval-limit=4")
    served.server.forget()
    run = served.run(*options)
    assert run.counts == {"correct": 6}
    assert asked(served.server) == [4, 5]
    assert (served.path / "here" / "reports" / "served" / "adding.json").is_file()


def test_two_runs_do_not_share_a_directory_at_once(served):
    served.benchmark(count=50)
    served.server.hold_from(0)
    options = ["--eval-work-dir=here", "--eval-no-timestamp"]
    process = served.start("--eval-model=served", "test_adding.py", *options)
    try:
        wait_until(lambda: served.server.requests)
        run = served.run(*options)
        assert run.code == 4
        assert f"in use: {served.path / 'here'} by process {process.pid}" in run.out
        both = served.run(*options, "-n2")
        assert both.code == 4
        assert "in use" in both.out
        assert "INTERNALERROR" not in both.out
        assert not served.server.held_in_vain
    finally:
        process.terminate()
        process.communicate()


def test_without_an_earlier_run_latest_starts_one_and_says_so(served):
    served.benchmark(count=3)
    run = served.run("--eval-use-cache=latest")
    assert (run.code, run.counts) == (0, {"correct": 3})
    assert "no earlier run under ./outputs, a new one starts" in run.out


def test_ctrl_c_does_not_wait_for_a_body_that_blocks(project):
    project.benchmark(body="def test_adding(sample, output):\n    open('started', 'w')\n    time.sleep(1000)")
    process = project.start("--eval-model=mock", "test_adding.py")
    wait_until((project.path / "started").exists)
    os.killpg(process.pid, signal.SIGINT)
    assert project.finish(process).code == 2
