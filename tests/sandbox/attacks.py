"""What hostile programs try. Each attack is bounded: it does harm only within the outer jail that `battery` runs in.

A program prints LEAKED when it got through. What only shows outside is named by ``trace``, for `battery` to look at.
"""

from __future__ import annotations

from typing import NamedTuple


class Attack(NamedTuple):
    """One program.

    Attributes:
        source: Python, with ``BAIT`` (what is planted, by name) and the names of `HEAD` in reach.
        status: How it must end; empty: in any way that is not the sandbox's own failure.
        trace: What must not be found outside afterwards.
        cpu_s, wall_s: Its limits.
    """

    source: str
    status: str = ""
    trace: str = ""
    cpu_s: float = 10.0
    wall_s: float = 20.0


HEAD = """
import ctypes, mmap, os, signal, socket, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
ARM = os.uname().machine == "aarch64"

def leaked(what=""):
    print("LEAKED", what, flush=True)

def call(x86, arm, *arguments):
    result = libc.syscall(ctypes.c_long(arm if ARM else x86), *arguments)
    return result if result >= 0 else -ctypes.get_errno()
"""

READ = "try:\n    leaked(open({path}, 'rb').read(20))\nexcept OSError as e:\n    print(e)"
WRITE = "try:\n    open({path}, 'w').write('attack'); leaked()\nexcept OSError as e:\n    print(e)"
SEND = """
try:
    with socket.socket({family}, {kind}) as link:
        link.settimeout(2)
        link.connect({address})
        link.send(b"attack")
        leaked()
except OSError as e:
    print(e)
"""
ENDLESS = "for s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"

