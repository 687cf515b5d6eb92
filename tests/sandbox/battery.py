"""Runs every attack in one jail of a kind, each followed by a program that must pass; prints what happened as JSON.

Run by `test_attacks` inside an outer jail, and refuses to run anywhere else:
``python battery.py ISOLATION NAMES MNT PID NET``: "all" or names of attacks, and the namespaces of whoever stands
outside.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))
NAMESPACES = ("mnt", "pid", "net")


def namespaces() -> list[str]:
    return [os.readlink(f"/proc/self/ns/{kind}") for kind in NAMESPACES]


def assert_outer_jail(outside: list[str]) -> None:
    """An attack that gets through would be real: only namespaces of our own may suffer it."""
    shared = [own for own, theirs in zip(namespaces(), outside, strict=True) if own == theirs]
    if shared or len(outside) != len(NAMESPACES):
        sys.exit(f"not inside an outer jail: {shared}")
    for what, most in ((resource.RLIMIT_AS, 8 << 30), (resource.RLIMIT_FSIZE, 400 << 20), (resource.RLIMIT_CPU, 120)):
        resource.setrlimit(what, (most, most))


class Bait:
    """What the attacks are after."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.folder = folder
        for name, content, mode in (("secret", "s3cret", 0o644), ("target", "", 0o666), ("full", "full", 0o666)):
            (folder / name).write_text(content)
            (folder / name).chmod(mode)
        self.victim = subprocess.Popen(["sleep", "600"])
        self.listeners: dict[str, socket.socket] = {}
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        self._listen("tcp", socket.AF_INET, stream, ("127.0.0.1", 0))
        self._listen("udp", socket.AF_INET, datagram, ("127.0.0.1", 0))
        self._listen("unix", socket.AF_UNIX, stream, str(folder / "stream.sock"))
        self._listen("datagram", socket.AF_UNIX, datagram, str(folder / "datagram.sock"))
        self._listen("abstract", socket.AF_UNIX, stream, "\0evalscope-attack")
        for name in ("stream.sock", "datagram.sock"):
            (folder / name).chmod(0o777)

    def _listen(self, name: str, family: int, kind: int, address: object) -> None:
        listener = socket.socket(family, kind)
        listener.setblocking(False)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        self.listeners[name] = listener

    def names(self) -> dict[str, object]:
        return {
            "secret": str(self.folder / "secret"),
            "target": str(self.folder / "target"),
            "full": str(self.folder / "full"),
            "project": str(REPO / "pyproject.toml"),
            "parent": os.getpid(),
            "victim": self.victim.pid,
            "tcp": self.listeners["tcp"].getsockname(),
            "udp": self.listeners["udp"].getsockname(),
            "unix": str(self.folder / "stream.sock"),
            "datagram": str(self.folder / "datagram.sock"),
            "abstract": "evalscope-attack",
        }

    def traces(self) -> set[str]:
        """Return everything an attack has changed, and put it right."""
        found = {name for name, listener in self.listeners.items() if _visited(listener)}
        for folder in ("/var/tmp", "/dev/shm"):
            file = Path(folder, "evalscope-attack")
            if file.exists():
                found.add(folder)
                file.unlink()
        if (self.folder / "target").read_text():
            found.add("target")
            (self.folder / "target").write_text("")
        if (self.folder / "full").read_text() != "full":
            found.add("full")
            (self.folder / "full").write_text("full")
        if (self.folder / "full").stat().st_mode & 0o777 != 0o666:
            found.add("mode")
            (self.folder / "full").chmod(0o666)
        if self.victim.poll() is not None:
            found.add("victim")
            self.victim = subprocess.Popen(["sleep", "600"])
        if "24301" in Path("/proc/sysvipc/shm").read_text().split():  # 0x5eed
            found.add("shm")
        for comm in Path("/proc").glob("[0-9]*/comm"):
            with contextlib.suppress(OSError):
                if comm.read_text().strip() == "evil-daemon":
                    found.add("daemon")
        return found


def _visited(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(100)
    except BlockingIOError:
        return False
    return True


def main() -> None:
    kind, names, *outside = sys.argv[1:]
    assert_outer_jail(outside)
    from evalscope_pytest.sandbox.bubblewrap import Bubblewrap
    from evalscope_pytest.sandbox.protocol import Limits, Program
    from evalscope_pytest.sandbox.scratch import Landlocked, Unsafe
    from tests.sandbox.attacks import ATTACKS, HEAD

    isolation = {"bubblewrap": Bubblewrap(), "landlock": Landlocked(), "unsafe": Unsafe()}[kind]
    jail = isolation.start()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        bait = Bait(Path(folder))
        for name in names.split(",") if names != "all" else ATTACKS:
            attack = ATTACKS[name]
            limits = Limits(cpu_s=attack.cpu_s, wall_s=attack.wall_s)
            source = f"BAIT = {bait.names()!r}\n{HEAD}\n{attack.source}"
            result = jail.run(Program(source=source, limits=limits))
            same = jail.usable
            traces = sorted(bait.traces())
            if not jail.usable:
                jail = isolation.start()
            after = jail.run(Program(source="import os; print(os.listdir('.'))", tests="assert 1 + 1 == 2"))
            rows.append({
                "attack": name, "status": result.status, "expected": attack.status, "detail": result.detail,
                "leaked": "LEAKED" in result.stdout or bool(traces), "traces": traces, "same_jail": same,
                "said": (result.stdout[-200:] + result.stderr[-300:]), "wall_s": round(result.wall_s, 2),
                "next": after.status, "left": after.stdout.strip(),
            })  # fmt: skip
        bait.victim.kill()
    jail.close()
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
