"""Seccomp: system calls a program may not make.

The filter is a list of what is refused. What isolates are namespaces and Landlock; this closes what they leave open:
sockets, kernel interfaces with a history, and, without namespaces, other processes. Numbers are those of
the kernel's headers (asm/unistd_64.h, asm-generic/unistd.h).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

from .kernel import syscall

# Refused with EPERM: number on x86_64, number on aarch64 (-1: it has none).
_REFUSED = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171), "bind": (49, 200), "bpf": (321, 280),
    "chroot": (161, 51), "clock_adjtime": (305, 266), "clock_settime": (227, 112), "connect": (42, 203),
    "delete_module": (176, 106), "fanotify_init": (300, 262), "finit_module": (313, 273), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fsopen": (430, 430), "fspick": (433, 433), "init_module": (175, 105),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "ioperm": (173, -1),
    "iopl": (172, -1), "ioprio_set": (251, 30), "kcmp": (312, 272), "kexec_file_load": (320, 294),
    "kexec_load": (246, 104), "keyctl": (250, 219), "listen": (50, 201), "lookup_dcookie": (212, 18),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "migrate_pages": (256, 238), "mknod": (133, -1),
    "mknodat": (259, 33), "mount": (165, 40), "mount_setattr": (442, 442), "move_mount": (429, 429),
    "move_pages": (279, 239), "mq_open": (240, 180), "msgctl": (71, 187), "msgget": (68, 186), "msgrcv": (70, 188),
    "msgsnd": (69, 189), "name_to_handle_at": (303, 264), "nfsservctl": (180, 42), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "perf_event_open": (298, 241), "personality": (135, 92), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "pivot_root": (155, 41), "process_madvise": (440, 440),
    "process_mrelease": (448, 448), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "ptrace": (101, 117), "quotactl": (179, 60), "quotactl_fd": (443, 443), "reboot": (169, 142),
    "request_key": (249, 218), "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "semctl": (66, 191), "semget": (64, 190),
    "semop": (65, 193), "semtimedop": (220, 192), "setdomainname": (171, 162), "sethostname": (170, 161),
    "setns": (308, 268), "setpriority": (141, 140), "settimeofday": (164, 170), "shmat": (30, 196),
    "shmctl": (31, 195), "shmget": (29, 194), "socket": (41, 198), "swapoff": (168, 225), "swapon": (167, 224),
    "syslog": (103, 116), "umount2": (166, 39), "unshare": (272, 97), "uselib": (134, -1), "userfaultfd": (323, 282),
    "ustat": (136, -1), "vhangup": (153, 58),
}  # fmt: skip
# Refused when their first argument is a process other than the caller (0 is the caller, or its own group).
_ON_PROCESSES = {
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}  # fmt: skip
# Refused if files are not a namespace's own: Landlock leaves metadata alone, and before Linux 6.2 the length.
_ON_FILES = {
    "chmod": (90, -1), "chown": (92, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "fchown": (93, 55), "fchownat": (260, 54), "fremovexattr": (199, 16), "fsetxattr": (190, 7),
    "futimesat": (261, -1), "lchown": (94, -1), "lremovexattr": (198, 15), "lsetxattr": (189, 6),
    "removexattr": (197, 14), "removexattrat": (466, 466), "setxattr": (188, 5), "setxattrat": (463, 463),
    "truncate": (76, 45), "utime": (132, -1), "utimensat": (280, 88), "utimes": (235, -1),
}  # fmt: skip
_FORKS = {"fork": (57, -1), "vfork": (58, -1)}
_CLONE, _CLONE3, _SOCKETPAIR, _PRLIMIT = (56, 220), (435, 435), (53, 199), (302, 261)
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

_CLONE_THREAD = 0x00010000
_NEW_NAMESPACES = 0x7E020000
_SOCK_STREAM, _SOCK_TYPE_MASK = 1, 0xF

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
# Classic BPF: load a word, jump if equal, if any of these bits, if greater or equal; and, return.
_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_INSTRUCTION = struct.Struct("=HBBI")
_SET_MODE_FILTER = 1

# Refusals that only jails without namespaces make go to a listener (seccomp_unotify(2)), which refuses them.
_USER_NOTIF = 0x7FC00000
_NEW_LISTENER = 1 << 3
_NOTIF_RECV, _NOTIF_SEND = 0xC0502100, 0xC0182101
_NOTIFICATION, _RESPONSE = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")
PROCESSES, ATTRIBUTES = "processes", "attributes"


class UnknownArchitectureError(OSError):
    """This processor has no table of system calls."""


def supported() -> bool:
    """Return whether there is a table for this processor."""
    return platform.machine() in _AUDIT_ARCH


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


@dataclass(frozen=True)
class Filter:
    """A filter, ready but for the number of the process it will hold.

    Attributes:
        before: Instructions ahead of those that compare process numbers.
        after: The rest.
        on_processes: System calls whose first argument must be the process itself.
        notifies: Some refusals go to a listener.
    """

    before: bytes
    after: bytes
    on_processes: tuple[int, ...]
    notifies: bool = False

    @classmethod
    def build(cls, *, forks: bool, namespace: bool) -> Filter:
        """Make a filter.

        Args:
            forks: Allow new processes.
            namespace: All files and processes in sight are the jail's own: allow changing them.

        Raises:
            UnknownArchitectureError: This processor has no table.
        """
        machine = platform.machine()
        if machine not in _AUDIT_ARCH:
            raise UnknownArchitectureError(f"no table of system calls for {machine}")
        column = list(_AUDIT_ARCH).index(machine)
        notified = {**({} if namespace else _ON_FILES), **({} if forks else _FORKS)}
        code = [_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, _AUDIT_ARCH[machine], 1, 0), _step(_RETURN, _KILL)]
        code += [_step(_LOAD, _NUMBER), _step(_AT_LEAST, _X32_BIT, 0, 1), _refuse(errno.EPERM)]
        for calls, refusal in ((_REFUSED, _refuse(errno.EPERM)), (notified, _notify())):
            for numbers in calls.values():
                if numbers[column] >= 0:
                    code += [_step(_EQUAL, numbers[column], 0, 1), refusal]
        # Its arguments are in memory, which no filter can read: the C library falls back to clone.
        code += [_step(_EQUAL, _CLONE3[column], 0, 1), _refuse(errno.ENOSYS)]
        code += _prlimit(_PRLIMIT[column]) + _socketpair(_SOCKETPAIR[column]) + _clone(_CLONE[column], forks=forks)
        own_only = () if namespace else _ON_PROCESSES.values()
        own = tuple(numbers[column] for numbers in own_only)
        return cls(b"".join(code), _step(_RETURN, _ALLOW), own, notifies=bool(notified))

    def install(self) -> int:
        """Put this process, and all it starts, under the filter. It must have given up gaining privileges.

        Returns:
            The file descriptor of the listener; -1 if there is none.

        Raises:
            OSError: The kernel refused.
        """
        own = b"".join(_only_on(number, os.getpid()) for number in self.on_processes)
        code = self.before + own + self.after
        buffer = ctypes.create_string_buffer(code, len(code))
        program = _Program(len(code) // _INSTRUCTION.size, ctypes.addressof(buffer))
        number, mode = _SECCOMP[platform.machine()], ctypes.c_uint(_SET_MODE_FILTER)
        if self.notifies:
            try:
                return syscall(number, mode, ctypes.c_uint(_NEW_LISTENER), ctypes.byref(program))
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.EBUSY):  # no listeners here, or one is there already
                    raise
        syscall(number, mode, ctypes.c_uint(0), ctypes.byref(program))  # without a listener, its calls are refused
        return -1


def refuse_notified(listener: int) -> str:
    """Refuse a system call and notify a listener.

    Returns:
        What it was for: `PROCESSES` or `ATTRIBUTES`; empty if the caller has gone meanwhile.
    """
    import fcntl

    notification = bytearray(_NOTIFICATION.size)
    try:
        fcntl.ioctl(listener, _NOTIF_RECV, notification)
        about, _, _, number, *_ = _NOTIFICATION.unpack(notification)
        fcntl.ioctl(listener, _NOTIF_SEND, _RESPONSE.pack(about, 0, -errno.EPERM, 0))
    except OSError:
        return ""
    column = list(_AUDIT_ARCH).index(platform.machine())
    return ATTRIBUTES if any(number == numbers[column] for numbers in _ON_FILES.values()) else PROCESSES


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return _INSTRUCTION.pack(code, then, otherwise, value)


def _refuse(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)


def _notify() -> bytes:
    return _step(_RETURN, _USER_NOTIF)


def _argument(index: int) -> bytes:
    return _step(_LOAD, _ARGUMENTS + 8 * index)  # the lower half: both processors are little-endian


def _prlimit(number: int) -> list[bytes]:
    """Allow a process its own limits only: the jail itself may be of the program's user."""
    test = [_argument(0), _step(_EQUAL, 0, 1, 0), _refuse(errno.EPERM), _step(_RETURN, _ALLOW)]
    return [_step(_EQUAL, number, 0, len(test)), *test]


def _socketpair(number: int) -> list[bytes]:
    """Allow connected pairs only: a datagram socket could still send to any address."""
    return [
        _step(_EQUAL, number, 0, 5),
        _argument(1),
        _step(_AND, _SOCK_TYPE_MASK),
        _step(_EQUAL, _SOCK_STREAM, 1, 0),
        _refuse(errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _clone(number: int, *, forks: bool) -> list[bytes]:
    """Allow threads, and processes if they may be; never a new namespace."""
    if forks:
        rest = [_step(_RETURN, _ALLOW)]
    else:
        rest = [_step(_ANY_BIT, _CLONE_THREAD, 1, 0), _notify(), _step(_RETURN, _ALLOW)]
    test = [_argument(0), _step(_ANY_BIT, _NEW_NAMESPACES, 0, 1), _refuse(errno.EPERM), *rest]
    return [_step(_EQUAL, number, 0, len(test)), *test]


def _only_on(number: int, pid: int) -> bytes:
    test = [
        _argument(0),
        _step(_EQUAL, pid, 2, 0),
        _step(_EQUAL, 0, 1, 0),
        _refuse(errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join([_step(_EQUAL, number, 0, len(test)), *test])
