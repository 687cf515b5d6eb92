"""A scorer: a frozen value that turns a reply into a `Score`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ..core.values import Sample, Score


def first_target(sample: Sample) -> str:
    """Return the first target; empty if there is none."""
    return sample.targets[0] if sample.targets else ""


@dataclass(frozen=True, slots=True)
class Scorer:
    """A benchmark's rule for reading and judging a reply.

    Attributes:
        name: Name in records and errors.
        metrics: The names of the numbers it gives, the primary one first.
        score: Takes the reply's text (thinking removed, filters applied) and the sample. May be a coroutine function;
            may also return an awaitable only when the cheap comparison did not decide.
        sandboxed: ``score`` runs programs: it takes ``sandbox`` (what `sandbox` fixtures are) and ``cpu_s`` (the
            benchmark's time limit, None if it has none) as well.
        right_reply: The reply a perfect model would give, in the form the benchmark asks for (mock model, tests).
        options: Distinguishes this scorer from another of the same name; part of the content address.
        aggregation: Aggregation of metrics that are not plain means, if the benchmark says nothing else.
    """

    name: str
    metrics: tuple[str, ...]
    score: Callable[..., Score | Awaitable[Score]]
    right_reply: Callable[[Sample], str] = first_target
    options: str = ""
    aggregation: Mapping[str, str] = field(default_factory=dict)
    sandboxed: bool = False

    @property
    def fingerprint(self) -> str:
        """Distinguishes this scorer from another in content addresses."""
        return f"{self.name}({self.options})"

    def in_sandbox(self, sandbox: Any, cpu_s: float | None = None) -> Scorer:
        """Return a sandboxed scorer with its sandbox: one that takes a text and a sample, like any other."""
        return replace(self, score=partial(self.score, sandbox=sandbox, cpu_s=cpu_s), sandboxed=False)
