"""The `sandbox` that authors see."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import Any

from ..core.errors import UsageError, closest
from .pool import Pool
from .protocol import Program


class SandboxHandle:
    """The sandbox of this process, as fixtures hand it out.

    ``run`` answers in its caller's style: inside a coroutine it returns an awaitable, elsewhere it blocks.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @property
    def name(self) -> str:
        """The isolation in use: ``bubblewrap``, ``landlock``, ``docker``, ``unsafe``."""
        return self._pool.isolation.name

    @property
    def forks(self) -> bool:
        """True if programs may start processes, as compilers do."""
        return self._pool.isolation.forks

    def __repr__(self) -> str:
        return f"<sandbox {self.name}>"

    def run(self, program: Program | str = "", **options: Any) -> Any:
        """Run a program: `Result`, or an awaitable of one inside a coroutine.

        Args:
            program: A `Program`, or Python source.
            options: The other fields of `Program`: ``tests``, ``argv``, ``files``, ``stdin``, ``limits``.

        Raises:
            UsageError: An option has no such name.
            SandboxError: The sandbox broke. Let it pass: the sample is then an error, no wrong answer.
        """
        future = self._pool.submit(program if isinstance(program, Program) else _program(program, options))
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return future.result()
        return asyncio.wrap_future(future)


def _program(source: str, options: dict[str, Any]) -> Program:
    known = [f.name for f in fields(Program) if f.name != "source"]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise UsageError(f"sandbox.run() has no argument {unknown[0]!r}. {closest(unknown[0], known)}")
    return Program(source=source, **options)
