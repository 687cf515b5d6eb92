"""Tables: mappings with known entries, such as the judge's, the sandbox's, or a member of a collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_type_hints

from .errors import ConfigError, closest

_T = TypeVar("_T")


def refuse_unknown(table: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse an unknown entry.

    Raises:
        ConfigError: It names the closest entry there is.
    """
    known = tuple(known)
    for name in table:
        if name not in known:
            raise ConfigError(f"{where} has no {name!r}. {closest(str(name), known)}")


def parse_table(table: Mapping[str, Any], kind: type[_T], wrong: Callable[[str, Any, str], str]) -> _T:
    """Make a dataclass of a table. Its annotations are the checks: ``Annotated[int, Meta(gt=0, description="...")]``.

    Entries are converted one by one: msgspec's own messages have neither the value nor what to write instead.

    Args:
        table: Known entries only (`refuse_unknown`).
        kind: The dataclass. A description lists what is allowed, to follow "it has to be".
        wrong: Makes the message of an entry's name, its value, and what is allowed.

    Raises:
        ConfigError: A value is wrong.
    """
    import msgspec

    hints = get_type_hints(kind, include_extras=True)
    values = {}
    for name, value in table.items():
        try:
            values[name] = msgspec.convert(value, hints[name])
        except msgspec.ValidationError:
            raise ConfigError(wrong(name, value, _allowed(hints[name]))) from None
    return kind(**values)


def _allowed(hint: Any) -> str:
    """Return the description of an annotation, also of one that allows None."""
    parts = (hint, *getattr(hint, "__args__", ()))
    found = (meta.description for part in parts for meta in getattr(part, "__metadata__", ()))
    return next((description for description in found if description), "of another type")
