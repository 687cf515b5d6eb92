"""What a user can set, from where, and what it becomes. ``TaskConfig`` is the single source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dataset_args import DatasetArgs as DatasetArgs
    from .generation import GenerationConfig as GenerationConfig
    from .task import TaskConfig as TaskConfig

_HOME = {"DatasetArgs": "dataset_args", "GenerationConfig": "generation", "TaskConfig": "task"}

__all__ = ["DatasetArgs", "GenerationConfig", "TaskConfig"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
