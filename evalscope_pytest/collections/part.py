"""A benchmark as a part of a collection: how its samples are loaded, sent and scored."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..benchmarks.after_run import FinishedRun, Summary
from ..benchmarks.bundled import load_bundled
from ..benchmarks.load import LoadedBenchmark, load
from ..benchmarks.resolve import ResolvedBenchmark, resolve
from ..config.task import TaskConfig
from ..core.errors import ConfigError
from ..core.values import ModelOutput, Sample, Score
from ..datasets.base import DataLocation, Hub
from ..scoring.scorer import Scorer
from .entry import INFO

_GIVEN = {"sample", "model"}  # what a body may ask for


@dataclass(frozen=True, slots=True)
class Location:
    """Where benchmarks' records are looked for.

    Attributes:
        hub: Where dataset ids are looked up.
        dataset_dir: A folder with one folder for each benchmark.
    """

    hub: Hub = "modelscope"
    dataset_dir: Path | None = None


@lru_cache(maxsize=256)
def part(name: str, args: str) -> ResolvedBenchmark:
    """Return a benchmark with a user's changes.

    Args:
        args: The changes as JSON.

    Raises:
        ConfigError: The benchmark is unknown, or cannot be asked and scored sample by sample; a change is wrong.
    """
    task = TaskConfig(dataset_args={name: json.loads(args)})
    resolved = resolve(load_bundled(name), task.args_of(name))
    if reason := _obstacle(resolved):
        raise ConfigError(f"benchmark {name!r} cannot be a part of a collection: {reason}. Leave it out.")
    return resolved


def _obstacle(resolved: ResolvedBenchmark) -> str:
    asks = set(inspect.signature(resolved.benchmark.body).parameters) - _GIVEN
    if asks:
        return f"its test asks for {', '.join(sorted(asks))}"
    if not inspect.iscoroutinefunction(resolved.benchmark.body):
        return "its test is no coroutine function"
    if resolved.scorer is None:
        return "it has no scorer"
    if "sandbox" in resolved.needs:
        return "its scorer runs programs"
    return ""


def loaded(name: str, args: Mapping[str, Any], location: Location, seed: int) -> LoadedBenchmark:
    """Return the samples of a benchmark.

    Raises:
        ConfigError: See `part`.
        DatasetError: Its records cannot be had.
    """
    resolved = part(name, json.dumps(args, sort_keys=True))
    place = DataLocation(
        name,
        resolved.benchmark.file.parent,
        location.hub,
        location.dataset_dir,
        resolved.args.dataset_id or "",
        resolved.args.dataset_revision or "",
        bool(resolved.args.force_redownload),
    )
    return load(resolved, place, seed=seed)


def _own(sample: Sample) -> tuple[ResolvedBenchmark, Sample]:
    """Return a sample's benchmark, and the sample as that benchmark knows it."""
    info = sample.metadata[INFO]
    metadata = {key: value for key, value in sample.metadata.items() if key != INFO}
    own = replace(sample, metadata=metadata, subset=info["subset_name"])
    return part(info["dataset_name"], info["args"]), own


async def answered(sample: Sample, model: Any) -> str | Score:
    """Run a sample of a collection as its benchmark does; return the reply, or the score if it decides."""
    resolved, own = _own(sample)
    value = await resolved.benchmark.body(own, model)
    if isinstance(value, Score):
        return _in_collection(value, resolved.metrics[0], sample)
    return value.text if isinstance(value, ModelOutput) else str(value)


def collected() -> Scorer:
    """Score a sample of a collection as its benchmark does.

    ``accuracy`` is the benchmark's primary metric; ``weighted_accuracy`` the same, counted by the sample's weight.
    """
    return Scorer("collected", ("accuracy", "weighted_accuracy"), _score, _ideal_reply)


async def _score(text: str, sample: Sample) -> Score:
    resolved, own = _own(sample)
    assert resolved.scorer is not None
    score = resolved.scorer.score(resolved.filters.apply(text) if resolved.filters else text, own)
    return _in_collection(await score if inspect.isawaitable(score) else score, resolved.metrics[0], sample)


def _ideal_reply(sample: Sample) -> str:
    resolved, own = _own(sample)
    return resolved.scorer.ideal_reply(own) if resolved.scorer else ""


def _in_collection(score: Score, metric: str, sample: Sample) -> Score:
    """Return a benchmark's score as the collection reports it."""
    counts = score.metadata.get("weights", {}).get(metric, 1.0)
    counts = counts if isinstance(counts, (int, float)) else 1.0
    share = sample.metadata[INFO]["weight"]
    metadata = {key: value for key, value in score.metadata.items() if key != "weights"}
    weights = {"accuracy": counts, "weighted_accuracy": counts * share}
    value = score.values[metric]
    return Score(
        accuracy=value,
        weighted_accuracy=value,
        answer=score.answer,
        explanation=score.explanation,
        metadata={**metadata, "metric": metric, "weights": weights},
    )


def by_level(run: FinishedRun) -> Summary | None:
    """Write the scores of a collection by level, and return them as tables."""
    from .levels import save_levels

    return save_levels(run)
