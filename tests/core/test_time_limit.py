"""A time limit ends what takes too long, and nothing else; every cancellation from outside stays one."""

from __future__ import annotations

import asyncio

import pytest

from bench.rate_limit import simulate
from evalscope_pytest.core.deadline import Deadline


def seconds() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("limit_s", [None, 5.0])
def test_what_is_done_in_time_is_not_disturbed(limit_s: float | None) -> None:
    async def scenario() -> str:
        with Deadline(limit_s):
            await asyncio.sleep(4)
        await asyncio.sleep(10)  # the limit is over: its timer must not ring here
        return "done"

    assert simulate(scenario) == "done"


def test_what_takes_longer_ends_at_the_limit_as_a_time_out() -> None:
    async def scenario() -> float:
        with pytest.raises(asyncio.TimeoutError), Deadline(5):
            await asyncio.sleep(60)
        return seconds()

    assert simulate(scenario) == pytest.approx(5)


def test_the_inner_of_two_limits_ends_only_what_is_inside_it() -> None:
    async def scenario() -> list[float]:
        times = []

        async def limited_twice() -> None:
            with Deadline(5):
                with pytest.raises(asyncio.TimeoutError), Deadline(2):
                    await asyncio.sleep(60)
                times.append(seconds())
                await asyncio.sleep(60)

        with pytest.raises(asyncio.TimeoutError):
            await limited_twice()
        return [*times, seconds()]

    assert simulate(scenario) == pytest.approx([2, 5])


def test_an_error_at_the_limit_is_that_error() -> None:
    async def failing() -> None:
        with Deadline(5):
            try:
                await asyncio.sleep(60)
            finally:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        simulate(failing)


def test_a_cancellation_from_outside_is_not_turned_into_a_time_out() -> None:
    async def limited() -> None:
        with Deadline(5):
            await asyncio.sleep(60)

    async def scenario() -> None:
        task = asyncio.ensure_future(limited())
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    simulate(scenario)


@pytest.mark.skipif(not hasattr(asyncio.Task, "uncancel"), reason="Python 3.10 cannot tell two cancellations apart")
def test_a_cancellation_in_the_moment_of_the_limit_wins() -> None:
    async def limited() -> None:
        with Deadline(5):
            await asyncio.sleep(60)

    async def scenario() -> None:
        task = asyncio.ensure_future(limited())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(5, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task

    simulate(scenario)
