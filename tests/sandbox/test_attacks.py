"""Hostile programs against every isolation there is, inside an outer jail (cases 41 and 42 of the fault suite)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evalscope_pytest.sandbox.bubblewrap import Bubblewrap
from evalscope_pytest.sandbox.scratch import Landlocked
from tests.sandbox.attacks import ATTACKS
from tests.sandbox.battery import NAMESPACES, REPO

ISOLATIONS = {"bubblewrap": Bubblewrap(), "landlock": Landlocked()}
STRANGER = "12345"
NEW = ["--pid", "--fork", "--kill-child", "--mount", "--net", "--ipc", "--uts", "--mount-proc"]


def outer_jail(*, stranger: bool) -> tuple[list[str], str]:
    """Return a command that makes namespaces of its own, and a Python that may run in them; or skip."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("no unshare(1): attacks only run inside an outer jail")
    command, python = ["unshare", *NEW], sys.executable
    if stranger or os.geteuid():
        command = ["unshare", "--user", "--map-root-user", *NEW]
    if stranger:
        if os.geteuid() or shutil.which("setpriv") is None:
            pytest.skip("only root can become another user")
        command = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups", *command]
        python = next((p for p in (sys.executable, "/usr/bin/python3") if _runs([*command, p, _probe()])), "")
        if not python:
            pytest.skip("no Python, or this checkout, that another user may read")
    elif not _runs([*command, "true"]):
        pytest.skip("this kernel allows no new namespaces here: attacks only run inside an outer jail")
    return command, python


def _probe() -> str:
    return str(Path(__file__).with_name("attacks.py"))


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, timeout=120).returncode == 0


def fought(kind: str, names: str = "all", *, stranger: bool = False) -> list[dict]:
    """Run attacks and return what came of each."""
    command, python = outer_jail(stranger=stranger)
    outside = [os.readlink(f"/proc/self/ns/{kind}") for kind in NAMESPACES]
    inner = f'ip link set lo up 2>/dev/null; exec {python} tests/sandbox/battery.py "$@"'
    done = subprocess.run(
        [*command, "sh", "-c", inner, "sh", kind, names, *outside],
        cwd=REPO, capture_output=True, text=True, timeout=540, stdin=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "API_KEY": "sk-CANARY"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("stranger", [False, True], ids=["this user", "ordinary user"])
@pytest.mark.parametrize("kind", sorted(ISOLATIONS))
def test_no_attack_gets_through_and_the_next_program_passes(kind, stranger):
    if reason := ISOLATIONS[kind].obstacle():
        pytest.skip(f"{kind}: {reason}")
    rows = fought(kind, stranger=stranger)
    assert [row["attack"] for row in rows] == list(ATTACKS)
    assert [row for row in rows if row["leaked"]] == []
    assert [row for row in rows if row["expected"] and row["status"] != row["expected"]] == []
    assert [row for row in rows if row["status"] == "sandbox_error" or not row["same_jail"]] == []
    assert [row for row in rows if row["next"] != "ok" or row["left"] != "[]"] == []


def test_the_battery_notices_what_gets_through():
    names = ["read a file", "write a file", "environment of the parent", "TCP", "abstract socket", "user namespace"]
    rows = {row["attack"]: row["leaked"] for row in fought("unsafe", ",".join(names))}
    assert rows.pop("environment of the parent") is (os.geteuid() != 0)
    assert all(rows.values()), rows


def test_the_battery_refuses_to_run_without_an_outer_jail():
    outside = [os.readlink(f"/proc/self/ns/{kind}") for kind in NAMESPACES]
    command = [sys.executable, "tests/sandbox/battery.py", "unsafe", "crash", *outside]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=240)
    assert done.returncode == 1
    assert "not inside an outer jail" in done.stderr
