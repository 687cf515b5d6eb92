"""The `load` that tests see: one call measures one load and returns its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from typing import Any

from ..core.errors import ConfigError, EvalError
from ..models.spec import ModelSpec
from ..wire.anthropic import messages_url
from ..wire.dialects import interface_of
from ..wire.interface import Interface
from ..wire.prompt import Content
from .data import DataOptions, load_conversations
from .data.prompts import Conversation, RequestTemplate, single
from .data.tokenizer import load_tokenizer
from .load.endpoint import Endpoint
from .load.load_generator import Workload
from .load.load_point import Arrivals, LoadPoint
from .load.session import Stop, Watch, check_packages, measure
from .measure.result import Result
from .measure.slo import parse_bound

BUILT_IN_PROMPT = "Tell a story of about {words} words in which the number {number} matters."

_APIS = {"openai_api": "openai", "openai_responses_api": "responses", "anthropic_api": "anthropic"}
_KEYWORDS = {
    "--number REQUESTS": "requests=100",
    "--duration SECONDS": "duration_s=10",
    "--parallel": "concurrency",
    "--rate": "rate",
    "--number": "requests",
    "--duration": "duration_s",
    "--ramp-up": "ramp_up_s",
    "--warmup-num": "warm_up",
    "--goodput": "goodput",
}


class InvalidMeasurementError(EvalError):
    """The client could not measure the service: the figures would be the client's."""


class StoppedMeasurementError(EvalError):
    """The run ended while a load was measured."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of a test.

    Attributes:
        dataset: A name as of ``--dataset``; empty for built-in prompts.
        path: Its file.
        given: Contents given by the test, instead of a data set.
    """

    dataset: str = ""
    path: str = ""
    tokenizer_path: str = ""
    given: Sequence[Content] = field(default=())


class LoadTester:
    """Load-tests the service of the model under evaluation.

    Args:
        spec: The model: its service, its key, and the generation parameters of the run.
        keep: Records a result and returns it, with the name it has in this run.
        alone: Held while a load is measured.
        watch: Makes the receiver of snapshots of a running load.

    Raises:
        ConfigError: A package is not installed.
    """

    def __init__(
        self,
        spec: ModelSpec,
        keep: Callable[[Result], Result] = lambda result: result,
        alone: Callable[[], AbstractContextManager[None]] = nullcontext,
        watch: Callable[[LoadPoint], Watch | None] = lambda level: None,
    ) -> None:
        check_packages()
        self._spec = spec
        self._keep = keep
        self._alone = alone
        self._watch = watch
        self._running: set[Stop] = set()
        self._unawaited = 0

    def end(self) -> None:
        """End the running measurements, from any thread."""
        for stop in tuple(self._running):
            stop.request()

    def run(  # noqa: PLR0913  keywords of what tests call
        self,
        *,
        concurrency: int | None = None,
        requests: int | None = None,
        duration_s: float | None = None,
        rate: float | None = None,
        arrivals: Arrivals = "poisson",
        ramp_up_s: float | None = None,
        warm_up: int = 0,
        prompts: Sequence[Content] | Prompts = (),
        stream: bool = True,
        goodput: Sequence[str] = (),
        allow_invalid: bool = False,
        **parameters: Any,
    ) -> Any:
        """Measure one load: a `Result`, or an awaitable of one inside a coroutine. Names as in `LoadPoint`.

        Args:
            prompts: Texts, messages or request bodies to send, or a data set; default: short requests for stories.
            goodput: Objectives, such as ``ttft:500ms``.
            allow_invalid: Return a result even if the client could not measure; see ``result.invalid``.
            parameters: Fields of every request, such as ``max_tokens=64``.

        Raises:
            ConfigError: A value is wrong.
            InvalidMeasurementError: The client could not measure; the message says why and what to change.
            StoppedMeasurementError: The run ended meanwhile.
        """
        _check_names(parameters)
        with _keywords_for_flags():
            level = LoadPoint(
                concurrency=1 if concurrency is None and rate is None else concurrency,
                rate=rate,
                requests=requests,
                duration_s=duration_s,
                arrivals=arrivals,
                ramp_up_s=ramp_up_s,
                warm_up=warm_up,
            )
            objectives = tuple(parse_bound(text) for text in goodput)
        endpoint, workload = self._endpoint(), self._workload(level, prompts, stream, parameters)
        stop = Stop()

        def go() -> Result:
            self._running.add(stop)
            try:
                with self._alone():
                    result = measure(endpoint, workload, level, objectives, watch=self._watch(level), stop=stop)
            finally:
                self._running.discard(stop)
            return _checked(self._keep(result) if result.sent else result, allow_invalid)

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return go()
        self._unawaited += 1
        return self._in_thread(go, stop)

    def forgotten(self) -> int:
        """Return the number of coroutines of ``run`` that were never awaited, since the last call."""
        count, self._unawaited = self._unawaited, 0
        return count

    async def _in_thread(self, go: Callable[[], Result], stop: Stop) -> Result:
        self._unawaited -= 1
        try:
            return await asyncio.to_thread(go)
        except asyncio.CancelledError:
            stop.request()
            raise

    def _endpoint(self) -> Endpoint:
        interface, url = self._interface()
        headers = {**interface.headers, **(self._spec.generation.extra_headers or {})}
        return Endpoint(url, self._spec.api_key, headers, key_header=interface.key_header)

    def _interface(self) -> tuple[Interface, str]:
        """Return the dialect of the model's service, and the whole address."""
        spec = self._spec
        api = _APIS.get(spec.eval_type)
        if api is None:
            known = ", ".join(_APIS)
            raise ConfigError(
                f"eval_type: {spec.eval_type} cannot be load-tested. Allowed: {known}. Choose one of them."
            )
        url = spec.api_url or ""
        return interface_of(api, messages_url(url) if api == "anthropic" else url)

    def _workload(
        self, level: LoadPoint, prompts: Sequence[Content] | Prompts, stream: bool, parameters: dict[str, Any]
    ) -> Workload:
        interface, _ = self._interface()
        fields: dict[str, Any] = {"model": self._spec.model, "stream": stream}
        if stream:
            fields["stream_options"] = {"include_usage": True}
        generation = self._spec.generation
        for name in ("max_tokens", "temperature", "top_p"):
            if (value := getattr(generation, name)) is not None:
                fields[name] = value
        template = RequestTemplate(interface.name, {**fields, **(generation.extra_body or {}), **parameters})
        chosen = prompts if isinstance(prompts, Prompts) else Prompts(given=prompts)
        tokenizer = load_tokenizer(chosen.tokenizer_path) if chosen.tokenizer_path else None
        wanted = (level.requests or 1000) + level.warm_up
        return Workload(template, _conversations(chosen, wanted), tokenizer.count if tokenizer else None)


