"""Shows how far a run is: a line for each benchmark, rewritten in place on a terminal, now and then one in a log."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..core.errors import StoreError
from ..core.progress_line import Part, ProgressLine, Screen
from ..core.service_state import Services, ServiceState
from ..core.text import visible
from ..engine.evaluation import Outcome
from ..report.semantics import meaning
from ..report.table import interval_text
from ..statistics.intervals import wilson
from ..store.plan import BenchmarkPlan
from ..store.progress import BenchmarkProgress, ProgressFile, Status
from .early import STOPPED, Answer, answer_of

if TYPE_CHECKING:
    from .assembly import Run

log = logging.getLogger(__name__)

FIRST_S = 5.0
EVERY_S = 10.0
# A benchmark that finished before its first report has no meaningful rate.
LEAST_TIMED_S = 0.5

# Which parts of the live line a narrow terminal loses: the highest first. A service that is down is never lost.
KEPT, SCORE, WAITS, TOTAL, ETA, TOTAL_ETA, RATE, INTERVAL = range(8)

State = Literal["correct", "wrong", "partial", "error", "failed", "skipped"]


class Verdict(NamedTuple):
    """One sample's result, in a few words.

    Attributes:
        value: The primary metric's value; None without a score.
        stopped: Why the run cannot go on; empty while it can.
        alike: The same for errors with the same cause.
        independent: The sample is the first answer to its question, counts as one, and no other question is like it.
        answer: What the gates count of it, in a run that may stop early.
    """

    benchmark: str
    state: State
    value: float | None = None
    stopped: str = ""
    alike: str = ""
    independent: bool = True
    answer: Answer | None = None


def verdict_of(outcome: Outcome, primary: str, stopped: str, *, counts: bool = False) -> Verdict:
    """Return the verdict of an outcome.

    Args:
        counts: Gates count it while the run goes on.
    """
    result = outcome.result
    answer = answer_of(outcome) if counts and outcome.skipped != STOPPED else None
    if outcome.skipped is not None:
        return Verdict(result.benchmark, "skipped", answer=answer)
    if result.error is not None:
        state: State = "failed" if result.error.kind == "author" else "error"
        alike = visible(f"{result.error.type}: {result.error.message}"[:200], "\n")
        return Verdict(result.benchmark, state, None, stopped, alike, answer=answer)
    assert result.score is not None
    values = result.score.values
    value = values.get(primary, next(iter(values.values()), 0.0))
    credit = meaning(primary).credit(value)
    state = "correct" if credit >= 1 else "wrong" if credit <= 0 else "partial"
    weighted = primary in (result.score.metadata.get("weights") or ())
    independent = not (result.cluster or result.repeat or weighted)
    return Verdict(result.benchmark, state, value, independent=independent, answer=answer)


def dump_verdict(verdict: Verdict) -> tuple[Any, ...]:
    """Serialize a verdict for the channel of a worker, which takes plain tuples only."""
    return (*verdict[:-1], verdict.answer and tuple(verdict.answer))


def load_verdict(values: Sequence[Any]) -> Verdict:
    """Deserialize a verdict."""
    verdict = Verdict(*values)
    return verdict if verdict.answer is None else verdict._replace(answer=Answer(*verdict.answer))


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
        independent: Each score so far is a right or wrong answer, independent of the others: the last line has an
            interval.
        decided: Its gates are decided, and its other samples are not sent: ``unsent`` of them are done.
    """

    name: str
    total: int
    min_done: int
    started: float
    done: int = 0
    errors: int = 0
    value: float = 0.0
    scored: int = 0
    independent: bool = False
    decided: bool = False
    unsent: int = 0

    def add(self, verdict: Verdict, duration_s: float = 0.0) -> None:
        """Count one sample."""
        if not self.done:
            self.started = time.monotonic() - duration_s
        self.done += 1
        if verdict.value is not None:
            self.scored += 1
            self.value += verdict.value
            self.independent = self.independent and verdict.independent and verdict.value in (0, 1)
        elif verdict.state in ("error", "failed"):
            self.errors += 1
        elif verdict.state == "skipped" and self.decided:
            self.unsent += 1

    def settle(self, recorded: Recorded) -> None:
        """Take the counts of the records."""
        self.done, self.errors, self.unsent = recorded.scored + recorded.errors, recorded.errors, 0
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
        sent = self.done - self.unsent
        rate = sent / elapsed
        count = f"{sent:>{len(str(self.total))}}/{self.total}"
        score = f"score {self.value / self.scored:.4f}" if self.scored else "score   -   "
        parts = [Part(f"{self.name:<{width}}  {count}", KEPT), Part(score, SCORE)]
        if self.errors:
            parts.append(Part(f"{self.errors} error{'s' * (self.errors > 1)}", SCORE))
        if self.decided and (self.unsent or not self.finished):
            parts.append(Part(STOPPED, SCORE))
        elif over or self.finished:
            parts[2:2] = self._interval()
        if over or self.finished:
            parts += [*self._pace(rate, elapsed), Part(_clock(elapsed), ETA)]
        elif self.done >= self.min_done:
            parts += [*self._pace(rate, elapsed), Part(f"ETA {_clock((self.total - self.done) / rate)}", ETA)]
        return parts

    def _interval(self) -> list[Part]:
        if not (self.independent and self.scored):
            return []
        low, high = wilson(self.value, self.scored) or (0.0, 1.0)
        return [Part(f"95% {interval_text(low, high)}", INTERVAL)]

    def _pace(self, rate: float, elapsed: float) -> list[Part]:
        if not self.done or elapsed < LEAST_TIMED_S:
            return []
        return [Part(f"{rate:.1f}/s" if rate < 100 else f"{rate:.0f}/s", RATE)]


