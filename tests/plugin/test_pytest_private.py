"""Everything that is private to pytest is used in one file, so that a new release of pytest is checked there."""

from __future__ import annotations

import ast
from pathlib import Path

import evalscope_pytest.plugin

FOLDER = Path(evalscope_pytest.plugin.__file__).parent
# `os._exit` is Python's, execnet's gateway is xdist's.
NOT_PYTESTS = {"_exit", "_rinfo", "_io", "_replace", "_asdict"}


def private_accesses(source: str) -> list[str]:
    """Return the private attributes that code reads or sets on anything but ``self`` and ``cls``."""
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and node.attr not in NOT_PYTESTS
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    ]


def test_an_access_is_found() -> None:
    assert private_accesses("session._setupstate.setup(item)\nself._run.stop()\n") == ["1: session._setupstate"]


def test_only_one_file_of_the_plugin_knows_what_is_private_to_pytest() -> None:
    files = [file for file in FOLDER.glob("*.py") if file.name != "pytest_private.py"]
    found = {file.name: private_accesses(file.read_text()) for file in files}
    assert {name: accesses for name, accesses in found.items() if accesses} == {}
    imports = [
        file.name for file in files if "from _pytest" in file.read_text() or "import _pytest" in file.read_text()
    ]
    assert imports == []
