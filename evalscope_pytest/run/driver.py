"""What the program that drives a run decides: pytest through the plugin, or a script through `Session`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..engine.evaluation import SkipSample
from ..models.factory import create

if TYPE_CHECKING:
    from ..models.spec import Model, ModelSpec

Exceptions = tuple[type[BaseException], ...]


def _ignore(line: str) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Driver:
    """The choices and callbacks of the program that drives a run.

    Attributes:
        listing: Samples are only listed; nothing is sent.
        one_at_a_time: No sample runs ahead of the one at hand: somebody debugs it.
        may_stop: The run may end at any sample, so few samples run ahead.
        keywords: The expression that selects benchmarks; an error message suggests a longer one.
        create: Makes the model.
        warn: Shows a warning at once.
        waiting: Shows that a step takes long, for as long as the context lasts.
        skip_signals: Exceptions by which a body says that it does not apply.
        fail_signals: Exceptions by which a body says that the answer is wrong.
        exit_signals: Exceptions by which a body ends the whole run.
    """

    listing: bool = False
    one_at_a_time: bool = False
    may_stop: bool = False
    keywords: str = ""
    create: Callable[[ModelSpec], Model] = create
    warn: Callable[[str], object] = _ignore
    waiting: Callable[[str], AbstractContextManager[object]] = nullcontext
    skip_signals: Exceptions = (SkipSample,)
    fail_signals: Exceptions = (AssertionError,)
    exit_signals: Exceptions = ()
