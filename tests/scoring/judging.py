"""Running a scorer on one reply."""

from __future__ import annotations

import asyncio
import inspect

from evalscope_pytest import Sample, Score, Scorer


def judged(scorer: Scorer, reply: str, sample: Sample) -> Score:
    async def score() -> Score:
        result = scorer.score(reply, sample)
        return await result if inspect.isawaitable(result) else result

    return asyncio.run(score())
