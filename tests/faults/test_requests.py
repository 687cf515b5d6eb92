"""Fault cases 16 to 26 and 30 of docs/design/reliability.md: services that refuse, hang, break and lie.

Waits are short because ``retry_interval`` is; nothing else is scaled.
"""

from __future__ import annotations

import json
import time
from email.utils import formatdate

import pytest

from tests.servers import service
from tests.servers.service import status

KEY = "sk-very-secret-key-0123456789"
CONTEXT = "This model's maximum context length is 4096 tokens"


def generation(**parameters: object) -> str:
    """Return generation parameters as an option, with short waits."""
    return f"--eval-generation-config={json.dumps({'retry_interval': 0.01, **parameters})}"


def log_of(run) -> str:
    return (run.work_dir / "logs" / "eval_log.log").read_text()


def state_of(run) -> dict[str, object]:
    """Return what progress.json says of the service at the end."""
    return json.loads((run.work_dir / "progress.json").read_text())["service"]


def only(question: str, fault: service.Fault):
    """Return a rule: this question meets the fault, whenever it is asked."""
    return lambda received: fault if received.body["messages"][-1]["content"] == question else None


def test_case_16_a_429_with_retry_after_holds_all_requests_and_cuts_the_limit_once(served):
    served.benchmark(count=60)
    server = served.server
    full = []

    def until_it_is_known(received):
        """Request 20 is refused once ten are in flight; the others are answered once the run knows of that."""
        if received.number < 20:
            return False
        if received.number == 20:
            full.extend([time.monotonic()] if server.in_flight == 10 and not full else [])
            return not full
        return not any(" limit " in file.read_text() for file in served.path.glob("outputs/*/logs/eval_log.log"))

    server.script(*[None] * 20, service.rate_limited("0.6"))
    server.holds = until_it_is_known
    run = served.run(generation(), "--eval-enable-progress-tracker", "--eval-batch-size=10")
    assert (run.code, run.counts) == (0, {"correct": 60})
    assert not server.held_in_vain
    refused_at = full[0]
    assert not [r.number for r in server.requests if refused_at < r.at < refused_at + 0.6]
    assert server.requests[-1].at > refused_at + 0.6
    assert log_of(run).count("limit 8 of 10") == 1
    assert log_of(run).count(" limit ") == 1
    state = state_of(run)
    assert (state["rate_limited"], state["retries"]) == (1, 1)
    assert 8 <= state["limit"] <= 9


@pytest.mark.parametrize(
    ("retry_after", "least"),
    [
        (lambda: formatdate(time.time() + 2, usegmt=True), 0.9),
        (lambda: "0.4", 0.4),
        (lambda: "banana", 0.0),
    ],
    ids=["date", "float", "banana"],
)
def test_case_17_retry_after_in_any_form(served, retry_after, least):
    served.benchmark(count=1)
    served.server.fault_for = lambda received: None if received.number else service.rate_limited(retry_after())
    run = served.run(generation())
    assert run.counts == {"correct": 1}
    first, second = (r.at for r in served.server.requests)
    assert least <= second - first < 30


@pytest.mark.usefixtures("first_reply_awaited")
def test_case_17_a_wait_of_years_stops_the_run_and_says_so(served):
    served.benchmark(count=50)
    served.server.fault_for = lambda received: service.rate_limited("1000000000")
    run = served.run(generation())
    assert run.code == 1
    assert len(served.server.requests) <= 3
    assert (
        run.out.count("the service requests a wait of 1000000000 s") == 2
    )  # why it stopped, and again in the last line
    assert "--eval-use-cache=" in run.out


def test_case_17_a_sample_that_is_not_asked_again_says_that_the_wait_was_too_long(served):
    served.benchmark(count=3)
    served.server.fault_for = lambda received: service.status(500, "it broke", headers={"Retry-After": "100000"})
    run = served.run(generation())
    assert "It requests a wait of 100000 s; the longest wait is 15 min." in run.out + run.written


