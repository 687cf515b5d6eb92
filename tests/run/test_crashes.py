"""What becomes of the samples of a worker that died, and of those that come after it."""

from __future__ import annotations

import pytest

from evalscope_pytest.run.crashes import Handover, Handovers, LastReports, cause_of_death, distribution_fault
from evalscope_pytest.store.inflight_marks import Phase

AT_WORK, WAITING, TEST = Phase.WORKING, Phase.WAITING, Phase.TEST


def test_samples_at_work_run_alone_in_the_next_worker_and_the_rest_as_before() -> None:
    left = Handovers()
    assert left.ended("gw0", [3, 4, 5, 6], {3: AT_WORK, 4: AT_WORK, 5: WAITING}, "died") is None
    assert left.pending
    assert left.suspects == (3, 4)
    given = left.take_over("gw2")
    assert given == Handover(alone=(3, 4), rest=(5, 6))
    assert left.pending  # until it has been sent
    assert left.unsent("gw2") == [3, 4, 5, 6]
    assert left.unsent("gw2") == []
    assert not left.pending


def test_the_sample_that_is_alone_when_a_second_worker_dies_is_lost() -> None:
    left = Handovers()
    left.ended("gw0", [3, 4], {3: AT_WORK}, "died")
    left.take_over("gw2")
    left.unsent("gw2")
    assert left.ended("gw2", [3, 4], {3: AT_WORK}, "died with exit code 9") is None
    assert left.take_over("gw3") == Handover(lost=((3, "died with exit code 9"),), rest=(4,))


def test_what_a_worker_took_over_goes_on_when_it_dies_before_it_got_it() -> None:
    left = Handovers()
    left.ended("gw0", [3, 4], {3: AT_WORK}, "died")
    left.take_over("gw2")
    assert left.ended("gw2", [], {}, "died") is None
    assert left.take_over("gw3").alone == (3,)


def test_an_ordinary_test_that_kills_its_worker_is_named() -> None:
    left = Handovers()
    assert left.ended("gw0", [7, 8], {7: TEST}, "died") == 7
    assert left.take_over("gw2") == Handover(rest=(8,))


def test_a_worker_that_ends_in_good_order_leaves_nothing() -> None:
    left = Handovers()
    assert left.ended("gw0", [], {}, "") is None
    assert not left.pending
    assert left.take_over("gw1") == Handover()


def test_a_report_of_a_sample_is_repeated_only_after_the_worker_that_reported_it_died() -> None:
    last = LastReports()
    last.add("gw0", "arc[main-1]")
    last.add("", "arc[main-9]")
    assert not last.is_repeated("gw1", "arc[main-1]")
    last.died("gw0")
    assert last.is_repeated("gw1", "arc[main-1]")
    assert not last.is_repeated("gw0", "arc[main-1]")
    assert not last.is_repeated("gw1", "arc[main-2]")


@pytest.mark.parametrize(
    ("code", "end"),
    [
        (None, "this sample alone"),
        (3, "with exit code 3"),
        (-9, "killed by SIGKILL: out of memory?"),
        (-11, "killed by SIGSEGV"),
        (-200, "killed by signal 200"),
    ],
)
def test_the_cause_of_death_in_words(code: int | None, end: str) -> None:
    assert cause_of_death(code).startswith("the process died while it ran this sample alone")
    assert cause_of_death(code).endswith(end)


@pytest.mark.parametrize(
    ("dist", "workers", "fault"),
    [
        ("load", 9, ""),
        ("worksteal", 9, ""),
        ("loadfile", 8, ""),
        ("loadfile", 9, "--dist loadfile with 9 workers has at least 9 requests in flight, and --eval-batch-size"),
        ("each", 1, "--dist each would send every sample once per worker"),
    ],
)
def test_distributions_that_send_too_much_are_refused(dist: str, workers: int, fault: str) -> None:
    assert distribution_fault(dist, workers, 8).startswith(fault)
    assert bool(distribution_fault(dist, workers, 8)) is bool(fault)
