"""Environments: made once, carried on where they were interrupted, seen read-only by jails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.core.errors import UnreadyError, UsageError
from evalscope_pytest.sandbox import environments
from evalscope_pytest.sandbox.choice import candidates, choose, unfit
from evalscope_pytest.sandbox.engine import SandboxChoice
from evalscope_pytest.sandbox.environments import Wish, found, prepare, ready, remove
from evalscope_pytest.sandbox.host import Equipment
from evalscope_pytest.sandbox.protocol import Program
from evalscope_pytest.sandbox.recipes import RECIPES, Recipe

MODULE = "only_in_the_environment"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("EVALSCOPE_CACHE", str(tmp_path / "cache"))
    recipe = Recipe((f"{MODULE}==1",), parts={"more": ("more_of_it",)}, modules=(MODULE,))
    monkeypatch.setattr(environments, "RECIPES", {**RECIPES, "own": recipe})
    monkeypatch.setattr(environments, "_has_pip", lambda python: python.exists())
    return tmp_path / "cache" / "environments"


def _virtual(folder: Path) -> None:
    """Make what `python -m venv --without-pip` makes, in no time."""
    base = Path(sys.executable).resolve()
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(base)
    (folder / "pyvenv.cfg").write_text(f"home = {base.parent}\ninclude-system-site-packages = false\n")
    (folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages").mkdir(parents=True)


class Machine:
    """Runs the commands of `prepare`, but that pip writes a module in place of downloading one."""

    def __init__(self, *failing: str) -> None:
        self.commands: list[list[str]] = []
        self.failing = list(failing)

    def __call__(self, command: Sequence[str]) -> int:
        self.commands.append(list(command))
        kind = "venv" if "venv" in command else "pip" if "pip" in command else "import"
        if kind in self.failing:
            self.failing.remove(kind)
            return 1
        if kind == "venv":
            _virtual(Path(command[-1]))
            return 0
        if kind == "pip":
            (packages,) = Path(command[0]).parent.parent.glob("lib/python*/site-packages")
            (packages / f"{MODULE}.py").write_text("VALUE = 42\n")
            (packages / "more.py").write_text("")
            return 0
        return subprocess.run(command).returncode

    @property
    def kinds(self) -> list[str]:
        return ["venv" if "venv" in c else "pip" if "pip" in c else "import" for c in self.commands]


def test_what_was_interrupted_is_carried_on_and_counts_for_nothing_before(place: Path) -> None:
    machine, lines = Machine("pip", "import"), list[str]()
    for reason in ("pip did not install", "cannot be imported"):
        with pytest.raises(UsageError, match=f"{reason}.*Run the same command again"):
            prepare(Wish("own"), lines.append, machine)
        assert found("own") is None
        with pytest.raises(UnreadyError, match="Make it once: evalscope-pytest sandbox prepare own"):
            ready("own")
    made = prepare(Wish("own"), lines.append, machine)
    assert machine.kinds == ["venv", "pip", "pip", "import", "pip", "import"]
    assert made == found("own") == ready("own")
    assert lines[-1] == f"own is ready: {place / 'own'}"
    assert prepare(Wish("own"), lines.append, machine) == made
    assert len(machine.commands) == 6  # nothing more to do


def test_parts_are_added_to_what_is_there() -> None:
    machine = Machine()
    prepare(Wish("own"), str, machine)
    needs = {"more": "Pytorch"}
    with pytest.raises(UnreadyError, match=r"lacks more \(Pytorch\). Add it: .*sandbox prepare own --with more"):
        ready("own", needs)
    prepare(Wish("own", parts=("more",)), str, machine)
    assert ready("own", needs).requirements == (f"{MODULE}==1", "more_of_it")
    assert machine.kinds.count("venv") == 1
    prepare(Wish("own"), str, machine)
    assert ready("own").parts == ("more",)  # another run takes nothing away


def test_jails_have_its_packages_and_cannot_change_them() -> None:
    prepare(Wish("own"), str, Machine())
    both = [one for one in candidates(SandboxChoice(environment="own")) if not unfit(one)]
    if not both:
        pytest.skip("nothing isolates here")
    for isolation in both:
        jail = isolation.start()
        source = f"""
