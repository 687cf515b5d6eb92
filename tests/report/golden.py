"""Comparison with files under tests/golden/report."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "golden" / "report"


def assert_golden(name: str, text: str) -> None:
    """Compare with the golden file; EVALSCOPE_PYTEST_UPDATE_GOLDEN writes it."""
    file = FOLDER / name
    if os.environ.get("EVALSCOPE_PYTEST_UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
