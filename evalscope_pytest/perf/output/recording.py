"""``--visualizer wandb`` and ``swanlab``: the figures of each load as one step of an experiment.

Keys, projects and offline modes are the tools' own (``WANDB_MODE=offline``, ``SWANLAB_MODE=offline`` and their logins).
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from ...core.errors import ConfigError
from ..measure.metric import SUMMARY_POINTS, metrics
from ..measure.result import Result
from .records import Facts

Tool = Literal["wandb", "swanlab"]
TOOLS: tuple[Tool, ...] = ("wandb", "swanlab")
PROJECT = "perf_benchmark"
_NAMES = {"output_per_s": "output_tokens_per_s"}


def load_tool(tool: Tool) -> Any:
    """Return a tool's module.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return importlib.import_module(tool)
    except ImportError:
        raise ConfigError(f"--visualizer {tool} needs it: pip install {tool}") from None


def record(tool: Tool, name: str, about: Facts, results: Sequence[Result]) -> None:
    """Write a run's results as an experiment of this name.

    Raises:
        ConfigError: The tool is not installed.
    """
    module = load_tool(tool)
    names = {"wandb": "name", "swanlab": "experiment_name"}
    experiment = module.init(project=PROJECT, config=asdict(about), **{names[tool]: name})
    try:
        for step, result in enumerate(results):
            experiment.log(scalars(result), step=step)
    finally:
        module.finish()


def scalars(result: Result) -> dict[str, float]:
    """Return the figures of a load that are there, times in seconds."""
    found = {_NAMES.get(metric.name, metric.name): metric.figure()(result) for metric in metrics("load")}
    found["valid"] = float(result.valid)
    level = result.level
    found |= {"rate": level.rate} if level.rate is not None else {}
    found |= {"parallel": float(level.concurrency)} if level.concurrency is not None else {}
    for metric in metrics("request", "overview"):
        found |= {f"{metric.name}/{point}": metric.figure(point)(result) for point in SUMMARY_POINTS}
    return {name: value for name, value in found.items() if math.isfinite(value)}