def _counts_right_answers(plan: BenchmarkPlan) -> bool:
    """Return whether the primary metric can be a share of right answers, one for each question."""
    metric = plan.primary or plan.metrics[0]
    how = plan.aggregation if isinstance(plan.aggregation, str) else plan.aggregation.get(metric, "mean")
    is_mean = how.startswith("mean")
    return is_mean and plan.repeats == 1 and meaning(metric).value_range == (0.0, 1.0)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Progress:
    """The lines of all benchmarks, in the order they run, and ``progress.json``.

    Args:
        plans: The benchmarks that will run.
        line: Shows the lines; None for nothing.
        file: ``progress.json``; None to write none.
        service: Returns the state of the services.
        in_flight: Maximum number of samples in flight.
        began: The time from which samples could be sent.
    """

    def __init__(
        self,
        plans: Sequence[BenchmarkPlan],
        line: ProgressLine | None,
        file: ProgressFile | None = None,
        service: Callable[[], Services] = Services,
        in_flight: int = 1,
        *,
        began: float,
    ) -> None:
        self._line = line
        self._file = file
        self._service = service
        self._was_held = False
        self._tallies = {
            plan.name: Tally(
                plan.name, sum(plan.requested.values()), in_flight, began, independent=_counts_right_answers(plan)
            )
            for plan in plans
        }
        self._width = max((len(name) for name in self._tallies), default=0)
        self._has_begun = False
        self._first = began  # when the first sample was started, as soon as that is known
        self._ended = False
        self._in_flight = in_flight
        self._decided: Collection[str] = ()

    @classmethod
    def of(cls, run: Run, screen: Screen | None, service: Callable[[], Services], began: float) -> Progress:
        """Return the progress of a run's benchmarks; it keeps ``progress.json`` if the settings want that."""
        task = run.task
        file = ProgressFile(run.work_dir.progress_file) if task.enable_progress_tracker else None
        line = ProgressLine(screen, task.heartbeat_interval, began) if screen is not None else None
        progress = cls(run.benchmarks, line, file, service, task.eval_batch_size, began=began)
        progress._decided = run.decided
        return progress

    def add(self, verdict: Verdict, duration_s: float = 0.0) -> None:
        """Count a sample and show what changed, if it is time to."""
        tally = self._tallies.get(verdict.benchmark)
        if tally is None:
            return
        if not self._has_begun:
            self._has_begun, self._first = True, time.monotonic() - duration_s
        tally.decided = verdict.benchmark in self._decided
        tally.add(verdict, duration_s)
        if tally.finished:
            self._show(tally, last=True)
        elif self._line is not None and self._line.is_due():
            self._show(tally)
        self._write()

    def tick(self) -> None:
        """Show what the run waits for. Called about once a second while no sample is finished."""
        state = self._service()
        current = next((t for t in self._tallies.values() if not t.finished), None)
        if current is None:
            return
        news = state.is_held and not self._was_held  # in a log, at once; then as often as any line
        self._was_held = state.is_held
        if self._line is not None and self._line.is_due(at_once=news):
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
        if self._line is not None:
            self._line.end()
        self._write("completed" if complete else "error")

    def _write(self, status: Status = "running") -> None:
        if self._file is None or (status == "running" and not self._file.is_due):
            return
        try:
            self._file.update(self._figures(), status, self._service())
        except StoreError as error:  # it is not a record: the run goes on
            log.warning("%s", error)

    def _show(self, tally: Tally, *, last: bool = False, waits: str = "") -> None:
        if self._line is None:
            return
        parts = [*tally.parts(self._width, over=last), *self._total()]
        if not last:
            parts += [Part(self._service().words(), KEPT), Part(waits, WAITS)]
        self._line.show(parts, last=last)

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
