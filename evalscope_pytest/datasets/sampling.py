"""Selection and order of records, and their exemplars: reproducible in every process and Python version.

Python promises that a seeded generator repeats its numbers, not that ``shuffle`` and ``sample`` use them in the same
way, so the shuffle is written out here. Seeds are hashed: neighbouring seeds, and subsets, do not draw alike.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from random import Random
from typing import TypeVar

from ..core.content import Part, Text
from ..core.errors import ConfigError, DatasetError
from ..core.listed_options import letters, reordered
from ..core.values import Message, Sample
from .source import Record

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sampling:
    """Number of records of a subset that are evaluated.

    Attributes:
        limit: A whole number of them; with a point, a share of all (``0.1``; ``1.0`` is all). None is all.
        shuffle: Put them in a random order first.

    Raises:
        ConfigError: The limit is not above 0, or is a share above 1.
    """

    limit: int | float | None = None
    shuffle: bool = False
    seed: int = 42

    def __post_init__(self) -> None:
        if self.limit is None:
            return
        share = isinstance(self.limit, float)
        if not self.limit > 0 or (share and self.limit > 1 and self.limit % 1):
            raise ConfigError(
                f"limit: {self.limit!r} is neither a number of samples (5) nor a share of them (0.1, 1.0 is all). "
                "Leave it out to evaluate all."
            )

    def count(self, size: int) -> int:
        """Return how many of ``size`` records are evaluated; a share of at least one record is at least one."""
        if self.limit is None:
            return size
        if isinstance(self.limit, float) and self.limit <= 1:
            # As the decimal the user typed: 0.29 of 100 is 29, though 0.29 * 100 is 28.999999999999996.
            return min(size, max(1, math.floor(size * Fraction(repr(self.limit)))))
        return min(size, int(self.limit))

    def first(self) -> int | None:
        """Return how many records are enough to read, None when all of them are needed."""
        if self.shuffle or self.limit is None or (isinstance(self.limit, float) and self.limit <= 1):
            return None
        return int(self.limit)


def choose(records: Sequence[_T], sampling: Sampling, salt: str = "") -> list[_T]:
    """Return the records, or their positions, that are evaluated: shuffled first, then limited.

    Args:
        salt: Distinguishes this draw from others with the same seed, such as benchmark and subset.
    """
    chosen = shuffled(records, sampling.seed, salt) if sampling.shuffle else list(records)
    return chosen[: sampling.count(len(chosen))]


def bound_total(sizes: Mapping[str, int], limit_total: int) -> dict[str, int]:
    """Share out ``limit_total`` samples evenly among subsets; what a small one cannot fill goes to the others.

    What cannot be divided goes to the first subsets.
    """
    if limit_total < 1:
        raise ConfigError(f"limit_total: {limit_total!r} is not above 0. Leave it out to evaluate all.")
    shares = dict.fromkeys(sizes, 0)
    left = min(limit_total, sum(sizes.values()))
    while left:
        hungry = [name for name, size in sizes.items() if shares[name] < size]
        each = left // len(hungry)
        for name in hungry if each else hungry[:left]:
            share = min(each or 1, sizes[name] - shares[name])
            shares[name] += share
            left -= share
    return shares


def draw_shots(
    records: Sequence[Record],
    num: int,
    random: bool = False,
    seed: int = 42,
    exclude: Record | None = None,
    salt: str = "",
) -> list[Record]:
    """Return ``num`` records as exemplars: the first ones, or drawn with the seed.

    Args:
        exclude: The evaluated record, if exemplars come from the evaluated split.

    Raises:
        DatasetError: There are fewer records.
    """
    pool = shuffled(records, seed, f"shots\0{salt}") if random else records
    shots = list(islice((record for record in pool if exclude is None or record != exclude), num))
    if len(shots) < num:
        raise DatasetError(
            f"few_shot_num: {num} exemplars are requested, the split they come from holds {len(shots)}"
            f"{f' in {salt}' if salt else ''}. Set few_shot_num to {len(shots)} or less."
        )
    return shots


def shuffle_choices(sample: Sample, seed: int = 42) -> Sample:
    """Return the sample with its options in a random order and its target letters changed accordingly.

    Options move as in EvalScope with the same seed: by the question and the set of its options. They move in the
    question's text, too, if it lists them. Options that are only their letters stand in a picture, and do not move.

    Raises:
        DatasetError: A target is not the letter of an option.
    """
    labels = letters(len(sample.choices))
    key = "\0".join([str(seed), sample.question, *sorted(sample.choices)])
    order = _permutation(len(labels), int.from_bytes(_sha256(key)[:8], "big"))
    new_label = {labels[old]: labels[new] for new, old in enumerate(order)}
    unknown = next((target for target in sample.targets if target not in new_label), None)
    if sample.choices and unknown is not None:
        raise DatasetError(
            f"shuffle_choices: the target {unknown!r} of {sample.question[:60]!r} is not one of {','.join(labels)}. "
            "Give targets as letters, or leave the options in their order."
        )
    if not sample.choices or sample.choices == labels:
        return sample
    targets = tuple(sorted((new_label[target] for target in sample.targets), key=labels.index))
    choices = tuple(sample.choices[old] for old in order)
    return replace(
        sample,
        input=_relisted(sample, choices),
        choices=choices,
        target=targets if isinstance(sample.target, tuple) else targets[0],
    )


def _relisted(sample: Sample, choices: tuple[str, ...]) -> str | tuple[Message, ...] | tuple[Part, ...]:
    """Return a sample's input; if its question lists the options itself, in the new order there as well."""
    if isinstance(sample.input, str):
        return reordered(sample.input, sample.choices, choices)
    if not sample.parts:
        return sample.input
    parts = (
        replace(p, text=reordered(p.text, sample.choices, choices)) if isinstance(p, Text) else p for p in sample.parts
    )
    return tuple(parts)


def shuffled(items: Sequence[_T], seed: int, salt: str = "") -> list[_T]:
    """Return the items in an order that depends on seed, salt and their number only."""
    order = _permutation(len(items), int.from_bytes(_sha256(f"{seed}\0{salt}")[:8], "big"))
    return [items[position] for position in order]


def _permutation(n: int, seed: int) -> list[int]:
    """Return 0 .. n-1 shuffled (Fisher-Yates from the end, each index from the fewest bits by rejection)."""
    bits = Random(seed).getrandbits
    order = list(range(n))
    for last in range(n - 1, 0, -1):
        width = (last + 1).bit_length()
        pick = bits(width)
        while pick > last:
            pick = bits(width)
        order[last], order[pick] = order[pick], order[last]
    return order


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
