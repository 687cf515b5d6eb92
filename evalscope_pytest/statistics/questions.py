"""Keys of questions, by which two runs pair: the same for another order, limit, prompt or number of shots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..core.canonical import digest
from ..core.values import Sample


def question_hash(benchmark: str, sample: Sample) -> str:
    """Return the content address of a question as its data set has it.

    A multiple-choice target counts by the text of its option, so that shuffled options change nothing.
    """
    given = sample.input if isinstance(sample.input, str) else [message.identity for message in sample.input]
    targets = [sample.target] if isinstance(sample.target, str) else list(sample.target)
    meant = sorted(_meant(target, sample.choices) for target in targets)
    return digest("question", benchmark, sample.subset, given, meant, sorted(sample.choices))


def _meant(target: str, choices: Sequence[str]) -> str:
    """Return the texts of the options that a target's letters name; other targets as they are."""
    places = [ord(letter) - ord("A") for letter in target]
    if not choices or not places or not all(0 <= place < len(choices) for place in places):
        return target
    return "\n".join(sorted(choices[place] for place in places))


def number_duplicates(hashes: Sequence[str]) -> tuple[list[str], list[str | None]]:
    """Return the key and the cluster of each question of a run, in order.

    The second of several equal questions has ``#2`` after its hash, and so on. All of them are one cluster.
    """
    total, seen = Counter(hashes), Counter[str]()
    keys: list[str] = []
    for found in hashes:
        seen[found] += 1
        keys.append(found if seen[found] == 1 else f"{found}#{seen[found]}")
    return keys, [found if total[found] > 1 else None for found in hashes]