ATTACKS: dict[str, Attack] = {
    # Files
    "read a file": Attack(READ.format(path="BAIT['secret']")),
    "read /etc/shadow": Attack(READ.format(path="'/etc/shadow'")),
    "read this project": Attack(READ.format(path="BAIT['project']")),
    "list the root": Attack("import os\nif 'tmp' in os.listdir('/') and os.path.exists(BAIT['secret']): leaked()"),
    "write a file": Attack(WRITE.format(path="BAIT['target']"), trace="target"),
    "write to /var/tmp": Attack(WRITE.format(path="'/var/tmp/evalscope-attack'"), trace="/var/tmp"),
    "write to /dev/shm": Attack(WRITE.format(path="'/dev/shm/evalscope-attack'"), trace="/dev/shm"),
    "truncate a file": Attack("try:\n    os.truncate(BAIT['full'], 0)\nexcept OSError as e: print(e)", trace="full"),
    "open a file up": Attack("try:\n    os.chmod(BAIT['full'], 0o777)\nexcept OSError as e: print(e)", trace="mode"),
    "link to a file": Attack(
        "try:\n    os.symlink(BAIT['secret'], 's'); leaked(open('s').read())\nexcept OSError as e: print(e)\n"
        "try:\n    os.link(BAIT['secret'], 'h'); leaked(open('h').read())\nexcept OSError as e: print(e)"
    ),
    "open by handle": Attack(
        "handle = ctypes.create_string_buffer(b'\\x80\\0\\0\\0' + bytes(140)); mount = ctypes.c_int()\n"
        "if call(303, 264, -100, BAIT['secret'].encode(), handle, ctypes.byref(mount), 0) >= 0: leaked()"
    ),
    # Keys
    "environment": Attack("if any('CANARY' in k or 'CANARY' in v for k, v in os.environ.items()): leaked()"),
    "environment of the parent": Attack(READ.format(path="f\"/proc/{BAIT['parent']}/environ\"")),
    "environment of all": Attack(
        "for pid in [n for n in (os.listdir('/proc') if os.access('/proc', os.R_OK) else []) if n.isdigit()] + ['1']:\n"
        "    try:\n        if b'CANARY' in open(f'/proc/{pid}/environ', 'rb').read(): leaked()\n"
        "    except OSError as e: print(e)"
    ),
    # Network
    "TCP": Attack(
        SEND.format(family="socket.AF_INET", kind="socket.SOCK_STREAM", address="tuple(BAIT['tcp'])"), trace="tcp"
    ),
    "UDP": Attack(
        SEND.format(family="socket.AF_INET", kind="socket.SOCK_DGRAM", address="tuple(BAIT['udp'])"), trace="udp"
    ),
    "socket file": Attack(
        SEND.format(family="socket.AF_UNIX", kind="socket.SOCK_STREAM", address="BAIT['unix']"), trace="unix"
    ),
    "abstract socket": Attack(
        SEND.format(family="socket.AF_UNIX", kind="socket.SOCK_STREAM", address="'\\0' + BAIT['abstract']"),
        trace="abstract",
    ),
    "datagram through a pair": Attack(
        "try:\n    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "    a.sendto(b'x', BAIT['datagram']); leaked()\nexcept OSError as e: print(e)",
        trace="datagram",
    ),
    # IPC
    "shared memory": Attack(
        "if call(29, 194, 0x5eed, ctypes.c_size_t(4096), 0o1666) >= 0: print('made one')", trace="shm"
    ),
    "memory files": Attack("if call(319, 279, b'm', 0) >= 0: leaked()"),
    # Resources
    "3 GB": Attack("b = bytearray(3 << 30)\nleaked()", status="oom"),
    "3 GB shared": Attack(
        "m = mmap.mmap(-1, 3 << 30)\nfor i in range(0, 3 << 30, 4096): m[i] = 1\ntime.sleep(5); leaked()"
    ),
    "2 GB in four processes": Attack(
        "pids = []\nfor _ in range(4):\n    pid = os.fork()\n    if not pid:\n        b = bytearray(500 << 20)\n"
        "        for i in range(0, len(b), 4096): b[i] = 1\n        time.sleep(15); os._exit(0)\n    pids.append(pid)\n"
        "for pid in pids:\n    if os.waitpid(pid, 0)[1]: sys.exit(1)\nleaked()"
    ),
    "400 forks": Attack(
        "n = 0\ntry:\n    for _ in range(400):\n        if not os.fork(): time.sleep(15); os._exit(0)\n        n += 1\n"
        "except OSError as e: print(e)\nif n > 70: leaked(n)"
    ),
    "1000 threads": Attack(
        "threading.stack_size(65536); n = 0\ntry:\n    for _ in range(1000):\n"
        "        threading.Thread(target=time.sleep, args=(15,), daemon=True).start(); n += 1\n"
        # Where the user is nobody's own, threads are counted every 20 ms: they may begin, and must not live on.
        "except RuntimeError as e: print(e)\nif n > 70: time.sleep(10); leaked(n)"
    ),
    "fork bomb": Attack(
        "for _ in range(10):\n    try: os.fork()\n    except OSError: pass\ntime.sleep(60)", "timeout", wall_s=0.7
    ),
    "300 MB in a file": Attack(
        "try:\n    with open('big', 'wb') as f:\n        for _ in range(300): f.write(bytes(1 << 20))\n    leaked()\n"
        "except OSError as e: print(e)"
    ),
    "300 MB in many files": Attack(
        "try:\n    for i in range(300):\n        with open(f'part{i}', 'wb') as f: f.write(bytes(1 << 20))\n"
        "    leaked()\nexcept OSError as e: print(e)"
    ),
    "output flood": Attack("while True: os.write(1, b'x' * 65536)", status="output_limit"),
    "error flood": Attack("while True: os.write(2, b'x' * 65536)", status="output_limit"),
    # Time
    "ignores all signals": Attack(ENDLESS + "while True: time.sleep(1)", status="timeout", wall_s=0.5),
    "ignores all signals, busy": Attack(ENDLESS + "while True: pass", status="timeout", cpu_s=0.5),
    "stops itself": Attack("os.kill(os.getpid(), signal.SIGSTOP)", status="timeout", wall_s=0.5),
    "regex in C": Attack("import re; re.match(r'(a+)+$', 'a' * 40 + 'b')", status="timeout", cpu_s=0.5),
    "big numbers in C": Attack("x = 9 ** (9 ** 9)", cpu_s=0.5, status="timeout"),
    "busy in children": Attack(
        "for _ in range(8):\n    if not os.fork():\n        while True: pass\ntime.sleep(60)", wall_s=0.7
    ),
    # Other processes
    "daemon": Attack(
        "try:\n    if not os.fork():\n        os.setsid()\n        if not os.fork():\n"
        "            libc.prctl(15, b'evil-daemon'); time.sleep(60)\n        os._exit(0)\n"
        "    os.wait()\nexcept OSError as e: print(e)",
        trace="daemon",
    ),
    "kill": Attack("try:\n    os.kill(BAIT['victim'], 9)\nexcept OSError as e: print(e)", trace="victim"),
    "kill all": Attack("try:\n    os.kill(-1, 9)\nexcept OSError as e: print(e)", trace="victim"),
    "kill the jail": Attack("try:\n    os.kill(os.getppid(), 9)\nexcept OSError as e: print(e)", trace="victim"),
    "trace": Attack(
        "for pid in (BAIT['victim'], os.getppid()):\n    if call(101, 117, 0x4206, pid, 0, 0) >= 0: leaked(pid)"
    ),
    "memory of others": Attack(
        "for pid in (BAIT['victim'], os.getppid()):\n    try: open(f'/proc/{pid}/mem', 'rb'); leaked()\n"
        "    except OSError as e: print(e)"
    ),
    "limits of others": Attack(
        "limits = (ctypes.c_uint64 * 2)(1, 1)\nfor pid in (BAIT['victim'], os.getppid()):\n"
        "    if call(302, 261, pid, 0, ctypes.byref(limits), None) >= 0: leaked(pid)",
        trace="victim",
    ),
    # The kernel
    "user namespace": Attack("if libc.unshare(0x10000000) == 0: leaked()"),
    "user namespace by clone": Attack(
        "pid = call(56, 220, ctypes.c_ulong(0x10000000 | 17), None, None, None, None)\n"
        "if pid == 0: os._exit(0)\nif pid > 0: leaked()"
    ),
    "user namespace by clone3": Attack(
        "a = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)\n"
        "pid = call(435, 435, ctypes.byref(a), ctypes.c_size_t(88))\nif pid == 0: os._exit(0)\nif pid > 0: leaked()"
    ),
    "mount": Attack("if libc.mount(b'none', os.getcwd().encode(), b'tmpfs', 0, None) == 0: leaked()"),
    "chroot": Attack("try:\n    os.chroot('.'); leaked()\nexcept OSError as e: print(e)"),
    "become root": Attack(
        "before = os.getuid()\ntry:\n    os.setuid(0)\n    leaked() if before else None\nexcept OSError as e: print(e)"
    ),
    "device": Attack("try:\n    os.mknod('d', 0o60666, os.makedev(254, 0)); leaked()\nexcept OSError as e: print(e)"),
    "kernel interfaces": Attack(
        "calls = {'io_uring': (425, 425), 'bpf': (321, 280), 'keyctl': (250, 219), 'perf': (298, 241),\n"
        "         'userfaultfd': (323, 282), 'add_key': (248, 217), 'kexec': (246, 104)}\n"
        "for name, (x86, arm) in calls.items():\n"
        "    if call(x86, arm, 1, 0, 0, 0, 0) != -1: leaked(name)"
    ),
    "32-bit calls": Attack(
        "if ARM: sys.exit()\ncode = mmap.mmap(-1, 4096, prot=7)\n"
        "code.write(b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3')\n"  # mov eax, 20 (getpid); int 0x80; ret
        "ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))(); leaked()"
    ),
    # What is left for the next program
    "crash": Attack("ctypes.string_at(0)", status="crashed"),
    "stack overflow": Attack("sys.setrecursionlimit(10**9)\ndef f(): return f() + 1\nf()", cpu_s=1.0),
    "closes everything": Attack("os.closerange(0, 1000)\nos._exit(0)"),
    "locked folders": Attack(
        "os.makedirs('a/b/c'); open('a/b/c/d', 'w')\ntry:\n    os.chmod('a/b', 0)\nexcept OSError as e: print(e)"
    ),
    "deep folders": Attack("for _ in range(1500):\n    os.mkdir('d'); os.chdir('d')"),
    "writes to its judge": Attack(
        "for fd in range(3, 64):\n    try: os.write(fd, b'x' * 100)\n    except OSError: pass"
    ),
}
