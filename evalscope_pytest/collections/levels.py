"""A collection's scores by subset, benchmark, task type, tag and category, from the reviews of a run."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path
from typing import Any

from ..benchmarks.after_run import FinishedRun, Summary
from ..core.canonical import dumps
from ..report.table import grid
from ..store.atomic import write_atomic
from .entry import INFO

FILE = "collection_detailed_report.json"
AVERAGES = ("micro_avg.", "macro_avg.", "weighted_avg.")


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


def save_levels(run: FinishedRun) -> Summary | None:
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
    write_atomic(work_dir.reports(plan.model_id) / run.benchmark.name / FILE, f"{dumps(found)}\n".encode())
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