import {MODULE} as own, os, sys
print(own.VALUE, sys.prefix)
try:
    open(own.__file__, "a").write("VALUE = 43")
except OSError:
    print("refused")
"""
        result = jail.run(Program(source=source))
        jail.close()
        assert result.stdout.split() == ["42", str(environments.place_of("own")), "refused"], result.stderr
    plain = choose(SandboxChoice()).start()
    assert "ModuleNotFoundError" in plain.run(Program(source=f"import {MODULE}")).stderr
    plain.close()


def test_programs_read_data_they_are_shown_and_do_not_write_to_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.txt").write_text("shown")
    try:
        isolation = choose(SandboxChoice()).seeing((str(data),))
    except UsageError as error:
        pytest.skip(str(error))
    jail = isolation.start()
    read = jail.run(Program(source=f"print(open({str(data / 'x.txt')!r}).read())"))
    wrote = jail.run(Program(source=f"open({str(data / 'y.txt')!r}, 'w')"))
    jail.close()
    assert (read.stdout, wrote.status) == ("shown\n", "failed")
    assert not (data / "y.txt").exists()


def test_paths_inside_others_are_mounted_once() -> None:
    equipment = Equipment("", ("/opt/x", "/usr/bin"), ("/opt/x/y", "/data"))
    assert equipment.own_paths == ("/data", "/opt/x")


def test_a_requirements_file_makes_one_of_any_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("# mine\nfirst==1 # why\n\nsecond\n")
    machine = Machine()
    made = prepare(Wish("mine", requirements=str(file)), str, machine)
    assert made.requirements == ("first==1", "second")
    assert machine.commands[1][-2:] == ["first==1", "second"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prepare", "scicod"], "Did you mean 'scicode'?"),
        (["prepare", "../x", "--requirements", "f"], "a name has letters"),
        (["prepare", "own", "--with", "mor"], "Did you mean 'more'?"),
        (["prepare", "scicode", "--with", "torch"], "It has no parts"),
        (["prepare", "own", "--python", "no-such-python"], "there is no such interpreter"),
        (["prepare", "own", "--requirements", "no.txt"], "Name a file that exists"),
        (["prepare"], "sandbox --help shows"),
        (["prepare", "own", "--pyton", "x"], "sandbox --help shows"),
        (["prepar", "own"], "Did you mean 'prepare'?"),
        (["remove", "own"], "is not on this machine"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_type(arguments: list[str], message: str, capsys) -> None:
    assert main(["sandbox", *arguments]) == 4
    assert message in capsys.readouterr().err


def test_a_python_that_the_authors_versions_do_not_exist_for_is_refused(monkeypatch) -> None:
    facts = {"version": [3, 14, 0], "folders": []}
    monkeypatch.setattr(environments, "_facts", lambda python: facts)
    with pytest.raises(UsageError, match=r"needs Python 3.10 to 3.11, and this one is 3.14.*--python python3.10"):
        prepare(Wish("ds1000"), str, Machine())


def test_list_and_remove(capsys, place: Path) -> None:
    prepare(Wish("own", parts=("more",)), str, Machine())
    (place / "half").mkdir()
    assert main(["sandbox", "list"]) == 0
    version = ".".join(map(str, sys.version_info[:3]))
    lines = capsys.readouterr().out.splitlines()
    assert f"+ own           ready  Python {version}, 2 packages, with more" in lines
    assert "- half          unfinished: evalscope-pytest sandbox prepare half" in lines
    assert "- ds1000        not made: evalscope-pytest sandbox prepare ds1000" in lines
    assert main(["sandbox", "remove", "own"]) == 0
    assert not (place / "own").exists()
    assert not remove("own")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"python": 3}', "\x00"])
def test_a_broken_record_of_an_environment_is_none(place: Path, text: str) -> None:
    prepare(Wish("own"), str, Machine())
    (place / "own" / environments.MANIFEST).write_text(text)
    assert found("own") is None


def test_the_record_names_what_jails_have_to_see() -> None:
    made = prepare(Wish("own"), str, Machine())
    written = json.loads((made.place / environments.MANIFEST).read_text())
    assert str(made.place) in written["folders"]
    assert any(Path(sys.base_prefix).samefile(folder) for folder in written["folders"])
