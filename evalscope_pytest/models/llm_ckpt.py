"""A model on this machine, through transformers: chat template, batches, greedy or sampled.

Without a chat template the messages' contents, joined by blank lines, are the prompt: a base model continues them.
Batches are made of the prompts that are waiting. Pictures and recordings are read when their batch is made.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Generic, TypeVar

from ..config.generation import GenerationConfig
from ..core.errors import EvalError, FatalError, MediaError, RejectedError, TransientError
from ..core.values import ModelOutput, StopReason, Usage
from ..wire.arguments import IMAGE_PARAMETERS, check_sampling, refuse
from ..wire.content import split_reasoning
from ..wire.errors import sentence
from ..wire.request import Request
from .checkpoint import Checkpoint, Loaded, load
from .decoding import Completion, complete
from .modality import SPEECH
from .multimodal import Decoded, MediaPrompt, Tensors, decoded, tensors
from .prompts import Prompt, prompt_of, sized
from .spec import ModelSpec
from .speech import SpeechPrompt, speech_tensors, transcribe_long, windows

_log = logging.getLogger(__name__)

_SERVICES_ONLY = "Local generation has no such parameter. Remove it."
_UNUSABLE = {
    **IMAGE_PARAMETERS,
    **dict.fromkeys(
        (
            "frequency_penalty",
            "presence_penalty",
            "logit_bias",
            "parallel_tool_calls",
            "reasoning_tokens",
            "response_schema",
            "extra_body",
            "extra_query",
            "extra_headers",
        ),
        _SERVICES_ONLY,
    ),
    "reasoning_effort": "Give what the model's template knows in chat_template_kwargs.",
}


def check(config: GenerationConfig) -> None:
    """Refuse parameters that local generation cannot use.

    Raises:
        ConfigError: One is set, or two contradict each other.
    """
    refuse(config, _UNUSABLE, "llm_ckpt")
    check_sampling(config)


class LocalModel:
    """A checkpoint in this process. Weights are loaded at the first request, outside the event loop."""

    def __init__(self, spec: ModelSpec, checkpoint: Checkpoint) -> None:
        self.name = spec.model
        self.fingerprint = f"llm_ckpt:{self.name}:{checkpoint.identity}"
        self._checkpoint = checkpoint
        self._seed = spec.seed or 0
        self._loading: asyncio.Future[Loaded | FatalError] | None = None
        self._loaded: Loaded | None = None
        self._closing = threading.Event()
        self._batches: Batcher[Prompt, ModelOutput] = Batcher(
            self._answer, size=max(1, spec.concurrency), kind=lambda p: p.kind, length=lambda p: p.length
        )

    async def generate(self, request: Request) -> ModelOutput:
        """Answer in the next batch the request fits in."""
        loaded = self._loaded or await self._load()
        return await self._batches.submit(prompt_of(loaded, request, self._seed))

    async def close(self) -> None:
        """End the running batch at its next token, and free the weights."""
        self._closing.set()
        self._batches.close()
        self._loaded = self._loading = None

    async def _load(self) -> Loaded:
        if self._loading is None:
            loop = asyncio.get_running_loop()
            self._loading = loop.create_task(asyncio.to_thread(_load_or_error, self._checkpoint))
        result = await asyncio.shield(self._loading)  # one caller's time-out does not end it for all
        if isinstance(result, FatalError):
            raise result
        self._loaded = result
        return result

    def _answer(self, prompts: Sequence[Prompt]) -> list[ModelOutput | EvalError]:
        """Run a batch; in the batches' thread."""
        loaded = self._loaded
        if loaded is None:
            raise FatalError("the model is closed")
        if prompts[0].media is None:
            return self._generated(loaded, prompts)
        media = [_decoded(loaded, prompt) for prompt in prompts]
        whole = [(prompt, found) for prompt, found in zip(prompts, media, strict=True) if isinstance(found, Decoded)]
        answers = iter(self._fed(loaded, whole))
        return [found if isinstance(found, EvalError) else next(answers) for found in media]

    def _fed(self, loaded: Loaded, batch: Sequence[tuple[Prompt, Decoded]]) -> list[ModelOutput | EvalError]:
        """Answer prompts whose media are decoded; together, if they fit and their answers have as much room."""
        if not batch:
            return []
        long = [loaded.task == SPEECH and windows(loaded, media) > 1 for _, media in batch]
        if any(long):
            if len(batch) == 1:
                return [self._transcribed(loaded, *batch[0])]
            return self._apart(loaded, batch, [n if alone else -1 for n, alone in enumerate(long)])
        made = _tensors(loaded, batch)
        if isinstance(made, EvalError):
            return [made] if len(batch) == 1 else self._apart(loaded, batch, range(len(batch)))
        measured = [sized(prompt, ids, loaded) for (prompt, _), ids in zip(batch, made.rows, strict=True)]
        fitting = [prompt for prompt in measured if isinstance(prompt, Prompt)]
        if len(fitting) == len(batch) and len({prompt.how for prompt in fitting}) == 1:
            return self._generated(loaded, fitting, made.others)
        rest = [
            (prompt, media) for prompt, (_, media) in zip(measured, batch, strict=True) if isinstance(prompt, Prompt)
        ]
        answers = iter(self._apart(loaded, rest, [prompt.how for prompt, _ in rest]))
        return [prompt if isinstance(prompt, EvalError) else next(answers) for prompt in measured]

    def _apart(
        self, loaded: Loaded, batch: Sequence[tuple[Prompt, Decoded]], keys: Sequence[Hashable]
    ) -> list[ModelOutput | EvalError]:
        """Answer in smaller batches, each of equal keys."""
        answers: dict[int, ModelOutput | EvalError] = {}
        for key in dict.fromkeys(keys):
            chosen = [n for n, other in enumerate(keys) if other == key]
            answers |= zip(chosen, self._fed(loaded, [batch[n] for n in chosen]), strict=True)
        return [answers[n] for n in range(len(batch))]

    def _generated(
        self, loaded: Loaded, prompts: Sequence[Prompt], others: Mapping[str, Any] | None = None
    ) -> list[ModelOutput | EvalError]:
        started = perf_counter()
        done = self._completed(loaded, prompts, others)
        if isinstance(done, FatalError):  # a picture may be at fault: the others are not
            if len(prompts) == 1:
                return [RejectedError(str(done))]
            return [answer for prompt in prompts for answer in self._answer([prompt])]
        if not done:
            return self._smaller(prompts)
        took = perf_counter() - started
        return [self._output(p, c, took) for p, c in zip(prompts, done, strict=True)]

    def _completed(
        self, loaded: Loaded, prompts: Sequence[Prompt], others: Mapping[str, Any] | None
    ) -> list[Completion] | FatalError:
        """Generate. Nothing is returned if memory ran out: an exception would keep the tensors alive.

        Raises:
            FatalError: Generation of text failed, as it would again.
        """
        more = () if others is None else (others,)
        try:
            return complete(loaded, [p.row for p in prompts], prompts[0].how, self._closing.is_set, *more)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            if _out_of_memory(error):
                return []
            failed = FatalError(f"generation failed: {type(error).__name__}: {sentence(str(error))}")
            if others is None:
                raise failed from error
            return failed

    def _transcribed(self, loaded: Loaded, prompt: Prompt, media: Decoded) -> ModelOutput | EvalError:
        """Write down one recording that is longer than the model's window."""
        assert isinstance(prompt.media, SpeechPrompt)
        started = perf_counter()
        try:
            done = transcribe_long(loaded, prompt.media, media, prompt.how, self._closing.is_set)
        except RejectedError as error:
            return error
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            return RejectedError(
                f"the recording cannot be written down: {type(error).__name__}: {sentence(str(error))}"
            )
        read = prompt.encoded * windows(loaded, media)
        return self._output(replace(prompt, encoded=read), done, perf_counter() - started)

    def _smaller(self, prompts: Sequence[Prompt]) -> list[ModelOutput | EvalError]:
        """Run a batch that did not fit in two halves, and keep later ones as small."""
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if len(prompts) == 1:
            tokens = len(prompts[0].row.ids)
            return [
                RejectedError(f"out of memory with this one prompt of {tokens} tokens.").advising(
                    "Lower generation_config.max_tokens, or load the model smaller: "
                    "{model_args} precision=bfloat16,device_map=auto."
                )
            ]
        half = len(prompts) // 2
        self._batches.size = max(1, min(self._batches.size, half))
        _log.warning("out of memory with a batch of %d prompts: batches now hold %d", len(prompts), self._batches.size)
        return [*self._answer(prompts[:half]), *self._answer(prompts[half:])]

    def _output(self, prompt: Prompt, done: Completion, took: float) -> ModelOutput | EvalError:
        if done.invalid:
            return RejectedError("the model's scores are not finite, so its answer would be noise.").advising(
                "Half precision may be too narrow for it: try {model_args} precision=bfloat16 (or float32)."
            )
        if done.late:
            return TransientError(f"no complete answer within {prompt.how.timeout_s} s.").advising(
                "Raise {timeout}, or lower {eval_batch_size} or generation_config.max_tokens."
            )
        reasoning, text = split_reasoning(done.text, opened=prompt.thinking)
        if isinstance(prompt.media, SpeechPrompt):
            text = text.strip()  # their words begin with a space
        cut: StopReason = "model_length" if prompt.cut_by_context else "max_tokens"
        return ModelOutput(
            text,
            reasoning,
            "stop" if done.ended else cut,
            Usage(len(prompt.row.ids) + prompt.encoded, done.tokens),
            self.name,
            latency_s=took,
            ttft_s=done.ttft_s if prompt.streamed else None,
            logprobs=done.logprobs,
        )


