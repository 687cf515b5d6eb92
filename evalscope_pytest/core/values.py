"""The values that travel between packages: samples, messages, outputs, scores, results."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .content import PARTS, Content, MediaPart, Part, as_part, as_parts, media_in, text_of
from .errors import ScoringError

_ROUNDING = 1e-9  # what a mean of ones may be off

Role = Literal["system", "user", "assistant", "tool"]
ROLES: tuple[str, ...] = get_args(Role)
StopReason = Literal["stop", "max_tokens", "model_length", "tool_calls", "content_filter", "refused", "unknown"]


class NotTextError(TypeError):
    """A value that is neither text nor, in a field that may hold them, parts of a message: a number, nothing.

    Args:
        what: Name of the field.
        value: The value found there.
        allowed: What the field can hold.
    """

    def __init__(self, what: str, value: object, allowed: str = "text") -> None:
        super().__init__(f"{what}: {_shown(value)} of type {type(value).__name__}. Only {allowed} can be sent")


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may call.

    Attributes:
        parameters: JSON schema of its arguments, an ``object``.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address."""
        return [self.name, self.description, self.parameters]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model requests.

    Attributes:
        arguments: The JSON that the model wrote, which may be none.
        id: Identifier from the service; the message with its result refers to it.
    """

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Attributes:
        content: Text, or parts: texts, pictures, recordings, videos and documents.
        tool_calls: Calls of an assistant, in order.
        tool_call_id: Of a ``tool`` message: the call whose result it is.
    """

    role: Role
    content: Content
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise TypeError(f"role of a message: {_shown(self.role)}. Allowed: {', '.join(ROLES)}")
        if not isinstance(self.content, str):
            if not _are_parts(self.content):
                raise NotTextError(f"content of a {self.role} message", self.content, "text or a list of parts")
            object.__setattr__(self, "content", as_parts(self.content))

    @property
    def text(self) -> str:
        """The text of the content, without pictures and the like."""
        return self.content if isinstance(self.content, str) else text_of(self.content)

    @property
    def media(self) -> list[MediaPart]:
        """The pictures, recordings, videos and documents of the content."""
        return media_in(self.content)

    @property
    def identity(self) -> list[Any]:
        """Parts of a content address; a service's names for its calls are not part of it."""
        content = self.content if isinstance(self.content, str) else [part.identity for part in self.content]
        if not self.tool_calls:
            return [self.role, content]
        return [self.role, content, [[call.name, call.arguments] for call in self.tool_calls]]


