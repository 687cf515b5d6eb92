"""Settings of a run: their table, their sources, and the configuration made of them. `TaskConfig` is the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import loading

if TYPE_CHECKING:
    from .generation import GenerationConfig as GenerationConfig
    from .schema import DatasetArgs as DatasetArgs
    from .task import TaskConfig as TaskConfig

_HOME = {"DatasetArgs": "schema", "GenerationConfig": "generation", "TaskConfig": "task"}

__all__ = ["DatasetArgs", "GenerationConfig", "TaskConfig"]


__getattr__ = loading(__name__, _HOME)
