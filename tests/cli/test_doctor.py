"""``evalscope-pytest doctor``."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.cli import doctor as page
from evalscope_pytest.cli.main import main
from evalscope_pytest.version import __version__
from tests.sandbox.test_probe import Absent

NAMES = {"bubblewrap", "landlock", "docker"}


def test_every_sandbox_is_named_with_what_came_of_it(capsys):
    code = main(["doctor"])
    out = capsys.readouterr().out
    lines = {line[2:].split()[0]: line for line in out.splitlines() if line[:2] in ("+ ", "- ")}
    assert set(lines) == NAMES
    assert code == (0 if any(line.startswith("+") for line in lines.values()) else 1)
    assert f"evalscope-pytest  {__version__}" in out


def test_json_says_the_same(capsys):
    main(["doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in told["sandboxes"]} == NAMES
    assert all(isinstance(one["works"], bool) and one["value"] for one in told["sandboxes"])
    assert {"python", "pytest", "kernel", "landlock", "bwrap", "docker"} <= {one["name"] for one in told["facts"]}


def test_where_none_works_it_says_so_and_fails(monkeypatch, capsys):
    for name in ("Bubblewrap", "Landlocked", "Enclave"):
        monkeypatch.setattr(page, name, lambda name=name: Absent(name.lower()))
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "- bubblewrap  it is not there" in out
    assert "No sandbox works" in out
    assert "--eval-allow-unsafe-code" in out


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["--jsn"], 4)])
def test_help_and_mistakes(words, code, capsys):
    assert main(["doctor", *words]) == code
    assert "--json" in "".join(capsys.readouterr())
