"""The runs under some folders, with their reports: what is on the disk at this moment."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..core.errors import StoreError
from ..core.secret import MASK, redact
from ..report.model import Report, load_report
from ..store.layout import WorkDir
from .index import SampleIndex

MAX_DEPTH = 5  # of a run below the folder that is named
MAX_INDEXES = 4  # that are kept open
MAX_CONFIGURATION = 1_000_000  # bytes
STALE_S = 120.0  # a progress file that nobody has written for so long is that of a run that died
_RECORDS = ("reports", "predictions", "reviews", "journal")
_KEY = re.compile(
    r"""(\b(?:\w{0,40}_)?(?:api_?key|token|password|secret)['"]?: {0,4})(?! |null\b|EMPTY\b|env:)[^\n]{1,4000}""",
    re.IGNORECASE,
)
_MODEL_ID = re.compile(r"^model_id: {0,4}(.{1,300})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """One model in one work_dir.

    Attributes:
        id: Part of its address: the same as long as the folder has the same path.
        folder: Name of the model's folders in the work_dir.
        name: The path of the work_dir in the folder that was named.
        time: When its reports were last written; without reports, when the folder last changed.
    """

    id: str
    root: Path
    folder: str
    name: str
    time: datetime

    @property
    def workdir(self) -> WorkDir:
        """The files of the run."""
        return WorkDir(self.root)

    @property
    def reports(self) -> Path:
        """The folder with the reports of the model."""
        return self.root / "reports" / self.folder


@dataclass(frozen=True, slots=True)
class Listed:
    """A run with its reports, by benchmark.

    Attributes:
        status: ``finished``, ``running`` or ``incomplete``.
    """

    run: Run
    reports: Mapping[str, Report]
    status: str

    @property
    def model(self) -> str:
        """The model's name in the reports; without any, that of its folder."""
        return next((report.model_name for report in self.reports.values()), self.run.folder)

    @property
    def verdict(self) -> str:
        """``passed``, or ``failed`` if a gate did not pass; empty without gates."""
        gates = [gate for report in self.reports.values() if report.execution for gate in report.execution.gates]
        return "" if not gates else "passed" if all(gate.passed for gate in gates) else "failed"


class Library:
    """The runs under some folders. Several threads may read it.

    Args:
        folders: Each is a run, or holds runs.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [folder.resolve() for folder in folders]
        self._lock = threading.Lock()
        self._reports: dict[Path, tuple[tuple[int, int], Report | None]] = {}
        self._indexes: dict[str, SampleIndex] = {}

    def runs(self) -> list[Run]:
        """Return all runs, the newest first."""
        found = {run.id: run for folder in self._folders for run in _runs_in(folder)}
        return sorted(found.values(), key=lambda run: (run.time, run.name, run.folder), reverse=True)

    def run(self, id: str) -> Run | None:
        """Return a run by its id; None if there is none."""
        return next((run for run in self.runs() if run.id == id), None)

    def listed(self, run: Run) -> Listed:
        """Return a run with its reports and its state."""
        reports = {}
        with suppress(OSError):
            for file in sorted(run.reports.glob("*.json")):
                report = self._report(file)
                if report is not None:
                    reports[report.dataset_name] = report
        return Listed(run, reports, status_of(run, bool(reports)))

    def _report(self, file: Path) -> Report | None:
        """Return a report; None for a file that is something else."""
        found = file.stat()
        stamp = (found.st_mtime_ns, found.st_size)
        with self._lock:
            known = self._reports.get(file)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            report = load_report(file)
        except (StoreError, RecursionError):
            report = None
        with self._lock:
            self._reports[file] = (stamp, report)
        return report

    def samples(self, listed: Listed) -> SampleIndex:
        """Return the samples of a run, indexed as its files are now."""
        with self._lock:
            index = self._indexes.pop(listed.run.id, None) or SampleIndex(listed.run.root, listed.run.folder)
            self._indexes[listed.run.id] = index
            while len(self._indexes) > MAX_INDEXES:
                self._indexes.pop(next(iter(self._indexes)))  # closed when its last reader is done with it
        index.refresh(listed.reports)
        return index


def _runs_in(folder: Path) -> Iterator[Run]:
    for root in _work_dirs(folder, 0):
        name = root.relative_to(folder).as_posix() if root != folder else root.name
        for model in _models(root):
            id = hashlib.sha256(f"{root}\0{model}".encode("utf-8", "surrogateescape")).hexdigest()[:12]
            yield Run(id, root, model, name, _time(root, model))


def _work_dirs(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the work_dirs in a folder. Symbolic links are not followed: they lead out of it."""
    try:
        with os.scandir(folder) as entries:
            below = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    if any(name in _RECORDS for name in below):
        yield folder
    elif depth < MAX_DEPTH:
        for name in sorted(below):
            if not name.startswith("."):
                yield from _work_dirs(folder / name, depth + 1)


def _models(root: Path) -> list[str]:
    """Return the names of the models' folders in a work_dir; of a run that has none yet, the one they will have."""
    found: set[str] = set()
    for kind in ("reports", "predictions", "reviews"):
        with suppress(OSError), os.scandir(root / kind) as entries:
            found.update(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    if not found:
        named = _MODEL_ID.search(configuration(root))
        found.add(named[1].strip("'\" ") if named else "model")
    return sorted(found)


def configuration(root: Path) -> str:
    """Return the text of a run's configuration without keys, which EvalScope may have saved; empty without one."""
    folder = root / "configs"
    path = folder / "task_config.yaml"
    if not path.is_file():  # EvalScope adds a hash to the name
        path = next(iter(sorted(folder.glob("task_config*.yaml"))), path)
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(MAX_CONFIGURATION) if not path.is_symlink() else ""
    except OSError:
        return ""
    return _KEY.sub(rf"\1{MASK}", redact(text))


def _time(root: Path, model: str) -> datetime:
    for path in (root / "reports" / model, root):
        with suppress(OSError):
            return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc).astimezone()
    return datetime.fromtimestamp(0, timezone.utc)


# Runs that are not over ----------------------------------------------------------------------------------------------


def status_of(run: Run, has_reports: bool) -> str:
    """Return ``running``, ``finished`` or ``incomplete``."""
    if _is_held(run.root) or _is_moving(progress_of(run.root)):
        return "running"
    return "finished" if has_reports else "incomplete"


def progress_of(root: Path) -> dict[str, Any]:
    """Return the progress file of a run; empty if there is none."""
    found = _json(root / "progress.json")
    return found if isinstance(found, dict) else {}


def _is_moving(progress: Mapping[str, Any]) -> bool:
    if progress.get("status") != "running":
        return False
    try:
        updated = datetime.fromisoformat(str(progress["updated_at"]).replace("Z", "+00:00"))
        return abs((datetime.now(timezone.utc) - updated).total_seconds()) < STALE_S
    except (ValueError, LookupError, TypeError):
        return False


def _is_held(root: Path) -> bool:
    """Return whether the process that locked a work_dir still runs and has a journal.

    The lock itself is not tried: for a moment, that would keep a run from starting.
    """
    holder = _json(root / ".lock")
    if not isinstance(holder, dict) or holder.get("host") != socket.gethostname() or not (root / "journal").is_dir():
        return False
    pid = holder.get("pid")
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes()[:MAX_CONFIGURATION])
    except (OSError, ValueError, RecursionError):
        return None
