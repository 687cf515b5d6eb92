"""``spending.jsonl``: the tokens of every request, appended as replies arrive, and shared by all processes of a run.

With a limit a request is admitted under a lock of the file: whoever appends has read what the others have. A line is
written at once and by one call, so it survives the death of the process; what a dead process had in flight is *lost*:
the service may have charged for it (docs/design/budget.md).
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ..core.spending import FIELDS, Account, PromptSize, Spent
from .atomic import cannot_write, own_file, storing, write_atomic
from .journal import entries, other_journals, split_line
from .layout import WorkDir
from .rows import calls_of

log = logging.getLogger(__name__)


class Worth(NamedTuple):
    """Value of some tokens, by both measures of a limit.

    Attributes:
        cost: In units of `config.prices.UNIT`; 0 without a price.
    """

    tokens: int = 0
    cost: int = 0

    def plus(self, other: Worth, sign: int = 1) -> Worth:
        """Return the sum, or the difference."""
        return Worth(self.tokens + sign * other.tokens, self.cost + sign * other.cost)


class Reservation(NamedTuple):
    """The most that a request in flight may cost."""

    account: Account
    most: Spent
    session: str
    pid: int


# Size of a file in bytes from which on it is replaced by its sums when its run is over.
COMPACT_FROM = 1 << 16

# A larger count in a line is damage, not tokens: those of services are below 2^53, and sums of theirs fit into floats.
MOST_TOKENS = 1 << 63

# Values tokens; the last argument is true for a reservation, whose tokens are upper estimates.
Valuer = Callable[[Account, Spent, bool], Worth]


def by_tokens(account: Account, spent: Spent, reserved: bool) -> Worth:
    """Value tokens without prices."""
    return Worth(spent.tokens)


class Ledger:
    """The spending of all runs in one work_dir.

    Args:
        path: The file; made with the first line.
        session: Name of this run: reservations of others are of dead processes.
        follows: Read what other processes append with every line. Otherwise only `refresh` does.

    Attributes:
        spent: Tokens by account.
        lost: The most that requests in flight may have cost when their process died or gave up, by account.
        paid: Value of `spent` and `lost`, which counts towards limits.
        held: Value of the reservations.
        refusal: Why this run refused a request; empty if it did not.
        damaged: Lines that could not be read.
    """

    def __init__(self, path: Path, session: str, worth: Valuer = by_tokens, *, follows: bool = True) -> None:
        self.path = path
        self.spent: dict[Account, Spent] = {}
        self.lost: dict[Account, Spent] = {}
        self.paid = self.held = Worth()
        self.refusal = ""
        self.damaged = 0
        self._session = session
        self._worth = worth
        self._follows = follows
        self._reservations: dict[str, Reservation] = {}
        self._file: BinaryIO | None = None
        self._offset = 0
        self._torn = False
        self._count = 0
        self._thread_lock = threading.Lock()

    def refresh(self) -> None:
        """Read what other processes have appended, if there is a file.

        Raises:
            StoreError: It cannot be read.
        """
        if self.path.exists():
            with self._locked():
                self._read()
                self._count_lost()
                self._read()

    def add(self, account: Account, spent: Spent, reservation: str = "") -> None:
        """Append what a request cost, in place of its reservation.

        Raises:
            StoreError: It could not be written.
        """
        with self._locked():
            entry = {"account": account, "spent": spent.to_json()}
            self._append({**entry, "id": reservation} if reservation else entry)

    def reserve(self, account: Account, most: Spent, fits: Callable[[Worth, Worth, Worth], bool]) -> str:
        """Reserve the most that a request may cost, and return the reservation; empty if it does not fit.

        Args:
            fits: Given what is paid, held and requested.

        Raises:
            StoreError: It could not be written.
        """
        with self._locked():
            request = self._worth(account, most, True)
            if not fits(self.paid, self.held, request):
                self._count_lost()
                if not fits(self.paid, self.held, request):
                    return ""
            self._count += 1
            name = f"{self._session}-{os.getpid()}-{self._count}"
            place = {"id": name, "pid": os.getpid(), "session": self._session}
            self._append({"account": account, "held": most.to_json(), **place})
            return name

    def release(self, reservation: str) -> None:
        """Append that a request cost nothing.

        Raises:
            StoreError: It could not be written.
        """
        with self._locked():
            self._append({"free": True, "id": reservation})

    def lose(self, account: Account, most: Spent, reservation: str = "") -> None:
        """Append the most that a request may have cost whose reply nobody waited for.

        Raises:
            StoreError: It could not be written.
        """
        with self._locked():
            self._append({"account": account, "lost": most.to_json(), "id": reservation})

    def refuse(self, reason: str) -> None:
        """Append why a request of this run was refused, once.

        Raises:
            StoreError: It could not be written.
        """
        with self._locked():
            if not self.refusal:
                self._append({"refused": reason, "session": self._session})

    def compact(self) -> None:
        """Replace a long file by its sums, once no other process writes to it.

        Raises:
            StoreError: It cannot be read or written.
        """
        try:
            if self.path.stat().st_size < COMPACT_FROM:
                return
        except FileNotFoundError:
            return
        self.refresh()
        with self._locked():
            entries = [{"account": account, "spent": spent.to_json()} for account, spent in self.spent.items()]
            entries += [{"account": account, "lost": lost.to_json()} for account, lost in self.lost.items()]
            if self.refusal:
                entries.append({"refused": self.refusal, "session": self._session})
            data = b"".join(map(_line, entries))
            write_atomic(self.path, data)
            self._offset = len(data)
        self.close()

    def close(self) -> None:
        """Close the file. Idempotent; another call of any method opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    # The file -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the file for this process, with everything read that is in it."""
        with self._thread_lock:
            try:
                if self._file is None:
                    self._file = open(self.path, "a+b", buffering=0, opener=own_file)  # noqa: SIM115 - see `close`
                    with _file_lock(self._file):
                        self._torn = _is_torn(self._file)
                with _file_lock(self._file):
                    if self._follows:
                        self._read()
                    yield
            except OSError as error:
                raise cannot_write(self.path, error) from error

    def _read(self) -> None:
        assert self._file is not None
        self._file.seek(self._offset)
        data = self._file.read()
        whole, newline, rest = data.rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        self._torn = bool(rest)  # nobody else holds the lock
        for line in whole.split(b"\n"):
            if line.strip():
                self._take_line(line)

    def _append(self, entry: Mapping[str, Any]) -> None:
        assert self._file is not None
        line = _line(entry)
        data = b"\n" + line if self._torn else line
        written = self._file.write(data)
        while written < len(data):
            written += self._file.write(data[written:])
        self._torn = False
        if self._follows:
            self._read()

    def _count_lost(self) -> None:
        """Count as lost what dead processes had in flight."""
        dead = [n for n, r in self._reservations.items() if r.session != self._session or not _is_alive(r.pid)]
        for name in dead:
            found = self._reservations[name]
            self._append({"account": found.account, "lost": found.most.to_json(), "id": name})

    def _take_line(self, line: bytes) -> None:
        try:
            self._take(json.loads(line))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            self.damaged += 1
            log.warning("a line of %s cannot be read and counts as nothing: %.200r", self.path, line)

    def _take(self, entry: Mapping[str, Any]) -> None:
        name = entry.get("id") or ""
        if "refused" in entry:
            self.refusal = str(entry["refused"]) if entry["session"] == self._session else self.refusal
        elif "held" in entry:
            found = Reservation(_account(entry), _spent(entry["held"]), str(entry["session"]), int(entry["pid"]))
            self._reservations[str(name)] = found
            self.held = self.held.plus(self._worth(found.account, found.most, True))
        elif "spent" in entry:
            account, spent = _account(entry), _spent(entry["spent"])
            self._free(name)
            self.spent[account] = self.spent.get(account, Spent()) + spent
            self.paid = self.paid.plus(self._worth(account, spent, False))
        elif "lost" in entry:
            account, spent = _account(entry), _spent(entry["lost"])
            self._free(name)
            self.lost[account] = self.lost.get(account, Spent()) + spent
            self.paid = self.paid.plus(self._worth(account, spent, True))
        elif "free" in entry:
            self._free(name)
        else:
            raise ValueError

    def _free(self, name: str) -> None:
        if (found := self._reservations.pop(name, None)) is not None:
            self.held = self.held.plus(self._worth(found.account, found.most, True), -1)


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"


