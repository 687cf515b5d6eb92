"""No isolation: limits, a clean environment and a folder of its own, for those who asked for it by name."""

from __future__ import annotations

import os
from dataclasses import dataclass

from . import host
from .jail import InterpreterJail
from .scratch import jail_in_scratch


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
