"""The look-ahead: order, limits, refilling, stopping."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time

import pytest

from evalscope_pytest.engine.loop import Job, LookAhead, LoopThread
from tests.cost import at_most
from tests.waiting import wait_until


@pytest.fixture
def thread():
    thread = LoopThread()
    yield thread
    thread.close()


class Gauge:
    """Counts jobs that run at the same time; each runs until so many did."""

    def __init__(self, together: int = 0) -> None:
        self.now = self.most = self.started = 0
        self._together = together

    async def work(self, seconds: float, value: object) -> object:
        self.now += 1
        self.started += 1
        self.most = max(self.most, self.now)
        patience = 60.0
        try:
            while self.most < self._together and patience > 0:
                await asyncio.sleep(0.01)
                patience -= 0.01
            await asyncio.sleep(seconds)
            return value
        finally:
            self.now -= 1


def supply_of(jobs: list[Job]):
    waiting = iter(jobs)
    return lambda room: list(itertools.islice(waiting, room))


def test_results_come_in_order_whatever_the_latencies(thread):
    gauge, shuffled = Gauge(together=16), random.Random(1)
    jobs = [Job(lambda i=i: gauge.work(shuffled.random() / 100, i)) for i in range(200)]
    ahead, supply = LookAhead(thread, running=16, buffer=128), supply_of(jobs)

    taken = []
    for job in jobs:
        ahead.feed(supply)
        taken.append(ahead.take(job))

    assert taken == list(range(200))
    assert gauge.most == 16


def test_a_slow_first_job_does_not_hold_up_the_others(thread):
    gauge, over = Gauge(), threading.Event()

    async def slow():
        while not over.is_set():
            await asyncio.sleep(0.01)
        return 0

    jobs = [Job(slow), *(Job(lambda i=i: gauge.work(0.001, i)) for i in range(1, 64))]
    ahead = LookAhead(thread, running=4, buffer=64)
    ahead.feed(supply_of(jobs))
    wait_until(lambda: all(job.done for job in jobs[1:]))
    assert not jobs[0].done
    over.set()
    assert ahead.take(jobs[0]) == 0


def test_no_more_than_the_buffer_is_started_ahead_of_the_reader(thread):
    gauge = Gauge()
    jobs = [Job(lambda i=i: gauge.work(0, i)) for i in range(100)]
    ahead = LookAhead(thread, running=4, buffer=20)
    ahead.feed(supply_of(jobs))
    wait_until(lambda: gauge.started >= 20)
    time.sleep(0.1)
    assert gauge.started == 20


def test_an_exception_reaches_the_one_who_takes(thread):
    async def broken():
        raise LookupError("gone")

    job: Job[None] = Job(broken)
    ahead: LookAhead[None] = LookAhead(thread, 1, 1)
    ahead.feed_now(job)
    with pytest.raises(LookupError, match="gone"):
        ahead.take(job)


def test_stop_cancels_what_runs_and_starts_nothing_more(thread):
    gauge = Gauge()
    jobs = [Job(lambda i=i: gauge.work(3600, i)) for i in range(10)]
    ahead = LookAhead(thread, running=3, buffer=10)
    ahead.feed(supply_of(jobs))
    wait_until(lambda: gauge.started == 3)
    ahead.stop()
    wait_until(lambda: gauge.now == 0)
    assert gauge.started == 3


def test_close_returns_soon_although_a_task_swallows_cancellation():
    thread = LoopThread()

    async def stubborn():
        while True:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                continue

    thread.submit(stubborn())
    started = time.monotonic()
    thread.close(timeout_s=0.2)
    assert time.monotonic() - started < 60


def test_a_job_is_waited_for_however_long_it_takes(thread):
    async def slow():
        await asyncio.sleep(0.3)
        return "done"

    ahead, job = LookAhead(thread, running=1, buffer=1), Job(slow)
    ahead.feed_now(job)
    assert ahead.take(job) == "done"


def test_a_reader_that_waits_does_not_keep_a_processor_busy(thread):
    async def slow():
        await asyncio.sleep(0.6)

    ahead, jobs = LookAhead(thread, running=1, buffer=2), [Job(slow), Job(slow)]
    ahead.feed(supply_of(jobs))
    ahead.take(jobs[0])
    with at_most(0.1):
        ahead.take(jobs[1])
