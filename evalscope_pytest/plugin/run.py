"""One evaluation in this process: its configuration, model, engine and records, made when first needed."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..config.sources import to_mapping
from ..config.task import LATEST
from ..core.errors import StoreError, UsageError
from ..core.values import SampleResult
from ..engine.asking import Asker
from ..engine.evaluation import Outcome, Runner, described
from ..engine.handle import ModelHandle
from ..engine.lookahead import BUFFER_FACTOR, Job, LookAhead
from ..engine.loop import LoopThread
from ..models.factory import create
from ..models.spec import ModelSpec
from ..records.journal import Journal
from ..records.layout import WorkDir, open_work_dir
from ..records.lock import locked
from ..records.log import open_log
from ..records.plan import BenchmarkPlan, RunPlan
from ..records.previous import Previous
from ..records.task_config import write_task_config
from .nodes import SampleItem
from .workers import WorkerQueue

if TYPE_CHECKING:
    from ..benchmarks.resolve import ResolvedBenchmark
    from ..config.task import TaskConfig

log = logging.getLogger(__name__)

# Fewer would make the two threads wait for each other when replies are immediate.
MIN_BUFFER = 512
MIN_QUEUE = 64


@dataclass(frozen=True, slots=True)
class Process:
    """Which process of the run this is: the only one, the controller of xdist's workers, or one of them."""

    worker: str = ""
    workers: int = 0
    session: str = ""
    work_dir: str = ""

    @property
    def is_worker(self) -> bool:
        """True in an xdist worker."""
        return bool(self.worker)

    @property
    def is_first(self) -> bool:
        """True in the worker that tells the controller what will run."""
        return self.worker == "gw0"

    def share(self, total: int) -> int:
        """Return this process's part of ``total`` requests in flight; the parts of all workers add up to it."""
        if not self.workers or not self.is_worker:
            return total
        position = int(self.worker.removeprefix("gw") or 0) % self.workers
        return max(1, total // self.workers + (position < total % self.workers))


class Run:
    """The evaluation, as the plugin's hooks share it.

    Attributes:
        task: What the user asked for.
        benchmarks: What will run, in order; filled by `collection`.
    """

    def __init__(self, config: pytest.Config, task: TaskConfig, process: Process) -> None:
        self.config = config
        self.task = task
        self.process = process
        self.benchmarks: list[BenchmarkPlan] = []
        self.resolved: dict[str, ResolvedBenchmark] = {}
        self.usage_error = ""
        self._items: Sequence[pytest.Item] = ()
        self._cursor = 0
        self._worker: WorkerQueue | None = None
        self._open = ExitStack()
        self._closed = False

    # What is made when first needed -------------------------------------------------------------------------------

    @cached_property
    def work_dir(self) -> WorkDir:
        """Where this run's records go. Created here, so that a run that cannot record never asks anything."""
        if self.process.work_dir:  # its controller holds the lock
            shared = WorkDir(Path(self.process.work_dir))
            self._open.callback(open_log(shared, debug=self.task.debug).close)
            return shared
        task = self.task
        parent = Path(task.work_dir)
        use_cache = _earlier(parent, task.use_cache) if task.use_cache else None
        now = datetime.now()  # noqa: DTZ005 - the user's own time names the directory
        work_dir = open_work_dir(parent, no_timestamp=task.no_timestamp, use_cache=use_cache, now=now)
        self._open.enter_context(locked(work_dir))
        self._open.callback(open_log(work_dir, debug=task.debug).close)
        return work_dir

    @cached_property
    def session(self) -> str:
        """A name for this run among others in the same work_dir."""
        return self.process.session or f"{time.time_ns():x}"

    @cached_property
    def thread(self) -> LoopThread:
        """The engine's event loop, with a thread for each body that may block."""
        return LoopThread(threads=2 * self.spec.requests_in_flight)

    @cached_property
    def asker(self) -> Asker:
        """The model with its limit of requests in flight."""
        model = self.config.hook.pytest_eval_model_factory(config=self.config, spec=self.spec) or create(self.spec)
        return Asker(model, self.spec.requests_in_flight, patient=self.task.ignore_errors)

    @cached_property
    def spec(self) -> ModelSpec:
        """What the model is made from, with this process's share of the requests in flight."""
        spec = ModelSpec.from_task(self.task)
        return replace(spec, concurrency=self.process.share(spec.concurrency))

    @cached_property
    def model(self) -> ModelHandle:
        """The `model` fixture."""
        return ModelHandle(self.asker, self.spec.generation, self.thread)

    @cached_property
    def journal(self) -> Journal:
        """This process's journal of finished samples."""
        worker = self.process.worker or "main"
        return Journal(self.work_dir, session=self.session, worker=worker, model=self.task.model or "")

    @cached_property
    def previous(self) -> Previous:
        """What earlier runs left in this work_dir."""
        return Previous.load(self.work_dir, self.task.model_id)

    @cached_property
    def ahead(self) -> LookAhead[Outcome]:
        """The look-ahead. Twice as many bodies as requests: the next prompt is ready when a slot frees."""
        in_flight = self.spec.requests_in_flight
        if self.config.getoption("usepdb", False) or self.config.getoption("trace", False):
            return LookAhead(self.thread, 1, 1)
        return LookAhead(self.thread, 2 * in_flight, self.buffer)

    @property
    def buffer(self) -> int:
        """Samples started or finished ahead of pytest, at most. Short when the run may stop at any of them."""
        in_flight = self.spec.requests_in_flight
        if self.config.getvalue("maxfail"):
            return in_flight
        return max(MIN_BUFFER, BUFFER_FACTOR * in_flight)

    def queue(self, workers: int) -> int:
        """Return how many samples a worker of xdist should have at hand: enough to look ahead, no more."""
        return max(MIN_QUEUE, BUFFER_FACTOR * -(-self.spec.requests_in_flight // workers))

    @cached_property
    def runner(self) -> Runner:
        """Runs single samples."""
        return Runner(
            keep=self._keep,
            find=self.previous.find,
            rescore=self.task.rerun_review,
            skip_signals=(pytest.skip.Exception,),
            fail_signals=(AssertionError, pytest.fail.Exception),
            exit_signals=(pytest.exit.Exception,),
        )

    @property
    def plan(self) -> RunPlan:
        """What this run set out to do."""
        return RunPlan(
            model_name=self.task.model or "",
            model_id=self.task.model_id,
            session=self.session,
            benchmarks=tuple(self.benchmarks),
        )

    def load_plan(self) -> None:
        """Learn from the workers, in their controller, what will run."""
        if self.benchmarks:
            return
        try:
            plan = RunPlan.load(self.work_dir)
        except StoreError:
            return  # the worker that writes it is not that far, or found nothing to run
        if plan.session == self.session:
            self.benchmarks = list(plan.benchmarks)
            self.begin()

    def begin(self) -> None:
        """Write down what is about to run, before anything is asked."""
        settings = to_mapping(self.task)
        self.plan.save(self.work_dir)
        write_task_config(self.work_dir, settings, self.plan, cache_source=self.task.use_cache)
        for plan in self.benchmarks:
            log.info("%s: %d samples for %s", plan.name, sum(plan.requested.values()), self.task.model)

    # Running ------------------------------------------------------------------------------------------------------

    def job_of(self, item: SampleItem) -> Job[Outcome]:
        """Return the item's job, made at most once."""
        if item.job is None:
            item.job = Job(partial(self.runner.run, item.unit))
        return item.job

    def expect(self, items: Sequence[pytest.Item], worker: WorkerQueue | None = None) -> None:
        """Say which items will run, in order: they are started ahead. A worker of xdist reads its queue instead."""
        self._items = items
        self._worker = worker

    def outcome(self, item: SampleItem) -> Outcome:
        """Return an item's outcome once it is there, having started what comes after it."""
        job = self.job_of(item)
        if not job.fed:  # before what comes after it, which a worker's queue begins with
            self.ahead.feed_now(job)
        self.ahead.feed(self._supply)
        return self.ahead.take(job)

    def _supply(self, room: int) -> list[Job[Outcome]]:
        jobs: list[Job[Outcome]] = []
        for item in self._next_items():
            if isinstance(item, SampleItem) and item.skipped is None:
                if not item.ready and not item.stage.left:
                    break  # needs fixtures: they are set up when pytest gets there, and only then
                if item.ready and not (job := self.job_of(item)).fed:
                    jobs.append(job)
            if self._worker is None:
                self._cursor += 1
            if len(jobs) >= room:
                break
        return jobs

    def _next_items(self) -> Iterator[pytest.Item]:
        if self._worker is not None:
            return (self._items[i] for i in self._worker.upcoming())
        return itertools.islice(self._items, self._cursor, None)

    def _keep(self, result: SampleResult) -> None:
        if (error := result.error) is not None:
            where = f"{result.benchmark}[{result.subset}-{result.index}]"
            log.warning("%s has no score: %s: %s", where, error.type, error.message)
        self.journal.append(result)

    def keep_broken(self, item: SampleItem, error: BaseException) -> None:
        """Record a sample whose fixtures could not be set up."""
        unit = item.unit
        place = (item.benchmark.name, unit.subset, unit.index, unit.group, unit.repeat)
        self._keep(SampleResult(*place, "", "", unit.sample, error=described(error)))

    def release(self) -> None:
        """Let go of the work_dir."""
        self._open.close()

    def discard(self) -> None:
        """Let go of the work_dir, and remove it if it was made for this run and nothing was recorded."""
        self.release()
        if "work_dir" not in vars(self) or self.task.use_cache or self.task.no_timestamp:
            return
        root, logs = self.work_dir.root, self.work_dir.logs
        with suppress(OSError):  # there is something in it after all
            for file in (logs / "eval_log.log", root / ".lock"):
                file.unlink(missing_ok=True)
            for folder in (logs, root):
                folder.rmdir()

    def close(self) -> None:
        """Cancel what still runs, close the model, make the journal safe. Idempotent."""
        if self._closed:
            return
        self._closed = True
        made = vars(self)
        if "ahead" in made:
            self.ahead.stop()
        if "asker" in made:
            self.thread.submit(self.asker.model.close()).result(10)
        if "thread" in made:
            self.thread.close()
        if "journal" in made:
            self.journal.close()


def _earlier(parent: Path, use_cache: str) -> Path:
    if use_cache != LATEST:
        return Path(use_cache)
    runs = sorted(p for p in parent.glob("*") if (p / "configs").is_dir() or (p / "journal").is_dir())
    if not runs:
        raise UsageError(f"--eval-use-cache latest: no earlier run in {parent}. Leave it out to start a new one.")
    return runs[-1]
