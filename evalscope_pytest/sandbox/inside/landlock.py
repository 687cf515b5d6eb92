"""Landlock: what a process may still do with files (Linux kernel documentation, userspace-api/landlock)."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterable

from .kernel import syscall

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # The same numbers on every architecture.
_VERSION = 1
_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14
READING = EXECUTE | READ_FILE | READ_DIR
WRITING = READING | WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE
# All rights to files, by the version of the interface that first had them.
_FILE_RIGHTS = ((1, 0x1FFF), (2, _REFER), (3, _TRUNCATE), (5, 1 << 15))
_TCP_SINCE, _SCOPES_SINCE = 4, 6


class _Rights(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64)]


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def version() -> int:
    """Return the version of the kernel's interface; 0 if there is none."""
    try:
        return syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except (OSError, AttributeError):
        return 0


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Return a file descriptor of rules: nothing but these paths, no TCP, no signals or abstract sockets to outside.

    Raises:
        OSError: The kernel has no Landlock, or a path that must be there is not.
    """
    abi = version()
    files = sum(rights for since, rights in _FILE_RIGHTS if abi >= since)
    network = 0b11 if abi >= _TCP_SINCE else 0
    scopes = 0b11 if abi >= _SCOPES_SINCE else 0
    size = 24 if scopes else 16 if network else 8
    fd = syscall(_CREATE, ctypes.byref(_Rights(files, network, scopes)), ctypes.c_size_t(size), ctypes.c_uint32(0))
    for path in readable:
        with contextlib.suppress(FileNotFoundError):
            _allow(fd, path, READING & files)
    for path in writable:
        _allow(fd, path, WRITING & files)
    return fd


def _allow(fd: int, path: str, rights: int) -> None:
    target = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = rights if os.path.isdir(path) else rights & _ON_FILES
        rule = _Rule(allowed, target)
        syscall(_ADD_RULE, ctypes.c_int(fd), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(target)


def restrict(fd: int) -> None:
    """Put this process, and all it starts, under the rules. It must have given up gaining privileges.

    Raises:
        OSError: The kernel refused.
    """
    syscall(_RESTRICT, ctypes.c_int(fd), ctypes.c_uint32(0))
