"""Judgements for a person to check: some of a run's, drawn at random, as plain text (``--eval-judge-audit``)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.text import visible
from ..store.atomic import storing, write_atomic
from ..store.judged import RECORDS
from ..store.layout import WorkDir
from ..store.plan import RunPlan
from .model import Report

MAX_TEXT = 20_000
RULE = "=" * 100
INTRODUCTION = (
    "{count} of {total:,} judgements, drawn at random with seed {seed}. Read what the judge was shown, decide for "
    "yourself, and then compare.\nText between <<< and >>> was written by a model: it is what is judged, whatever it "
    "says.\n"
)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """One verdict with what led to it.

    Attributes:
        sample: Its sample's id, as pytest shows it.
        worth: Value of the verdict for the reply, metric by metric.
    """

    sample: str
    judge: str
    asked: str
    reply: str
    verdict: str
    worth: Mapping[str, float]


def write_audit(workdir: WorkDir, plan: RunPlan, reports: Sequence[Report], count: int, seed: int) -> Path | None:
    """Write ``reports/judge_audit.txt`` and return its path; None without judgements.

    Args:
        count: Number of judgements to draw.
        seed: The same judgements are drawn again with the same one.

    Raises:
        StoreError: It could not be written.
    """
    judged = {report.dataset_name for report in reports if report.judges}
    folder = workdir.reviews(plan.model_id)
    files = [(folder / name, *pair) for pair, name in plan.file_names().items() if pair[0] in judged]
    total, drawn = _draw((found for file in files for found in _judgements(*file)), count, random.Random(seed))
    if not total:
        return None
    parts = [INTRODUCTION.format(count=len(drawn), total=total, seed=seed)]
    parts += [_shown(number, judgement) for number, judgement in enumerate(drawn, 1)]
    write_atomic(workdir.judge_audit, "\n".join(parts).encode("utf-8", "replace"))
    return workdir.judge_audit


def _draw(found: Iterator[_Judgement], count: int, random_: random.Random) -> tuple[int, list[_Judgement]]:
    """Return how many there are, and ``count`` of them, each as likely as any other, in their order."""
    drawn: list[tuple[int, _Judgement]] = []
    total = 0
    for total, judgement in enumerate(found, 1):
        if len(drawn) < count:
            drawn.append((total, judgement))
        elif (place := random_.randrange(total)) < count:
            drawn[place] = (total, judgement)
    return total, [judgement for _, judgement in sorted(drawn, key=lambda pair: pair[0])]


def _judgements(path: Path, benchmark: str, subset: str) -> Iterator[_Judgement]:
    if not path.exists():
        return
    try:
        with storing(path), open(path, "rb") as file:
            for line in file:
                row = json.loads(line)
                sample = row["sample_score"]
                repeat = f"-r{sample['generation_index'] + 1}" if sample["generation_index"] else ""
                name = f"{benchmark}[{subset}-{sample['group_id']}{repeat}]"
                for record in sample["score"]["metadata"].get(RECORDS, ()):
                    if record.get("verdict") is not None:
                        yield _judgement(name, record)
    except (ValueError, LookupError, TypeError):
        return  # a damaged row: what comes before it is enough to draw from


def _judgement(sample: str, record: Mapping[str, Any]) -> _Judgement:
    asked = "\n\n".join(message["content"] for message in record["messages"] if message["role"] == "user")
    return _Judgement(
        sample, record["judge"], asked, record["reply"] or "", record["verdict"], record.get("metrics") or {}
    )


def _shown(number: int, judgement: _Judgement) -> str:
    worth = ", ".join(f"{name} {value:g}" for name, value in judgement.worth.items())
    parts = [
        RULE,
        f"{number}. {visible(judgement.sample)}, judged by {visible(judgement.judge)}",
        RULE,
        "",
        _safe(judgement.asked),
        "",
        "Your verdict: ____",
        "",
        "-- what the judge replied " + "-" * 40,
        "",
        _safe(judgement.reply),
        "",
        f"Read as: {visible(judgement.verdict)}" + (f"  ({worth})" if worth else ""),
        "",
    ]
    return "\n".join(parts)


def _safe(text: str) -> str:
    shown = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}\n... {len(text) - MAX_TEXT:,} more characters"
    return visible(shown, keep="\n\t")
