"""Python files of the user are loaded by path; what is wrong with one is said with its line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.python_file import is_own_file, load_module, parts_of


@pytest.fixture(autouse=True)
def forgotten_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "modules", dict(sys.modules))


@pytest.mark.parametrize(
    ("name", "own", "file", "wanted"),
    [
        ("mine.py", True, "mine.py", ""),
        ("a/mine.py:build", True, "a/mine.py", "build"),
        ("C:/a.py:x/mine.py:build", True, "C:/a.py:x/mine.py", "build"),
        ("mine.py:", True, "mine.py", ""),
        ("openqa", False, "openqa", ""),
        ("mine.pyc", False, "mine.pyc", ""),
        ("happy", False, "happy", ""),
    ],
)
def test_a_name_is_a_file_and_what_is_wanted_in_it(name: str, own: bool, file: str, wanted: str) -> None:
    assert is_own_file(name) is own
    assert parts_of(name) == (Path(file), wanted)


def test_a_file_is_run_and_its_dataclasses_work(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 3\n"
    )
    assert load_module(file, "--dataset").P().x == 3


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1\nx = = 2\n", "mine.py:2: invalid syntax"),
        ("x = 1\n\n1 / 0\n", "mine.py:3: ZeroDivisionError: division by zero"),
        ("import json\ndef f():\n    json.loads('{')\nf()\n", "mine.py:3: JSONDecodeError: Expecting property name"),
        ("import nowhere_to_be_found\n", "mine.py:1: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise SystemExit(3)\n", "mine.py:1: SystemExit: 3"),
    ],
)
def test_a_file_that_does_not_load_is_refused_with_the_line_to_mend(tmp_path: Path, source: str, words: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(source)
    with pytest.raises(ConfigError) as caught:
        load_module(file, "--dataset")
    assert str(caught.value).startswith(f"--dataset {file} does not load: {words}")
    assert str(caught.value).endswith(" Mend the file.")


def test_a_missing_file_is_refused_with_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--dataset .*none\.py: no such file\. Write --dataset path/to/file\.py:na"):
        load_module(tmp_path / "none.py", "--dataset")
