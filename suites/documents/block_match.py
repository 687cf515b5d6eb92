"""Pairs blocks of a page's annotation with blocks of its transcription, cut or joined otherwise as they may be.

Three methods, as in OmniDocBench's evaluator: ``quick_match`` joins paragraphs that the transcription splits, and
annotated blocks that it joins; ``simple_match`` pairs one with one; ``no_split`` compares the whole texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .assignment import cheapest_pairs
from .page_blocks import Block
from .text_measures import edit_share, edits

METHODS = ("quick_match", "simple_match", "no_split")
_SURE, _NEAR, _PART, _PIECE = 0.25, 0.7, 0.4, 0.6  # shares of edits up to which blocks belong together


class Pair(NamedTuple):
    """Annotated blocks and the blocks of the transcription that they belong to; either may be empty.

    Attributes:
        golds: Indices of annotated blocks, in their order.
        found: Indices of blocks of the transcription, in their order.
    """

    golds: tuple[int, ...]
    found: tuple[int, ...]


def match(golds: Sequence[Block], found: Sequence[Block], method: str) -> list[Pair]:
    """Return the pairs; each block is in one pair at most. What only the transcription has is one pair at the end."""
    if not golds or not found:
        return [*(Pair((number,), ()) for number in range(len(golds))), *_rest(range(len(found)))]
    if method == "no_split":
        return [Pair(tuple(range(len(golds))), tuple(range(len(found))))]
    texts = [block.text for block in golds], [block.text for block in found]
    if method == "simple_match":
        pairs = [Pair((gold,), (one,)) for gold, one in cheapest_pairs(_costs(*texts))]
        return _with_others(pairs, len(golds), len(found))
    return _quick(*texts)


def _rest(numbers: Sequence[int]) -> list[Pair]:
    return [Pair((), tuple(numbers))] if numbers else []


def _with_others(pairs: list[Pair], golds: int, found: int) -> list[Pair]:
    seen_golds = {number for pair in pairs for number in pair.golds}
    seen = {number for pair in pairs for number in pair.found}
    missing = [Pair((number,), ()) for number in range(golds) if number not in seen_golds]
    return [*pairs, *missing, *_rest([number for number in range(found) if number not in seen])]


def _costs(golds: Sequence[str], found: Sequence[str]) -> list[list[float]]:
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    costs: list[list[float]] = cdist(golds, found, scorer=Levenshtein.normalized_distance, workers=1).tolist()
    return costs


def _quick(golds: Sequence[str], found: Sequence[str]) -> list[Pair]:
    groups = _grouped(golds, found)
    joined = ["".join(found[number] for number in group) for group in groups]
    costs = _costs(golds, joined)
    owners: dict[tuple[int, ...], list[int]] = {}
    for gold, group in cheapest_pairs(costs):
        if costs[gold][group] <= _NEAR:
            owners.setdefault(groups[group], []).append(gold)
    matched = {gold for owned in owners.values() for gold in owned}
    for gold in range(len(golds)):
        if gold not in matched and (holder := _holder(golds[gold], joined)) is not None:
            owners.setdefault(groups[holder], []).append(gold)
            matched.add(gold)
    pairs = [Pair(tuple(sorted(owned)), group) for group, owned in owners.items()]
    taken = {number for group in owners for number in group}
    left_golds = [gold for gold in range(len(golds)) if gold not in matched]
    left = [number for number in range(len(found)) if number not in taken]
    if not left_golds or not left:
        return sorted([*pairs, *(Pair((gold,), ()) for gold in left_golds), *_rest(left)])
    # Neither side's rest fits: it is compared all the same, so that it costs what it holds.
    others = cheapest_pairs([[edits(golds[gold], found[number]) for number in left] for gold in left_golds])
    pairs += [Pair((left_golds[gold],), (left[number],)) for gold, number in others]
    paired = {gold for gold, _ in others}
    return sorted([*pairs, *(Pair((gold,), ()) for at, gold in enumerate(left_golds) if at not in paired)])


def _grouped(golds: Sequence[str], found: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the blocks of a transcription, those joined that together are one annotated block."""
    costs = _costs(golds, found)
    sure = {column for row in costs for column, cost in enumerate(row) if cost < _SURE}
    runs = []
    for gold, row in enumerate(costs):
        if min(row) >= _SURE:
            tried = [_run(golds[gold], found, start, sure) for start in range(len(found)) if start not in sure]
            runs += sorted(run for run in tried if len(run[1]) > 1)[:1]
    taken: set[int] = set()
    chosen: dict[int, tuple[int, ...]] = {}
    for _, run in sorted(runs):
        if taken.isdisjoint(run):
            taken.update(run)
            chosen[run[0]] = run
    return [chosen.get(number, (number,)) for number in range(len(found)) if number in chosen or number not in taken]


def _run(gold: str, found: Sequence[str], start: int, sure: set[int]) -> tuple[float, tuple[int, ...]]:
    """Return how near the blocks from a place on come to an annotated one, each of them a part of it; and which."""
    joined, end = found[start], start + 1
    cost = edit_share(gold, joined)
    if _apart(joined, gold) > _PIECE:
        return cost, (start,)
    while end < len(found) and end not in sure and len(joined) <= len(gold) and _apart(found[end], gold) < _PIECE:
        longer = edit_share(gold, joined + found[end])
        if longer > cost:
            break
        joined, cost, end = joined + found[end], longer, end + 1
    return cost, tuple(range(start, end))


def _apart(part: str, text: str) -> float:
    """Return the edits between a text and the passage of another that it is most like, as a share of it."""
    from rapidfuzz.fuzz import partial_ratio_alignment

    if not part or len(part) > len(text):
        return 1.0
    place = partial_ratio_alignment(part, text)
    return 1.0 if place is None else edit_share(part, text[place.dest_start : place.dest_end])


def _holder(gold: str, joined: Sequence[str]) -> int | None:
    """Return the first block that an annotated one is a part of."""
    return next((number for number, text in enumerate(joined) if _apart(gold, text) < _PART), None)
