"""The search for the largest load that meets an SLO."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.measure.metric import distribution
from evalscope_pytest.perf.measure.result import ClientOverhead, Observed, Result
from evalscope_pytest.perf.measure.slo import parse_slos
from evalscope_pytest.perf.measure.validity import result_of
from evalscope_pytest.perf.search.tuning import Search, search

from .test_verdict import requests

EMPTY = result_of(LoadPoint(concurrency=4, requests=8), Observed(requests(8), 1.0, ClientOverhead(0.0, 0.1)))


def at(ttft_s: float, *, invalid: tuple[str, ...] = (), succeeded: int | None = None) -> Result:
    found = replace(EMPTY, distributions={**EMPTY.distributions, "ttft": distribution([ttft_s])}, invalid=invalid)
    return found if succeeded is None else replace(found, succeeded=succeeded)


def wanted(**more) -> Search:
    return Search(parse_slos('{"p99_ttft": "<=1s"}')[0], **more)


def tps(value: float, **more) -> Result:
    found = at(0.5, **more)
    return replace(found, throughput=replace(found.throughput, output_per_s=float(value)))


def goal(text: str = '{"tps": "max"}', **more) -> Search:
    return Search(parse_slos(text)[0], **more)


@given(limit=st.integers(0, 300), lowest=st.integers(1, 20), highest=st.integers(20, 256))
def test_the_largest_load_is_found(limit, lowest, highest):
    """The service takes ``limit``; more makes it slow."""
    found = search(wanted(lowest=lowest, highest=highest), lambda value: at(0.5 if value <= limit else 2.0))
    best = min(limit, highest)
    assert found.best == (best if best >= lowest else None)
    assert len({probe.value for probe in found.probes}) == len(found.probes) <= 20


@given(limit=st.integers(0, 300), lowest=st.integers(1, 20), start=st.integers(20, 60), highest=st.integers(60, 256))
def test_a_search_may_begin_anywhere(limit, lowest, start, highest):
    found = search(
        wanted(lowest=lowest, start=start, highest=highest), lambda value: at(0.5 if value <= limit else 2.0)
    )
    best = min(limit, highest)
    assert found.best == (best if best >= lowest else None)
    assert found.probes[0].value == start
    assert len({probe.value for probe in found.probes}) == len(found.probes) <= 20


def test_a_time_without_a_unit_is_in_seconds():
    assert parse_slos('[{"p99_latency": "<=2"}]')[0].criteria[0].bound == 2.0


@given(peak=st.integers(1, 250), start=st.none() | st.integers(1, 256))
def test_the_load_with_the_best_figure_is_found(peak, start):
    """Throughput rises to a peak and falls after it."""
    found = search(goal(highest=256, start=start), lambda value: tps(1000 - 900 * abs(value - peak) / (value + peak)))
    assert abs(found.best - peak) <= max(1, peak / 6)
    assert len(found.probes) <= 22


def test_a_plateau_is_not_climbed_and_the_least_load_on_it_is_named():
    found = search(goal(), lambda value: tps(min(value, 64) * 10 + value / 100))
    assert max(probe.value for probe in found.probes) == 128
    assert found.best > 64
    assert found.words().splitlines()[-1].startswith("parallel 64 is as good within 2%: 641")
    assert "the best tps is 641" in found.words()
    assert "parallel 32: tps 320" in found.words()


def test_the_least_latency_is_that_of_the_least_load():
    found = search(goal('{"p99_ttft": "min"}', start=16), lambda value: at(0.1 + 0.01 * value))
    assert (found.best, len(found.probes)) == (1, 6)
    assert "the best p99_ttft is 110 ms, at parallel 1" in found.words()


def test_the_best_figure_may_be_bound_and_never_comes_of_failures():
    def measure(value: int) -> Result:
        found = tps(value, succeeded=7 if value > 50 else None)
        return replace(found, distributions={**found.distributions, "ttft": distribution([value / 40])})

    found = search(goal('{"tps": "max", "p99_ttft": "<=1"}'), measure)
    assert 36 <= found.best <= 40
    assert "the best tps among those that meet p99_ttft<=1s is 4" in found.words() or "is 3" in found.words()
    assert "parallel 64: p99_ttft<=1s missed, 1.6; 1 requests failed" in found.words()
    assert search(goal(start=64, lowest=60), measure).best is None


def test_the_climb_ends_where_the_client_cannot_measure():
    found = search(goal(), lambda value: tps(value * 10, invalid=("client-bound",) if value > 16 else ()))
    assert (found.best, found.ended_by_client) == (16, True)


def test_a_failed_request_breaks_an_slo():
    found = search(wanted(highest=8), lambda value: at(0.5, succeeded=7 if value > 2 else None))
    assert found.best == 2
    assert "parallel 4: 1 requests failed" in found.words()


def test_the_search_ends_where_the_client_cannot_measure():
    found = search(wanted(), lambda value: at(0.5, invalid=("client-bound",) if value > 16 else ()))
    assert (found.best, found.ended_by_client) == (16, True)
    assert "the client could not measure more" in found.words()


def test_several_runs_are_one_run_of_more_requests():
    like = LoadPoint(concurrency=1, requests=1, ramp_up_s=2.0)
    level = wanted(runs=3, per_value=4).level(50, like)
    assert (level.concurrency, level.requests, level.ramp_up_s) == (50, 600, 2.0)
    assert wanted(runs=1).level(8, like).requests == 24, "three whole rounds, at least 20"
    rate = wanted(variable="rate", concurrency=9).level(5, like)
    assert (rate.concurrency, rate.rate, rate.requests) == (9, 5.0, 60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("[]", "no bounds"),
        ('{"p98_ttft": "<1s"}', "Did you mean"),
        ('{"p99_ttft": "<1m"}', "is not a bound"),
        ('{"rps": ">1s"}', "rates have no unit"),
        ('{"p99_ttft": "max"}', "p99_ttft is best at its min"),
        ('{"tps": "min"}', "tps is best at its max"),
        ('{"tps": "max", "rps": "max"}', "one figure can be at its best, not 2"),
        ('{"tps": "most"}', "is not a bound"),
    ],
)
def test_an_unreadable_slo_is_refused(text, words):
    with pytest.raises(ConfigError) as caught:
        parse_slos(text)
    assert words in str(caught.value)


def test_the_command_searches_and_says_what_it_found(perf, service, tmp_path, capsys):
    """The service keeps up with two requests at once: what comes while more are there takes much longer."""
    service.writes = []
    honest = service._work

    async def crowded(request, body, fault):
        await asyncio.sleep(0.03)  # by then the others have come
        if service.in_flight > 2:
            await asyncio.sleep(0.45)
        return await honest(request, body, fault)

    service._work = crowded
    slo = '{"p50_latency": "<=300ms"}'
    code = perf(
        "--parallel", "2", "--sla-auto-tune", "--sla-params", slo, "--sla-upper-bound", "4", "--sla-num-runs", "1"
    )
    out = capsys.readouterr().out
    assert code == 0
    assert "the largest parallel that meets p50_latency<=300ms is 2" in out
    assert (tmp_path / "out" / "perf" / "m" / "parallel_4" / "requests.jsonl").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "needs --sla-params"),
        (["-n", "5"], "decides -n itself"),
        (["--rate", "5"], "decides --rate itself"),
        (["--parallel", "1", "2"], "begins with one load"),
        (["--sla-params", '{"rps": "max"}', "--parallel", "9", "--sla-upper-bound", "3"], "the search begins there"),
        (["--sla-params", '{"rps": "max"}', "--sla-variable", "rate", "--rate", "2.5"], "goes by whole numbers"),
        (["--sla-params", '{"p99_ttft": "<1s"}', "--eval-gate", "perf:ttft.p99<1"], "drop --eval-gate"),
        (["--sla-params", '{"p99_ttft": "<1s"}', "--sla-lower-bound", "9", "--sla-upper-bound", "3"], "leave no load"),
    ],
)
def test_options_that_do_not_go_with_a_search(arguments, words, perf, service, capsys):
    assert perf("--sla-auto-tune", *arguments) == 4
    assert words in capsys.readouterr().err
    assert service.requests == []
