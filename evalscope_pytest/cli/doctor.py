"""``evalscope-pytest doctor``: what this machine has, which sandboxes work here, and why the others do not."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version

from ..core.errors import ConfigError
from ..sandbox.bubblewrap import Bubblewrap
from ..sandbox.choice import unfit
from ..sandbox.enclave import Enclave, docker_obstacle
from ..sandbox.inside import landlock
from ..sandbox.protocol import Isolation
from ..sandbox.scratch import Landlocked
from ..version import __version__

USAGE = """\
usage: evalscope-pytest doctor [--json]

Shows what this machine has, which sandboxes for the code that models write work here, and why the others do not.
Each is started and proven. Exits with 1 where none works.
"""
WORKS = "works"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line.

    Attributes:
        value: The version or name that was found, or the reason why it is missing.
        works: None for a plain fact.
    """

    name: str
    value: str
    works: bool | None = None


def doctor(arguments: Sequence[str]) -> int:
    """Print what is found; return 1 if no sandbox works.

    Raises:
        ConfigError: An option is unknown.
    """
    if "-h" in arguments or "--help" in arguments:
        print(USAGE, end="")
        return 0
    if unknown := [word for word in arguments if word != "--json"]:
        raise ConfigError(f"unknown option {unknown[0]!r}. evalscope-pytest doctor takes --json only.")
    found, sandboxes = facts(), [tried(isolation) for isolation in (Bubblewrap(), Landlocked(), Enclave())]
    if "--json" in arguments:
        print(json.dumps({"facts": _rows(found), "sandboxes": _rows(sandboxes)}, indent=2))
    else:
        print("\n".join([*_table(found), "", "sandboxes", *_table(sandboxes), "", _summary(sandboxes)]))
    return 0 if any(one.works for one in sandboxes) else 1


def facts() -> list[Finding]:
    """Return what matters of this machine."""
    user = f"{os.getuid()}{' (root)' if os.getuid() == 0 else ''}" if hasattr(os, "getuid") else "?"
    return [
        Finding("evalscope-pytest", __version__),
        Finding("python", f"{platform.python_version()}  {sys.executable}"),
        Finding("pytest", version("pytest")),
        Finding("pytest-xdist", version("pytest-xdist")),
        Finding("kernel", f"{platform.system()} {platform.release()} {platform.machine()}"),
        Finding("user", user),
        Finding("processors", str(os.cpu_count())),
        Finding("bwrap", _bwrap()),
        Finding("landlock", f"version {landlock.version()}" if landlock.version() else "none"),
        Finding("docker", docker_obstacle() or "running"),
    ]


def tried(isolation: Isolation) -> Finding:
    """Prove an isolation and return how that went."""
    reason = unfit(isolation)
    without = "" if isolation.forks else ", but programs cannot start processes"
    return Finding(isolation.name, reason or WORKS + without, works=not reason)


def _bwrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        return "not installed"
    asked = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20)  # noqa: S603
    return f"{asked.stdout.strip().removeprefix('bubblewrap ')}  {found}"


def _table(findings: Sequence[Finding]) -> list[str]:
    width = max(len(finding.name) for finding in findings)
    marks = {True: "+ ", False: "- ", None: "  "}
    return [f"{marks[f.works]}{f.name.ljust(width)}  {f.value}" for f in findings]


def _summary(sandboxes: Sequence[Finding]) -> str:
    first = next((one.name for one in sandboxes if one.works), None)
    if first is None:
        return "No sandbox works: benchmarks that run code are refused, unless --eval-allow-unsafe-code is given."
    if first == "docker":
        return "Code runs in Docker where --eval-use-sandbox is given, and is refused otherwise."
    return f"Code runs in {first}."


def _rows(findings: Sequence[Finding]) -> list[dict[str, object]]:
    return [{key: value for key, value in asdict(finding).items() if value is not None} for finding in findings]
