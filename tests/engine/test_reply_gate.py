"""Replies are worked on one in each round of the loop, so that what is ready to be sent goes in between."""

from __future__ import annotations

import asyncio

from evalscope_pytest.engine.client import ReplyGate


def test_one_goes_on_in_each_round_of_the_loop_in_order():
    async def scenario():
        gate, seen, rounds = ReplyGate(), [], 0

        async def work(number):
            await gate.wait()
            seen.append((number, rounds))

        tasks = [asyncio.create_task(work(number)) for number in range(5)]
        while len(seen) < 5:
            await asyncio.sleep(0)
            rounds += 1
        await asyncio.gather(*tasks)
        return seen

    seen = asyncio.run(scenario())
    assert [number for number, _ in seen] == [0, 1, 2, 3, 4]
    first = seen[0][1]
    assert [round_ - first for _, round_ in seen] == [0, 1, 2, 3, 4]


def test_who_is_cancelled_keeps_nobody_waiting():
    async def scenario():
        gate = ReplyGate()
        tasks = [asyncio.create_task(gate.wait()) for _ in range(4)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[2].cancel()
        await asyncio.wait_for(asyncio.gather(tasks[1], tasks[3]), 30)
        await asyncio.wait_for(gate.wait(), 30)  # and the line starts anew

    asyncio.run(scenario())
