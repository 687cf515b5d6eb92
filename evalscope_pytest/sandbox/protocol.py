"""Programs, limits and results of a sandbox (docs/design/sandbox.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ..core.errors import UsageError

Status = Literal["ok", "failed", "timeout", "oom", "output_limit", "crashed", "sandbox_error"]
STATUSES: tuple[Status, ...] = ("ok", "failed", "timeout", "oom", "output_limit", "crashed", "sandbox_error")

MIB = 1 << 20
SCRATCH_BYTES = 64 * MIB  # what a program may keep in its working directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a program.

    Attributes:
        cpu_s: CPU seconds of the program alone: the same verdict on a busy machine as on an idle one.
        wall_s: Seconds it may take altogether; generous, since a busy machine is slow.
        idle_s: Seconds it may sleep: in which none of its threads runs or waits for a processor, however busy the
            machine is.
        memory_bytes: Memory of all its processes. A Python program's address space is bounded by it as well.
        file_bytes: Size of one file.
        output_bytes: Size of its output, both streams together.
        processes: Processes and threads at once, if processes are allowed at all.
    """

    cpu_s: float = 10.0
    wall_s: float = 60.0
    idle_s: float = 60.0
    memory_bytes: int = 1024 * MIB
    file_bytes: int = 16 * MIB
    output_bytes: int = MIB
    open_files: int = 64
    processes: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Something to run.

    Attributes:
        source: Python, run as a script by this interpreter (the standard library and installed packages are there).
        tests: Python, run after ``source`` in the same module. The status is ``ok`` only if its end was reached.
        apart: Run ``tests`` in a separate process, out of the program's reach. They import its functions: ``from
            program import f``. Arguments and values travel as plain data: a value of a class of the program's own
            equals nothing.
        argv: A command instead of ``source``, found on the machine's own ``PATH``.
        files: Text or bytes by path, written to the working directory first.
    """

    source: str = ""
    tests: str = ""
    apart: bool = False
    argv: tuple[str, ...] = ()
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    stdin: str | bytes = ""
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if bool(self.argv) == bool(self.source or self.tests):
            raise UsageError("a program has either a source or an argv. Give one of them.")
        if self.apart and not self.tests:
            raise UsageError("a program has apart=True but no tests. Give tests, or leave apart out.")


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a program.

    Attributes:
        status: ``ok``: exit code 0, and the end of the tests reached if there are any. ``failed``: an exception,
            another exit code, an end before that of the tests. ``crashed``: ended by a signal.
        cpu_s: CPU seconds of the program and the processes it waited for.
        exit_code: None if there is none: it was ended, or never started.
        detail: Description of a ``sandbox_error``.
        obstacle: Why the result says little: ``processes`` or ``attributes``: this sandbox refused it to
            start a process, or to change a file's mode, owner or times, which others allow. ``unplain``: tests that run
            apart pass arguments that are not plain data.
    """

    status: Status
    stdout: str = ""
    stderr: str = ""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    max_rss_bytes: int = 0
    exit_code: int | None = None
    detail: str = ""
    obstacle: str = ""

    @property
    def ok(self) -> bool:
        """True when it ran to its end, and to that of its tests."""
        return self.status == "ok"


class Jail(Protocol):
    """One started isolation. It runs a program at a time."""

    @property
    def usable(self) -> bool:
        """False once it must be replaced."""
        ...

    def run(self, program: Program) -> Result:
        """Run a program to its end; blocks. What breaks is a ``sandbox_error``."""
        ...

    def close(self) -> None:
        """End it, from any thread; a program in it ends with it."""
        ...


class Isolation(Protocol):
    """A way to isolate."""

    @property
    def name(self) -> str:
        """Name in settings and messages."""
        ...

    @property
    def forks(self) -> bool:
        """True if programs may start processes."""
        ...

    @property
    def isolates(self) -> bool:
        """False for the one that only pretends."""
        ...

    def __hash__(self) -> int: ...

    def seeing(self, paths: tuple[str, ...]) -> Isolation:
        """Return the isolation with more files and folders of this machine that programs may read.

        Raises:
            SandboxError: It has none of this machine's.
        """
        ...

    def obstacle(self) -> str:
        """Return why it cannot be used here, and what to do about it; empty when it may work."""
        ...

    def start(self) -> Jail:
        """Start a jail.

        Raises:
            SandboxError: It did not start.
        """
        ...
