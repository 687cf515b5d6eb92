"""What a user reads of a service."""

from __future__ import annotations

import pytest

from evalscope_pytest.core.service_state import Services, ServiceState, together


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ServiceState(limit=64, most=64, in_flight=64), ""),
        (ServiceState(limit=64, most=64, rate_limited=31), ""),
        (ServiceState(limit=12, most=64, rate_limited=31), "limit 12 of 64, 429 x31"),
        (ServiceState(limit=8, most=8, waits_s=40.2, waits_for="Retry-After"), "waits 40 s: Retry-After"),
        (ServiceState(limit=8, most=8, waits_s=0.4, waits_for="rate limit"), ""),
        (
            ServiceState(limit=1, most=8, rate_limited=9, waits_s=6, waits_for="rate limit"),
            "limit 1 of 8, 429 x9, waits 6 s: rate limit",
        ),
        (ServiceState(limit=8, most=8, breaker="open", waits_s=12), "service down, next try in 12 s"),
        (ServiceState(limit=8, most=8, breaker="probing"), "service down, trying it"),
    ],
)
def test_only_what_is_not_boring_is_said(state, words):
    assert state.words() == words


def test_processes_are_summed_and_the_worst_is_told():
    well = ServiceState(in_flight=3, limit=4, most=4, answered=10)
    held = ServiceState(1, 2, 4, 5, 7, 8, 30.0, "next try", "open", "")
    assert together([well, held]) == ServiceState(4, 6, 8, 15, 7, 8, 30.0, "next try", "open", "")
    assert together([]) is None


def test_the_model_and_its_judges_are_told_apart() -> None:
    well, held = ServiceState(limit=4, most=4), ServiceState(limit=1, most=8, waits_s=40, waits_for="Retry-After")
    assert (Services().words(), Services(well, well).words()) == ("", "")
    assert Services(held, well).words() == "limit 1 of 8, 429 x0, waits 40 s: Retry-After"
    assert Services(well, held).words() == "judge: limit 1 of 8, 429 x0, waits 40 s: Retry-After"
    assert (Services(well).is_held, Services(well, held).is_held) == (False, True)
    both = Services.of([Services(well), Services(well, held), Services()])
    assert both == Services(ServiceState(limit=8, most=8), held)
