"""A load shared by several processes."""

from __future__ import annotations

import os
import signal

import pytest

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf.data.prompts import Conversation, RequestTemplate, Turn, single
from evalscope_pytest.perf.load.load_generator import Workload
from evalscope_pytest.perf.load.load_point import LoadPoint, Part
from evalscope_pytest.perf.load.processes import ProcessLostError, measure_together

from .service import Pace, after, endpoint, stream_of, workload


def test_parts_add_up_and_take_turns():
    parts = [Part(index, 3) for index in range(3)]
    assert [part.of(8) for part in parts] == [3, 3, 2]
    assert sorted(part.place(n) for part in parts for n in range(4)) == list(range(12))
    assert all(parts[place % 3].has(place) for place in range(9))


def test_a_closed_loop_is_shared_and_pooled(service):
    service.writes, service.pace = stream_of(4), Pace(0.2, 0.03)
    service.holds = lambda received: received.number >= 2 and service.max_in_flight < 5
    level = LoadPoint(concurrency=5, requests=31, warm_up=2)
    result = measure_together(endpoint(service.chat), workload(40), level, 2)
    assert (result.sent, result.succeeded) == (31, 31)
    assert len(service.requests) == 33
    assert service.max_in_flight == 5
    assert len({r.body["messages"][0]["content"] for r in service.requests}) == 33
    assert result.ttft.count == 31
    assert result.window is not None
    assert 3 < result.window.in_flight <= 5


def test_starts_of_an_open_loop_are_those_of_one_process(service):
    level = LoadPoint(concurrency=None, rate=40.0, requests=20, arrivals="constant")
    result = measure_together(endpoint(service.chat), workload(20, stream=False), level, 2)
    scheduled = [request.scheduled for request in result.requests]
    assert scheduled == pytest.approx([n / 40 for n in range(20)], abs=1e-6)
    assert sorted(request.prompt for request in result.requests) == list(range(20))


def test_an_interruption_reaches_all(service):
    service.latency_s = 0.05
    after(service, 30, lambda: os.kill(os.getpid(), signal.SIGINT))
    level = LoadPoint(concurrency=4, requests=100_000)
    result = measure_together(endpoint(service.chat), workload(stream=False), level, 2)
    assert result.interrupted
    assert 20 < result.succeeded < 10_000


def test_what_one_finds_wrong_is_raised_here(service):
    wrong = Workload(RequestTemplate("rerank", {"model": "m"}), [Conversation((Turn("no pair"),)), single("x")])
    with pytest.raises(ConfigError, match="--dataset rerank"):
        measure_together(endpoint(service.chat), wrong, LoadPoint(concurrency=2, requests=4), 2)


def test_a_process_that_dies_is_told(service, capfd):
    """The first to show up among this process's children is killed in the middle; the other ends without a word."""
    from multiprocessing import active_children

    service.latency_s = 0.05
    after(service, 10, lambda: active_children()[0].kill())
    with pytest.raises(ProcessLostError):
        measure_together(endpoint(service.chat), workload(stream=False), LoadPoint(concurrency=2, requests=100_000), 2)
    assert "Traceback" not in capfd.readouterr().err


def test_the_command_shares_a_load(perf, service, capsys):
    assert perf("--parallel", "4", "-n", "12", "--processes", "2") == 0
    assert len(service.requests) == 13
    assert perf("--parallel", "1", "-n", "12", "--processes", "2") == 4
    assert "Give 1 to 1" in capsys.readouterr().err
