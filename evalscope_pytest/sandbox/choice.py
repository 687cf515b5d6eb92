"""Choice of a run's isolation: the requested one, or the best of this machine; each is probed before its first use.

An isolation that is installed is not one that works: firejail, for one, runs programs without any when it finds itself
in a container, and says so only to those who read its log. A probe therefore tries to leak, in ways that would be seen
outside.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..core.errors import SandboxError, UnreadyError
from . import environments
from .bubblewrap import Bubblewrap
from .enclave import Enclave
from .engine import DOCKER, SandboxChoice
from .host import STANDARD
from .jail import environment
from .protocol import MIB, Isolation, Jail, Limits, Program
from .scratch import Landlocked, Unsafe

_PROCESSES = 16
_MEMORY = 256 * MIB
_CPU_S = 20.0  # generous: this is about leaks, not speed

_CANARIES = """
import hashlib, json, os, socket

def read(path):
    with open(path, "rb") as file:
        return file.read().decode("latin-1")

def connect(kind, address):
    with socket.socket(kind, socket.SOCK_STREAM) as link:
        link.settimeout(5)
        link.connect(address)
        link.sendall(b"!")
    return "connected"

def write(path):
    with open(path, "w") as file:
        file.write("written")
    return "written"

def attempt(act, *arguments):
    try:
        return act(*arguments)
    except BaseException:
        return None

print(json.dumps({
    "secret": attempt(read, SECRET),
    "environment": sorted(os.environ),
    "parent": attempt(lambda: hashlib.sha256(read(PARENT).encode("latin-1")).hexdigest()),
    "tcp": attempt(connect, socket.AF_INET, tuple(TCP)),
    "unix": attempt(connect, socket.AF_UNIX, UNIX),
    "abstract": attempt(connect, socket.AF_UNIX, "\\0" + ABSTRACT),
    "write": attempt(write, TARGET),
}))
"""

_FORKS = """
import os, time
made = 0
try:
    for _ in range(COUNT):
        if not os.fork():
            time.sleep(30)
            os._exit(0)
        made += 1
except OSError:
    pass
