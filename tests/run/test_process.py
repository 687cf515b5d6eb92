"""What a run takes over of its process: signals, streams, memory; and its part among several processes."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from evalscope_pytest.core.secret import remember_environment
from evalscope_pytest.run.process import (
    Interruption,
    MaskedFormatter,
    Process,
    Routing,
    collector_paused,
    patient_collector,
)


class Interrupted:
    """A run that notes how it was interrupted."""

    def __init__(self, *, polls_stop: bool) -> None:
        self.polls_stop = polls_stop
        self.by = ""
        self.noted = threading.Event()

    def interrupt(self, by: str) -> None:
        self.by = by
        self.noted.set()

    def abandon(self) -> None:
        raise AssertionError("a second signal was taken for one of the user's")


@pytest.fixture
def run() -> Interrupted:
    return Interrupted(polls_stop=True)


@pytest.fixture
def interruption(run: Interrupted) -> Iterator[Interruption]:
    before = signal.getsignal(signal.SIGINT)
    found = Interruption(run)
    found.take_over()
    yield found
    found.give_back()
    assert signal.getsignal(signal.SIGINT) is before


def pressed(run: Interrupted) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    assert run.noted.wait(10)


def test_a_run_that_polls_is_interrupted_without_an_exception(run: Interrupted, interruption: Interruption) -> None:
    pressed(run)
    assert run.by == "Ctrl-C"


def test_a_run_that_does_not_poll_gets_an_exception_once(run: Interrupted, interruption: Interruption) -> None:
    run.polls_stop = False
    with pytest.raises(KeyboardInterrupt):
        pressed(run)
    os.kill(os.getpid(), signal.SIGINT)  # an echo of the same key


def test_a_loop_that_does_not_end_is_interrupted_after_all(run: Interrupted, interruption: Interruption) -> None:
    pressed(run)
    with pytest.raises(KeyboardInterrupt):
        interruption.insist()


def test_a_loop_that_has_just_ended_is_left_alone(run: Interrupted, interruption: Interruption) -> None:
    pressed(run)
    run.polls_stop = False
    interruption.insist()


def test_reports_are_written_to_the_end(run: Interrupted, interruption: Interruption) -> None:
    interruption.over = True
    os.kill(os.getpid(), signal.SIGINT)
    interruption.insist()
    assert not run.by


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_shares_of_the_requests_in_flight_add_up(workers: int) -> None:
    shares = [Process(worker=f"gw{n}", workers=workers).share(8) for n in range(workers)]
    assert sum(shares) == 8
    assert max(shares) - min(shares) <= 1
    assert Process(workers=workers).share(8) == 8


def test_a_worker_has_at_least_one_request_in_flight() -> None:
    assert Process(worker="gw9", workers=10).share(8) == 1


def test_streams_are_put_back() -> None:
    before, handlers = sys.stdout, list(logging.getLogger().handlers)
    routing = Routing()
    routing.start(captured=True)
    assert sys.stdout is not before
    print("outside of any sample", end="")
    routing.stop()
    assert sys.stdout is before
    assert logging.getLogger().handlers == handlers


def test_a_log_shows_no_key() -> None:
    remember_environment({"EVALSCOPE_API_KEY": "sk-0123456789abcdef"})
    record = logging.LogRecord("x", logging.INFO, "f", 1, "key sk-0123456789abcdef", (), None)
    assert "0123456789" not in MaskedFormatter(logging.Formatter("%(message)s")).format(record)


def test_the_garbage_collector_is_put_back() -> None:
    before = gc.get_threshold()
    with patient_collector():
        assert gc.get_threshold() != before
    assert gc.get_threshold() == before
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
