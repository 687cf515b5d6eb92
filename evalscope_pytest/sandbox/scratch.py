"""Jails whose working directory is a temporary folder of this machine: Landlock's, and one without isolation."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass

from . import host
from .inside import landlock, seccomp
from .inside.confinement import Layers
from .inside.kernel import remove_tree
from .jail import INSIDE, InterpreterJail, interpreter


@dataclass(frozen=True)
class Landlocked:
    """Programs that see this machine's libraries and one folder. They cannot start processes."""

    name: str = "landlock"
    forks: bool = False
    isolates: bool = True

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
        return jail_in_scratch(self.name, readable=host.readable_paths(), files=True, calls=True, forks=False)


@dataclass(frozen=True)
class Unsafe:
    """Programs that may read, write and reach whatever their user may."""

    name: str = "unsafe"
    forks: bool = True
    isolates: bool = False

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
        return jail_in_scratch(self.name, files=False, calls=False, forks=True)


def jail_in_scratch(
    name: str, *, readable: tuple[str, ...] = (), files: bool, calls: bool, forks: bool
) -> InterpreterJail:
    """Start a forking interpreter with a temporary folder; see `Layers` for the arguments.

    Raises:
        SandboxError: It did not start.
    """
    user = host.throwaway_user()
    scratch = os.path.realpath(tempfile.mkdtemp(prefix="evalscope-box-"))
    try:
        # Landlock decides what may be read; the right to pass closed folders adds nothing to it.
        read_all = user is not None and any(
            map(host.closed_to_others, (*host.interpreter_folders(), os.path.dirname(scratch)))
        )
        if user is not None:
            os.chown(scratch, user, user)
        layers = Layers(scratch, readable, user, read_all, files=files, calls=calls, forks=forks)
        return InterpreterJail(name, interpreter(str(INSIDE.parent), layers), scratch, remove=scratch)
    except BaseException:
        remove_tree(scratch)
        raise
