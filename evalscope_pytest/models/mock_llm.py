"""A simulated model, right with a given accuracy, for demonstrations, tests and dry runs.

``model_args {"accuracy": 0.7, "latency_s": 0.05}``, and the others of `MockArgs`. What it does with a question depends
on the question and the repeat alone, so it is the same in any order, process or batch size.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from dataclasses import dataclass, fields
from typing import Any

from ..core.canonical import digest, dumps
from ..core.errors import ConfigError, RejectedError
from ..core.listed_options import letters
from ..core.values import ModelOutput, ToolCall, Usage
from ..wire.arguments import check_model_args
from ..wire.request import Request
from .spec import ModelSpec

UNSURE = "I am not sure."


@dataclass(frozen=True, slots=True)
class MockArgs:
    """Behaviour of the mock model.

    Attributes:
        accuracy: Share of questions it answers with ``right_reply``, 0 to 1.
        latency_s: Median seconds to an answer. Without it answers have no latency, and reports no performance.
        sigma: Spread of the latency: standard deviation of its logarithm. 0 makes all alike.
        reply: Its only answer, right or not.
        error_rate: Share of questions it refuses, 0 to 1.
    """

    accuracy: float = 1.0
    latency_s: float = 0.0
    sigma: float = 0.0
    reply: str | None = None
    error_rate: float = 0.0


class MockModel:
    """Answers from the benchmark's own reference. It accepts all generation parameters and ignores them."""

    def __init__(self, name: str, args: MockArgs) -> None:
        self.name = name
        self._args = args
        self._draws = bool(args.accuracy < 1 or args.error_rate or args.sigma)

    @property
    def fingerprint(self) -> str:
        """The name, the accuracy, and the fixed reply."""
        args = self._args
        reply = "" if args.reply is None else f":reply={digest(args.reply)}"
        return f"mock_llm:{self.name}:accuracy={args.accuracy:g}{reply}"

    async def generate(self, request: Request) -> ModelOutput:
        """Answer; the draw for this question decides whether wrongly, late or not at all."""
        args = self._args
        right, broken, late = _draws(request) if self._draws else (0.0, 1.0, 0.0)
        latency_s = args.latency_s * math.exp(args.sigma * late) if late else args.latency_s
        if latency_s:
            await asyncio.sleep(latency_s)
        if broken < args.error_rate:
            raise RejectedError(f"the mock model refuses this question (error_rate={args.error_rate:g})")
        if args.reply is not None:
            text = args.reply
        elif request.sample is None and not request.right_reply:
            text = UNSURE  # an ordinary test's own prompt has no right reply
        else:
            text = request.right_reply if right < args.accuracy else wrong_reply(request)
        size = 0
        for message in request.messages:
            size += len(message.text)
        usage, latency = Usage(size // 4 + 1, len(text) // 4 + 1), latency_s or None
        if request.tools and (calls := _calls_in(text)):
            return ModelOutput("", "", "tool_calls", usage, self.name, latency_s=latency, tool_calls=calls)
        return ModelOutput(text, usage=usage, model=self.name, latency_s=latency)

    async def close(self) -> None:
        """Nothing to free."""


def _draws(request: Request) -> tuple[float, float, float]:
    """Return the draws for a question: right or wrong and error in [0, 1), latency as a normal deviate."""
    content = hashlib.blake2b(b"%d" % request.repeat, digest_size=24)
    for message in request.messages:
        content.update(message.text.encode("utf-8", "surrogatepass"))
        for part in message.media:
            content.update(dumps(part.identity).encode("ascii"))
    drawn = content.digest()
    right, broken, u, v = (int.from_bytes(drawn[at : at + 6], "big") / 2**48 for at in (0, 6, 12, 18))
    return right, broken, math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)


def _calls_in(text: str) -> tuple[ToolCall, ...]:
    """Return the calls that a right reply lists as JSON, ``[{"name": ..., "arguments": {...}}]``."""
    try:
        calls = json.loads(text)
        return tuple(ToolCall(c["name"], json.dumps(c["arguments"]), f"call_{n}") for n, c in enumerate(calls))
    except (ValueError, TypeError, LookupError, RecursionError):
        return ()


def wrong_reply(request: Request) -> str:
    """Return a reply in the form of the right one that names another choice, or another number."""
    sample, reply = request.sample, request.right_reply
    for target in sample.targets if sample is not None else ():
        at = reply.rfind(target) if target else -1
        other = _other(target, len(sample.choices) if sample is not None else 0)
        if at >= 0 and other and sample is not None and other not in sample.targets:
            return reply[:at] + other + reply[at + len(target) :]
    return UNSURE


def _other(target: str, choices: int) -> str:
    labels = letters(choices)
    if choices > 1 and target in labels:
        return labels[(labels.index(target) + 1) % choices]
    if target.isascii() and target.isdigit() and len(target) < 16:
        return str(int(target) + 1)
    return ""


def create(spec: ModelSpec) -> MockModel:
    """Make the model.

    Raises:
        ConfigError: An argument is unknown or out of range.
    """
    check_model_args(spec.model_args, (f.name for f in fields(MockArgs)), "mock_llm")
    given: dict[str, Any] = dict(spec.model_args)
    if given.get("reply") is not None:
        given["reply"] = str(given["reply"])
    for name in ("accuracy", "latency_s", "sigma", "error_rate"):
        if name in given:
            given[name] = _number(name, given[name], 1.0 if name in ("accuracy", "error_rate") else math.inf)
    return MockModel(spec.model, MockArgs(**given))


def _number(name: str, value: object, most: float) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= most or math.isinf(number):
        bound = f"from 0 to {most:g}" if math.isfinite(most) else "from 0 up"
        raise ConfigError(f"model_args.{name}: {value!r} of eval_type mock_llm is not a number {bound}.")
    return number
