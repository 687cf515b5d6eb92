"""Shows how far a run is: a line for each benchmark, rewritten in place on a terminal, now and then one in a log."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from ..core.errors import StoreError
from ..core.service_state import Services, ServiceState
from ..core.terminal import visible
from ..engine.evaluation import Outcome
from ..store.plan import BenchmarkPlan
from ..store.progress import BenchmarkProgress, ProgressFile, Status

if TYPE_CHECKING:
    from .assembly import Run

log = logging.getLogger(__name__)

REWRITE_EVERY_S = 0.1
FIRST_S = 5.0
EVERY_S = 10.0
# A benchmark that was finished ahead of its first report has no meaningful rate.
LEAST_TIMED_S = 0.5

# Which parts of the live line a narrow terminal loses: the highest first. A service that is down is never lost.
KEPT, SCORE, WAITS, TOTAL, ETA, TOTAL_ETA, RATE = range(7)

State = Literal["correct", "wrong", "partial", "error", "failed", "skipped"]


class Verdict(NamedTuple):
    """One sample's result, in a few words.

    Attributes:
        value: The primary metric's value; None without a score.
        stopped: Why the run cannot go on; empty while it can.
        alike: The same for errors with the same cause.
    """

    benchmark: str
    state: State
    value: float | None = None
    stopped: str = ""
    alike: str = ""


def verdict_of(outcome: Outcome, primary: str, stopped: str) -> Verdict:
    """Return the verdict of an outcome."""
    result = outcome.result
    if outcome.skipped is not None:
        return Verdict(result.benchmark, "skipped")
    if result.error is not None:
        state: State = "failed" if result.error.kind == "author" else "error"
        return Verdict(
            result.benchmark, state, None, stopped, visible(f"{result.error.type}: {result.error.message}"[:200], "\n")
        )
    assert result.score is not None
    values = result.score.values
    value = values.get(primary, next(iter(values.values()), 0.0))
    return Verdict(result.benchmark, "correct" if value >= 1 else "wrong" if value <= 0 else "partial", value)


class Screen(Protocol):
    """The terminal or log that shows progress.

    Attributes:
        columns: The width of a terminal on which lines can be rewritten; None for a log.
    """

    @property
    def columns(self) -> int | None:
        """The width of the terminal; None for a log."""
        ...

    def write_line(self, text: str) -> None:
        """Write a whole line."""

    def rewrite(self, text: str) -> None:
        """Overwrite the current line."""

    def end_line(self) -> None:
        """Begin a new line."""


class Part(NamedTuple):
    """A part of the live line, and the rank by which a narrow terminal drops it."""

    text: str
    rank: int


def fit(parts: Sequence[Part], room: int | None) -> str:
    """Return the parts in one line of at most ``room`` columns; None for a line of any length.

    Parts of the highest rank are dropped first. If those that are always kept are too long, the line is cut.
    """
    kept = [part for part in parts if part.text]
    for rank in range(RATE, KEPT, -1):
        if room is None or len("  ".join(part.text for part in kept)) <= room:
            break
        kept = [part for part in kept if part.rank != rank]
    return "  ".join(part.text for part in kept)[:room]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The samples of one benchmark that have a record at the end of a run.

    Attributes:
        score: As the report gives it; None without any.
    """

    name: str
    scored: int
    errors: int
    score: float | None


