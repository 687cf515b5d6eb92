"""When a service counts as down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.engine.admission import Breaker


def answering(limit: int) -> Breaker:
    """Return the breaker of a service that has answered."""
    breaker = Breaker(limit)
    breaker.answered()
    return breaker


def test_a_service_that_never_answered_is_no_outage():
    breaker = Breaker(4)
    assert not any(breaker.failed(i, 0.0, 30.0) for i in range(99))


@pytest.mark.parametrize(("limit", "needed"), [(1, 5), (4, 8), (64, 20)])
def test_it_opens_after_failures_of_different_samples(limit, needed):
    breaker = answering(limit)
    for _ in range(100):
        assert not breaker.failed(1, 0.0, 30.0)
    assert [breaker.failed(i, 0.0, 30.0) for i in range(2, needed + 1)] == [False] * (needed - 2) + [True]
    assert breaker.state == "open"


def test_an_answer_in_between_starts_the_count_anew():
    breaker = answering(64)
    for i in range(19):
        breaker.failed(i, 0.0, 30.0)
    breaker.answered()
    assert not any(breaker.failed(i, 0.0, 30.0) for i in range(19))


@pytest.mark.parametrize(("after_s", "most"), [(0.0, 30), (0.2, 28), (1.0, 25), (60.0, 10)])
def test_the_time_between_probes_does_not_shorten_the_patience(after_s, most):
    breaker, now, probes = answering(1), 0.0, 0
    for i in range(5):
        breaker.failed(i, now, after_s)
    first = breaker.probe_at
    while True:
        now = breaker.probe_at
        assert breaker.lets_pass(now)
        assert breaker.sent()
        probes += 1
        if breaker.probe_failed(now):
            break
    assert first == min(30.0, max(0.1, after_s))
    assert 300 <= now < 331
    assert 10 <= probes <= most


def test_it_lets_one_probe_pass_now_and_then_and_gives_up_after_five_minutes():
    breaker = answering(1)
    for i in range(5):
        breaker.failed(i, 0.0, 30.0)
    assert not breaker.lets_pass(29.9)
    over = []
    for now in range(30, 301, 30):
        assert breaker.lets_pass(now)
        assert breaker.sent()
        assert (breaker.state, breaker.lets_pass(now + 99)) == ("probing", False)
        over.append(breaker.probe_failed(now))
    assert over == [False] * 9 + [True]


@given(st.lists(st.tuples(st.sampled_from(["send", "fail", "answer", "lose"]), st.floats(0, 60)), max_size=200))
def test_time_alone_always_opens_the_way_unless_a_probe_is_out(events):
    breaker, now, probing = answering(4), 0.0, False
    for sample, (event, seconds) in enumerate(events):
        now += seconds
        if event == "send" and breaker.lets_pass(now):
            probing = breaker.sent()
        elif event == "answer":
            breaker.answered()
            probing = False
        elif event == "lose" and probing:
            breaker.probe_lost()
            probing = False
        elif event == "fail" and probing:
            breaker.probe_failed(now)
            probing = False
        elif event == "fail":
            breaker.failed(sample, now, 30.0)
        assert breaker.lets_pass(now + 30) != probing
