"""``speed_benchmark``: prompts of 1, 6,144, 14,336 and 30,720 tokens, as in Qwen's speed reports."""

from __future__ import annotations

from collections.abc import Iterator

from .options import DataOptions
from .prompts import Conversation, single

LENGTHS = (1, 6144, 14336, 30720)
LONG_LENGTHS = (63488, 129024)
REPEATS = 2
_UNIT = "熵"  # one token in most vocabularies that know Chinese


def usual(options: DataOptions) -> Iterator[Conversation]:
    """Yield each length twice."""
    yield from _of(LENGTHS, options)


def long(options: DataOptions) -> Iterator[Conversation]:
    """Yield the lengths of long-context models."""
    yield from _of(LONG_LENGTHS, options)


def _of(lengths: tuple[int, ...], options: DataOptions) -> Iterator[Conversation]:
    for length in lengths:
        for _ in range(REPEATS):
            yield single(_UNIT * length, length)
