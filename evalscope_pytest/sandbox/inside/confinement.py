"""Rights that a child gives up before it runs a program."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
from dataclasses import asdict, dataclass
from typing import Any

from . import kernel, landlock
from .seccomp import Filter

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class Bounds:
    """Limits of one program, as they travel into the jail. See `protocol.Limits`."""

    cpu_s: float
    wall_s: float
    idle_s: float
    memory_bytes: int
    file_bytes: int
    output_bytes: int
    open_files: int
    processes: int
    scratch_bytes: int


@dataclass(frozen=True)
class Layers:
    """Layers of confinement that a jail puts on its programs.

    Attributes:
        scratch: The only folder they may write to: their working directory, emptied after each.
        readable: Paths they may read, if ``files`` is set.
        uid: User they run as; None: that of the jail.
        read_all: They need the right to pass folders closed to others: the interpreter lies in one.
        files: Confine them to ``scratch`` and ``readable`` (Landlock).
        calls: Refuse them system calls (seccomp).
        forks: They may start processes.
        namespace: The jail is the first process of a namespace: all processes it can see are its own, and can be ended.
    """

    scratch: str
    readable: tuple[str, ...] = ()
    uid: int | None = None
    read_all: bool = False
    files: bool = True
    calls: bool = True
    forks: bool = False
    namespace: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON."""
        return asdict(self)


class Confinement:
    """Layers, prepared once for all children of a jail.

    Raises:
        OSError: The kernel lacks a layer.
    """

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self._rules = landlock.ruleset(layers.readable, [layers.scratch, *_DEVICES]) if layers.files else -1
        self._filter = Filter.build(forks=layers.forks, namespace=layers.namespace) if layers.calls else None

    def apply_early(self) -> None:
        """Confine the jail itself by what it can do without, so that its children need not be, one by one.

        Compiling a filter for a process, and freeing it again, takes the kernel 3 ms.

        Raises:
            OSError: The kernel refused.
        """
        if self._filter is not None and self.layers.namespace:
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS)
            self._filter.install()
            self._filter = None

    @property
    def notifies(self) -> bool:
        """True if programs have a listener: some refusals are the jail's own, and others would allow what they ask."""
        return self._filter is not None and self._filter.notifies

    def apply(self, bounds: Bounds, *, interpreter: bool) -> int:
        """Confine this process.

        Args:
            bounds: Limits of the program.
            interpreter: It is this interpreter that runs it, whose address space may be bounded. Other runtimes
                reserve far more than they use.

        Returns:
            The file descriptor of the listener for refusals (`seccomp.refuse_notified`); -1 if there is none.

        Raises:
            OSError: The kernel refused.
        """
        _set_limits(bounds, interpreter=interpreter, own_count=self.layers.uid is not None or self.layers.namespace)
        if self.layers.uid is not None:
            _become(self.layers.uid, read_all=self.layers.read_all)
        elif sys.platform == "linux":
            kernel.keep_capabilities(0)
        if not self.layers.namespace:  # after the change of user, which would undo it
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS)
        if self._rules >= 0:
            landlock.restrict(self._rules)
            os.close(self._rules)
        return self._filter.install() if self._filter is not None else -1


def _set_limits(bounds: Bounds, *, interpreter: bool, own_count: bool) -> None:
    import resource

    memory = resource.RLIMIT_AS if interpreter else resource.RLIMIT_DATA
    cpu_s = math.ceil(bounds.cpu_s) + 1  # the jail itself is exact: this ends what outlives it
    limits = {
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),
        memory: (bounds.memory_bytes,) * 2,
        resource.RLIMIT_FSIZE: (bounds.file_bytes,) * 2,
        resource.RLIMIT_NOFILE: (bounds.open_files,) * 2,
        resource.RLIMIT_CORE: (0, 0),
    }
    if own_count:  # else every process of the user counts, and neighbours would fail each other
        limits[resource.RLIMIT_NPROC] = (bounds.processes,) * 2
    for what, (soft, hard) in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a lower limit is there already, or the system has no such one
            resource.setrlimit(what, (soft, hard))


def _become(uid: int, *, read_all: bool) -> None:
    if read_all:
        kernel.prctl(kernel.PR_SET_KEEPCAPS)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if read_all:  # else the kernel has taken them all
        kernel.keep_capabilities(1 << kernel.CAP_DAC_READ_SEARCH)
