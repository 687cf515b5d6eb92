"""Filters that a user applies to replies before they are scored: ``dataset_args.filters``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.canonical import digest
from ..core.errors import ConfigError, closest
from .patterns import LONGEST, pattern

_Step = Callable[[str], str]
_INVALID = "[invalid]"


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters in the order the user wrote them.

    Attributes:
        steps: One function for each.
        fingerprint: Distinguishes these filters from others in content addresses.
    """

    steps: tuple[_Step, ...]
    fingerprint: str

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Filters:
        """Make filters from ``{"remove_until": "</think>", "extract": "(\\\\d+)"}``.

        Known: ``remove_until`` (the text after the first such string), ``extract`` or ``regex`` (the first group of a
        match; a mapping ``{"pattern", "group_select", "fallback"}`` chooses another match than the last),
        ``take_first`` (the first line), ``remove_whitespace``.

        Raises:
            ConfigError: A filter is unknown, or its value makes no sense.
        """
        for name in settings:
            if name not in _FILTERS:
                raise ConfigError(f"filter {name!r} in dataset_args filters. {closest(name, _FILTERS)}")
        steps = tuple(_FILTERS[name](name, value) for name, value in settings.items())
        return cls(steps, digest(list(settings.items())))

    def apply(self, text: str) -> str:
        """Return ``text`` as the scorer shall see it."""
        for step in self.steps:
            text = step(text)
        return text


def _remove_until(name: str, value: Any) -> _Step:
    if not isinstance(value, str) or not value:
        raise ConfigError(f"filter {name!r} is {value!r}. It takes a text, such as '</think>'.")

    def step(text: str) -> str:
        _, found, rest = text.partition(value)
        return rest.lstrip() if found else text

    return step


def _extract(name: str, value: Any) -> _Step:
    options = {"pattern": value} if isinstance(value, str) else dict(value) if isinstance(value, Mapping) else {}
    allowed = ("pattern", "regex_pattern", "group_select", "fallback")
    for option in options:
        if option not in allowed:
            raise ConfigError(f"option {option!r} of filter {name!r}. {closest(option, allowed)}")
    source = options.get("pattern", options.get("regex_pattern"))
    select, fallback = options.get("group_select", 0), options.get("fallback", _INVALID)
    if not isinstance(source, str) or not isinstance(select, int) or not isinstance(fallback, str):
        raise ConfigError(f"filter {name!r} is {value!r}. It takes a regular expression, such as 'answer is (\\\\d+)'.")
    compiled = pattern(source, where=f"filter {name!r}")

    def step(text: str) -> str:
        found = compiled.captured(text[-LONGEST:])
        return found[select].strip() if -len(found) <= select < len(found) else fallback

    return step


def _take_first(name: str, value: Any) -> _Step:
    _switch(name, value)
    return lambda text: next((line for line in text.splitlines() if line.strip()), "")


def _remove_whitespace(name: str, value: Any) -> _Step:
    _switch(name, value)
    return lambda text: "".join(text.split())


def _switch(name: str, value: Any) -> None:
    if value not in (True, None, "", {}):
        raise ConfigError(f"filter {name!r} is {value!r}. It takes true, or is left out.")


_FILTERS: dict[str, Callable[[str, Any], _Step]] = {
    "remove_until": _remove_until,
    "extract": _extract,
    "regex": _extract,
    "take_first": _take_first,
    "remove_whitespace": _remove_whitespace,
}
