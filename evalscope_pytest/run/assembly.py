"""The parts of one evaluation in this process: configuration, model, engine and records, made when first needed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.options import spelling
from ..config.schema import to_mapping
from ..config.setting import NO_LEVEL
from ..core.errors import StoreError
from ..core.service_state import Services
from ..core.values import SampleResult
from ..datasets.media_form import MediaForm
from ..engine.admission import FIRST_REQUESTS
from ..engine.client import SAMPLE_TIMEOUT_S, ModelClient
from ..engine.evaluation import Outcome, Runner, Unit, described
from ..engine.handle import ModelHandle
from ..engine.loop import BUFFER_FACTOR, LookAhead, LoopThread
from ..engine.reuse import Reuse
from ..models.spec import ModelSpec
from ..report.baseline import Baseline, load_baseline
from ..store.atomic import storing
from ..store.inflight_marks import Phase, Started, left_by_the_dead, started_file
from ..store.journal import Journal, Quarantine
from ..store.layout import WorkDir, locked, open_work_dir
from ..store.media import MediaFolder
from ..store.plan import BenchmarkPlan, Ordered, RunPlan, changed_settings, write_task_config
from ..store.previous import Previous
from ..store.progress import open_log
from ..store.response_cache import ResponseCache
from .costs import count_earlier
from .crashes import WatchedModel, left_at_work
from .early import STOPPED, Place, Replay, is_decided, seed_of
from .process import Driver, Process
from .resources import Judges, vector_task
from .spending import Spending

if TYPE_CHECKING:
    from ..benchmarks.resolve import ResolvedBenchmark
    from ..config.task import TaskConfig
    from .resources import Sandboxes
    from .stopping import Stopping

log = logging.getLogger(__name__)

# Fewer would make the two threads wait for each other when replies are immediate.
MIN_BUFFER = 512
MIN_QUEUE = 64
NEWS_S = 1.0  # by then a controller has counted what its workers have reported
# One that waits for a slot, one in flight, one whose reply is worked on.
BODIES_PER_REQUEST = 3


class Run:
    """The evaluation, as everything that takes part in it shares it.

    Attributes:
        task: The user's configuration.
        process: The part of the run that this process has.
        driver: The choices of the program that drives the run.
        benchmarks: The benchmarks that will run, in order; filled once their samples are known.
        resolved: The benchmarks under the user's settings, by name.
        usage_error: The mistake on the command line that a worker found; empty if none did.
        idle: Called about once a second while the driver waits for a sample.
        stopped: The reason why the run ends before its last sample; empty as long as it does not.
        on_stop: Called with the reason when the run stops.
        interrupted: True if the run ends because the user interrupted it.
        store_fault: True if the run ends because nothing can be recorded any more.
        polls_stop: True while the driver is at a sample, and soon sees that the run was stopped.
        notes: Lines for the user, about the selection and the records found.
        skipped: The reasons why selected benchmarks are left out, by name: ``skip_unready``.
        unlisted: Benchmarks whose samples cannot be listed without a download.
        media: The kinds of media that the samples of each benchmark send.
        drawn: The questions of each benchmark in the order drawn, if the run may stop early; all that were loaded.
        order: Those of them that run.
        decided: Benchmarks of which no more samples are needed: all their gates are decided.
        on_decided: Called with the name of a benchmark once its last gate is decided.
    """

    def __init__(self, task: TaskConfig, process: Process | None = None, driver: Driver | None = None) -> None:
        self.task = task
        self.process = process or Process()
        self.driver = driver or Driver()
        self.benchmarks: list[BenchmarkPlan] = []
        self.resolved: dict[str, ResolvedBenchmark] = {}
        self.usage_error = ""
        self.idle: Callable[[], None] = lambda: None
        self.stopped = ""
        self.store_fault = self.interrupted = self.polls_stop = False
        self.on_stop: Callable[[str], object] | None = None
        self.notes: list[str] = []
        self.skipped: dict[str, str] = {}
        self.unlisted: list[str] = []
        self.media: dict[str, tuple[str, ...]] = {}
        self.drawn: dict[str, list[Place]] = {}
        self.order: dict[str, tuple[Ordered, ...]] = {}
        self.decided: set[str] = set(self.process.decided)
        self.on_decided: Callable[[str], object] | None = None
        self._errors, self._media = 0, MediaFolder()
        self._open = ExitStack()
        self._closed = False

    # What is made when first needed -------------------------------------------------------------------------------

    @cached_property
    def work_dir(self) -> WorkDir:
        """The folder of this run's records. Made before any request is sent."""
        if self.process.work_dir:  # its controller holds the lock
            shared = WorkDir(Path(self.process.work_dir))
            self._open.callback(open_log(shared, debug=self.task.debug).close)
            return shared
        task = self.task
        parent = Path(task.work_dir)
        use_cache = Path(task.use_cache) if task.use_cache else None
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
        return LoopThread(threads=BODIES_PER_REQUEST * self.spec.requests_in_flight)

    @cached_property
    def client(self) -> ModelClient:
        """The model with its limit of requests in flight."""
        model = self.driver.create(self.spec)
        limit, patient = self.spec.requests_in_flight, self.task.ignore_errors
        if self.spec.is_service:
            first = self.process.share(FIRST_REQUESTS)
            client = ModelClient(model, limit, patient=patient, first=first, sample_timeout_s=SAMPLE_TIMEOUT_S)
        else:  # a local model forms its batches of what is sent, and is as slow as it is
            client = ModelClient(model, limit, patient=patient, first=None)
        client.spelling = spelling(self.task.given)
        client.meter = self.spending.meter(self.spec, "model")
        return client

    @cached_property
    def spending(self) -> Spending:
        """The spending of all runs in this work_dir, and the limits on it. A mere listing makes no file."""
        spending = Spending(self.task, self.session, self._spending_file, self.stop, lambda: bool(self.benchmarks))
        self._open.callback(spending.close)
        return spending

    def _spending_file(self) -> Path:
        earlier = WorkDir(Path(self.task.use_cache or self.task.work_dir))
        return (earlier if self.driver.listing else self.work_dir).spending

    @property
    def out_of_budget(self) -> str:
        """Why the budget of the run is used up; empty as long as it is not, or if nothing is needed any more."""
        has_begun = vars(self).keys() >= {"spending", "work_dir"}  # one that was refused is not opened again
        return self.spending.refusal if has_begun and not is_decided(self) else ""

    @cached_property
    def spec(self) -> ModelSpec:
        """The settings of the model, with this process's share of the requests in flight."""
        spec = ModelSpec.from_task(self.task)
        return replace(spec, concurrency=self.process.share(spec.concurrency))

    @cached_property
    def model(self) -> ModelHandle:
        """The `model` fixture."""
        form, does = MediaForm.of(self.task), vector_task(self, self._open)
        return WatchedModel(self.client, self.spec.generation, self.thread, self.reuse, form, does)

    @cached_property
    def judges(self) -> Judges:
        """The judges."""
        return Judges(self)

    @property
    def service_stopped(self) -> str:
        """Why the model or a judge gets no more requests; empty while all get them."""
        return self.client.health.stopped or self.judges.stopped

    @cached_property
    def reuse(self) -> Reuse | None:
        """The replies of earlier runs; None if none are kept."""
        if self.response_cache is None:
            return None
        model, task = self.client.model.fingerprint, self.task
        spec, sampled = self.spec, task.response_cache_sampled
        return Reuse(self.response_cache, model, sampled, task.seed, spec.is_mock, bool(spec.vector_task))

    @cached_property
    def response_cache(self) -> ResponseCache | None:
        """Where replies are kept across runs."""
        folder = self.task.response_cache
        return ResponseCache(Path(folder)) if folder and not self.driver.listing else None

    @cached_property
    def journal(self) -> Journal:
        """This process's journal of finished samples."""
        model = self.task.model or ""
        return Journal(self.work_dir, session=self.session, worker=self._name, model=model, on_failure=self.stop)

    @cached_property
    def started(self) -> Started:
        """The marks of what this process is working on."""
        running = BODIES_PER_REQUEST * self.spec.requests_in_flight
        return Started(started_file(self.work_dir, self.session, self._name), running + 1)

    @property
    def _name(self) -> str:
        return self.process.worker or "main"

    @cached_property
    def quarantine(self) -> Quarantine:
        """The damaged lines of the records in this work_dir."""
        return Quarantine(self.work_dir)

    @cached_property
    def previous(self) -> Previous:
        """The records of earlier runs in this work_dir. Workers leave cleaning up to their controller."""
        set_aside = self.quarantine.set_aside
        if self.process.is_worker:
            return Previous.load(self.work_dir, self.task.model_id, None, set_aside)
        found = Previous.load(self.work_dir, self.task.model_id, set_aside, set_aside)
        self.notes.extend(filter(None, [self.quarantine.warn()]))
        return found

    @cached_property
    def ahead(self) -> LookAhead[Outcome]:
        """The look-ahead, which keeps the service busy while replies are worked on."""
        in_flight = self.spec.requests_in_flight
        if self.driver.one_at_a_time:
            return LookAhead(self.thread, 1, 1)
        return LookAhead(self.thread, BODIES_PER_REQUEST * in_flight, self.buffer, idle=lambda: self.idle())

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """The earlier runs that this one is compared with; if a level decides, with the samples of its benchmarks."""
        by_points = self.task.gate_level == NO_LEVEL and not any("@" in gate for gate in self.task.gate)
        names = [] if by_points else [plan.name for plan in self.benchmarks]
        return tuple(load_baseline(Path(path), self.task.model_id, names) for path in self.task.baseline)

    @cached_property
    def order_seed(self) -> int | None:
        """Seed of the order in which questions are sent, if the run may stop early."""
        return seed_of(self)

    @cached_property
    def replay(self) -> Replay:
        """What holds new samples back in a run that may stop early, and may be decided by what is recorded."""
        is_needed = self.order_seed is not None and len(self.previous) > 0
        return Replay(self.decided, is_needed=is_needed, patience_s=NEWS_S if self.process.is_worker else 0.0)

    @cached_property
    def stopping(self) -> Stopping | None:
        """What decides the gates while the run goes on, in the process that reports its samples; None without that."""
        if self.task.stop_when_decided is False:
            return None
        from .finish import gates_of
        from .stopping import Stopping

        return Stopping.of(self, gates_of(self)[0])

    @cached_property
    def sandboxes(self) -> Sandboxes:
        """The sandboxes of this process."""
        from .resources import Sandboxes

        return Sandboxes(self.task, self.process.workers)

    def close_sandboxes(self) -> None:
        """End all jails. Apart from `close`, since ordinary tests use them as well."""
        if "sandboxes" in vars(self):
            self.sandboxes.close()

    def services(self) -> Services:
        """Return the state of the services that this process uses."""
        made = vars(self)
        model = self.client.state(time.monotonic()) if "client" in made else None
        return Services(model, self.judges.state() if "judges" in made else None)

    @property
    def buffer(self) -> int:
        """Maximum number of samples started or finished ahead of the driver; small if the run may stop at any."""
        in_flight = self.spec.requests_in_flight
        if self.driver.may_stop:
            return in_flight
        if self.task.stop_when_decided is not False:
            return BUFFER_FACTOR * in_flight  # what is started before a gate is decided is sent
        return max(MIN_BUFFER, BUFFER_FACTOR * in_flight)

    def queue(self, workers: int) -> int:
        """Return the length of an xdist worker's queue: enough samples to look ahead, not more."""
        enough = BUFFER_FACTOR * -(-self.spec.requests_in_flight // workers)
        return max(MIN_QUEUE, enough) if self.order_seed is None else enough

    @cached_property
    def runner(self) -> Runner:
        """Runs single samples."""
        return Runner(
            keep=self._keep,
            find=self.previous.find,
            rescore=self.task.rerun_review,
            skip_signals=self.driver.skip_signals,
            fail_signals=self.driver.fail_signals,
            exit_signals=self.driver.exit_signals,
            stopping=lambda: bool(self.stopped) or self._closed,
            unneeded=lambda benchmark: STOPPED if benchmark in self.decided else "",
            turn=self.replay.turn,
        )

    @property
    def plan(self) -> RunPlan:
        """The plan of this run."""
        return RunPlan(
            model_name=self.task.model or "",
            model_id=self.task.model_id,
            session=self.session,
            benchmarks=tuple(self.benchmarks),
            skipped=self.skipped,
            notes=tuple(self.notes) if self.process.is_worker else (),
            order=self.order if self.process.is_worker else {},
            order_seed=self.order_seed,
        )

    def load_plan(self, names: Iterable[str]) -> bool:
        """Read, in a controller, what its workers will run. Return False until one of them has written it.

        Args:
            names: The ids of all samples and tests.
        """
        try:
            plan = RunPlan.load(self.work_dir)
        except StoreError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                self.stop(error)
            return False  # the worker that writes it is not that far, or found nothing to run
        if plan.session != self.session:
            return False
        self.benchmarks = list(plan.benchmarks)
        self.skipped = dict(plan.skipped)
        self.notes.extend(plan.notes)
        self.order = dict(plan.order)
        try:
            self.begin(names)
        except StoreError as error:
            self.stop(error)
            return False
        return True

    def left_by_worker(self, worker: str) -> Mapping[int, Phase]:
        """Return what a dead worker was working on."""
        return left_by_the_dead(started_file(self.work_dir, self.session, worker))

    def begin(self, names: Iterable[str]) -> None:
        """Read the earlier records, and write the plan and the configuration of the run, before any request is sent.

        Of several processes it is the controller that writes them; the first worker hands it the plan.

        Args:
            names: The ids of all samples and tests.

        Raises:
            StoreError: The records cannot be read, or nothing can be written.
        """
        with storing(self.work_dir.root):
            self.spending, self.previous  # noqa: B018 - read now: what cannot be read is no surprise for later
            if not self.process.is_worker:
                count_earlier(self)
                self.notes.extend(filter(None, [left_at_work(self.work_dir, self.session, names)]))
                self._write_plan()
            elif self.process.is_first:
                self.plan.save(self.work_dir)

    def _write_plan(self) -> None:
        settings = to_mapping(self.task)
        if len(self.previous) and (changed := changed_settings(self.work_dir, settings, self.plan)):
            self.notes.append(f"answers recorded with other settings are not used again: {changed}")
        self.plan.save(self.work_dir)
        write_task_config(self.work_dir, settings, self.plan, cache_source=self.task.use_cache)
        for note in (note for note in self.notes if note != self.quarantine.warned):  # that one is in the log
            log.info("%s", note)
        for plan in self.benchmarks:
            log.info("%s: %d samples for %s", plan.name, sum(plan.requested.values()), self.task.model)

    # Running ------------------------------------------------------------------------------------------------------

    def stop(self, reason: str | StoreError) -> None:
        """End the run before its last sample: no more requests are sent. May be called from any thread."""
        self.stopped = self.stopped or str(reason)
        self.store_fault = self.store_fault or isinstance(reason, StoreError)
        if "ahead" in vars(self):
            self.ahead.stop()
        if self.on_stop is not None:
            self.on_stop(self.stopped)

    @property
    def recording(self) -> bool:
        """True once this process's files are open."""
        return "started" in vars(self)

    def open_records(self) -> None:
        """Open this process's files now: if they cannot be opened, no request is sent."""
        try:
            self.journal, self.started  # noqa: B018
        except StoreError as error:
            self.stop(error)
            return
        if self.started.trouble:
            said = f"should a sample kill this process, nothing will say which one: {self.started.trouble}"
            log.warning("%s", said)
            self.driver.warn(f"eval: {said}")

    def _keep(self, result: SampleResult) -> int:
        if (error := result.error) is not None:
            where = f"{result.benchmark}[{result.subset}-{result.index}]"
            log.warning("%s has no score: %s: %s", where, error.type, error.message)
        try:
            self._media.keep((*result.calls, *result.judge_calls), self.work_dir)
            number = self.journal.append(result)
        except StoreError as failure:
            self.stop(failure)
            raise
        if error is not None and error.kind != "author":
            self._errors += 1
            if reason := self.too_many(self._errors):
                self.stop(reason)
        return number

    def too_many(self, errors: int) -> str:
        """Return why this many errors end the run: no further sample can bring it back within ``max_errors``."""
        budget, total = self.task.max_errors, sum(sum(b.requested.values()) for b in self.benchmarks)
        if budget is None or self.task.ignore_errors or budget.allows(errors, total) or self.out_of_budget:
            return ""
        return f"{errors} of {total} samples ended in errors, and --eval-max-errors={budget} allows no more"

    def tolerates(self, errors: int, total: int) -> bool:
        """Return whether a run with this many errors may still succeed."""
        budget = self.task.max_errors
        return self.task.ignore_errors or (budget is not None and budget.allows(errors, total))

    def keep_broken(self, unit: Unit, error: BaseException) -> None:
        """Record a sample that cannot be run: its fixtures could not be set up, or it killed its process."""
        place = (unit.evaluation.name, unit.subset, unit.index, unit.group, unit.repeat)
        with suppress(StoreError):  # the run stops
            self._keep(SampleResult(*place, "", "", unit.sample, error=described(error)))

    def release(self) -> None:
        """Release the work_dir."""
        self._open.close()

    def discard(self) -> None:
        """Release the work_dir, and remove it if it was made for this run and nothing was recorded."""
        self.release()
        if "work_dir" not in vars(self) or self.task.use_cache or self.task.no_timestamp:
            return
        root, logs, lock = self.work_dir.root, self.work_dir.logs, self.work_dir.root / ".lock"
        with suppress(OSError):
            if set(root.iterdir()) - {logs, lock}:
                return  # load tests keep theirs there
            for file in (logs / "eval_log.log", lock):
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
        closing = [self.client.model.close()] if "client" in made else []
        for client in [*closing, *(self.judges.closing() if "judges" in made else ())]:
            try:
                self.thread.submit(client).result(10)
            except Exception as error:  # noqa: BLE001 - a client's trouble to close must not lose records
                log.warning("a model's client did not close: %r", error)
        if "thread" in made:
            self.thread.close()
        if (replies := made.get("response_cache")) is not None:
            replies.close()
        if "journal" in made:
            try:
                self.journal.close()
            except StoreError as error:
                self.stop(error)
        if "started" in made:
            self.started.close()
