"""Derives a program's outcome from its run in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import SandboxError
from ...core.values import Score
from ...sandbox.protocol import MIB, Limits, Result
from ...sandbox.suspicion import suspicious

if TYPE_CHECKING:
    from ...sandbox.pool import SandboxHandle

_CPU_S = 10.0
_LONGEST_SLEEP_S = 10.0
_LONGEST_LINE = 300
_OBSTACLES = {
    "processes": "start a process",
    "attributes": "change a file's mode, owner or times",
}
_WORDS = {
    "timeout": "it took more than {cpu_s:g} s of CPU, or slept for too long",
    "oom": "it took more memory than it may",
    "output_limit": "it wrote more than it may",
    "crashed": "it was ended by a signal",
}


def limits_for(cpu_s: float | None, *, memory_bytes: int = 1024 * MIB, output_bytes: int = MIB) -> Limits:
    """Return the limits of a program of a benchmark.

    Args:
        cpu_s: Its CPU seconds, None for the default. It may sleep for about as long, but no longer than
            11 s: honest answers do not. A busy machine may take many times as long, so the wall clock is a last resort.
    """
    seconds = cpu_s or _CPU_S
    idle_s = 1.0 + min(seconds, _LONGEST_SLEEP_S)
    wall_s = 60.0 + 10 * seconds
    return Limits(cpu_s=seconds, wall_s=wall_s, idle_s=idle_s, memory_bytes=memory_bytes, output_bytes=output_bytes)


def outcome(result: Result, code: str, cpu_s: float, *, compared: str = "inside") -> Score:
    """Return the score of a program that ran together with its tests.

    Args:
        code: The model's part of it.
        compared: ``outside`` or ``inside`` the program's own process.
    """
    metadata: dict[str, object] = {"status": result.status, "compared": compared}
    if result.ok and (marks := suspicious(code)):
        metadata["suspicious"] = list(marks)
    return Score(accuracy=result.ok, answer=code, explanation=why(result, cpu_s) or None, metadata=metadata)


def check_obstacle(result: Result, sandbox: SandboxHandle) -> None:
    """A program that failed because of what only this sandbox refuses is not shown to be wrong.

    Raises:
        SandboxError: It is one.
    """
    wanted = "" if result.ok else _OBSTACLES.get(result.obstacle, "")
    if wanted:
        raise SandboxError(
            f"the program tried to {wanted}: refused by the sandbox ({sandbox.name}), so there is no verdict. "
            "Bubblewrap allows it. Install it (apt-get install bubblewrap) and run the same command again."
        )


def why(result: Result, cpu_s: float) -> str:
    """Return in a line why a program failed; empty when it did not."""
    if result.ok:
        return ""
    if result.status != "failed":
        return _WORDS.get(result.status, result.status).format(cpu_s=cpu_s)
    if result.exit_code == 0:
        return "it ended before its tests did"
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
    telling = next((line for line in reversed(lines) if "rror" in line), "".join(lines[-1:]))
    return telling[:_LONGEST_LINE] or f"it ended with exit code {result.exit_code}"
