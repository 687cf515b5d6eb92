"""Where the plugin keeps what its hooks share on pytest's config. Light: imported by every pytest run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..run.assembly import Run

TASK: pytest.StashKey[TaskConfig] = pytest.StashKey()
RUN: pytest.StashKey[Run] = pytest.StashKey()
