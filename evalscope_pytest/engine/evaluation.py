"""Takes one sample from its prompt to its result: body, extraction, score."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ..config.generation import GenerationConfig
from ..core.canonical import digest
from ..core.errors import MediaError, ModelError, SandboxError, ScoringError
from ..core.secret import redact
from ..core.text import bounded
from ..core.values import Call, JudgeCall, Message, ModelOutput, Sample, SampleError, SampleResult, Score
from ..datasets.media_form import MediaForm
from ..judge.panel import calls_in
from ..scoring.scorer import Reply, Scorer, ScoringTimeoutError, first_target
from .context import NotNeeded, SampleContext, current
from .handle import ModelHandle
from .loop import Stopped
from .metering import BudgetError, ServiceDownError
from .metering import benchmark as metered_benchmark

Body = Callable[..., Any]


class BodyError(TypeError):
    """A benchmark's body returned a value that cannot be scored: its author's bug, found outside the body."""


class Trial:
    """Findings about a benchmark's body from its samples so far.

    As long as none has a result, the first `BodyError` holds for all: the others fail alike and send nothing.
    Each sample runs inside ``async with trial:``. (A generator as context manager would cost 12 us a sample.)

    Args:
        first_alone: Hold the other samples back until the first one has ended: the body is likely to be wrong.
    """

    def __init__(self, *, first_alone: bool = False) -> None:
        self._fault: BodyError | None = None
        self._proven = not first_alone
        self._has_result = False
        self._began = False
        self._ended = asyncio.Event()

    async def __aenter__(self) -> None:
        """Begin a sample.

        Raises:
            BodyError: Another sample has shown that the body returns what cannot be scored.
        """
        if self._proven or not self._began:
            self._began = True
        else:
            await self._ended.wait()
        if self._fault is not None:
            raise BodyError(f"{self._fault} (so this sample was not tried)")

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """End a sample."""
        if error is None:
            if self._has_result:
                return
            self._has_result = True
        elif isinstance(error, BodyError) and not self._has_result:
            self._fault = error
        self._proven = True
        self._ended.set()


class Recorded(Protocol):
    """Records of a sample from an earlier run."""

    @property
    def review_key(self) -> str:
        """Content address of everything besides the replies that the score depends on."""
        ...

    @property
    def calls(self) -> tuple[Call, ...]:
        """Requests and their replies, in order."""
        ...

    @property
    def score(self) -> Score | None:
        """The score, None if the sample ended in an error."""
        ...

    @property
    def judge_calls(self) -> tuple[JudgeCall, ...]:
        """Requests to judges and their replies."""
        ...


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One benchmark of a run, reduced to the parts that run its samples.

    Attributes:
        messages: Renders a sample's prompt.
        read: Applies the user's filters to a reply's text, before the scorer.
        identity: Content address of what decides a reply beside the prompt: the model and its parameters.
        fingerprint: Identity of everything but the reply that a score depends on: benchmark version, scorer, filters.
        scorer: The scorer, with its resources; None if the body alone decides.
        stopped: Returns the reason why a service that the scorer needs gets no more requests; empty while it gets them.
        wants: The body's parameters.
        arguments: Fixture values of the body, by parameter name; filled before its first sample starts.
        trial: Findings about the body from its samples.
        media: The form of pictures and videos in its requests.
    """

    name: str
    body: Body
    model: ModelHandle
    identity: str
    messages: Callable[[Sample], tuple[Message, ...]]
    generation: GenerationConfig
    scorer: Scorer | None = None
    read: Callable[[str], str] = str
    fingerprint: str = ""
    stopped: Callable[[], str] = str
    wants: frozenset[str] = frozenset({"sample", "model"})
    arguments: dict[str, Any] = field(default_factory=dict)
    trial: Trial = field(default_factory=Trial)
    media: MediaForm = field(default_factory=MediaForm)


