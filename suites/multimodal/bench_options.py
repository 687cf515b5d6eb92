"""The options of MMBench: up to four, those that a question lacks written as ``nan``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MISSING = {"", "nan", "None"}


def is_missing(value: Any) -> bool:
    """Return whether a field of a record holds nothing."""
    return str(value).strip() in _MISSING


def bench_options(record: Mapping[str, Any]) -> list[str]:
    """Return the options of a record without the missing ones at the end; the right one is not missing.

    A missing option before the last is kept, since the letters of the others would change.
    """
    options = [str(record.get(letter)) for letter in "ABCD"]
    while len(options) > "ABCD".find(str(record["answer"])) + 1 and is_missing(options[-1]):
        options.pop()
    return options