def test_case_18_a_429_for_ever_stops_the_run_which_can_be_resumed(served):
    served.benchmark(count=200)
    served.server.fault_for = lambda received: service.rate_limited()
    run = served.run(generation())
    assert run.code == 1
    assert len(served.server.requests) <= 100 + 1.2 * 200
    assert "the service refuses every request" in run.out
    served.server.fault_for = lambda received: None
    resumed = served.run(generation(), f"--eval-use-cache={run.work_dir}")
    assert (resumed.code, resumed.counts) == (0, {"correct": 200})


def test_case_18_a_patient_run_finishes_with_errors_and_bounded_retries(served):
    served.benchmark(count=200)
    served.server.fault_for = lambda received: service.rate_limited()
    run = served.run(generation(), "--eval-ignore-errors")
    assert (run.code, run.counts) == (0, {"errors": 200})
    assert len(served.server.requests) <= 100 + 1.2 * 200


@pytest.mark.usefixtures("first_reply_awaited")
@pytest.mark.parametrize("processes", [0, 2])
def test_case_19_a_wrong_key_costs_three_requests_and_shows_nowhere(served, processes):
    served.benchmark(count=200)
    served.server.fault_for = lambda received: status(401, f"Incorrect API key: {KEY}", code="invalid_api_key")
    run = served.run(f"--eval-api-key={KEY}", "-n", processes, "--eval-batch-size=64")
    assert run.code == 1
    assert len(served.server.requests) <= 3
    assert run.out.count("HTTP 401") == 3  # why it stopped, the samples' error, and again in the last line
    assert KEY not in run.out
    assert KEY not in run.written


def test_case_20_a_prompt_that_is_too_long_is_an_error_of_its_own_and_asked_once(served):
    served.benchmark(count=20)
    served.server.fault_for = only("7 + 7", status(400, CONTEXT, code="context_length_exceeded"))
    run = served.run(generation())
    assert (run.code, run.counts) == (1, {"correct": 19, "errors": 1})
    assert served.server.asked("7 + 7") == 1
    assert CONTEXT in run.out


def test_case_21_an_answer_after_two_failures_is_scored_and_its_retries_are_counted(served):
    served.benchmark(count=1)
    served.server.script(service.server_error(), service.server_error())
    run = served.run(generation())
    assert (run.code, run.counts) == (0, {"correct": 1})
    assert run.reports["adding"]["execution_summary"]["evalscope_pytest"]["retries"] == 2


def test_case_22_a_request_that_hangs_is_left_and_the_others_go_on(served):
    served.benchmark(count=20)
    served.server.fault_for = only("3 + 3", service.hang())
    run = served.run(generation(timeout=0.7, retries=3))
    assert (run.code, run.counts) == (1, {"correct": 19, "errors": 1})
    assert 2 <= served.server.asked("3 + 3") <= 4
    assert "within 0.7 s (generation_config.timeout)" in run.out


def test_case_22_a_sample_has_a_time_limit_over_all_its_attempts(served):
    served.benchmark(count=20)
    served.server.fault_for = only("3 + 3", service.hang())
    run = served.run(generation(timeout=0.7, retries=99, sample_timeout=2.5))
    assert (run.code, run.counts) == (1, {"correct": 19, "errors": 1})
    assert 2 <= served.server.asked("3 + 3") <= 4
    assert "within 2.5 s, all attempts together: generation_config.sample_timeout" in run.out


@pytest.mark.parametrize("client", ["aiohttp", "sdk"])
def test_case_23_a_reply_that_drips_is_left_at_the_time_limit(served, client):
    served.benchmark(count=4)
    whole = b"".join(served.server.events({}, service.Answer("6" * 400)))
    served.server.fault_for = only("3 + 3", service.drip(whole, gap_s=0.05))
    run = served.run(generation(timeout=0.7, stream=True, retries=2), f"--eval-model-args=client={client}")
    assert run.counts == {"correct": 3, "errors": 1}
    assert "within 0.7 s (generation_config.timeout)" in run.out


