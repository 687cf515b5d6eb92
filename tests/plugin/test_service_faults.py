"""Services that fail: what is asked again, what stops the run, and that keys show nowhere."""

from __future__ import annotations

import pytest

from tests.servers.service import empty_choices, hang, html, rate_limited, reset, server_error, status

KEY = "sk-very-secret-key-0123456789"
FAST = "--eval-generation-config=retry_interval=0.01"


def test_failures_that_may_go_away_are_asked_again(served):
    served.benchmark(count=6)
    served.server.script(server_error(), server_error(), reset(), html(502), empty_choices())
    run = served.run(FAST)
    assert (run.code, run.counts) == (0, {"correct": 6}), run.out
    assert len(served.server.requests) == 11
    assert run.reports["adding"]["execution_summary"]["evalscope_pytest"]["retries"] == 5


def test_retry_after_is_kept(served):
    served.benchmark(count=1)
    served.server.script(rate_limited("1"))
    run = served.run(FAST)
    assert run.counts == {"correct": 1}
    first, second = (r.at for r in served.server.requests)
    assert 1 <= second - first < 30


@pytest.mark.usefixtures("first_reply_awaited")
@pytest.mark.parametrize("processes", [0, 2])
def test_a_wrong_key_stops_the_run_at_once_and_shows_nowhere(processes, served):
    served.benchmark(count=300)
    served.server.fault_for = lambda received: status(401, f"Incorrect API key provided: {KEY}", code="invalid_api_key")
    run = served.run(f"--eval-api-key={KEY}", "-n", processes, "--junitxml=junit.xml", "-ra")
    assert run.code == 1
    assert len(served.server.requests) <= 3
    assert "stopped" in run.out
    assert "401" in run.out
    assert "Incorrect API key" in run.out
    assert run.out.count("Incorrect API key") < 12
    assert served.server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in run.out
    assert KEY not in run.written
    assert KEY not in (served.path / "junit.xml").read_text()


@pytest.mark.parametrize("processes", [0, 2])
def test_what_a_terminal_obeys_is_written_out_and_why_a_run_stopped_is_said_once(processes, served):
    served.benchmark(count=30)
    said = "Incorrect\x1b]0;title\x07\x1b[31m API key"
    served.server.fault_for = lambda received: status(401, said, code="invalid_api_key")
    run = served.run("-n", processes)
    assert run.code == 1
    assert "\x1b" not in run.out + run.written
    assert 1 <= run.out.count("Incorrect\\x1b]0;title\\x07\\x1b[31m API key") <= 3
    assert "as said above" not in run.out


def test_a_key_shows_nowhere_when_a_body_fails_or_prints_it(served, monkeypatch):
    monkeypatch.setenv("MY_KEY", KEY)
    served.benchmark(
        count=4,
        body="""
def test_adding(sample, output):
    key = os.environ["MY_KEY"]
    print("using", key)
    if sample.target != "0":
        raise ValueError(f"cannot use {key}")
    assert False, key
""",
        options="scorer=None",
    )
    run = served.run("--eval-api-key=env:MY_KEY", "--junitxml=junit.xml", "--showlocals")
    assert run.counts == {"wrong": 1, "failed": 3}
    assert "cannot use ***" in run.out
    for text in (run.out, run.written, (served.path / "junit.xml").read_text()):
        assert KEY not in text


def test_a_service_that_is_not_there_ends_the_run_at_once_in_one_paragraph(project, unheard):
    project.benchmark(count=500)
    run = project.run(f"--eval-api-url={unheard}/v1", FAST, model="m")
    assert run.code == 1
    assert run.counts["errors"] < 9
    assert run.out.count("Check that the server is running") == 1
    assert "To carry on" in run.out
    assert "as said above" not in run.out
    last = run.out.rstrip().splitlines()
    assert any(f"stopped: nothing listens at {unheard}: connection refused" in line for line in last)


def test_a_host_that_nobody_knows_ends_the_run_like_one_that_is_not_there(project):
    project.benchmark(count=3)
    run = project.run("--eval-api-url=http://no-such-host.invalid/v1", model="m")
    assert (run.code, run.counts) == (1, {"errors": 1, "not run": 2})
    assert run.out.count("Check the spelling of --eval-api-url") == 1
    assert "To carry on" in run.out


def test_a_service_that_is_not_there_leaves_few_lines(project, unheard):
    project.benchmark(count=500)
    run = project.run(f"--eval-api-url={unheard}/v1", FAST, model="m")
    assert len(run.out.splitlines()) < 60
    assert "Traceback" not in run.out


def test_a_service_that_dies_half_way_leaves_what_was_finished(served, monkeypatch):
    monkeypatch.setattr("evalscope_pytest.engine.admission.PATIENCE_S", 0.5)
    served.benchmark(count=60)
    served.server.fault_for = lambda received: server_error() if len(served.server.requests) > 30 else None
    run = served.run(FAST, "--eval-batch-size=4", '--eval-generation-config={"retries": 1, "retry_interval": 0.01}')
    assert run.code == 1
    assert run.counts["correct"] == 30
    assert run.score() == 1


def test_a_request_that_hangs_times_out_and_the_others_go_on(served):
    served.benchmark(count=20)
    hung = lambda received: hang() if received.body["messages"][-1]["content"] == "3 + 3" else None  # noqa: E731
    served.server.fault_for = hung
    run = served.run("--eval-timeout=0.7", '--eval-generation-config={"retries": 3, "retry_interval": 0.01}')
    assert (run.code, run.counts) == (1, {"correct": 19, "errors": 1})
    assert served.server.asked("3 + 3") > 1
    assert "adding[default-3]" in run.out


@pytest.mark.usefixtures("first_reply_awaited")
def test_a_model_that_is_not_there_is_said_once(served):
    served.benchmark(count=100)
    served.server.fault_for = lambda received: status(404, "The model `served` does not exist", code="model_not_found")
    run = served.run()
    assert run.code == 1
    assert len(served.server.requests) <= 3
    assert "The model `served` does not exist" in run.out


def test_ignored_errors_let_a_run_go_on_whatever_happens(served):
    served.benchmark(count=30)
    served.server.fault_for = lambda received: status(401, "no") if len(served.server.requests) > 10 else None
    run = served.run("--eval-ignore-errors", "--eval-batch-size=2")
    assert (run.code, run.counts) == (0, {"correct": 10, "errors": 20})


def test_empty_and_truncated_replies_are_scored_and_counted(served):
    from tests.servers.service import Answer

    served.benchmark(count=4)
    answers = {"0 + 0": "", "1 + 1": Answer("2", finish="length"), "2 + 2": "4", "3 + 3": "  \n"}
    served.server.answer = lambda messages: answers[messages[-1]["content"]]
    run = served.run()
    assert (run.code, run.counts) == (0, {"correct": 2, "wrong": 2})
    own = run.reports["adding"]["execution_summary"]["evalscope_pytest"]
    assert (own["empty"], own["truncated"]) == ({"default": 2}, {"default": 1})
    assert "Empty" in run.out
    assert "Trunc" in run.out
