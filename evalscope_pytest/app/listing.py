"""Lists of samples as an address describes them, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite

from ..core.errors import UsageError, closest
from .index import FLAGS, PAGE, SORTS, STATES, Query, Sample, SampleIndex
from .record import record_of

MAX_READ = 1000  # records that one page of a search reads
MAX_SEARCH = 200  # characters


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list.

    Attributes:
        after: The last sample that was looked at, from which the next page goes on; None at the end of the list.
    """

    samples: tuple[Sample, ...]
    after: int | None


def query_of(parameters: Mapping[str, str]) -> Query:
    """Return the list that the parameters of an address describe.

    Raises:
        UsageError: One has a value that is not allowed.
    """
    show, sort = parameters.get("show", ""), parameters.get("sort") or "order"
    for name, value, allowed in (("show", show, ("", *STATES, *FLAGS)), ("sort", sort, tuple(SORTS))):
        if value not in allowed:
            known = [one for one in allowed if one]
            raise UsageError(f"{name}: {value[:40]!r} is not one of {', '.join(known)}. {closest(value, known)}")
    low, high = (_bound(parameters, name) for name in ("low", "high"))
    text = parameters.get("q", "")[:MAX_SEARCH].strip()
    return Query(parameters.get("benchmark", ""), parameters.get("subset", ""), show, low, high, text, sort)


def parameters_of(query: Query) -> dict[str, str]:
    """Return the parameters that describe a list: what differs from all samples of the benchmark in their order."""
    given = {**asdict(query), "q": query.text}
    del given["text"]
    return {
        name: f"{value:g}" if isinstance(value, float) else value
        for name, value in given.items()
        if value not in ("", None) and (name, value) != ("sort", "order")
    }


def _bound(parameters: Mapping[str, str], name: str) -> float | None:
    text = parameters.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise UsageError(f"{name}: {text[:40]!r} is not a score. Give a number, such as 0.5.")
    return value


def number_of(parameters: Mapping[str, str], name: str) -> int | None:
    """Return a parameter that is a whole number; None if it is not given.

    Raises:
        UsageError: It is something else.
    """
    text = parameters.get(name, "")
    if not text:
        return None
    if not text.lstrip("-").isdecimal() or len(text) > 18:
        raise UsageError(f"{name}: {text[:40]!r} is not a number. Follow a link of the app.")
    return int(text)


def listed(
    index: SampleIndex, query: Query, after: int | None = None, limit: int = PAGE, *, back: bool = False
) -> Listing:
    """Return the samples of a list that follow one of it, or with ``back`` those before it, the nearest first."""
    found: list[Sample] = []
    read = 0
    while True:
        batch = index.page(query, after, limit + 1, back=back)
        for sample in batch[:limit]:
            read += 1
            if not query.text or holds(index, sample, query.text):
                found.append(sample)
            after = sample.id
            if len(found) == limit or read == MAX_READ:
                is_last = len(batch) <= limit and sample is batch[-1]
                return Listing(tuple(found), None if is_last else after)
        if len(batch) <= limit:
            return Listing(tuple(found), None)


def holds(index: SampleIndex, sample: Sample, text: str) -> bool:
    """Return whether one of the texts of a sample holds a text, case aside."""
    wanted = text.casefold()
    return any(wanted in own.casefold() for own in record_of(*index.record(sample.id)).texts())
