"""Facts about this machine for sandboxes: users, paths, the interpreter's folders."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_CAP_SETGID, _CAP_SETUID, _CAP_KILL = 6, 7, 5
_HIGH_USERS = 1 << 30
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")


@dataclass(frozen=True, slots=True)
class Equipment:
    """Things that a jail has besides this machine's libraries and tools, all of them read-only.

    Attributes:
        python: The interpreter of the programs; empty: this one.
        folders: The places of that interpreter and its packages; empty: this one's.
        data: Further files and folders that programs may read.
    """

    python: str = ""
    folders: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    def seeing(self, paths: tuple[str, ...]) -> Equipment:
        """Return the equipment with more data."""
        return Equipment(self.python, self.folders, tuple(dict.fromkeys((*self.data, *paths))))

    @property
    def own_paths(self) -> tuple[str, ...]:
        """The interpreter's folders and the data, without those inside others or those every jail has."""
        found = {os.path.abspath(path) for path in (*(self.folders or interpreter_folders()), *self.data)}
        return tuple(
            sorted(f for f in found if not any(f != o and Path(f).is_relative_to(o) for o in (*found, "/usr")))
        )


STANDARD = Equipment()


def is_linux() -> bool:
    """Return whether the kernel is Linux."""
    return sys.platform == "linux"


@cache
def can_change_user() -> bool:
    """Return whether this process may run others as another user."""
    if not is_linux():
        return os.name == "posix" and os.geteuid() == 0
    status = Path("/proc/self/status").read_text()
    held = int(next(line for line in status.splitlines() if line.startswith("CapEff:")).split()[1], 16)
    return all(held >> capability & 1 for capability in (_CAP_SETGID, _CAP_SETUID, _CAP_KILL))


def throwaway_user() -> int | None:
    """Return the number of a user nobody else is, for one jail; None if this process cannot change to another.

    Limits on processes count by user: jails that shared one would fail each other.
    """
    if not can_change_user():
        return None
    last = _last_user()
    if last > 2 * _HIGH_USERS:
        return _HIGH_USERS + secrets.randbelow(_HIGH_USERS)
    # A container with few users. Those below are the system's and people's.
    return 60_000 + secrets.randbelow(5_000) if last >= 65_000 else None


def _last_user() -> int:
    """Return the highest user number that means something here."""
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        return 65_535
    return max(int(inside) + int(count) - 1 for inside, _, count in map(str.split, lines))


@cache
def interpreter_folders() -> tuple[str, ...]:
    """Return the folders this interpreter and its packages are read from, without those inside others."""
    found = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    found |= {str(Path(folder).resolve()) for folder in found}
    found.add(str(Path(sys.executable).resolve().parent))
    outer = {f for f in found if not any(f != o and Path(f).is_relative_to(o) for o in (*found, "/usr"))}
    return tuple(sorted(f for f in outer if f not in ("/", "/usr")))


def readable_paths(equipment: Equipment = STANDARD) -> tuple[str, ...]:
    """Return what programs may read of this machine: its libraries and tools, their interpreter's, and their data."""
    java = sorted(str(path) for path in Path("/etc").glob("java*"))
    found = (*_SYSTEM, *_SETTINGS, *java, *equipment.own_paths)
    return tuple(path for path in found if os.path.exists(path))


def closed_to_others(path: str) -> bool:
    """Return whether another user could not get to a path."""
    return any(not os.stat(folder).st_mode & 0o001 for folder in (Path(path), *Path(path).parents))
