"""How many requests may be in flight: within bounds whatever happens, and close to what a service takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rate_limit import CASES, SimulatedService, measure, simulate
from evalscope_pytest.engine.admission import Limiter

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["send", "answered", "refused", "failed"]),
        st.floats(0, 40),
        st.one_of(st.none(), st.floats(0.01, 200)),
    ),
    max_size=300,
)


@given(st.integers(1, 50), st.integers(1, 5), EVENTS)
def test_the_limit_stays_in_its_bounds(most, first, events):
    limiter, now, out = Limiter(most, first), 0.0, []
    for event, seconds, retry_after in events:
        now += seconds
        if event == "send":
            if limiter.has_room(now):
                out.append(limiter.sent(now))
        elif out and event == "answered":
            out.pop(0)
            limiter.answered(now)
        elif out and event == "refused":
            limiter.refused(out.pop(0), now, retry_after, longest_gap_s=60)
            assert not retry_after or not limiter.has_room(now + retry_after * 0.99)
        elif out:
            out.pop(0)
            limiter.failed()
        assert 1 <= limiter.limit <= most
        assert limiter.in_flight == len(out) <= most
    assert limiter.held_until <= now + 200, "a wait comes to an end"


def full(limiter: Limiter, now: float) -> list[int]:
    sent = []
    while limiter.has_room(now):
        sent.append(limiter.sent(now))
    return sent


def test_requests_refused_together_are_one_cut():
    limiter = Limiter(64)
    limiter.open()
    sent = full(limiter, 0.0)
    assert [limiter.refused(n, 0.1) for n in sent[:44]] == [True] + [False] * 43
    assert (limiter.limit, limiter.in_flight) == (20, 20)


def test_one_refusal_cuts_a_fifth():
    limiter = Limiter(20)
    limiter.open()
    limiter.refused(full(limiter, 0.0)[0], 0.1)
    assert limiter.limit == 16


def test_it_comes_back_to_what_was_fine_and_tries_more_after_the_cooldown():
    limiter = Limiter(20)
    limiter.open()
    limiter.refused(full(limiter, 0.0)[0], 0.0)
    limits = []
    for now in range(1, 31):
        for _ in range(20):
            full(limiter, now)
            limiter.answered(float(now))
        limits.append(limiter.limit)
    assert limits[:14] == sorted(limits[:14])
    assert limits[13] == 19, "one less than what was refused"
    assert limits[-1] == 20


@pytest.mark.parametrize(
    ("case", "least_used", "most_refused", "limits"),
    [
        ("capacity 20", 0.85, 0.05, (15, 22)),
        ("capacity 20, Retry-After 2", 0.85, 0.05, (15, 22)),
        ("capacity 20, slow refusals", 0.85, 0.05, (15, 22)),
        ("capacity 20, 256 wanted", 0.85, 0.05, (15, 22)),
        ("capacity 7", 0.85, 0.05, (5, 8)),
        ("capacity 7, 8 wanted", 0.85, 0.05, (5, 8)),
        ("capacity 64", 0.99, 0.0, (64, 64)),
        ("10 a minute", 0.7, 0.2, (1, 2)),
        ("10 a minute, Retry-After 6", 0.7, 0.2, (1, 2)),
    ],
)
def test_what_a_service_can_do_is_used_and_little_is_refused(case, least_used, most_refused, limits):
    options, batch_size = next((o, b) for name, o, b in CASES if name == case)
    found = simulate(lambda: measure(SimulatedService(**options), batch_size, 900.0))
    assert found.used >= least_used
    assert found.refused <= most_refused
    assert limits[0] <= found.low <= found.high <= limits[1]
    assert not found.lost