@contextmanager
def _keywords_for_flags() -> Iterator[None]:
    """Rewrite errors from the command's flags to the keywords of `LoadTester.run`."""
    try:
        yield
    except ConfigError as error:
        words = str(error)
        for flag, keyword in _KEYWORDS.items():
            words = words.replace(flag, keyword)
        raise ConfigError(words) from None


def _check_names(parameters: Mapping[str, Any]) -> None:
    """Refuse a misspelt keyword, which would go to the service as a field of requests."""
    keywords = [name for name, one in signature(LoadTester.run).parameters.items() if one.kind is one.KEYWORD_ONLY]
    for name in parameters:
        if near := get_close_matches(name, keywords, 1, 0.85):
            raise ConfigError(f"load.run takes no {name!r}. Did you mean {near[0]!r}?")


def _conversations(chosen: Prompts, wanted: int) -> Sequence[Conversation]:
    if chosen.dataset:
        tokenizer = load_tokenizer(chosen.tokenizer_path) if chosen.tokenizer_path else None
        path = str(Path(chosen.path).expanduser()) if chosen.path else ""
        return load_conversations(chosen.dataset, DataOptions(path=path, wanted=wanted, tokenizer=tokenizer))
    if chosen.given:
        given = [chosen.given] if isinstance(chosen.given, (str, Mapping)) else chosen.given
        if wrong := next((content for content in given if not isinstance(content, (str, Mapping, list, tuple))), None):
            raise ConfigError(
                f"prompts: {wrong!r:.40} is not a prompt. Give texts, lists of messages, or request bodies."
            )
        return [single(content) for content in given]
    return [single(BUILT_IN_PROMPT.format(words=100 + n % 100, number=n)) for n in range(wanted)]


def _checked(result: Result, allow_invalid: bool) -> Result:
    if result.interrupted:
        raise StoppedMeasurementError(f"the load was measured in part: the run ended after {result.sent:,} requests.")
    if result.invalid and not allow_invalid:
        raise InvalidMeasurementError(f"the measurement is INVALID: {' '.join(result.invalid)}")
    return result
