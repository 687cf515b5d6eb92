"""The search for the largest load that keeps a promise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf.distribution import distribution
from evalscope_pytest.perf.level import Level
from evalscope_pytest.perf.result import Effort, Observed, Result, result_of
from evalscope_pytest.perf.tuning import Search, parse_criteria, search

from .test_command import perf, prompts  # noqa: F401  fixtures
from .test_verdict import requests

EMPTY = result_of(Level(concurrency=4, requests=8), Observed(requests(8), 1.0, Effort(0.0, 0.1)))


def at(ttft_s: float, *, invalid: tuple[str, ...] = (), succeeded: int | None = None) -> Result:
    found = replace(EMPTY, ttft=distribution([ttft_s]), invalid=invalid)
    return found if succeeded is None else replace(found, succeeded=succeeded)


def wanted(**more) -> Search:
    return Search(parse_criteria('{"p99_ttft": "<=1s"}')[0], **more)


@given(limit=st.integers(0, 300), lowest=st.integers(1, 20), highest=st.integers(20, 256))
def test_the_largest_load_is_found(limit, lowest, highest):
    """The service takes ``limit``; more makes it slow."""
    found = search(wanted(lowest=lowest, highest=highest), lambda value: at(0.5 if value <= limit else 2.0))
    best = min(limit, highest)
    assert found.best == (best if best >= lowest else None)
    assert len({probe.value for probe in found.probes}) == len(found.probes) <= 20


def test_a_failed_request_breaks_a_promise():
    found = search(wanted(highest=8), lambda value: at(0.5, succeeded=7 if value > 2 else None))
    assert found.best == 2
    assert "parallel 4: 1 requests failed" in found.words()


def test_the_search_ends_where_the_client_cannot_measure():
    found = search(wanted(), lambda value: at(0.5, invalid=("client-bound",) if value > 16 else ()))
    assert (found.best, found.ended_by_client) == (16, True)
    assert "the client could not measure more" in found.words()


def test_several_runs_are_one_run_of_more_requests():
    like = Level(concurrency=1, requests=1, ramp_up_s=2.0)
    level = wanted(runs=3, per_value=4).level(50, like)
    assert (level.concurrency, level.requests, level.ramp_up_s) == (50, 600, 2.0)
    rate = wanted(variable="rate", concurrency=9).level(5, like)
    assert (rate.concurrency, rate.rate, rate.requests) == (9, 5.0, 60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("[]", "no bounds"),
        ('{"p98_ttft": "<1s"}', "Did you mean"),
        ('{"p99_ttft": "<1"}', "times need a unit"),
        ('{"rps": ">1s"}', "rates have none"),
        ('{"p99_ttft": "max"}', "is no bound"),
    ],
)
def test_a_promise_that_is_none_is_refused(text, words):
    with pytest.raises(ConfigError) as caught:
        parse_criteria(text)
    assert words in str(caught.value)


def test_the_command_searches_and_says_what_it_found(perf, service, tmp_path, capsys):  # noqa: F811
    """The service works on two requests at once: a third waits, and the first token comes late."""
    service.writes, free = [], __import__("asyncio").Semaphore(2)
    honest = service._work

    async def queued(request, body, fault):
        async with free:
            return await honest(request, body, fault)

    service._work, service.latency_s = queued, 0.15
    promise = '{"p90_latency": "<=270ms"}'
    code = perf("--sla-auto-tune", "--sla-params", promise, "--sla-upper-bound", "8", "--sla-num-runs", "1")
    out = capsys.readouterr().out
    assert code == 0
    assert "the largest parallel that meets p90_latency<=270ms is 2" in out or "is 3" in out
    assert (tmp_path / "out" / "perf" / "m" / "parallel_4" / "requests.jsonl").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "needs --sla-params"),
        (["-n", "5"], "decides -n itself"),
        (["--sla-params", '{"p99_ttft": "<1s"}', "--eval-gate", "perf:ttft.p99<1"], "drop --eval-gate"),
        (["--sla-params", '{"p99_ttft": "<1s"}', "--sla-lower-bound", "9", "--sla-upper-bound", "3"], "leave no load"),
    ],
)
def test_options_that_do_not_go_with_a_search(arguments, words, perf, service, capsys):  # noqa: F811
    assert perf("--sla-auto-tune", *arguments) == 4
    assert words in capsys.readouterr().err
    assert service.requests == []
