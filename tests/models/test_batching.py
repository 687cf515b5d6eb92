"""Batches are made of what waits: full where possible, of one kind, of like length, and nobody is left behind."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from evalscope_pytest.core.errors import RejectedError
from evalscope_pytest.models.llm_ckpt import Batcher


def run(items, work, *, size=4, kind=lambda i: 0):
    async def submit():
        batcher = Batcher(work, size=size, kind=kind, length=len)
        results = await asyncio.gather(*map(batcher.submit, items), return_exceptions=True)
        batcher.close()
        return results

    return asyncio.run(submit())


def test_everyone_gets_the_result_for_its_own_item():
    items = [("ab" * n)[: n % 7 + 1] + str(n) for n in range(50)]
    assert run(items, lambda batch: [i.upper() for i in batch]) == [i.upper() for i in items]


def test_batches_are_full_and_of_like_length():
    batches = []

    def work(batch):
        batches.append([len(i) for i in batch])
        return batch

    run(["x" * n for n in (9, 1, 8, 2, 7, 3, 6, 4)], work)
    assert [len(b) for b in batches] == [4, 4]
    assert sorted(map(sorted, batches)) == [[1, 2, 3, 4], [6, 7, 8, 9]]


def test_the_one_that_waited_longest_is_always_in_the_next_batch():
    firsts = []

    def work(batch):
        firsts.append(batch)
        return batch

    run(["x" * 100, *["y"] * 7], work)
    assert "x" * 100 in firsts[0]


def test_kinds_do_not_mix():
    seen = []

    def work(batch):
        seen.append({i[0] for i in batch})
        return batch

    run(["a1", "b1", "a2", "b2", "a3"], work, kind=lambda i: i[0])
    assert all(len(kinds) == 1 for kinds in seen)
    assert len(seen) == 2


def test_a_single_item_does_not_wait_for_others():
    started = time.monotonic()
    run(["a"], lambda batch: batch, size=64)
    assert time.monotonic() - started < 30


def test_an_error_for_one_item_is_its_own():
    results = run(["a", "b"], lambda batch: [RejectedError("no") if i == "a" else i for i in batch])
    assert isinstance(results[0], RejectedError)
    assert results[1] == "b"


def test_work_that_raises_fails_its_batch_and_no_later_one():
    def work(batch):
        if "bad" in batch:
            raise RuntimeError("broken")
        return batch

    results = run(["bad", "good"], work, size=1)
    assert isinstance(results[0], RuntimeError)
    assert results[1] == "good"


def test_who_gave_up_takes_no_place():
    seen, cancelled = [], threading.Event()

    def work(batch):
        seen.extend(batch)
        cancelled.wait(60)
        return batch

    async def submit():
        batcher = Batcher(work, size=1, kind=lambda i: 0, length=len)
        first, second, third = (asyncio.create_task(batcher.submit(i)) for i in ("a", "b", "c"))
        while not seen:
            await asyncio.sleep(0.01)
        second.cancel()
        await asyncio.sleep(0)
        cancelled.set()
        assert await first == "a"
        assert await third == "c"
        batcher.close()

    asyncio.run(submit())
    assert seen == ["a", "c"]


def test_closing_cancels_those_who_wait():
    begun, closed = threading.Event(), threading.Event()

    def work(batch):
        begun.set()
        closed.wait(60)
        return batch

    async def submit():
        batcher = Batcher(work, size=1, kind=lambda i: 0, length=len)
        tasks = [asyncio.create_task(batcher.submit(i)) for i in "ab"]
        await asyncio.to_thread(begun.wait, 60)
        batcher.close()
        for task in tasks:
            with pytest.raises(asyncio.CancelledError):
                await task
        closed.set()

    asyncio.run(submit())
