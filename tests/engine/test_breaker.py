"""When a service counts as down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.engine.breaker import Breaker


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


def test_it_lets_one_probe_pass_now_and_then_and_gives_up_after_ten():
    breaker = answering(1)
    for i in range(5):
        breaker.failed(i, 0.0, 30.0)
    assert not breaker.lets_pass(29.9)
    over = []
    for now in range(30, 301, 30):
        assert breaker.lets_pass(now)
        assert breaker.sent()
        assert (breaker.state, breaker.lets_pass(now + 99)) == ("probing", False)
        over.append(breaker.probe_failed(now, 30.0))
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
            breaker.probe_failed(now, 30.0)
            probing = False
        elif event == "fail":
            breaker.failed(sample, now, 30.0)
        assert breaker.lets_pass(now + 30) != probing
