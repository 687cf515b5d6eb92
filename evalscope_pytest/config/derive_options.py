"""Writes `option_table` from the fields of `Settings`: ``python -m evalscope_pytest.config.derive_options``.

Making the fields takes 5 ms, reading the table 0.3 ms, and every run of pytest with this package installed pays for it.
A test sees to it that the two agree.
"""

from __future__ import annotations

from pathlib import Path

from .legacy import UNDOCUMENTED
from .schema import Settings
from .setting import settings_of

TABLE_FILE = Path(__file__).with_name("option_table.py")

_HEAD = '''# ruff: noqa: E501
# fmt: off
"""The options, for those who cannot wait for `TaskConfig`. Written by `derive_options`.

Field, form on the command line, placeholder of its value, and help text, empty if the field is not supported yet.
"""

OPTIONS = (
'''


def derive() -> str:
    """Return what `option_table` must hold."""
    rows = []
    for name, (type_, help, _) in settings_of(Settings).items():
        shown = "" if name in UNDOCUMENTED else help.replace("%", "%%")
        rows.append(f"    ({_quoted(name)}, {_quoted(type_.flag)}, {_quoted(type_.metavar)}, {_quoted(shown)}),\n")
    return _HEAD + "".join(rows) + ")\n"


def _quoted(text: str) -> str:
    """Return a Python literal in the quotes ruff format would choose."""
    return repr(text) if '"' in text else f'"{text}"'


if __name__ == "__main__":
    TABLE_FILE.write_text(derive(), encoding="utf-8")
