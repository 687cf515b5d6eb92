"""When a result is not to be believed, and what is said about it."""

from __future__ import annotations

import time
from array import array
from dataclasses import replace

import pytest

from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.load.session import measure
from evalscope_pytest.perf.measure.gates import check_tests, evaluate, parse
from evalscope_pytest.perf.measure.request import Request, Tokens
from evalscope_pytest.perf.measure.result import ClientOverhead, Observed, Result, pooled
from evalscope_pytest.perf.measure.validity import result_of

from .service import Pace, endpoint, stream_of, workload

QUIET = ClientOverhead(0.001, 0.2)


def requests(count: int, *, gap_s: float = 0.0, places: int = 4, **more) -> tuple[Request, ...]:
    """Requests of 1 s with a first token at 0.1 s, ``places`` at a time, with a pause after each."""
    made = []
    for number in range(count):
        sent = (number // places) * (1.0 + gap_s)
        stamps = array("d", [sent + 0.1, sent + 1.0])
        tokens = Tokens(3, 10, source="usage")
        made.append(Request(number, sent, sent, sent + 1.0, stamps, None, 2, 1, tokens, prompt=number, **more))
    return tuple(made)


def result(
    found: tuple[Request, ...] = requests(40), effort: ClientOverhead = QUIET, level: LoadPoint | None = None
) -> Result:
    level = level or LoadPoint(concurrency=4, requests=len(found) or 1, ramp_up_s=0.0)
    return result_of(level, Observed(found, max((r.sent for r in found), default=0.0), effort))


def test_a_quiet_client_is_believed():
    found = result()
    assert found.valid
    assert found.notes == ()
    assert found.window is not None
    assert found.window.in_flight == pytest.approx(4)
    assert found.window.output_per_s == pytest.approx(40, rel=0.15)


def test_replies_without_any_output_are_pointed_out():
    found = requests(40)
    silent = [replace(request, stamps=array("d")) for request in found[:3]]
    assert any(note.startswith("3 of 40 replies brought no output") for note in result((*silent, *found[3:])).notes)
    assert not result(tuple(replace(request, stamps=array("d")) for request in found)).notes


@pytest.mark.parametrize(
    ("effort", "words"),
    [
        (ClientOverhead(0.001, 0.85), "client-bound: the client used 85% of a core"),
        (
            ClientOverhead(0.011, 0.2),
            "late stamps: the client's event loop came 11 ms late (p99, at most 10 ms) although",
        ),
        (
            ClientOverhead(0.011, 0.7),
            "late stamps: the client's event loop came 11 ms late (p99, at most 10 ms). Run it",
        ),
        (ClientOverhead(0.001, 0.2, 0.02), "late starts: requests were started 20 ms behind"),
    ],
)
def test_a_strained_client_is_not_believed(effort, words):
    found = result(effort=effort)
    assert not found.valid
    assert words in found.invalid[0]
    assert "--processes" in found.invalid[0]


def test_concurrency_that_was_not_kept_is_told():
    found = result(requests(40, gap_s=0.2))
    assert "concurrency not reached: 3.3 requests in flight on average" in found.invalid[0]


def test_no_success_is_no_measurement():
    found = result(tuple(replace(r, error="HTTP 500: it broke") for r in requests(8)))
    assert "no request succeeded: HTTP 500: it broke (8 of 8)" in found.invalid[0]
    assert "stopped before a request was answered" in result(()).invalid[0]


def test_counting_chunks_or_in_several_ways_is_noted():
    first, *rest = requests(8)
    chunks = replace(first, tokens=Tokens(3, 2, source="chunks"))
    notes = " ".join(result((chunks, *rest)).notes)
    assert "counted as chunks" in notes
    assert "counted in several ways: usage 7, chunks 1" in notes


def test_a_tokenizer_that_does_not_fit_the_chunks_is_noted():
    found = result(tuple(replace(r, tokens=Tokens(3, 4, source="tokenizer")) for r in requests(8)))
    assert any("counts 32 tokens in 16 chunks" in note for note in found.notes)


def test_several_events_a_read_are_noted():
    found = result(tuple(replace(r, events=8) for r in requests(8)))
    assert any("4.0 events came with each read" in note for note in found.notes)


def test_one_round_is_no_steady_state():
    found = result(requests(4))
    assert found.window is None
    assert any("no steady state" in note for note in found.notes)


def test_processes_are_pooled_not_averaged():
    fast, slow = requests(20), tuple(replace(r, stamps=array("d", [r.sent + 0.5, r.sent + 1.0])) for r in requests(20))
    parts = [Observed(fast, 4.0, ClientOverhead(0.001, 0.3)), Observed(slow, 4.0, ClientOverhead(0.004, 0.1))]
    found = result_of(LoadPoint(concurrency=8, requests=40, ramp_up_s=0.0), pooled(parts))
    assert found.ttft.count == 40
    assert found.ttft.p50 == pytest.approx(0.3)
    assert found.effort == ClientOverhead(0.004, 0.3)
    assert found.window is not None
    assert found.window.in_flight == pytest.approx(8)


@pytest.mark.parametrize(
    ("test", "short"),
    [
        ("", "parallel_4"),
        ("a/test_a.py::test_b", "test_b parallel_4"),
        ("test_a.py::TestC::test_b[x::y[0]]", "test_b[x::y[0]] parallel_4"),
    ],
)
def test_a_gate_may_call_a_test_by_any_of_its_names(test, short):
    found = replace(result(), name=f"{test} parallel_4".strip(), test=test)
    assert found.short == short
    names = ["parallel_4", short, *([test, short.rpartition(" ")[0], "test_b"] if test else [])]
    for name in names:
        (outcome,) = evaluate(parse([f"perf[{name}]:success_rate>=1"], [], False), [found])
        assert outcome.passed, outcome
        assert f"at {short}: passed" in outcome.line
    check_tests(parse([f"perf[{name}]:ttft.p50<1" for name in names], [], False), [test or "test_b"])


def test_an_invalid_result_passes_no_gate():
    gates = parse(["perf:ttft.p99<5"], [], False)
    assert evaluate(gates, [result()])[0].passed
    outcome = evaluate(gates, [result(effort=ClientOverhead(0.001, 0.9))])[0]
    assert not outcome.passed
    assert "INVALID: client-bound" in outcome.line


def test_a_client_kept_busy_finds_out_itself(service, monkeypatch):
    """Break the client on purpose: 30 ms of work for each reply, between the stamps of others."""
    from evalscope_pytest.perf.load import load_generator as driving

    honest = driving.read

    async def slow(*how):
        until = time.thread_time() + 0.03
        while time.thread_time() < until:
            pass
        return await honest(*how)

    monkeypatch.setattr(driving, "read", slow)
    service.writes, service.pace = stream_of(5), Pace(0.05, 0.01)
    found = measure(endpoint(service.chat), workload(), LoadPoint(concurrency=8, requests=40))
    assert not found.valid
    assert any("late stamps" in reason or "client-bound" in reason for reason in found.invalid)