def create(spec: ModelSpec) -> LocalModel:
    """Make the model; weights are loaded at the first request.

    Raises:
        ConfigError: An argument is unknown, a folder is missing, or torch or transformers are.
    """
    return LocalModel(spec, Checkpoint.of(spec))


def _load_or_error(checkpoint: Checkpoint) -> Loaded | FatalError:
    try:
        return load(checkpoint)
    except FatalError as error:  # handed over as a value: many may await it, and none is bound to
        return error


def _decoded(loaded: Loaded, prompt: Prompt) -> Decoded | EvalError:
    assert prompt.media is not None
    try:
        return decoded(loaded, prompt.media.media)
    except MediaError as error:
        return error


def _tensors(loaded: Loaded, batch: Sequence[tuple[Prompt, Decoded]]) -> Tensors | EvalError:
    """Return what the model is given; an error if the processor refuses one of the prompts."""
    first, media = batch[0][0].media, [found for _, found in batch]
    try:
        if isinstance(first, SpeechPrompt):
            return speech_tensors(loaded, first, media)
        texts = [prompt.media.text for prompt, _ in batch if isinstance(prompt.media, MediaPrompt)]
        return tensors(loaded, texts, media)
    except RejectedError as error:
        return error
    except Exception as error:  # noqa: BLE001 - processors of many models refuse in many ways
        return RejectedError(f"the processor refuses these media: {type(error).__name__}: {sentence(str(error))}")


