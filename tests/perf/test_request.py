"""The figures of one request, and how distributions and goodput come of them."""

from __future__ import annotations

import math
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf.measure.metric import NOTHING, distribution
from evalscope_pytest.perf.measure.request import Request, Tokens
from evalscope_pytest.perf.measure.slo import goodput, parse_bound


def request(stamps=(1.5, 2.0, 2.5), output=3, scheduled=0.5, sent=1.0, done=3.0, error="", **more) -> Request:
    tokens = Tokens(4, output, source="usage")
    return Request(0, scheduled, sent, done, array("d", stamps), events=len(stamps), tokens=tokens, error=error, **more)


def test_times_count_from_sending_and_from_the_schedule():
    one = request()
    assert (one.ttft, one.ttft_scheduled) == (0.5, 1.0)
    assert (one.latency, one.latency_scheduled, one.ttlb) == (1.5, 2.0, 2.0)
    assert one.queueing == 0.5
    assert list(one.gaps) == [0.5, 0.5]


def test_tpot_leaves_out_the_first_event_and_the_late_usage():
    assert request().tpot == pytest.approx(0.5)
    assert request(output=9, first_tokens=5).tpot == pytest.approx(0.25)


@pytest.mark.parametrize(("stamps", "output"), [((1.5,), 1), ((1.5,), 8), ((), 5), ((1.5, 2.0), 1), ((1.5, 2.0), 0)])
def test_tpot_is_undefined_rather_than_zero(stamps, output):
    assert request(stamps, output).tpot is None


def test_a_reply_in_one_piece_has_a_latency_and_no_first_token():
    one = request(())
    assert (one.ttft, one.latency, list(one.gaps)) == (None, 2.0, [])


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_percentiles_are_numpys_on_the_raw_samples(values):
    found = distribution(values)
    assert found.count == len(values)
    assert found.p99 == pytest.approx(float(np.percentile(values, 99)))
    assert found.min == min(values)
    assert found.max == max(values)


def test_a_distribution_of_nothing_has_no_figures():
    assert distribution([None, None]) == NOTHING or math.isnan(distribution([None]).mean)
    assert distribution([]).count == 0


def test_goodput_counts_failed_and_undefined_requests_as_not_good():
    objectives = [parse_bound("ttft:1s"), parse_bound("tpot:600ms")]
    fine, slow, failed, single = request(), request((4.0, 5.0)), request(error="HTTP 500: it broke"), request((1.5,), 1)
    found = goodput(objectives, [fine, slow, failed, single], 2.0)
    assert found is not None
    assert (found.good, found.share, found.per_s) == (1, 0.25, 0.5)
    assert 0 < found.low < 0.25 < found.high < 1


def test_objectives_count_from_the_schedule():
    assert parse_bound("ttft:1000ms").is_met(request())
    assert not parse_bound("ttft:999ms").is_met(request())  # 500 ms from sending, 1 s from the schedule


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ttft:500", "'500' is not a time"),
        ("ttf:5s", "Did you mean 'ttft'?"),
        ("ttft", "is not a time"),
        ("latency:-1s", "is not a time"),
    ],
)
def test_an_objective_that_is_none_is_refused(text, words):
    with pytest.raises(ConfigError) as caught:
        parse_bound(text)
    assert words in str(caught.value)
