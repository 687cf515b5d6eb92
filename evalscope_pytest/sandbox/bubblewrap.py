"""Bubblewrap: namespaces for files, processes, network and IPC; the forking interpreter is their first process, and
confines each program further."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from . import host
from .inside import landlock, seccomp
from .inside.confinement import Layers
from .jail import INSIDE, InterpreterJail, interpreter
from .protocol import SCRATCH_BYTES

_BOX = "/box"
_JAIL = "/jail"
_NAMESPACES = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
# What the interpreter needs to give programs another user, to end them and to clear up after them.
_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_FOWNER")


@dataclass(frozen=True)
class Bubblewrap:
    """Programs in namespaces, made by ``bwrap``.

    Attributes:
        executable: Another ``bwrap`` than the one on the ``PATH``.
        equipment: The interpreter and the data of the programs.
    """

    name: str = "bubblewrap"
    forks: bool = True
    isolates: bool = True
    executable: str = ""
    equipment: host.Equipment = host.STANDARD

    def seeing(self, paths: tuple[str, ...]) -> Bubblewrap:
        """Return the isolation with more that programs may read."""
        return replace(self, equipment=self.equipment.seeing(paths))

    def obstacle(self) -> str:
        """Return why it cannot be used here."""
        if not host.is_linux():
            return "it needs Linux"
        if not self._bwrap():
            return "bwrap is not installed: apt-get install bubblewrap, or dnf install bubblewrap"
        if not seccomp.supported():
            return "there is no table of system calls for this processor"
        return ""

    def start(self) -> InterpreterJail:
        """Start a jail.

        Raises:
            SandboxError: It did not start.
        """
        user = host.throwaway_user()
        layers = Layers(
            scratch=_BOX, readable=("/",), uid=user, files=landlock.version() > 0, forks=True, namespace=True
        )
        options = _options(self.equipment, as_root=user is not None)
        command = [self._bwrap(), *options, "--", *interpreter(_JAIL, layers, self.equipment.python)]
        return InterpreterJail(self.name, command, _BOX)

    def _bwrap(self) -> str:
        return self.executable or shutil.which("bwrap") or ""


def _options(equipment: host.Equipment, *, as_root: bool) -> list[str]:
    options = [*_NAMESPACES, "--die-with-parent", "--as-pid-1"]
    if as_root:
        options += [word for capability in _CAPABILITIES for word in ("--cap-add", capability)]
    else:
        options.append("--unshare-user")
    readable = host.readable_paths(equipment)
    bound = [path for path in readable if path.count("/") > 1 or not os.path.islink(path)]
    for path in bound:
        options += [*_parents(path), "--ro-bind", path, path]
    for link in sorted(set(readable) - set(bound)):
        options += ["--symlink", os.readlink(link), link]
    options += ["--ro-bind", str(INSIDE), f"{_JAIL}/inside", "--proc", "/proc", "--dev", "/dev"]
    options += ["--size", str(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", _BOX]
    if not any(Path(path).is_relative_to("/tmp") for path in bound):  # noqa: S108 - the jail's own
        options += ["--symlink", _BOX, "/tmp"]  # noqa: S108
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", _BOX]


def _parents(path: str) -> list[str]:
    """Make the folders above a path passable for every user, whatever they are outside."""
    above = [str(folder) for folder in reversed(Path(path).parents)][1:]
    return [word for folder in above for word in ("--perms", "0755", "--dir", folder)]
