"""The sandboxes of this process: chosen and proven once, shared by benchmarks and ordinary tests."""

from __future__ import annotations

from ..config.sandbox import sandbox_choice
from ..config.task import TaskConfig
from ..sandbox.choice import choose
from ..sandbox.engine import SandboxChoice
from ..sandbox.pool import Pool, SandboxHandle, processors


class Sandboxes:
    """One pool for each choice: benchmarks may want another container image.

    Args:
        share: How many processes share this machine's processors.
    """

    def __init__(self, task: TaskConfig, share: int = 1) -> None:
        self._task = task
        self._share = max(1, share)
        self._pools: dict[SandboxChoice, Pool] = {}

    def handle(self, benchmark: str = "") -> SandboxHandle:
        """Return the sandbox of a benchmark, or of ordinary tests.

        Raises:
            UsageError: Nothing here isolates; the message says what was tried.
        """
        return SandboxHandle(self._pool(benchmark))

    def unsafe(self, benchmark: str) -> bool:
        """Return whether code of a benchmark, whose sandbox was made before, runs without isolation."""
        pool = self._pools.get(self._choice(benchmark))
        return pool is not None and not pool.isolation.isolates

    def close(self) -> None:
        """End all jails."""
        for pool in self._pools.values():
            pool.close()

    def _choice(self, benchmark: str) -> SandboxChoice:
        choice = sandbox_choice(vars(self._task))
        return choice.changed(self._task.args_of(benchmark).sandbox_config or {}, f"sandbox_config of {benchmark!r}")

    def _pool(self, benchmark: str) -> Pool:
        choice = self._choice(benchmark)
        if choice not in self._pools:
            isolation = choose(choice, allow_unsafe=self._task.allow_unsafe_code)
            self._pools[choice] = Pool(isolation, (choice.size or processors()) // self._share)
        return self._pools[choice]
