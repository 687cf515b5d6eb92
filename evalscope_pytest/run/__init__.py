"""An evaluation, assembled and run without pytest: `Session` drives it in this process, the plugin under pytest.

`run_task` evaluates as the command line does, in a separate pytest process. ``python -m evalscope_pytest.run`` is the
command ``evalscope-pytest eval``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import loading

if TYPE_CHECKING:
    from .session import Session as Session
    from .task import EvaluationError as EvaluationError
    from .task import run_task as run_task

_HOME = {"EvaluationError": "task", "Session": "session", "run_task": "task"}

__all__ = ["EvaluationError", "Session", "run_task"]


__getattr__ = loading(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
