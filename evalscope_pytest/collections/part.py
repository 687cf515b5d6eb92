"""A benchmark as a part of a collection: loads, sends and scores its samples, and sums their scores up by level."""

from __future__ import annotations

import inspect
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import fsum
from pathlib import Path
from typing import Any

from ..benchmarks.after_run import FinishedRun, Summary
from ..benchmarks.bundled import load_bundled
from ..benchmarks.load import LoadedBenchmark, load
from ..benchmarks.resolve import ResolvedBenchmark, resolve
from ..config.task import TaskConfig
from ..core.canonical import dumps
from ..core.errors import ConfigError
from ..core.values import ModelOutput, Sample, Score
from ..datasets.base import DataLocation, Hub
from ..report.table import grid
from ..scoring.scorer import Scorer
from ..store.atomic import write_atomic
from .schema import INFO

_GIVEN = {"sample", "model"}  # what a body may take
REPORT_FILE = "collection_detailed_report.json"
AVERAGES = ("micro_avg.", "macro_avg.", "weighted_avg.")


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
        ConfigError: The benchmark is unknown, or cannot be sent and scored sample by sample; a change is wrong.
    """
    task = TaskConfig(dataset_args={name: json.loads(args)})
    resolved = resolve(load_bundled(name), task.args_of(name))
    if reason := _obstacle(resolved):
        raise ConfigError(f"benchmark {name!r} cannot be a part of a collection: {reason}. Leave it out.")
    return resolved


def _obstacle(resolved: ResolvedBenchmark) -> str:
    if needed := set(resolved.benchmark.parameters) - _GIVEN:
        return f"its test needs {', '.join(sorted(needed))}"
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


# Its scores by level ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scored:
    """A sample's score and its place in the collection.

    Attributes:
        weight: Its share of the collection.
    """

    dataset: str
    subset: str
    task_type: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    weight: float
    value: float


Keys = Callable[[Scored], Sequence[Mapping[str, str]]]


def levels(scored: Sequence[Scored]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each level, those of most samples first.

    ``micro_avg.`` is the mean of the samples, ``macro_avg.`` that of the subsets' means, ``weighted_avg.`` that of the
    samples by their weights.
    """
    deepest = max((len(one.categories) for one in scored), default=0)
    keys: dict[str, Keys] = {
        "subset_level": lambda s: [{"task_type": s.task_type, "dataset_name": s.dataset, "subset_name": s.subset}],
        "dataset_level": lambda s: [{"task_type": s.task_type, "dataset_name": s.dataset}],
        "task_level": lambda s: [{"task_type": s.task_type}],
        "tag_level": lambda s: [{"tags": tag} for tag in s.tags],
        "category_level": lambda s: [
            {f"category{n}": s.categories[n] if n < len(s.categories) else "" for n in range(deepest)}
        ],
    }
    found = {level: _rows(scored, of) for level, of in keys.items()}
    for row in found["subset_level"]:
        del row["macro_avg."], row["weighted_avg."]
    return found


def _rows(scored: Sequence[Scored], keys: Keys) -> list[dict[str, Any]]:
    groups: dict[tuple[tuple[str, str], ...], list[Scored]] = defaultdict(list)
    for one in scored:
        for key in keys(one):
            groups[tuple(key.items())].append(one)
    rows = [{**dict(key), **_averages(group), "count": len(group)} for key, group in groups.items()]
    return sorted(rows, key=lambda row: -row["count"])


def _averages(group: Sequence[Scored]) -> dict[str, float]:
    subsets: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in group:
        subsets[one.dataset, one.subset].append(one.value)
    total = fsum(one.weight for one in group)
    weighted = fsum(one.value * one.weight for one in group) / total if total else _mean([one.value for one in group])
    values = (_mean([one.value for one in group]), _mean([_mean(values) for values in subsets.values()]), weighted)
    return {name: round(value, 4) for name, value in zip(AVERAGES, values, strict=True)}


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def by_level(run: FinishedRun) -> Summary | None:
    """Write ``reports/{model_id}/data_collection/collection_detailed_report.json`` and return it as tables.

    Without scores there is neither.

    Raises:
        StoreError: It could not be written.
    """
    work_dir, plan = run.work_dir, run.plan
    names = [name for (benchmark, _), name in plan.file_names().items() if benchmark == run.benchmark.name]
    files = [work_dir.reviews(plan.model_id) / name for name in names]
    scored = [one for file in files if file.is_file() for one in _scored(file)]
    if not scored:
        return None
    found = levels(scored)
    write_atomic(work_dir.reports(plan.model_id) / run.benchmark.name / REPORT_FILE, f"{dumps(found)}\n".encode())
    tables = [f"{level}\n{_table(rows, run.columns)}" for level, rows in found.items() if rows]
    return Summary("\n".join(tables))


def _scored(file: Path) -> Iterator[Scored]:
    for line in file.read_bytes().splitlines():
        sample_score = json.loads(line)["sample_score"]
        info, score = sample_score["sample_metadata"][INFO], sample_score["score"]
        counts = score["metadata"]["weights"]["accuracy"]
        if counts:  # the benchmark leaves other samples out of its mean
            yield Scored(
                info["dataset_name"], info["subset_name"], info["task_type"], tuple(info["tags"]),
                tuple(info["categories"]), info["weight"], score["value"]["accuracy"],
            )  # fmt: skip


def _table(rows: Sequence[Mapping[str, Any]], columns: int | None) -> str:
    titles = list(rows[0])
    numbers = {*AVERAGES, "count"}
    lines = [[f"{v:.4f}" if isinstance(v, float) else str(v) for v in row.values()] for row in rows]
    return grid(titles, lines, [title in numbers for title in titles], columns)