@dataclass(frozen=True, slots=True)
class Unit:
    """One sample to run, and its position in its subset.

    Attributes:
        occurrence: Number of earlier samples with an identical prompt.
        question: Key of the question, by which two runs pair.
        cluster: Name of the questions that are not independent of it; empty if none are known.
    """

    evaluation: Evaluation
    sample: Sample
    subset: str
    index: int
    group: int
    repeat: int
    occurrence: int = 0
    question: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished sample, for its reporter.

    Attributes:
        error: The exception behind ``result.error``, with its traceback.
        skipped: Why the body chose not to run; such a sample counts nowhere.
        printed: Text that the body wrote while it ran.
        kept: The value returned by `Runner.keep`.
    """

    result: SampleResult
    error: BaseException | None = None
    skipped: str | None = None
    printed: str = ""
    kept: int | None = None


class SkipSample(Exception):
    """Raised in place of a test framework's own skip signal."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs units.

    Attributes:
        find: Looks up what an earlier run left under a key.
        rescore: Run the scoring again although an earlier score fits (``rerun_review``).
        keep: Takes a finished result to be stored, and may return the number it has in the store.
        skip_signals: Exception types that a body raises if it does not apply.
        fail_signals: Exception types that a body raises if the answer is wrong.
        exit_signals: Exception types by which a body ends the whole run: they leave `run`.
        stopping: True while a cancellation is under way. A cancellation at any other time is the body's own doing.
        unneeded: Returns why no more samples of a benchmark are needed; empty while they are. What is recorded or was
            sent is finished all the same.
        turn: Waits until a sample without a record may be sent.
    """

    keep: Callable[[SampleResult], int | None]
    find: Callable[[str], Recorded | None] = lambda key: None
    rescore: bool = False
    skip_signals: tuple[type[BaseException], ...] = (SkipSample,)
    fail_signals: tuple[type[BaseException], ...] = (AssertionError,)
    exit_signals: tuple[type[BaseException], ...] = ()
    stopping: Callable[[], bool] = lambda: False
    unneeded: Callable[[str], str] = lambda benchmark: ""
    turn: Callable[[Unit], Awaitable[None]] | None = None

    async def run(self, unit: Unit) -> Outcome:
        """Run one sample to its end. Only cancellation, exits and failures to record leave it as exceptions.

        Raises:
            Stopped: The service gets no more requests.
        """
        started = time.perf_counter()
        evaluation, sample = unit.evaluation, unit.sample
        messages = evaluation.messages(sample)
        key = prediction_key(evaluation, messages, sample, unit.repeat, unit.occurrence)
        private = (sample.private,) if sample.private else ()
        review_key = digest(key, evaluation.name, evaluation.fingerprint, sample.targets, sample.metadata, *private)
        place = (evaluation.name, unit.subset, unit.index, unit.group, unit.repeat)
        result = partial(SampleResult, *place, key, review_key, sample, question=unit.question, cluster=unit.cluster)
        recorded = self.find(key)
        if recorded and recorded.score and recorded.review_key == review_key and not self.rescore:
            return self._finish(result(recorded.calls, recorded.score))
        if self.turn is not None:
            await self.turn(unit)
        if reason := self.unneeded(evaluation.name):
            return Outcome(result(), skipped=reason)
        context = SampleContext(
            sample=sample,
            messages=messages,
            generation=evaluation.generation,
            right_reply=_ideal_reply(evaluation.scorer, sample),
            repeat=unit.repeat,
            occurrence=unit.occurrence,
            recorded=deque(recorded.calls if recorded else ()),
            judged={} if recorded is None or self.rescore else _judged(recorded),
            unneeded=partial(self.unneeded, evaluation.name),
            media=evaluation.media,
        )
        score, error, skipped = await self._attempt(evaluation, context)
        if context.refused is not None:
            score, error, skipped = None, context.refused, None
        fault = described(error) if error is not None else None
        elapsed_s = time.perf_counter() - started
        done = result(tuple(context.calls), score, fault, elapsed_s, tuple(context.judge_calls))
        printed = "".join(context.printed)
        if skipped is not None:
            return Outcome(done, skipped=skipped, printed=printed)
        if isinstance(error, ServiceDownError) and not _has_paid(error, recorded, done):
            raise Stopped from error  # not sent: it is missing, it has not failed
        return self._finish(done, error, printed)

    async def _attempt(
        self, evaluation: Evaluation, context: SampleContext
    ) -> tuple[Score | None, BaseException | None, str | None]:
        token = current.set(context)
        metered_benchmark.set(evaluation.name)
        try:
            async with evaluation.trial:
                return await _scored(evaluation, context, self.fail_signals), None, None
        except self.skip_signals as signal:
            return None, None, str(signal)
        except NotNeeded as reason:
            return None, None, str(reason)
        except self.exit_signals:
            raise
        except asyncio.CancelledError as error:
            if self.stopping():
                raise
            return None, error, None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - recorded as the sample's error, or the author's bug
            return None, error, None
        finally:
            current.reset(token)

    def _finish(self, result: SampleResult, error: BaseException | None = None, printed: str = "") -> Outcome:
        return Outcome(result, error, printed=printed, kept=self.keep(result))


def _has_paid(error: ServiceDownError, recorded: Recorded | None, done: SampleResult) -> bool:
    """Return whether a sample that the budget ended has replies, which are recorded without a score."""
    was_scored = recorded is not None and recorded.score is not None
    return isinstance(error, BudgetError) and not was_scored and bool(done.calls or done.judge_calls)


def _judged(recorded: Recorded) -> dict[tuple[str, int, tuple[Message, ...]], str]:
    calls = recorded.judge_calls if recorded.score is None else calls_in(recorded.score)
    return {(call.judge, call.repeat, call.messages): call.reply for call in calls}


def prediction_key(
    evaluation: Evaluation,
    messages: tuple[Message, ...],
    sample: Sample,
    repeat: int,
    occurrence: int = 0,
) -> str:
    """Return the content address of a prediction: the same wherever, whenever and in whatever order requests are sent.

    The first of several equal questions has the address it would have alone.
    """
    number = [occurrence] if occurrence else []
    more = sample.request_identity
    return digest(evaluation.identity, [m.identity for m in messages], repeat, *more, *number)


def _ideal_reply(scorer: Scorer | None, sample: Sample) -> str:
    return scorer.ideal_reply(sample) if scorer else first_target(sample)


async def _scored(
    evaluation: Evaluation, context: SampleContext, fail_signals: tuple[type[BaseException], ...]
) -> Score:
    if reason := evaluation.stopped():
        raise ServiceDownError(f"not sent, since the run stops: {reason}")  # its reply could not be judged
    try:
        value = await _call_body(evaluation, context)
    except fail_signals as failure:
        output = context.calls[-1].output.text if context.calls else None
        return Score(accuracy=0.0, answer=output, explanation=str(failure) or "assertion failed")
    return await _score(value, evaluation, context)


async def _call_body(evaluation: Evaluation, context: SampleContext) -> Any:
    arguments: dict[str, Any] = dict(evaluation.arguments)
    wants = evaluation.wants
    if "sample" in wants:
        arguments["sample"] = context.sample
    if "model" in wants:
        arguments["model"] = evaluation.model
    if "output" in wants:
        arguments["output"] = await evaluation.model.generate(context.sample)
    if inspect.iscoroutinefunction(evaluation.body):
        return await evaluation.body(**arguments)
    # A plain function may block: on its own computing, or on model.generate(), which hops back to this loop.
    here = copy_context()
    return await asyncio.get_running_loop().run_in_executor(None, partial(here.run, evaluation.body, **arguments))


async def _score(value: Any, evaluation: Evaluation, context: SampleContext) -> Score:
    if isinstance(value, Score):
        return value
    if isinstance(value, (bool, int, float)):
        return Score(accuracy=value, answer=_last_text(context))
    scorer = evaluation.scorer
    if scorer is None:
        if value is None:
            return Score(accuracy=1.0, answer=_last_text(context))
        _text(value, context)
        raise BodyError(
            f"benchmark {evaluation.name!r} returned a reply but has no scorer to judge it: "
            f"give @benchmark a scorer=... or a judge=..., or return a Score or a number"
        )
    return await scorer.decide(_reply(value, evaluation, context), context.sample)


def _reply(value: Any, evaluation: Evaluation, context: SampleContext) -> Reply:
    """Return what a scorer reads of a body's value: the filtered text, or several if the scorer takes several."""
    if isinstance(value, tuple) and value and evaluation.scorer and evaluation.scorer.several:
        return tuple(evaluation.read(_text(part, context)) for part in value)
    return evaluation.read(_text(value, context))


