"""The directory of a run: EvalScope's `work_dir` layout (spec/parameters.md), names that stay inside it, and its lock.

EvalScope sometimes gives two unsafe names the same file (``a/b`` and ``a_b``, every Chinese model name). Here a safe
name is kept as it is, spaces and CJK included, and any other becomes a slug, ``~`` and a hash. One run at a time writes
to a work_dir: the kernel frees the lock when its holder dies.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import socket
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Any

from ..core.errors import StoreError, UsageError
from .atomic import cannot_write, own_file, reason_of

MAX_NAME_BYTES = 120
_TRACES = ("configs", "journal", "predictions", "reviews", "logs/eval_log.log")  # of a run, ours or EvalScope's
_FOLDERS = ("configs", "embeddings", "journal", "logs", "media", "predictions", "reports", "reviews")
# All that a run writes in its root.
_WRITTEN = (*_FOLDERS, "perf", ".lock", ".write_probe", "progress.json", "spending.jsonl")
_FORBIDDEN = frozenset('/\\:*?"<>|~')
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]
)


@dataclass(frozen=True, slots=True)
class WorkDir:
    """The folders of one run. They are made when the first file is written to them."""

    root: Path

    @property
    def configs(self) -> Path:
        """Folder of ``task_config.yaml``."""
        return self.root / "configs"

    @property
    def logs(self) -> Path:
        """Folder of ``eval_log.log``."""
        return self.root / "logs"

    @property
    def journal(self) -> Path:
        """Folder of the append-only journals, one for each process of a run."""
        return self.root / "journal"

    @property
    def html_report(self) -> Path:
        """The page that shows all reports of the run."""
        return self.root / "reports" / "report.html"

    @property
    def judge_audit(self) -> Path:
        """Judgements for a person to check."""
        return self.root / "reports" / "judge_audit.txt"

    @property
    def progress_file(self) -> Path:
        """The file with a run's progress."""
        return self.root / "progress.json"

    @property
    def embeddings(self) -> Path:
        """Vectors of the texts that were embedded, if no response cache keeps them."""
        return self.root / "embeddings"

    @property
    def media(self) -> Path:
        """Pictures, recordings, videos and documents of the requests."""
        return self.root / "media"

    @property
    def spending(self) -> Path:
        """The tokens that requests cost, one line each."""
        return self.root / "spending.jsonl"

    @property
    def loads(self) -> Path:
        """Results of load tests."""
        return self.root / "perf"

    def predictions(self, model_id: str) -> Path:
        """Folder of the model's answers."""
        return self._inside("predictions", safe_name(model_id))

    def reviews(self, model_id: str) -> Path:
        """Folder of how the answers were scored."""
        return self._inside("reviews", safe_name(model_id))

    def reports(self, model_id: str) -> Path:
        """Folder of the aggregated scores."""
        return self._inside("reports", safe_name(model_id))

    def report_file(self, model_id: str, benchmark: str) -> Path:
        """The report of one benchmark."""
        return self._inside("reports", safe_name(model_id), safe_name(benchmark) + ".json")

    def _inside(self, *parts: str) -> Path:
        path = self.root.joinpath(*parts)
        assert path.is_relative_to(self.root), path
        assert ".." not in parts, path
        return path


def safe_name(text: str) -> str:
    """Return ``text`` when every file system takes it as a name, else a slug of it with a hash. Injective."""
    if _is_safe(text):
        return text
    slug = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in text[:60]).strip("_")
    return f"{slug or 'name'}~{_hash(text)}"