@contextmanager
def _file_lock(file: BinaryIO) -> Iterator[None]:
    try:
        import fcntl  # not on Windows: there a run has one process, or no limit
    except ImportError:
        yield
        return
    locked = False
    with suppress(OSError):  # a network file system without locks: lines are appended whole nevertheless
        fcntl.flock(file, fcntl.LOCK_EX)
        locked = True
    try:
        yield
    finally:
        if locked:
            fcntl.flock(file, fcntl.LOCK_UN)


def _is_torn(file: BinaryIO) -> bool:
    """Return whether the last line has no end: its writer died, or the disk was full."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return False
    file.seek(size - 1)
    return file.read(1) != b"\n"


def _is_alive(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _account(entry: Mapping[str, Any]) -> Account:
    model_id, benchmark, role, model = map(str, entry["account"])
    if role not in ("model", "judge"):
        raise ValueError
    return Account(model_id, benchmark, role, model)  # type: ignore[arg-type]


def _spent(counts: Mapping[str, Any]) -> Spent:
    found = {name: counts[name] for name in FIELDS if name in counts}
    if not all(type(value) is int and 0 <= value <= MOST_TOKENS for value in found.values()):
        raise ValueError
    return Spent(**found)


def spent_in(path: Path, most_bytes: int = 1 << 62) -> dict[Account, Spent]:
    """Return the tokens by account of another run's file; empty if there is none, or it cannot be read.

    Args:
        most_bytes: Maximum size of the part of the file that is read.
    """
    found = Ledger(path, "")
    try:
        with open(path, "rb") as file:
            for line in file.readlines(most_bytes):
                found._take_line(line)
    except OSError:
        return {}
    return found.spent


def last_refusal(path: Path) -> str:
    """Return why the last run that was refused a request was; empty if none was, or the file cannot be read."""
    with suppress(OSError), open(path, "rb") as file:
        lines = [line for line in file if line.startswith(b'{"refused"')]
        with suppress(ValueError, LookupError):
            return str(json.loads(lines[-1])["refused"])
    return ""


# Records of versions that kept no ledger -----------------------------------------------------------------------------


def recorded_spending(workdir: WorkDir, benchmarks: Mapping[str, str]) -> dict[Account, Spent]:
    """Return the tokens that recorded replies report, by account. Those of judges were not recorded.

    Args:
        benchmarks: The benchmark of a file of predictions, by the file's name.

    Raises:
        StoreError: A file cannot be read.
    """
    found: dict[Account, Spent] = {}
    with storing(workdir.root):
        for model_id, benchmark, line in _predictions(workdir):
            try:
                row = json.loads(line)
                calls, model = calls_of(row), str(row["model"])
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                continue  # `Previous` sets it aside
            account = Account(model_id, benchmarks.get(benchmark, benchmark), "model", model)
            for number, call in enumerate(calls):
                if call.output.usage is not None and not call.output.cached:
                    size = sum(len(message.text.encode("utf-8", "surrogatepass")) for message in call.messages)
                    spent = Spent.of(call.output.usage, PromptSize(size), is_first=number == 0)
                    found[account] = found.get(account, Spent()) + spent
    return found


def _predictions(workdir: WorkDir) -> Iterator[tuple[str, str, bytes]]:
    """Yield model, file or benchmark, and row of each recorded prediction."""
    for path in sorted(workdir.root.glob("predictions/*/*.jsonl")):
        with open(path, "rb") as file:
            yield from ((path.parent.name, path.name, line) for line in file)
    for path in other_journals(workdir, ""):
        with open(path, "rb") as file:
            for entry in entries(path):
                file.seek(entry.offset)
                _, prediction, _ = split_line(file.readline())
                if prediction:
                    yield "", entry.row.benchmark, prediction