def _out_of_memory(error: Exception) -> bool:
    """Return whether a device ran out of memory; CUDA has a class for it, CPU and MPS only a message."""
    return "OutOfMemory" in type(error).__name__ or any(
        words in str(error).lower() for words in ("out of memory", "can't allocate memory", "cannot allocate memory")
    )


# Batches -------------------------------------------------------------------------------------------------------------


Item = TypeVar("Item")
Done = TypeVar("Done")

_WAIT_S = 0.002


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item, Done]):
    item: Item
    future: asyncio.Future[Done]
    kind: Hashable
    length: int


class Batcher(Generic[Item, Done]):
    """Hands batches to ``work`` in a separate thread, so that the event loop stays free.

    A batch holds the item that has waited longest and those of its kind whose length is nearest: little padding, and
    no item waits forever. Batches of length-sorted prompts gave 1.3 times the tokens per second of unsorted ones.

    Args:
        work: Takes a batch; returns a result or an error for each item, in order. What it raises fails the batch.
        size: Maximum number of items in a batch.
        kind: Only items of equal kind share a batch.
        length: Items of similar length share a batch.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Done | EvalError]],
        *,
        size: int,
        kind: Callable[[Item], Hashable],
        length: Callable[[Item], int],
    ) -> None:
        self.size = size
        self._work = work
        self._kind = kind
        self._length = length
        self._queue: list[_Waiting[Item, Done]] = []
        self._full = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "evalscope-batch")

    async def submit(self, item: Item) -> Done:
        """Return the result for ``item``, in whatever batch it comes."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Done] = loop.create_future()
        self._queue.append(_Waiting(item, future, self._kind(item), self._length(item)))
        if len(self._queue) >= self.size:
            self._full.set()
        if self._pump is None:
            self._pump = loop.create_task(self._run())
        return await future

    def close(self) -> None:
        """Stop after the running batch, and cancel the waiting items."""
        if self._pump is not None:
            self._pump.cancel()
        for waiting in self._queue:
            waiting.future.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        try:
            while self._queue:
                if len(self._queue) < self.size:  # those the last batch released are about to submit again
                    self._full.clear()
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(self._full.wait(), _WAIT_S)
                batch = self._next()
                if batch:
                    await self._answer(batch)
        finally:
            self._pump = None

    def _next(self) -> list[_Waiting[Item, Done]]:
        """Take the next batch off the queue."""
        self._queue = [w for w in self._queue if not w.future.done()]  # the cancelled ones go
        if not self._queue:
            return []
        oldest = self._queue[0]
        alike = sorted((w for w in self._queue if w.kind == oldest.kind), key=lambda w: w.length)
        at = alike.index(oldest)
        start = max(0, min(at - self.size // 2, len(alike) - self.size))
        batch = alike[start : start + self.size]
        taken = set(map(id, batch))
        self._queue = [w for w in self._queue if id(w) not in taken]
        return batch

    async def _answer(self, batch: list[_Waiting[Item, Done]]) -> None:
        items = [w.item for w in batch]
        results: Sequence[Done | BaseException]
        try:
            results = await asyncio.get_running_loop().run_in_executor(self._thread, self._work, items)
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - every waiting caller gets it
            results = [error] * len(batch)
        for waiting, result in zip(batch, results, strict=True):
            if waiting.future.done():
                continue
            if isinstance(result, BaseException):
                waiting.future.set_exception(result)
            else:
                waiting.future.set_result(result)
