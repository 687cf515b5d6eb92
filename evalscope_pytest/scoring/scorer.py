"""A scorer: a frozen value that turns a reply into a `Score`, and names the resources it needs for that."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import InitVar, dataclass, field, replace
from functools import partial
from inspect import isawaitable
from typing import Any

from ..core.errors import ConfigError, EvalError, ScoringError, closest
from ..core.values import Sample, Score

# A reply's text, or the texts of several replies that belong together.
Reply = str | tuple[str, ...]

# What a scorer may need, and the keywords under which its function gets it.
RESOURCES: Mapping[str, tuple[str, ...]] = {"judge": ("judge",), "sandbox": ("sandbox", "cpu_s")}


class ScoringTimeoutError(ScoringError):
    """Scoring a sample took longer than its benchmark allows."""


def first_target(sample: Sample) -> str:
    """Return the first target; empty if there is none."""
    return sample.targets[0] if sample.targets else ""


@dataclass(frozen=True, slots=True)
class Scorer:
    """A rule, a program or a panel of judges that scores a reply.

    Attributes:
        name: Name in records and errors.
        metrics: The names of the numbers it gives, the primary one first.
        score: Takes the reply's text (thinking removed, filters applied) and the sample, and by keyword the resources
            in ``needs``. May be a coroutine function, or return an awaitable if the cheap comparison did not decide.
        ideal_reply: The reply of a perfect model, in the form the benchmark requests (mock model, tests).
        options: Distinguishes this scorer from another of the same name; part of the content address.
        aggregation: Aggregation of metrics that are not plain means, unless the benchmark names another.
        needs: Resources that `bind` supplies: ``sandbox`` (the `sandbox` fixture, and the benchmark's time limit as
            ``cpu_s``) and ``judge`` (the `judge` fixture).
        several: True if ``score`` takes a tuple of texts when the benchmark's body returns several replies.
        right_reply: Earlier name of ``ideal_reply``.
        sandboxed: Earlier way to write ``needs=frozenset({"sandbox"})``.
    """

    name: str
    metrics: tuple[str, ...]
    score: Callable[..., Score | Awaitable[Score]]
    ideal_reply: Callable[[Sample], str] = first_target
    options: str = ""
    aggregation: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    several: bool = False
    right_reply: InitVar[Callable[[Sample], str] | None] = None
    sandboxed: InitVar[bool] = False

    def __post_init__(self, right_reply: Callable[[Sample], str] | None, sandboxed: bool) -> None:
        """Check the needs, and translate the keywords of earlier versions."""
        needs = frozenset(self.needs) | ({"sandbox"} if sandboxed else set())
        for need in sorted(needs - set(RESOURCES)):
            raise ConfigError(f"need {need!r} of scorer {self.name!r}. {closest(need, RESOURCES)}")
        object.__setattr__(self, "needs", needs)
        if right_reply is not None:
            object.__setattr__(self, "ideal_reply", right_reply)

    @property
    def fingerprint(self) -> str:
        """Distinguishes this scorer from another in content addresses."""
        return f"{self.name}({self.options})"

    def bind(self, *, judge: Any = None, sandbox: Any = None, timeout_s: float | None = None) -> Scorer:
        """Return the scorer with its resources: one that takes a reply and a sample.

        Args:
            judge: The judges, as the `judge` fixture returns them.
            sandbox: The sandbox, as the `sandbox` fixture returns it.
            timeout_s: Limit of one score: CPU seconds of a program in the sandbox, otherwise wall-clock seconds.
        """
        given = {"judge": judge, "sandbox": sandbox, "cpu_s": timeout_s}
        score = partial(self.score, **own_resources(self, given)) if self.needs else self.score
        if timeout_s is not None and not self.needs:
            score = partial(_limited, score, timeout_s)
        return replace(self, score=score, needs=frozenset())

    def with_rule(self, change: Callable[[Scorer], Scorer]) -> Scorer:
        """Return the scorer with its rule changed, which is the whole scorer unless judges have a part in it."""
        return change(self)

    async def decide(self, reply: Reply, sample: Sample) -> Score:
        """Return the score of a reply. The scorer is bound.

        Args:
            reply: Several texts only if `several`; a rule scores the last one.

        Raises:
            ScoringTimeoutError: The score took longer than the time limit.
            ScoringError: The scorer failed. Other errors of this package pass.
        """
        text = reply if self.several or isinstance(reply, str) else reply[-1]
        try:
            score = self.score(text, sample)
            return await score if isawaitable(score) else score
        except EvalError:
            raise
        except Exception as error:
            raise ScoringError(
                f"scorer {self.name} failed: {type(error).__name__}: {error} ({_raised_at(error)})"
            ) from error


def own_resources(scorer: Scorer, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the given resources that a scorer needs."""
    return {keyword: given[keyword] for need in scorer.needs for keyword in RESOURCES[need]}


def changed(found: Score | Awaitable[Score], change: Callable[[Score], Score]) -> Score | Awaitable[Score]:
    """Return a score with a change made to it: at once if it is known, otherwise as an awaitable."""
    return _changed_later(found, change) if isawaitable(found) else change(found)


async def _changed_later(found: Awaitable[Score], change: Callable[[Score], Score]) -> Score:
    return change(await found)


def _limited(
    score: Callable[..., Score | Awaitable[Score]], timeout_s: float, text: Reply, sample: Sample
) -> Score | Awaitable[Score]:
    found = score(text, sample)
    return _in_time(found, timeout_s) if isawaitable(found) else found


async def _in_time(work: Awaitable[Score], timeout_s: float) -> Score:
    import asyncio  # importing a benchmark must not load an event loop

    try:
        return await asyncio.wait_for(work, timeout_s)
    except asyncio.TimeoutError:
        raise ScoringTimeoutError(f"no score after {timeout_s:g} s (review_timeout)") from None


def _raised_at(error: BaseException) -> str:
    """Return file and line of the innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
