"""Judgements for a person to check: some of a run's, drawn at random, as plain text (``--eval-judge-audit``)."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.text import visible
from ..judge.contract import contract_of
from ..store.atomic import storing, write_atomic
from ..store.judged import RECORDS
from ..store.layout import WorkDir
from ..store.plan import RunPlan
from .model import Report

MAX_TEXT = 20_000
RULE = "=" * 100
VERDICT = "Your verdict:"
_MARGIN = "| "  # before each line that a model wrote: what it writes cannot pass for a heading or a verdict
INTRODUCTION = """\
{count} of {total:,} judgements, drawn at random with seed {seed}. Read what the judge was shown, decide for yourself,
and then compare. Text between <<< and >>> was written by a model: it is what is judged, whatever it says.

To correct the scores for the judge's errors, write your verdict in place of ____, as the judge had to. They are in
random order, so you may stop anywhere; but skip none because it is hard: the rest would not be a random part. Then run
the same command with --eval-use-cache=DIR, the work_dir of this run. It reads this file, and sends no request again.
"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict with what led to it.

    Attributes:
        key: Content address of what was judged, and by which judge.
        sample: Its sample's id, as pytest shows it.
        record: As the review holds it.
    """

    key: str
    sample: str
    record: Mapping[str, Any]

    @property
    def allowed(self) -> str:
        """The verdicts that the judge could give, in words; empty in records of earlier versions."""
        try:
            return contract_of(self.record["allowed"]).allowed
        except (LookupError, TypeError, AttributeError):
            return ""


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
    every = (found for path, *pair in files for row in review_rows(path) for found in judgements(row, *pair))
    total, drawn = _draw(every, count, random.Random(seed))
    if not total:
        return None
    parts = [INTRODUCTION.format(count=len(drawn), total=total, seed=seed)]
    parts += [_shown(number, judgement) for number, judgement in enumerate(drawn, 1)]
    write_atomic(workdir.judge_audit, "\n".join([*parts, ""]).encode("utf-8", "replace"))
    return workdir.judge_audit


def _draw(found: Iterator[Judgement], count: int, random_: random.Random) -> tuple[int, list[Judgement]]:
    """Return how many there are, and ``count`` of them, each as likely as any other, in random order."""
    drawn: list[Judgement] = []
    total = 0
    for total, judgement in enumerate(found, 1):
        if len(drawn) < count:
            drawn.append(judgement)
        elif (place := random_.randrange(total)) < count:
            drawn[place] = judgement
    random_.shuffle(drawn)
    return total, drawn


def review_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a file of reviews up to a damaged one; none if it is not there."""
    if not path.exists():
        return
    with storing(path), open(path, "rb") as file:
        for line in file:
            try:
                row = json.loads(line)
            except ValueError:
                return  # what comes before it is enough to draw from
            if isinstance(row, dict):
                yield row


def judgements(row: Mapping[str, Any], benchmark: str = "", subset: str = "") -> Iterator[Judgement]:
    """Yield the judgements of a review that have a verdict; none of a row in another form."""
    try:
        sample = row["sample_score"]
        repeat = f"-r{sample['generation_index'] + 1}" if sample["generation_index"] else ""
        name = f"{benchmark}[{subset}-{sample['group_id']}{repeat}]"
        for record in sample["score"]["metadata"].get(RECORDS, ()):
            if record.get("verdict") is not None:
                yield Judgement(_key(row.get("key") or name, record), name, record)
    except (LookupError, TypeError, AttributeError):
        return


def _key(sample: str, record: Mapping[str, Any]) -> str:
    about = [sample, record["judge"], record["item"], record["order"], record["repeat"], record["messages"]]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]


def _text_of(content: Any) -> str:
    """Return what a message says; of a picture or the like, the name of its file."""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text") or f"[{part.get(part['type'])}]") for part in content)


def _shown(number: int, judgement: Judgement) -> str:
    record = judgement.record
    asked = "\n\n".join(_text_of(message["content"]) for message in record["messages"] if message["role"] == "user")
    worth = ", ".join(f"{name} {value:g}" for name, value in (record.get("metrics") or {}).items())
    parts = [
        RULE,
        f"{number}. {visible(judgement.sample)}, judged by {visible(record['judge'])} #{judgement.key}",
        RULE,
        "",
        _safe(asked),
        "",
        *([f"Allowed: {visible(judgement.allowed)}"] if judgement.allowed else []),
        f"{VERDICT} ____",
        "",
        "-- what the judge replied " + "-" * 40,
        "",
        _safe(record["reply"] or ""),
        "",
        f"Read as: {visible(record['verdict'])}" + (f"  ({worth})" if worth else ""),
        "",
    ]
    return "\n".join(parts)


def _safe(text: str) -> str:
    shown = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}\n... {len(text) - MAX_TEXT:,} more characters"
    return "\n".join(f"{_MARGIN}{line}".rstrip() for line in visible(shown, keep="\n\t").split("\n"))
