"""The judges and sandboxes of a process, made when a benchmark or a test first needs them."""

from __future__ import annotations

import time
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Protocol

from ..benchmarks.definition import Benchmark
from ..benchmarks.resolve import ResolvedBenchmark
from ..config.judge import JudgeConfig, judge_config
from ..config.judge import JudgeModel as JudgeSettings
from ..config.task import TaskConfig
from ..core.canonical import digest
from ..core.errors import UnreadyError
from ..core.service_state import ServiceState, together
from ..core.values import Message
from ..datasets.media_form import lacking_library
from ..engine.admission import FIRST_REQUESTS
from ..engine.client import SAMPLE_TIMEOUT_S, ModelClient
from ..engine.formatted import formats_for
from ..engine.handle import ModelHandle
from ..engine.judging import JudgeHandle, JudgeModel
from ..engine.loop import LoopThread
from ..engine.reuse import Reuse
from ..engine.vectors import BATCH, Embedder, VectorTask
from ..judge.panel import Panel
from ..judge.service import JudgeService
from ..models.modality import media_refusal
from ..models.spec import ModelSpec
from ..store.claims import Claims
from ..store.layout import WorkDir
from ..store.response_cache import ResponseCache
from ..wire.arguments import positive
from ..wire.media import KINDS, kinds_in, refusal_of
from .process import Process
from .spending import Spending

if TYPE_CHECKING:
    from ..benchmarks.resolve import ResolvedBenchmark
    from ..sandbox.engine import SandboxChoice
    from ..sandbox.pool import Pool, SandboxHandle


class Assembly(Protocol):
    """The parts of a run that judges are made from."""

    task: TaskConfig
    process: Process

    @property
    def spec(self) -> ModelSpec:
        """The model under evaluation."""
        ...

    @property
    def judges(self) -> Judges:
        """The judges."""
        ...

    @property
    def thread(self) -> LoopThread:
        """The thread in which requests are sent."""
        ...

    @property
    def response_cache(self) -> ResponseCache | None:
        """The cache of replies; None without one."""
        ...

    @property
    def spending(self) -> Spending:
        """The spending of the run."""
        ...


class EmbeddingAssembly(Protocol):
    """The parts of a run that its vectors are made with."""

    @property
    def spec(self) -> ModelSpec:
        """The model under evaluation."""
        ...

    @property
    def client(self) -> ModelClient:
        """Sends its requests."""
        ...

    @property
    def response_cache(self) -> ResponseCache | None:
        """The cache of replies; None without one."""
        ...

    @property
    def work_dir(self) -> WorkDir:
        """The folder of the run's records."""
        ...


