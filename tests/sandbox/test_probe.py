"""A jail proves itself before its first use, or is not used (cases 43 and 44 of the fault suite)."""

from __future__ import annotations

import stat
import sys
from dataclasses import dataclass, replace

import pytest

from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.sandbox import choice as choosing
from evalscope_pytest.sandbox.bubblewrap import Bubblewrap
from evalscope_pytest.sandbox.choice import choose, leaks, unfit
from evalscope_pytest.sandbox.engine import SandboxChoice
from evalscope_pytest.sandbox.inside.confinement import Layers
from evalscope_pytest.sandbox.jail import INSIDE, InterpreterJail, interpreter
from evalscope_pytest.sandbox.scratch import Landlocked, Unsafe


def test_real_jails_hold(jailed):
    assert leaks(jailed) == ""


def test_one_that_does_not_isolate_is_found_out():
    said = leaks(Unsafe())
    for what in ("reads files", "writes files", "connects to a TCP port", "a socket file", "an abstract socket"):
        assert what in said


@dataclass(frozen=True)
class Bare:
    """A jail without some of its layers."""

    layers: Layers
    name: str = "bare"
    forks: bool = True
    isolates: bool = True

    def obstacle(self) -> str:
        return ""

    def start(self) -> InterpreterJail:
        return InterpreterJail(self.name, interpreter(str(INSIDE.parent), self.layers), self.layers.scratch)


def test_files_without_system_calls_and_the_other_way_round(tmp_path):
    if Landlocked().obstacle():
        pytest.skip("no Landlock")
    layers = Layers(str(tmp_path), readable=("/usr", "/lib", "/lib64", sys.prefix, sys.base_prefix), forks=True)
    no_calls = leaks(Bare(replace(layers, calls=False)))
    assert "connects to a socket file" in no_calls
    assert "reads files" not in no_calls
    no_files = leaks(Bare(replace(layers, files=False)))
    assert "reads files" in no_files
    assert "connects" not in no_files


LIARS = {
    # Runs the command as if it had isolated it.
    "just runs it": 'while [ "$1" != "--" ]; do shift; done\nshift\nexec "$@"',
    # The same, with the command's paths put right.
    "just runs it, well": 'while [ "$1" != "--" ]; do shift; done\nshift\n'
    'for word; do shift; [ "$word" = /jail ] && word={inside}\n'
    'word=$(printf %s "$word" | sed s,/box,{box},)\nset -- "$@" "$word"; done\nexec "$@"',
    "does nothing": "exit 0",
    "hides its failure": "exit 1",
    "hangs up": "exec 1>&-; sleep 5",
}


@pytest.mark.parametrize("how", LIARS)
def test_a_bwrap_that_lies_is_refused(how, tmp_path):
    if sys.platform != "linux":
        pytest.skip("needs Linux")
    (tmp_path / "box").mkdir()
    fake = tmp_path / "bwrap"
    script = LIARS[how].replace("{inside}", str(INSIDE.parent)).replace("{box}", str(tmp_path / "box"))
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    assert "did not start" in unfit(Bubblewrap(executable=str(fake)))


@dataclass(frozen=True)
class Absent:
    """An isolation that is not there."""

    name: str
    forks: bool = True
    isolates: bool = True

    def obstacle(self) -> str:
        return "it is not there"


def test_without_any_the_message_says_what_was_tried_and_what_to_do(monkeypatch):
    monkeypatch.setattr(choosing, "candidates", lambda choice: (Absent("one"), Absent("two")))
    with pytest.raises(UsageError) as error:
        choose(SandboxChoice())
    said = str(error.value)
    assert "one: it is not there; two: it is not there" in said
    assert "apt-get install bubblewrap" in said
    assert "--eval-allow-unsafe-code" in said
    assert choose(SandboxChoice(), allow_unsafe=True) == Unsafe()


def test_a_leaking_one_is_passed_over(monkeypatch):
    monkeypatch.setattr(choosing, "candidates", lambda choice: (replace(Unsafe(), name="leaky", isolates=True),))
    with pytest.raises(UsageError, match="leaky: it does not isolate here: a program reads files"):
        choose(SandboxChoice())


def test_the_best_comes_first():
    names = {engine: [c.name for c in choosing.candidates(SandboxChoice(engine))] for engine in ("auto", "docker")}
    assert names == {"auto": ["bubblewrap", "landlock"], "docker": ["docker"]}