@pytest.mark.parametrize("client", ["aiohttp", "sdk"])
def test_case_23_a_stream_that_falls_silent_is_left_sooner(served, client):
    served.benchmark(count=4)
    chunk = service.event({"choices": [{"index": 0, "delta": {"content": "6"}}]})
    served.server.fault_for = only("3 + 3", service.stream(chunk, chunk, gap_s=3600))
    run = served.run(generation(stream_timeout=0.7, stream=True, retries=2), f"--eval-model-args=client={client}")
    assert run.counts == {"correct": 3, "errors": 1}
    assert "within 0.7 s (generation_config.stream_timeout)" in run.out


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (service.truncated_json(), "not JSON"),
        (service.empty_choices(), "it holds no choices"),
        (service.html(502), "an HTML page titled '502 Bad Gateway'"),
    ],
    ids=["truncated", "no choices", "html"],
)
def test_case_24_a_reply_that_is_none_is_asked_again_then_an_error(served, fault, said):
    served.benchmark(count=12)
    served.server.fault_for = only("3 + 3", fault)
    run = served.run(generation())
    assert (run.code, run.counts) == (1, {"correct": 11, "errors": 1})
    assert served.server.asked("3 + 3") == 4
    assert said in run.out


def test_case_25_a_stream_that_breaks_is_asked_again_and_recorded_once(served):
    served.benchmark(count=3)
    chunk = service.event({"choices": [{"index": 0, "delta": {"content": "wrong"}}]})
    served.server.script(service.stream(chunk, chunk, reset=True), None, None, service.reset_mid_reply())
    run = served.run(generation(stream=True), "--eval-batch-size=1")
    assert (run.code, run.counts) == (0, {"correct": 3})
    assert len(served.server.requests) == 5
    rows = run.rows()
    assert [row["index"] for row in rows] == [0, 1, 2]
    assert "wrong" not in json.dumps(rows)


def test_case_26_a_service_that_dies_for_a_while_costs_no_sample(served):
    served.benchmark(count=120)
    faults = [service.reset(), service.server_error()]
    served.server.fault_for = lambda received: (
        faults[len(served.server.requests) % 2] if 40 < len(served.server.requests) <= 56 else None
    )
    run = served.run(generation(retry_interval=0.05), "--eval-batch-size=4", "--eval-enable-progress-tracker")
    assert (run.code, run.counts) == (0, {"correct": 120})
    assert len(served.server.requests) == 136
    assert log_of(run).count("the service is down, it is tried now and then for 300 s") == 1
    assert log_of(run).count("the service answers again") == 1
    assert state_of(run)["breaker"] == "closed"


def test_case_26_a_service_that_stays_down_ends_the_run_with_what_was_finished(served, monkeypatch):
    monkeypatch.setattr("evalscope_pytest.engine.admission.PATIENCE_S", 0.5)
    served.benchmark(count=120)
    served.server.fault_for = lambda received: service.reset() if len(served.server.requests) > 40 else None
    run = served.run(generation(retry_interval=0.02), "--eval-batch-size=4")
    assert run.code == 1
    assert run.counts["correct"] == 40
    assert run.out.count("the service is down: it has not answered for") == 2  # also in the last line
    served.server.fault_for = lambda received: None
    served.server.forget()
    resumed = served.run(generation(), f"--eval-use-cache={run.work_dir}")
    assert (resumed.code, resumed.counts) == (0, {"correct": 120})
    assert len(served.server.requests) == 80


@pytest.mark.parametrize("processes", [0, 2])
def test_case_30_a_service_of_capacity_7_is_asked_with_7(served, processes):
    served.benchmark(count=400)
    served.server.latency_s = 0.03
    served.server.capacity = 7
    run = served.run(
        generation(retries=50), "-n", processes, "--eval-batch-size=32", "--eval-enable-progress-tracker",
        "--eval-heartbeat-interval=0.01",
    )  # fmt: skip
    assert (run.code, run.counts) == (0, {"correct": 400})
    learned_at = served.server.requests[150].at
    late = [r for r in served.server.requests if r.at > learned_at]
    refused_late = [at for at in served.server.refused if at > learned_at]
    assert len(late) > 200
    assert len(refused_late) <= 0.05 * len(late)
    state = state_of(run)
    assert (state["most"], state["rate_limited"]) == (32, len(served.server.refused)) or processes
    assert "of 32, 429 x" in run.out
    if not processes:
        assert 5 <= state["limit"] <= 8
        assert served.server.max_working == 7
