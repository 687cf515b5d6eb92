"""Finds a benchmark whose body returns what cannot be scored, before all of its samples are paid for."""

from __future__ import annotations

import asyncio


class BodyError(TypeError):
    """A benchmark's body returned what cannot be scored: its author's bug, found outside of its own code."""


class Trial:
    """Findings about a benchmark's body from its samples so far.

    As long as none has a result, the first `BodyError` holds for all: the others fail alike and send nothing.
    Each sample runs inside ``async with trial:``. (A generator as context manager would cost 12 us a sample.)

    Args:
        first_alone: Hold the other samples back until the first one has ended: the body is likely to be wrong.
    """

    def __init__(self, *, first_alone: bool = False) -> None:
        self._fault: BodyError | None = None
        self._proven = not first_alone
        self._has_result = False
        self._began = False
        self._ended = asyncio.Event()

    async def __aenter__(self) -> None:
        """Begin a sample.

        Raises:
            BodyError: Another sample has shown that the body returns what cannot be scored.
        """
        if self._proven or not self._began:
            self._began = True
        else:
            await self._ended.wait()
        if self._fault is not None:
            raise BodyError(f"{self._fault} (so this sample was not tried)")

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """End a sample."""
        if error is None:
            if self._has_result:
                return
            self._has_result = True
        elif isinstance(error, BodyError) and not self._has_result:
            self._fault = error
        self._proven = True
        self._ended.set()