def _text(value: Any, context: SampleContext) -> str:
    if isinstance(value, ModelOutput):
        return bounded(value.text)
    if isinstance(value, str):
        return bounded(value)
    if value is None and context.calls:
        return bounded(_last_text(context) or "")
    if value is None:
        raise BodyError(
            "this benchmark sent no request and returned nothing, so there is nothing to score: "
            "did you forget await or return?"
        )
    hint = ": did you forget await?" if inspect.isawaitable(value) else ""
    if inspect.iscoroutine(value):
        value.close()  # Python would warn again that it was not awaited, long after and elsewhere
    raise BodyError(
        f"a benchmark returns a ModelOutput, text, a Score, a number or nothing; "
        f"this one returned {type(value).__name__}{hint}"
    )


def _last_text(context: SampleContext) -> str | None:
    return context.calls[-1].output.text if context.calls else None


def described(error: BaseException) -> SampleError:
    """Return an exception as it is recorded."""
    message = redact(str(error))
    name = type(error).__name__
    if isinstance(error, ScoringTimeoutError):
        return SampleError("timeout", name, message)
    if isinstance(error, ScoringError):
        return SampleError("scoring", name, message)
    if isinstance(error, ModelError):
        return SampleError("model", name, message)
    if isinstance(error, SandboxError):
        return SampleError("sandbox", name, message)
    if isinstance(error, MediaError):
        return SampleError("media", name, message)
    return SampleError("author", name, message)
