"""Load tests of model services; a result that the client could not measure is INVALID (docs/design/perf.md).

`run_perf_benchmark` and `PerfConfig` are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import loading

if TYPE_CHECKING:
    from .command.main import run_perf_benchmark as run_perf_benchmark
    from .config import PerfConfig as PerfConfig

__all__ = ["PerfConfig", "run_perf_benchmark"]

__getattr__ = loading(__name__, {"PerfConfig": "config", "run_perf_benchmark": "command.main"}, ())
