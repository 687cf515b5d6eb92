"""When requests of an open loop start."""

from __future__ import annotations

from itertools import pairwise
from statistics import mean, pstdev

import pytest

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf.load.load_point import LoadPoint, starts


def level(**more) -> LoadPoint:
    return LoadPoint(**{"concurrency": None, "rate": 50.0, "requests": 4000, **more})


def gaps(one: LoadPoint) -> list[float]:
    return [b - a for a, b in pairwise(starts(one))]


def test_constant_starts_are_even():
    assert list(starts(level(requests=4, arrivals="constant"))) == pytest.approx([0, 0.02, 0.04, 0.06])


@pytest.mark.parametrize(
    ("more", "spread"),
    [({}, 1.0), ({"arrivals": "gamma", "burstiness": 0.25}, 2.0), ({"arrivals": "gamma", "burstiness": 4.0}, 0.5)],
)
def test_gaps_have_the_mean_and_the_spread_asked_for(more, spread):
    found = gaps(level(**more))
    assert mean(found) == pytest.approx(0.02, rel=0.1)
    assert pstdev(found) / mean(found) == pytest.approx(spread, rel=0.1)


def test_the_same_seed_gives_the_same_starts():
    assert gaps(level(seed=1)) == gaps(level(seed=1)) != gaps(level(seed=2))


def test_a_duration_ends_the_starts():
    found = list(starts(level(requests=None, duration_s=2.0, arrivals="constant")))
    assert len(found) == 100
    assert max(found) < 2.0


def test_during_a_ramp_the_rate_rises_in_a_straight_line():
    found = list(starts(level(requests=400, arrivals="constant", ramp_up_s=4.0)))
    assert sum(at < 2.0 for at in found) == pytest.approx(25, abs=1)  # a quarter of the ramp's 100
    assert sum(at < 4.0 for at in found) == pytest.approx(100, abs=1)
    assert sum(4.0 <= at < 6.0 for at in found) == pytest.approx(100, abs=1)


def test_a_trace_keeps_its_times_and_may_be_replayed_faster():
    recorded = [0.0, 1.0, 1.5, 9.0]
    one = LoadPoint(concurrency=None, requests=3, arrivals="trace", speed=2.0)
    assert list(starts(one, recorded)) == [0.0, 0.5, 0.75]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"requests": None}, "nothing says when to stop"),
        ({"rate": None}, "nothing says how much to send"),
        ({"rate": -1.0}, "--rate"),
        ({"burstiness": 0.0}, "--burstiness"),
        ({"concurrency": 0}, "--parallel"),
    ],
)
def test_a_load_that_cannot_be_run_is_refused(more, words):
    with pytest.raises(ConfigError) as caught:
        level(**more)
    assert words in str(caught.value)
