"""Marks what this process is working on, so that a process that dies leaves behind what may have killed it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from ..core.values import ModelOutput
from ..engine.context import SampleContext
from ..engine.handle import ModelHandle
from ..store.inflight_marks import Phase, Started
from ..wire.request import Request

T = TypeVar("T")

_slot: ContextVar[tuple[Started, int] | None] = ContextVar("evalscope_slot", default=None)


async def watched(started: Started, name: str, run: Callable[[], Awaitable[T]]) -> T:
    """Run a sample, marked as started for as long as it takes."""
    slot = started.begin(name)
    _slot.set((started, slot))
    try:
        return await run()
    finally:
        started.end(slot)


class WatchedModel(ModelHandle):
    """The model, whose replies a sample waits for without being suspected of anything."""

    async def _answer(self, request: Request, context: SampleContext | None) -> ModelOutput:
        marked: Any = _slot.get()
        if marked is None:
            return await super()._answer(request, context)
        started, slot = marked
        started.enter(slot, Phase.WAITING)
        try:
            return await super()._answer(request, context)
        finally:
            started.enter(slot, Phase.WORKING)
