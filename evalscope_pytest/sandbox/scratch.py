"""Jails whose working directory is a temporary folder of this machine: Landlock's, and one without isolation."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace

from . import host
from .inside import landlock, seccomp
from .inside.confinement import Layers
from .inside.kernel import remove_tree
from .jail import INSIDE, InterpreterJail, interpreter


@dataclass(frozen=True)
class Landlocked:
    """Programs that see this machine's libraries and one folder. They cannot start processes.

    Attributes:
        equipment: The interpreter and the data of the programs.
    """

    name: str = "landlock"
    forks: bool = False
    isolates: bool = True
    equipment: host.Equipment = host.STANDARD

    def seeing(self, paths: tuple[str, ...]) -> Landlocked:
        """Return the isolation with more that programs may read."""
        return replace(self, equipment=self.equipment.seeing(paths))

    def obstacle(self) -> str:
        """Return why it cannot be used here."""
        if not host.is_linux():
            return "it needs Linux"
        if not landlock.version():
            return "the kernel has no Landlock (Linux 5.13 or newer, with landlock among its lsm= modules)"
        if not seccomp.supported():
            return "there is no table of system calls for this processor"
        return ""

    def start(self) -> InterpreterJail:
        """Start a jail.

        Raises:
            SandboxError: It did not start.
        """
        return jail_in_scratch(self.name, self.equipment, files=True, calls=True, forks=False)


@dataclass(frozen=True)
class Unsafe:
    """Programs that may read, write and reach whatever their user may.

    Attributes:
        equipment: The interpreter of the programs; data needs no mention, all that their user may read is there.
    """

    name: str = "unsafe"
    forks: bool = True
    isolates: bool = False
    equipment: host.Equipment = host.STANDARD

    def seeing(self, paths: tuple[str, ...]) -> Unsafe:
        """Return the isolation with more that programs may read."""
        return replace(self, equipment=self.equipment.seeing(paths))

    def obstacle(self) -> str:
        """Return why it cannot be used here."""
        if os.name != "posix":
            return "it needs a system that can fork"
        if os.geteuid() == 0 and host.throwaway_user() is None:
            return "code would run as root, which this process cannot give up. Run as an ordinary user"
        return ""

    def start(self) -> InterpreterJail:
        """Start a forking interpreter.

        Raises:
            SandboxError: It did not start.
        """
        return jail_in_scratch(self.name, self.equipment, files=False, calls=False, forks=True)


def jail_in_scratch(name: str, equipment: host.Equipment, *, files: bool, calls: bool, forks: bool) -> InterpreterJail:
    """Start a forking interpreter with a temporary folder; see `Layers` for the arguments.

    Raises:
        SandboxError: It did not start.
    """
    user = host.throwaway_user()
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="evalscope-box-"))
    try:
        # Landlock decides what may be read; the right to pass closed folders adds nothing to it.
        passed = (*equipment.own_paths, os.path.dirname(scratch))
        read_all = user is not None and any(map(host.closed_to_others, passed))
        if user is not None:
            os.chown(scratch, user, user)
        readable = host.readable_paths(equipment) if files else ()
        layers = Layers(scratch, readable, user, read_all, files=files, calls=calls, forks=forks)
        return InterpreterJail(name, interpreter(str(INSIDE.parent), layers, equipment.python), scratch, remove=scratch)
    except BaseException:
        remove_tree(scratch)
        raise
