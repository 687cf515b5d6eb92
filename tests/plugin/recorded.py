"""What a run has recorded by now, and waiting for it: a reply that was sent is not yet a record."""

from __future__ import annotations

import json
from pathlib import Path

from evalscope_pytest.store.journal import entries
from tests.servers.service import Received
from tests.waiting import wait_until

from .project import Project


def recorded_in(work_dir: Path) -> set[int]:
    """Return the samples with a reply, in journals and compacted files."""
    journalled = [e.row.index for path in (work_dir / "journal").glob("*-*.jsonl") for e in entries(path)]
    files = (work_dir / "predictions").glob("*/*.jsonl")
    return {*journalled, *(json.loads(row)["index"] for file in files for row in file.read_text().splitlines())}


def records_of(project: Project) -> set[int]:
    """Return the samples that the only run so far has recorded."""
    work_dirs = list((project.path / "outputs").glob("*"))
    return recorded_in(work_dirs[0]) if work_dirs else set()


def wait_for_records(project: Project, count: int) -> None:
    """Wait until the only run so far has recorded so many samples."""
    wait_until(lambda: len(records_of(project)) >= count)


def number_of(received: Received) -> int:
    """Return which sample of `Project.benchmark` is asked."""
    return int(received.body["messages"][-1]["content"].split()[0])
