"""Settings that are tables with entries of their own: the judge's, the sandbox's."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import ConfigError, closest


def refuse_unknown(table: Iterable[str], known: tuple[str, ...], where: str) -> None:
    """Refuse an entry that means nothing.

    Raises:
        ConfigError: It names the closest entry there is.
    """
    for name in table:
        if name not in known:
            raise ConfigError(f"{where} has no {name!r}. {closest(str(name), known)}")