def _is_safe(text: str) -> bool:
    return (
        bool(text)
        and text.isprintable()
        and not _FORBIDDEN.intersection(text)
        and text[0] not in " ."
        and text[-1] not in " ."
        and len(text.encode()) <= MAX_NAME_BYTES
        and text.partition(".")[0].rstrip().lower() not in _WINDOWS_DEVICES
        and unicodedata.is_normalized("NFC", text)
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def record_names(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the file name of each (benchmark, subset): EvalScope's ``{benchmark}_{subset}.jsonl`` if it is safe.

    Pairs whose names would be one file, ``a`` + ``b_c`` and ``a_b`` + ``c`` or two that differ in case only, get a
    hash each, so that names are injective and do not depend on the order of the pairs.
    """
    wanted = list(dict.fromkeys(pairs))
    taken = Counter(f"{benchmark}_{subset}".casefold() for benchmark, subset in wanted)
    names = {}
    for benchmark, subset in wanted:
        plain = f"{benchmark}_{subset}"
        if _is_safe(plain) and taken[plain.casefold()] == 1:
            names[benchmark, subset] = plain + ".jsonl"
        else:
            slug = safe_name(f"{benchmark}_{subset}/")[: -len("~12345678")]
            names[benchmark, subset] = f"{slug}~{_hash(json.dumps([benchmark, subset]))}.jsonl"
    return names


def open_work_dir(
    work_dir: Path, *, no_timestamp: bool = False, use_cache: Path | None = None, now: datetime | None = None
) -> WorkDir:
    """Make or find the directory of a run, and see that it can be written to.

    Args:
        work_dir: The parent of all runs; the run's own directory with ``no_timestamp``.
        use_cache: The directory of an earlier run that is carried on.
        now: The time the new directory is named after, by default this moment; a number follows if it is taken.

    Raises:
        UsageError: ``use_cache`` is missing or is not a run, the place cannot be written to, or
            there are symbolic links or devices among the files that a run writes.
        StoreError: The disk is full.
    """
    try:
        if use_cache is not None:
            root = _existing(use_cache)
        else:
            root = _made(work_dir) if no_timestamp else _unique(_made(work_dir), now or datetime.now().astimezone())
    except OSError as error:
        raise unusable(use_cache or work_dir, error) from error
    try:
        root = root.resolve()  # the directory itself may be a link: the user named it
        _check_written(root)
        _probe(root / ".write_probe")
    except OSError as error:
        raise unusable(root, error) from error
    for folder in (root / name for name in _FOLDERS):
        if folder.exists() and not folder.is_dir():
            raise unusable(folder, NotADirectoryError(errno.ENOTDIR, "a file is where a folder belongs"))
    return WorkDir(root)


def _check_written(root: Path) -> None:
    """Refuse symbolic links, pipes and devices among a run's files: a directory may come from anywhere."""
    waiting = [root / name for name in _WRITTEN]
    while waiting:
        path = waiting.pop()
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(mode):
            waiting += path.iterdir()
        elif not stat.S_ISREG(mode):
            what = f"a symbolic link to {os.readlink(path)}" if stat.S_ISLNK(mode) else "neither a file nor a folder"
            raise UsageError(
                f"work_dir holds what a run must not write through: {path} is {what}. Allowed: files and folders. "
                "Remove it, or choose another directory with --eval-work-dir."
            )


def _probe(path: Path) -> None:
    """Write a file and remove it."""
    with open(path, "wb", opener=own_file) as file:
        file.write(b"\0" * 4096)
    path.unlink()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _unique(parent: Path, now: datetime) -> Path:
    stamp = now.strftime("%Y%m%d_%H%M%S")
    for attempt in count():
        root = parent / (f"{stamp}_{attempt}" if attempt else stamp)
        try:
            root.mkdir()
        except FileExistsError:
            continue
        return root
    raise AssertionError("count() never ends")


def _existing(root: Path) -> Path:
    if root.is_dir():
        if any(root.iterdir()) and not any((root / trace).exists() for trace in _TRACES):
            raise UsageError(
                f"use_cache holds no run: {root}. Give the directory of an earlier run, with journal/ or predictions/ "
                "in it, or an empty one. Without --eval-use-cache a new run is started."
            )
        return root
    if root.exists():
        raise UsageError(f"use_cache is a file: {root}. Give the directory of an earlier run.")
    parent = root.parent
    siblings = sorted(p.name for p in parent.iterdir() if p.is_dir()) if parent.is_dir() else []
    near = get_close_matches(root.name, siblings, n=3, cutoff=0.5) or siblings[-3:]
    hint = f"Near it: {', '.join(str(parent / name) for name in near)}." if near else f"{parent} holds no runs."
    raise UsageError(f"use_cache is not there: {root}. {hint} Without --eval-use-cache a new run is started.")


def unusable(path: Path, error: OSError) -> StoreError | UsageError:
    """Return the error for a path in a run's directory that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return cannot_write(path, error)
    return UsageError(
        f"work_dir cannot be written to: {path} ({reason_of(error)}). Choose another with --eval-work-dir."
    )


# The lock ------------------------------------------------------------------------------------------------------------


log = logging.getLogger(__name__)


@contextmanager
def locked(workdir: WorkDir) -> Iterator[None]:
    """Hold the work_dir for this run. The workers of a run go without: their controller holds it.

    Raises:
        UsageError: Another run has it, and the message names its process; or the lock is not a file.
    """
    try:
        import fcntl  # not on Windows: there the user must avoid two runs in one directory
    except ImportError:
        yield
        return
    path = workdir.root / ".lock"
    try:
        opened = open(path, "a+", encoding="utf-8", opener=own_file)  # noqa: SIM115 - closed below
    except OSError as error:
        raise unusable(path, error) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _holder(file)
            raise UsageError(
                f"work_dir is in use: {workdir.root} by process {holder.get('pid', '?')} on {holder.get('host', '?')} "
                f"since {holder.get('since', '?')}. Wait for it, or choose another --eval-work-dir."
            ) from error
        except OSError as error:  # a network file system without locks: better without one than no run at all
            log.warning("%s cannot be locked (%s): see to it that no other run writes there", workdir.root, error)
        since = datetime.now(timezone.utc).isoformat(timespec="seconds")
        try:
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
            file.flush()
        except OSError as error:
            raise unusable(path, error) from error
        yield  # the file stays: removing it would let two runs lock two files of one name


def _holder(file: Any) -> dict[str, Any]:
    file.seek(0)
    try:
        known = json.loads(file.read())
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}