class Judges:
    """The judges of a run."""

    def __init__(self, run: Assembly) -> None:
        self._run = run

    @cached_property
    def config(self) -> JudgeConfig:
        """The judges of the user's settings."""
        return judge_config(vars(self._run.task))

    @cached_property
    def fingerprint(self) -> str:
        """Content address of what a judged score depends on: judges, their parameters, how verdicts are combined."""
        config = self.config
        who = [[m.name, spec.model, spec.generation.identity()] for m in config.models for spec in [_spec(m)]]
        how = [config.repeats, config.swap, config.aggregation, config.least_valid, config.contract.system_prompt]
        return digest(who, how, *(["media"] if config.media else []))

    @cached_property
    def models(self) -> tuple[JudgeModel, ...]:
        """The judges. Each has its own limit, the run's number of requests in flight."""
        return tuple(self._made(settings) for settings in self.config.models)

    @cached_property
    def panel(self) -> Panel:
        """The judges, and how their verdicts become one."""
        config = self.config
        return Panel(
            self.models,
            config.repeats,
            config.aggregation,
            config.least_valid,
            {"auto": None, "always": True, "never": False}[config.swap],
            config.contract.system_prompt,
            config.media,
        )

    def refusal_of(self, kinds: set[str]) -> str:
        """Return why a judge cannot be sent these kinds of media, which belong to questions; empty if it can."""
        for judge in self.config.models if self.config.media else ():
            if reason := refusal_of(kinds, _spec(judge).eval_type):
                return f"media of the judge {judge.name!r}: {reason} Or leave media out."
        return ""

    @cached_property
    def handle(self) -> JudgeHandle:
        """The `judge` fixture."""
        first, thread = self.models[0], self._run.thread
        return JudgeHandle(self.panel, ModelHandle(first.client, first.generation, thread, first.reuse), thread)

    @property
    def writer(self) -> ModelSpec:
        """The first judge, to write about reports."""
        return ModelSpec.from_task(self.config.models[0].task)

    @property
    def stopped(self) -> str:
        """Why a judge gets no more requests; empty while all get them."""
        made = self.models if "models" in vars(self) else ()
        return next((f"judge {m.name}: {m.client.health.stopped}" for m in made if m.client.health.stopped), "")

    def closing(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Yield what closes the models that were made."""
        for model in self.models if "models" in vars(self) else ():
            yield model.client.model.close()

    def state(self) -> ServiceState | None:
        """Return the state of the judges' services; None until one gets a request."""
        made = self.models if "models" in vars(self) else ()
        return together(model.client.state(time.monotonic()) for model in made)

    def _made(self, settings: JudgeSettings) -> JudgeModel:
        run, spec = self._run, _spec(settings)
        spec = replace(spec, concurrency=self._concurrency(spec))
        model = JudgeService.of(spec)
        client = ModelClient(
            model,
            spec.requests_in_flight,
            patient=run.task.ignore_errors,
            first=run.process.share(FIRST_REQUESTS) if spec.is_service else None,
            sample_timeout_s=SAMPLE_TIMEOUT_S if spec.is_service else None,
        )
        client.meter = run.spending.meter(spec, "judge")
        reuse = None
        if run.response_cache is not None:
            task = run.task
            reuse = Reuse(
                run.response_cache, model.fingerprint, task.response_cache_sampled, task.seed, made_up=spec.is_mock
            )
        formats = formats_for(spec.eval_type, spec.generation) if spec.is_service else ()
        return JudgeModel(settings.name, client, spec.generation, reuse, formats=formats)

    def _concurrency(self, spec: ModelSpec) -> int:
        run = self._run
        if run.task.judge_worker_num:
            return run.process.share(run.task.judge_worker_num)
        return run.spec.concurrency if spec.is_service or spec.is_mock else spec.concurrency


def check_media(run: Assembly, resolved: ResolvedBenchmark, prompts: Iterable[tuple[Message, ...]]) -> tuple[str, ...]:
    """Return the kinds of media that a benchmark's prompts hold, once it is certain that they can be sent.

    Raises:
        UnreadyError: The model, or a judge that is sent them, does not take one; or a library is missing that makes
            them smaller or cuts them.
    """
    kinds, sent, lacking = set[str](), set[str](), ""
    for prompt in prompts:
        kinds.update(part.kind for message in prompt for part in message.media)
        sent.update(kinds_in(prompt))
        lacking = lacking or lacking_library(prompt)
    reason = media_refusal(sent, run.spec)
    if not reason and "judge" in resolved.needs:
        reason = run.judges.refusal_of(sent)
    if reason := reason or lacking:
        raise UnreadyError(f"benchmark {resolved.name!r} cannot run. {reason}")
    return tuple(kind for kind in KINDS if kind in kinds)


class Vectors:
    """The embedder of a run, and the store of its vectors: the user's response cache, or else one in the work_dir."""

    def __init__(self, run: EmbeddingAssembly) -> None:
        self._own = None if run.response_cache is not None else ResponseCache(run.work_dir.embeddings, every_s=0.0)
        store = run.response_cache or self._own
        assert store is not None
        self._claims = Claims(store.path.with_name("claims"))
        spec = run.spec
        batch, limit = positive("batch_size", spec.model_args.get("batch_size")) or BATCH, spec.requests_in_flight
        self.embedder = Embedder(run.client, spec.generation, store, self._claims, limit=limit, batch=batch)

    def close(self) -> None:
        """Write the vectors that wait, and close."""
        if self._own is not None:
            self._own.close()
        self._claims.close()


def vector_task(run: EmbeddingAssembly, opened: ExitStack) -> VectorTask:
    """Return the task of a run's model; its store is made with the first text, and closed with ``opened``."""

    @cache
    def embedder() -> Embedder:
        return opened.enter_context(closing(Vectors(run))).embedder

    return VectorTask(run.spec.vector_task, embedder)


def check_model_task(benchmark: Benchmark, spec: ModelSpec) -> None:
    """Check that a benchmark evaluates what the model does.

    Raises:
        UnreadyError: It takes vectors, grades or text, and the model gives another of them.
    """
    takes, does = benchmark.model_tasks, spec.vector_task
    if spec.is_mock or does in (takes or ("",)):
        return
    if takes:
        said = f"model_task is {does}" if does else "the model generates text"
        raise UnreadyError(
            f"benchmark {benchmark.name!r} cannot run: it evaluates models of {' or '.join(takes)}, and {said}. Say "
            f"what the model does: --eval-model-task {takes[0]}."
        )
    raise UnreadyError(
        f"benchmark {benchmark.name!r} cannot run: it evaluates models that generate text, and model_task is {does}. "
        "Leave --eval-model-task out, or choose a benchmark of the subject retrieval."
    )


def _spec(settings: JudgeSettings) -> ModelSpec:
    return ModelSpec.from_task(settings.task)


class Sandboxes:
    """One pool for each choice: benchmarks may want another container image.

    Args:
        share: Number of processes that share this machine's processors.
    """

    def __init__(self, task: TaskConfig, share: int = 1) -> None:
        self._task = task
        self._share = max(1, share)
        self._pools: dict[SandboxChoice, Pool] = {}
        self._environments: dict[str, str] = {}

    def handle(
        self, benchmark: str = "", environment: str = "", parts: Mapping[str, str] | None = None
    ) -> SandboxHandle:
        """Return the sandbox of a benchmark, or of ordinary tests.

        Args:
            environment: The environment that its programs run in.
            parts: The parts of it that they need, each with what needs it.

        Raises:
            UsageError: Nothing here isolates; the message says what was tried.
        """
        from ..sandbox.engine import DOCKER
        from ..sandbox.environments import ready
        from ..sandbox.pool import SandboxHandle

        self._environments[benchmark] = environment
        if parts and self._choice(benchmark).engine != DOCKER:
            ready(environment, parts)
        return SandboxHandle(self._pool(benchmark))

    def unsafe(self, benchmark: str) -> bool:
        """Return whether code of a benchmark, whose sandbox was made before, runs without isolation."""
        pool = self._pools.get(self._choice(benchmark))
        return pool is not None and not pool.isolation.isolates

    def close(self) -> None:
        """End all jails."""
        for pool in self._pools.values():
            pool.close()

    def _choice(self, benchmark: str) -> SandboxChoice:
        from ..config.rules import sandbox_choice

        choice = replace(sandbox_choice(vars(self._task)), environment=self._environments.get(benchmark, ""))
        return choice.changed(self._task.args_of(benchmark).sandbox_config or {}, f"sandbox_config of {benchmark!r}")

    def _pool(self, benchmark: str) -> Pool:
        from ..sandbox.choice import choose
        from ..sandbox.pool import Pool, processors

        choice = self._choice(benchmark)
        if choice not in self._pools:
            isolation = choose(choice, allow_unsafe=self._task.allow_unsafe_code)
            self._pools[choice] = Pool(isolation, (choice.size or processors()) // self._share)
        return self._pools[choice]
