"""Paths as the terminal shows them."""

from __future__ import annotations

from pathlib import Path

import pytest


def from_here(path: Path, config: pytest.Config) -> str:
    """Return a path relative to the folder in which pytest was started, if it lies there: terminals break long ones."""
    start = config.invocation_params.dir
    return str(path.relative_to(start) if path.is_relative_to(start) else path)