print(made)
"""


@dataclass
class _Bait:
    """Files, sockets and a process planted for a jail to leak.

    Attributes:
        secret: Content of a file that anyone may read.
    """

    folder: Path
    secret: str
    abstract: str
    tcp: tuple[str, int] = ("127.0.0.1", 0)
    listeners: dict[str, socket.socket] = field(default_factory=dict)

    @property
    def target(self) -> Path:
        """A file that anyone may write to."""
        return self.folder / "target"

    def source(self) -> str:
        """Return the program that tries to get at it."""
        names = {
            "SECRET": str(self.folder / "secret"),
            "PARENT": f"/proc/{os.getpid()}/environ",
            "TCP": list(self.tcp),
            "UNIX": str(self.folder / "socket"),
            "ABSTRACT": self.abstract,
            "TARGET": str(self.target),
        }
        return "\n".join(f"{name} = {value!r}" for name, value in names.items()) + _CANARIES

    def visited(self) -> list[str]:
        """Return the listeners that somebody connected to."""
        found = []
        for name, listener in self.listeners.items():
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                continue
            found.append(name)
        return found


def leaks(isolation: Isolation) -> str:
    """Return what a jail of this kind leaks, in words; empty when it holds.

    Raises:
        SandboxError: It does not start, or does not run what it is given.
    """
    with closing(isolation.start()) as jail:
        found = [*_seen(jail), *_forked(jail), *_memory(jail)]
    return ", ".join(found)


def _seen(jail: Jail) -> list[str]:
    """Return what of this process and its machine a program gets at."""
    with _planted() as bait:
        found = json.loads(_output(jail, Program(source=bait.source(), limits=Limits(cpu_s=_CPU_S))))
        checks = {
            "reads files": found["secret"] == bait.secret,
            "sees environment variables": not set(found["environment"]) <= {*environment(""), "LC_CTYPE", "PWD"},
            "reads this process's environment": found["parent"] == _own_environment(),
            "writes files": bait.target.read_text() != "",
        }
        visited = [f"connects to {name}" for name in bait.visited()]
    return [what for what, leaked in checks.items() if leaked] + visited


def _own_environment() -> str:
    try:
        return hashlib.sha256(Path("/proc/self/environ").read_bytes()).hexdigest()
    except OSError:
        return "unknown"


def _forked(jail: Jail) -> list[str]:
    limits = Limits(cpu_s=_CPU_S, processes=_PROCESSES)
    made = int(_output(jail, Program(source=f"COUNT = {3 * _PROCESSES}{_FORKS}", limits=limits)))
    return [f"starts {made} processes where {_PROCESSES} are allowed"] if made > _PROCESSES else []


def _memory(jail: Jail) -> list[str]:
    limits = Limits(cpu_s=_CPU_S, memory_bytes=_MEMORY)
    result = jail.run(Program(source=f"print(len(b'.' * {2 * _MEMORY}))", limits=limits))
    return ["takes twice the memory it is allowed"] if result.status == "ok" else []


def _output(jail: Jail, program: Program) -> str:
    result = jail.run(program)
    if result.status != "ok":
        last = (result.detail or result.stderr).strip().splitlines()[-1:]
        raise SandboxError(f"a simple program ended with {result.status}: {''.join(last) or 'no message'}")
    return result.stdout


@contextmanager
def _planted() -> Iterator[_Bait]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evalscope-bait-")))
        bait = _Bait(folder, secret=secrets.token_hex(16), abstract=f"evalscope-{secrets.token_hex(8)}")
        # Open to all: what keeps a program away must be the jail, not who owns the file.
        folder.chmod(0o755)
        (folder / "secret").write_text(bait.secret)
        bait.target.write_text("")
        bait.target.chmod(0o666)
        for name, family, address in (
            ("a TCP port", socket.AF_INET, ("127.0.0.1", 0)),
            ("a socket file", socket.AF_UNIX, str(folder / "socket")),
            ("an abstract socket", socket.AF_UNIX, f"\0{bait.abstract}"),
        ):
            listener = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listener.setblocking(False)
            listener.bind(address)
            listener.listen()
            bait.listeners[name] = listener
        bait.tcp = bait.listeners["a TCP port"].getsockname()
        (folder / "socket").chmod(0o777)
        yield bait


_ADVICE = (
    "Install bubblewrap (apt-get install bubblewrap), use Linux 5.13 or newer with Landlock, add --eval-use-sandbox "
    "where Docker is, or accept the risk with --eval-allow-unsafe-code. `evalscope-pytest doctor` says what is there."
)


def candidates(choice: SandboxChoice) -> tuple[Isolation, ...]:
    """Return what may serve, the best first.

    Raises:
        UnreadyError: The environment was not made.
    """
    if choice.engine == DOCKER:
        return (Enclave(choice),)
    equipment = environments.ready(choice.environment).equipment if choice.environment else STANDARD
    local: dict[str, tuple[Isolation, ...]] = {
        "auto": (Bubblewrap(equipment=equipment), Landlocked(equipment=equipment)),
        "bubblewrap": (Bubblewrap(equipment=equipment),),
        "landlock": (Landlocked(equipment=equipment),),
    }
    return local[choice.engine]


def choose(choice: SandboxChoice, *, allow_unsafe: bool = False) -> Isolation:
    """Return an isolation that holds.

    Args:
        allow_unsafe: Take none at all rather than give up.

    Raises:
        UnreadyError: None holds; the message lists what was tried, and what to do.
    """
    tried = []
    for isolation in candidates(choice):
        reason = unfit(isolation)
        if not reason:
            _check_image(isolation, choice)
            return isolation
        tried.append(f"{isolation.name}: {reason}")
    if allow_unsafe:
        equipment = environments.ready(choice.environment).equipment if choice.environment else STANDARD
        unsafe = Unsafe(equipment=equipment)
        reason = unsafe.obstacle()
        if not reason:
            return unsafe
        tried.append(f"{unsafe.name}: {reason}")
    raise UnreadyError(f"no sandbox for the code that models write ({'; '.join(tried)}). {_ADVICE}")


def _check_image(isolation: Isolation, choice: SandboxChoice) -> None:
    """Check that a container image has the modules of the environment it stands for.

    Raises:
        UnreadyError: It lacks some.
    """
    modules = environments.modules_of(choice.environment) if choice.engine == DOCKER else ()
    if not modules:
        return
    with closing(isolation.start()) as jail:
        limits = Limits(cpu_s=60.0, wall_s=300.0, memory_bytes=4096 * MIB)
        result = jail.run(Program(source=f"import {', '.join(modules)}", limits=limits))
    if result.status != "ok":
        last = "".join((result.detail or result.stderr).strip().splitlines()[-1:])
        raise UnreadyError(
            f"image {choice.image!r} lacks what the programs import ({', '.join(modules)}): {last}. Name one that has "
            f"it in sandbox_config, or leave --eval-use-sandbox out and make the environment: evalscope-pytest sandbox "
            f"prepare {choice.environment}"
        )


@cache
def unfit(isolation: Isolation) -> str:
    """Return why code must not run in this isolation here; empty when it holds. Found out once a process."""
    reason = isolation.obstacle()
    if reason:
        return reason
    try:
        leaked = leaks(isolation)
    except SandboxError as error:
        return str(error)
    return f"it does not isolate here: a program {leaked}" if leaked else ""