def _are_parts(value: object) -> bool:
    """Return whether a value is meant as parts of a message; what is wrong with one is said when it is read."""
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(part, PARTS) or (isinstance(part, Mapping) and "type" in part) for part in value)
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """One question of a benchmark, made of a dataset's record.

    Attributes:
        input: The question's text, its parts (``[text("What is it?"), image(record["image"])]``), or whole messages if
            the record holds a conversation.
        target: The reference answer; several when any of them is right. A multiple-choice target is its letter(s).
        choices: The options' texts, without letters.
        rationale: The reference solution, used when the record serves as a few-shot exemplar.
        metadata: JSON values kept in the records. Its strings can be named in a prompt template.
        private: JSON values for the scorer alone (tests of a program): in no record and no prompt.
        id: The dataset's own id for the record; empty if it has none.
        subset: The subset it belongs to; the loader fills it in.
        tools: Functions that the model may call, sent along with the sample.
        cluster: Something it shares with other questions, such as their passage: they are not independent.
        media: The medium in place of a mark in question, options or messages: ``{"<image 1>": image(...)}``.
        generation: Generation parameters of its requests, in place of the run's; None sends none of that name.
    """

    input: str | tuple[Message, ...] | tuple[Part, ...]
    target: str | tuple[str, ...] = ""
    choices: tuple[str, ...] = ()
    rationale: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    subset: str = ""
    private: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    cluster: str | int | None = None
    media: tuple[tuple[str, Part], ...] = ()
    generation: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.input, str):
            object.__setattr__(self, "input", _turns_or_parts(self.input))
        if not isinstance(self.media, tuple):
            marks: Mapping[str, object] = self.media
            object.__setattr__(self, "media", tuple((mark, as_part(part)) for mark, part in marks.items()))
        if not isinstance(self.target, (str, tuple)):
            _check_iterable("target", self.target, "text nor texts")
            object.__setattr__(self, "target", tuple(self.target))
        if not isinstance(self.choices, tuple):
            object.__setattr__(self, "choices", tuple(self.choices))
        if not isinstance(self.tools, tuple):
            object.__setattr__(self, "tools", tuple(self.tools))

    @property
    def request_identity(self) -> list[Any]:
        """Parts of a content address: what its requests carry besides messages. Empty for most."""
        functions = [[tool.identity for tool in self.tools]] if self.tools else []
        return [*functions, dict(self.generation)] if self.generation else functions

    @property
    def targets(self) -> tuple[str, ...]:
        """All accepted answers, also when there is just one."""
        return self.target if isinstance(self.target, tuple) else (self.target,)

    @property
    def question(self) -> str:
        """The question's text, without pictures; of a conversation, its last user message."""
        if isinstance(self.input, str):
            return self.input
        if parts := self.parts:
            return text_of(parts)
        return next((m.text for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the question; empty if it is a text or a conversation."""
        found = self.input
        return found if isinstance(found, tuple) and found and isinstance(found[0], PARTS) else ()  # type: ignore[return-value]

    @property
    def messages(self) -> tuple[Message, ...]:
        """The turns of a conversation; empty for a single question."""
        return () if isinstance(self.input, str) or self.parts else self.input  # type: ignore[return-value]

    @property
    def has_media(self) -> bool:
        """True if more than text belongs to the question."""
        if isinstance(self.input, str):
            return bool(self.media)
        return bool(self.media or media_in(self.parts) or any(not isinstance(m.content, str) for m in self.messages))


def _turns_or_parts(value: object) -> tuple[Message, ...] | tuple[Part, ...]:
    """Return the messages, or the parts of a single question."""
    if not isinstance(value, tuple):
        _check_iterable("input", value, "text nor messages")
        value = tuple(value)  # type: ignore[arg-type]
    first = value[0] if value else None
    if isinstance(first, PARTS) or (isinstance(first, Mapping) and "type" in first and "role" not in first):
        return as_parts(value)
    return value if all(isinstance(m, Message) for m in value) else tuple(as_message(m) for m in value)


def _check_iterable(name: str, value: object, allowed: str) -> None:
    if not isinstance(value, Iterable) or isinstance(value, (Mapping, bytes)):
        raise TypeError(f"a sample's {name} is {_shown(value)}, neither {allowed}")


_CALLS = ("tool_calls", "tool_call_id", "function_call")


def as_message(value: object) -> Message:
    """Return a message that is one already, or is written as a mapping.

    Raises:
        TypeError: It is neither, its role is none of `ROLES`, its content is not text, or it holds calls of tools.
    """
    if isinstance(value, Message):
        return value
    if not isinstance(value, Mapping):
        raise TypeError(f"a message: {_shown(value)} of type {type(value).__name__}. It needs a role and a content")
    absent = next((name for name in ("role", "content") if name not in value), None)
    if absent is not None:
        raise TypeError(f"a message has no {absent!r}: {_shown(dict(value))}")
    message = Message(value["role"], value["content"])
    if calls := next((name for name in _CALLS if value.get(name)), None):
        raise TypeError(
            f"{calls} of a message: {_shown(value[calls])}. Only role and content of a mapping are sent. Make it a "
            "Message(...) with tool_calls or tool_call_id when you make the sample"
        )
    return message


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one generation, as the service or the tokenizer counted them."""

    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int | None = None
    input_tokens_cache_read: int | None = None
    input_tokens_cache_write: int | None = None

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


def token_count(value: object) -> int | None:
    """Return a service's count; None for anything else, such as a truth value, NaN, or an impossible number."""
    return value if type(value) is int and 0 <= value < 1 << 53 else None


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """A model's reply.

    Attributes:
        text: The answer without its thinking part.
        reasoning: The thinking part, from ``reasoning_content`` or a closed ``<think>`` block.
        stop_reason: Why it ended; ``refused`` if it is the service's refusal of the request.
        tool_calls: Calls of the model, in order.
        latency_s: Seconds from sending to the last byte, retries and waiting excluded. None when not measured.
        ttft_s: Seconds to the first token; only known when streaming.
        retries: Attempts that failed before this one.
        logprobs: The service's log probabilities as JSON, if requested.
        cached: The reply comes from the response cache: it was given in an earlier run, and took no time in this one.
    """

    text: str
    reasoning: str = ""
    stop_reason: StopReason = "stop"
    usage: Usage | None = None
    model: str = ""
    # Not in the repr, which assertions quote: explanations would differ from run to run.
    latency_s: float | None = field(default=None, repr=False)
    ttft_s: float | None = field(default=None, repr=False)
    retries: int = field(default=0, repr=False)
    logprobs: Any = field(default=None, repr=False)
    cached: bool = field(default=False, repr=False)
    tool_calls: tuple[ToolCall, ...] = ()

    @property
    def empty(self) -> bool:
        """True when nothing but white space was answered, and nothing called."""
        return not self.text.strip() and not self.tool_calls

    @property
    def truncated(self) -> bool:
        """True when the answer was cut off by a token limit."""
        return self.stop_reason in ("max_tokens", "model_length")


class Score:
    """The verdict on one sample: named numbers, and how they came about.

    ``Score(accuracy=1.0, turns=3, answer="42", explanation="matches")``: every other keyword is a metric.

    Raises:
        ScoringError: A metric is not a finite number, or ``accuracy`` is more than 1.
    """

    __slots__ = ("answer", "explanation", "metadata", "values")

    def __init__(
        self,
        *,
        answer: str | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        **metrics: float,
    ) -> None:
        self.values: dict[str, float] = {name: _finite(name, value) for name, value in metrics.items()}
        self.answer = answer
        self.explanation = explanation
        self.metadata: Mapping[str, Any] = metadata or {}

    @classmethod
    def of(
        cls,
        values: Mapping[str, float],
        *,
        answer: str | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Score:
        """Make a score from a mapping: for metric names that are not Python identifiers (``Rouge-L-R``)."""
        score = cls(answer=answer, explanation=explanation, metadata=metadata)
        score.values = {name: _finite(name, value) for name, value in values.items()}
        return score

    def __repr__(self) -> str:
        return f"Score({', '.join(f'{k}={v}' for k, v in self.values.items())}, answer={self.answer!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Score):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise ScoringError(f"metric {name!r} is an integer too large for a score") from None
    except (TypeError, ValueError) as error:
        raise ScoringError(f"metric {name!r} is {_shown(value)}, not a number") from error
    if not math.isfinite(number):
        raise ScoringError(f"metric {name!r} is {number}, which is not a finite number")
    if name == "accuracy" and number > 1 + _ROUNDING:  # HealthBench takes points off: below 0 it may be
        raise ScoringError(f"metric 'accuracy' is {number:g}, but 1 is all right. Give another scale another name")
    return number


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


@dataclass(frozen=True, slots=True)
class Call:
    """One request a sample made, with its reply."""

    messages: tuple[Message, ...]
    output: ModelOutput


@dataclass(frozen=True, slots=True)
class JudgeCall:
    """One request to a judge about a sample's reply."""

    judge: str
    repeat: int
    messages: tuple[Message, ...]
    reply: str


@dataclass(frozen=True, slots=True)
class SampleError:
    """Why a sample has no score.

    Attributes:
        kind: ``model``, ``scoring``, ``timeout``, ``sandbox``: infrastructure; ``media``: a picture or the like that
            cannot be sent; ``author``: an exception in the benchmark's own code.
        type: The exception's class name.
        message: Its text, with secrets masked.
    """

    kind: Literal["model", "scoring", "timeout", "sandbox", "media", "author"]
    type: str
    message: str


@dataclass(frozen=True, slots=True)
class SampleResult:
    """A finished sample, as it is journalled, reported and aggregated.

    Attributes:
        index: Position of the sample in its subset, repeats counted (``group * repeats + repeat``).
        group: Position of the question in its subset; its repeats share it.
        repeat: 0 for the first generation.
        key: Content address of the prediction (model, messages, generation config, repeat).
        review_key: ``key`` and everything the score depends on (benchmark version, target, scorer, filters).
        elapsed_s: Seconds from start to score.
        judge_calls: Requests to judges about it, and their replies.
        question: Key of the question, by which two runs pair; empty if unknown.
        cluster: Name of the questions that are not independent of it; empty if none are known.
    """

    benchmark: str
    subset: str
    index: int
    group: int
    repeat: int
    key: str
    review_key: str
    sample: Sample
    calls: tuple[Call, ...] = ()
    score: Score | None = None
    error: SampleError | None = None
    elapsed_s: float = 0.0
    judge_calls: tuple[JudgeCall, ...] = ()
    question: str = ""
    cluster: str = ""

    @property
    def output(self) -> ModelOutput | None:
        """The last reply, which is the one that was scored."""
        return self.calls[-1].output if self.calls else None
