"""A sandbox for these tests, and a way to judge a reply in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.sandbox.choice import choose
from evalscope_pytest.sandbox.engine import SandboxChoice
from evalscope_pytest.sandbox.pool import Pool, SandboxHandle

Judge = Callable[..., Score]


@pytest.fixture(scope="package")
def sandbox() -> Iterator[SandboxHandle]:
    try:
        pool = Pool(choose(SandboxChoice()), 2)
    except UsageError as error:
        pytest.skip(str(error))
    yield SandboxHandle(pool)
    pool.close()


@pytest.fixture(scope="package")
def judged(sandbox: SandboxHandle) -> Judge:
    """Return what a scorer makes of a reply."""

    def judge(scorer: Scorer, reply: str, sample: Sample, cpu_s: float = 1.0) -> Score:
        async def score() -> Score:
            return await scorer.bind(sandbox=sandbox, timeout_s=cpu_s).score(reply, sample)

        return asyncio.run(score())

    return judge