@dataclass(slots=True)
class Tally:
    """The progress of one benchmark.

    Attributes:
        min_done: Minimum number of finished samples for a rate: those that were sent together do not make one.
        started: Start of its first sample; the run's beginning until that is known.
    """

    name: str
    total: int
    min_done: int
    started: float
    done: int = 0
    errors: int = 0
    value: float = 0.0
    scored: int = 0

    def add(self, verdict: Verdict, duration_s: float = 0.0) -> None:
        """Count one sample."""
        if not self.done:
            self.started = time.monotonic() - duration_s
        self.done += 1
        if verdict.value is not None:
            self.scored += 1
            self.value += verdict.value
        elif verdict.state in ("error", "failed"):
            self.errors += 1

    def settle(self, recorded: Recorded) -> None:
        """Take the counts of the records."""
        self.done, self.errors = recorded.scored + recorded.errors, recorded.errors
        self.scored = recorded.scored if recorded.score is not None else 0
        self.value = (recorded.score or 0.0) * self.scored

    @property
    def finished(self) -> bool:
        """True when every sample has a result."""
        return self.done >= self.total

    def line(self, width: int, *, over: bool = False) -> str:
        """Return the progress in one line: name, done, score, errors, rate, time left; the time it took when over."""
        return "  ".join(part.text for part in self.parts(width, over=over))

    def parts(self, width: int, *, over: bool = False) -> list[Part]:
        """Return the parts of the line, with the name padded to ``width`` columns."""
        elapsed = max(time.monotonic() - self.started, 1e-6)
        rate = self.done / elapsed
        count = f"{self.done:>{len(str(self.total))}}/{self.total}"
        score = f"score {self.value / self.scored:.4f}" if self.scored else "score   -   "
        parts = [Part(f"{self.name:<{width}}  {count}", KEPT), Part(score, SCORE)]
        if self.errors:
            parts.append(Part(f"{self.errors} error{'s' * (self.errors > 1)}", SCORE))
        if over or self.finished:
            parts += [*self._pace(rate, elapsed), Part(_clock(elapsed), ETA)]
        elif self.done >= self.min_done:
            parts += [*self._pace(rate, elapsed), Part(f"ETA {_clock((self.total - self.done) / rate)}", ETA)]
        return parts

    def _pace(self, rate: float, elapsed: float) -> list[Part]:
        if not self.done or elapsed < LEAST_TIMED_S:
            return []
        return [Part(f"{rate:.1f}/s" if rate < 100 else f"{rate:.0f}/s", RATE)]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of a run, and of its lines.

    Attributes:
        every_s: Seconds between two lines, unless a terminal lets one be rewritten.
        in_flight: Maximum number of samples in flight.
    """

    every_s: float = 0.0
    in_flight: int = 1


NO_PACE = Pace()


class Progress:
    """The lines of all benchmarks, in the order they run, and ``progress.json``.

    Args:
        plans: The benchmarks that will run.
        screen: Shows the lines; None for nothing.
        file: ``progress.json``; None to write none.
        service: Returns the state of the services.
        began: The time from which samples could be sent.
    """

    def __init__(
        self,
        plans: Sequence[BenchmarkPlan],
        screen: Screen | None,
        pace: Pace = NO_PACE,
        file: ProgressFile | None = None,
        service: Callable[[], Services] = Services,
        *,
        began: float,
    ) -> None:
        self._screen = screen
        self._live = screen is not None and screen.columns is not None
        self._every_s = REWRITE_EVERY_S if self._live else pace.every_s
        self._last = began
        self._file = file
        self._service = service
        self._was_held = False
        self._line_is_open = False  # with the cursor at its beginning: what is written next would mix with it
        self._tallies = {
            plan.name: Tally(plan.name, sum(plan.requested.values()), pace.in_flight, began) for plan in plans
        }
        self._width = max((len(name) for name in self._tallies), default=0)
        self._has_begun = False
        self._first = began  # when the first sample was started, as soon as that is known
        self._ended = False
        self._in_flight = pace.in_flight

    @classmethod
    def of(cls, run: Run, screen: Screen | None, service: Callable[[], Services], began: float) -> Progress:
        """Return the progress of a run's benchmarks; it keeps ``progress.json`` if the settings want that."""
        task = run.task
        file = ProgressFile(run.work_dir.progress_file) if task.enable_progress_tracker else None
        pace = Pace(task.heartbeat_interval, task.eval_batch_size)
        return cls(run.benchmarks, screen, pace, file, service, began=began)

    def add(self, verdict: Verdict, duration_s: float = 0.0) -> None:
        """Count a sample and show what changed, if it is time to."""
        tally = self._tallies.get(verdict.benchmark)
        if tally is None:
            return
        if not self._has_begun:
            self._has_begun, self._first = True, time.monotonic() - duration_s
        tally.add(verdict, duration_s)
        now = time.monotonic()
        if tally.finished:
            self._show(tally, last=True)
        elif now - self._last >= self._every_s:
            self._last = now
            self._show(tally)
        self._write()

    def tick(self) -> None:
        """Show what the run waits for. Called about once a second while no sample is finished."""
        state = self._service()
        current = next((t for t in self._tallies.values() if not t.finished), None)
        if current is None:
            return
        now = time.monotonic()
        news = state.is_held and not self._was_held  # in a log, at once; then as often as any line
        self._was_held = state.is_held
        if news or now - self._last >= self._every_s:
            self._last = now
            self._show(current, waits=state.waits())
        self._write()

    def end(self, *, complete: bool, recorded: Sequence[Recorded] = ()) -> None:
        """Show the last lines of benchmarks that are not finished.

        Args:
            recorded: The samples with a record, which the table counts: some were finished ahead of the last report.
        """
        self._ended = True
        open_ones = [tally for tally in self._tallies.values() if not tally.finished]
        for found in recorded:
            if (tally := self._tallies.get(found.name)) in open_ones and tally is not None:
                tally.settle(found)
        for tally in open_ones:
            if tally.done:
                self._show(tally, last=True)
        if self._line_is_open and self._screen is not None:
            self._screen.end_line()
            self._line_is_open = False
        self._write("completed" if complete else "error")

    def _write(self, status: Status = "running") -> None:
        if self._file is None or (status == "running" and not self._file.is_due):
            return
        try:
            self._file.update(self._figures(), status, self._service())
        except StoreError as error:  # it is not a record: the run goes on
            log.warning("%s", error)

    def _show(self, tally: Tally, *, last: bool = False, waits: str = "") -> None:
        if (screen := self._screen) is None:
            return
        parts = [*tally.parts(self._width, over=last), *self._total()]
        if not last:
            parts += [Part(self._service().words(), KEPT), Part(waits, WAITS)]
        if screen.columns is None:
            screen.write_line(fit(parts, None))
            return
        room = screen.columns - 1
        screen.rewrite(f"{fit(parts, room):<{room}}")
        self._line_is_open = not last
        if last:
            screen.end_line()

    def _total(self) -> list[Part]:
        """Return how far all benchmarks are together and the time left; nothing for one, or when all are over."""
        total, done = sum(t.total for t in self._tallies.values()), sum(t.done for t in self._tallies.values())
        if len(self._tallies) < 2 or done >= total or self._ended:
            return []
        parts = [Part(f"all {done}/{total}", TOTAL)]
        if done >= self._in_flight:
            elapsed = max(time.monotonic() - self._first, 1e-6)
            parts.append(Part(f"ETA {_clock((total - done) * elapsed / done)}", TOTAL_ETA))
        return parts

    def _figures(self) -> list[BenchmarkProgress]:
        return [BenchmarkProgress(t.name, t.total, t.done, t.done) for t in self._tallies.values()]


def dump_states(services: Services) -> list[Any]:
    """Serialize the states of services for the channel of a worker."""
    return [None if state is None else tuple(state) for state in services]


def load_states(values: Sequence[Any]) -> Services:
    """Deserialize the states of services."""
    return Services(*[None if state is None else ServiceState(*state) for state in values])


# Steps before the first sample -------------------------------------------------------------------------------------


class Waiting:
    """A notice that a step takes long: a line after five seconds, then one every ten, until `end` or the context ends.

    Args:
        what: The step, such as ``loading gsm8k``.
        write: Shows a line; None for no notice.
    """

    def __init__(self, what: str, write: Callable[[str], object] | None) -> None:
        self._what = what
        self._write = write
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._notify, name="evalscope-waiting", daemon=True)
        if write is not None:
            self._thread.start()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Show nothing more. Idempotent."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _notify(self) -> None:
        assert self._write is not None
        began = time.monotonic()
        pause_s = FIRST_S
        while not self._ended.wait(pause_s):
            self._write(f"{self._what}, {time.monotonic() - began:.0f} s so far")
            pause_s = EVERY_S
