"""Keys of questions, by which two runs pair: the same for another order, limit, prompt or number of shots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ..core.canonical import digest
from ..core.listed_options import letters
from ..core.secret import mask_keys
from ..core.values import Sample

MAX_CLUSTER = 64  # characters of a cluster's name in the records; a longer one, such as a passage, has an address


def question_hash(benchmark: str, sample: Sample, fields: Iterable[str] | None = ()) -> str:
    """Return the content address of a question as its data set has it.

    A multiple-choice target counts by the text of its option, so that shuffled options change nothing.

    Args:
        fields: Metadata that is part of the question, such as the passage that a prompt names; None for all of it.
    """
    given = sample.input if isinstance(sample.input, str) else [part.identity for part in sample.input]
    targets = [sample.target] if isinstance(sample.target, str) else list(sample.target)
    meant = sorted(_meant(target, sample.choices) for target in targets)
    return digest("question", benchmark, sample.subset, given, meant, sorted(sample.choices), *_more(sample, fields))


def _more(sample: Sample, fields: Iterable[str] | None) -> list[Any]:
    """Return the other parts of a question, if it has any."""
    metadata, more = sample.metadata, list[Any]()
    named = metadata if fields is None else {name: metadata[name] for name in fields if name in metadata}
    if named:
        more.append(named)
    if sample.media:
        more.append([[mark, part.identity] for mark, part in sample.media])
    return [*more, *sample.request_identity]


def _meant(target: str, choices: Sequence[str]) -> str:
    """Return the texts of the options that a target's letters name; other targets as they are."""
    of_label = dict(zip(letters(len(choices)), choices, strict=True))
    labels = [target] if target in of_label else list(target)
    if not labels or not all(label in of_label for label in labels):
        return target
    return "\n".join(sorted(of_label[label] for label in labels))


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


def clusters_with_duplicates(clusters: Sequence[str], duplicates: Sequence[str | None]) -> list[str]:
    """Return the cluster of each question; equal ones are in one, the first that is named for any of them.

    Args:
        clusters: The names that the benchmark gives; empty if it knows none.
        duplicates: The clusters of equal questions, from `number_duplicates`.
    """
    named: dict[str, str] = {}
    for found, cluster in zip(duplicates, clusters, strict=True):
        if found is not None and cluster:
            named.setdefault(found, cluster)
    return [
        cluster if found is None else named.get(found, found)
        for found, cluster in zip(duplicates, clusters, strict=True)
    ]


def cluster_name(value: object) -> str:
    """Return the name of a cluster as the records have it; empty if the value is empty.

    A long text, such as a passage, is named by its content address.
    """
    if value is None or value != value:  # NaN is what a table has in place of nothing
        return ""
    text = mask_keys(str(value).strip())
    return text if len(text) <= MAX_CLUSTER and text.isprintable() else digest("cluster", text)
