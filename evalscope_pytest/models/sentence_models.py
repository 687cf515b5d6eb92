"""Local embedding models and cross-encoders through sentence-transformers, chosen with ``model_task``.

Weights load with the first request, in the thread that computes. Requests wait for each other: one is a batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from ..core.canonical import dumps
from ..core.errors import ConfigError, FatalError, ModelError, TransientError, closest
from ..core.values import ModelOutput
from ..core.vectors import packed
from ..wire.arguments import check_model_args, positive
from ..wire.errors import sentence
from ..wire.request import Request
from ..wire.vectors import check
from .checkpoint import fetched, located
from .spec import ModelSpec

LIBRARY = "sentence_transformers"
POOLING = ("cls", "lasttoken", "max", "mean", "mean_sqrt_len_tokens", "weightedmean")
_COMMON = ("batch_size", "max_seq_length", "revision", "hub", "cache_dir", "device", "model_kwargs")
_ARGS = {"embedding": (*_COMMON, "dimensions", "pooling_mode"), "rerank": _COMMON}


class SentenceModel:
    """A model of vectors or grades in this process.

    Args:
        load: Returns a function from texts to the text of a reply.
    """

    def __init__(self, name: str, load: Callable[[], Callable[[list[str]], str]], fingerprint: str) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._load = load
        self._compute: Callable[[list[str]], str] | None = None
        self._failed: FatalError | None = None
        self._thread = ThreadPoolExecutor(1, "sentences")

    async def generate(self, request: Request) -> ModelOutput:
        """Compute the vectors or grades of one batch.

        Raises:
            FatalError: The weights cannot be loaded.
            TransientError: The computation failed.
        """
        texts = [message.text for message in request.messages]
        loop = asyncio.get_running_loop()
        text, elapsed_s = await loop.run_in_executor(self._thread, self._run, texts)
        return ModelOutput(text, model=self.name, latency_s=elapsed_s)

    async def close(self) -> None:
        """Free the thread; a computation under way ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _run(self, texts: list[str]) -> tuple[str, float]:
        if self._failed is not None:
            raise self._failed
        started = perf_counter()
        try:
            if self._compute is None:
                self._compute = self._load()
                started = perf_counter()
            return self._compute(texts), perf_counter() - started
        except ModelError:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {sentence(str(error))}"
            if self._compute is None:
                self._failed = FatalError(f"model {self.name!r} could not be loaded: {said}").advising(
                    "Check {model} and {model_args}; a local path must be a folder of sentence-transformers."
                )
                raise self._failed from error
            raise TransientError(f"model {self.name!r} failed: {said}") from error


def create(spec: ModelSpec) -> SentenceModel:
    """Make the model.

    Raises:
        ConfigError: sentence-transformers is not installed, the folder is missing, or an argument is unknown.
    """
    task, args = spec.task or "", spec.model_args
    check(spec.generation, task)
    check_model_args(args, _ARGS[task], f"{spec.eval_type} with model_task {task}")
    numbers = {name: positive(name, args.get(name)) for name in ("batch_size", "max_seq_length", "dimensions")}
    pooling = args.get("pooling_mode")
    if pooling is not None and pooling not in POOLING:
        raise ConfigError(f"model_args.pooling_mode: unknown {pooling!r}. {closest(str(pooling), POOLING)}")
    if not isinstance(args.get("model_kwargs", {}), Mapping):
        raise ConfigError(f"model_args.model_kwargs: {args['model_kwargs']!r} is not a mapping.")
    if spec.chat_template is not None:
        raise ConfigError(f"chat_template: no text is generated with model_task {task}. Remove it.")
    location, hub = located(spec.model, args)
    if find_spec(LIBRARY) is None:
        raise ConfigError(
            f"model_task {task} of a local model needs sentence-transformers, which is not installed. Run: pip install "
            "'evalscope-pytest[rag]', or give the address of a service: --eval-api-url."
        )
    fetch = partial(fetched, location, hub, str(args.get("revision") or "master"), args.get("cache_dir"))
    given = {"device": args.get("device"), "trust_remote_code": spec.trust_remote_code}
    given["model_kwargs"] = dict(args.get("model_kwargs", {})) or None
    load = partial(_cross_encoder if task == "rerank" else _encoder, fetch, numbers, given, pooling)
    identity = dumps([numbers["max_seq_length"], numbers["dimensions"], pooling, args.get("revision"), str(given)])
    return SentenceModel(spec.model, load, f"{spec.model} {task} {identity}")


def _quiet() -> None:
    """Turn off the bars of loading, which would run through the lines of the run itself."""
    import transformers

    library: Any = transformers
    library.utils.logging.disable_progress_bar()


def _encoder(
    fetch: Callable[[], str], numbers: Mapping[str, Any], given: Mapping[str, Any], pooling: str | None
) -> Callable[[list[str]], str]:
    from sentence_transformers import SentenceTransformer

    _quiet()
    given = {**given, "truncate_dim": numbers["dimensions"]}
    model: Any = SentenceTransformer(fetch(), local_files_only=True, **given)
    if pooling is not None:
        model = SentenceTransformer(modules=_pooled(model, pooling), **given)
    if numbers["max_seq_length"]:
        model.max_seq_length = numbers["max_seq_length"]
    size = numbers["batch_size"] or 32

    def encode(texts: list[str]) -> str:
        return packed(model.encode(texts, batch_size=size, convert_to_numpy=True, show_progress_bar=False))

    return encode


def _pooled(model: Any, mode: str) -> list[Any]:
    """Return the transformer of a model under another pooling; what follows it, such as a dense layer, is left out.

    Raises:
        FatalError: The model does not pool.
    """
    pooling = next((module for module in model if type(module).__name__ == "Pooling"), None)
    if pooling is None:
        raise FatalError("model_args.pooling_mode: the model has no pooling. Leave it out.")
    size = getattr(model[0], "get_embedding_dimension", None) or model[0].get_word_embedding_dimension
    return [model[0], type(pooling)(size(), pooling_mode=mode)]


def _cross_encoder(
    fetch: Callable[[], str], numbers: Mapping[str, Any], given: Mapping[str, Any], pooling: str | None
) -> Callable[[list[str]], str]:
    from sentence_transformers import CrossEncoder

    _quiet()
    model: Any = CrossEncoder(fetch(), max_length=numbers["max_seq_length"], local_files_only=True, **given)
    size = numbers["batch_size"] or 32

    def grade(texts: list[str]) -> str:
        query, *documents = texts
        pairs = [(query, document) for document in documents]
        found = model.predict(pairs, batch_size=size, show_progress_bar=False, convert_to_numpy=True)
        return dumps([float(value) for value in found.reshape(len(pairs), -1)[:, 0]])

    return grade
