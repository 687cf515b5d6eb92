"""Calls that Python lacks: system calls through the C library, and the removal of a folder that a program locked up."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from functools import cache

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object) -> int:
    """Make a system call.

    Raises:
        OSError: The kernel refused.
    """
    return _checked(_libc().syscall(ctypes.c_long(number), *arguments), f"system call {number}")


def prctl(option: int, value: int = 1, third: int = 0) -> None:
    """Change something about this process; does nothing if the system is not Linux.

    Raises:
        OSError: The kernel refused.
    """
    if sys.platform == "linux":
        words = (ctypes.c_ulong(n) for n in (value, third, 0, 0))
        _checked(_libc().prctl(option, *words), f"prctl {option}")


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def keep_capabilities(mask: int) -> None:
    """Give up every capability but those in ``mask`` (of the first 32), also for programs started from here.

    Raises:
        OSError: The kernel refused.
    """
    data = (_Data * 2)(_Data(mask, mask, mask), _Data(0, 0, 0))
    _checked(_libc().capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref(data)), "capset")
    for capability in range(32):
        if mask >> capability & 1:
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def remove_tree(path: str) -> None:
    """Remove a folder, also one that is locked up or nested deeper than the interpreter's own stack."""
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwx", path], ["rm", "-rf", path]):
            subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
