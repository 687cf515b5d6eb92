"""Landlock and seccomp without namespaces: for machines where nobody may make any, such as most containers."""

from __future__ import annotations

from dataclasses import dataclass

from . import host
from .inside import landlock, seccomp
from .jail import InterpreterJail
from .scratch import jail_in_scratch


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
