"""A dataclass field that is a setting: its kind and its help text travel with it, and the options are made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, fields
from functools import cache
from typing import Any, NamedTuple

from .kinds import Kind

_KEY = "setting"


class Setting(NamedTuple):
    """What is known of one setting besides its type and default.

    Attributes:
        help: One or two sentences for ``--help`` and the documentation.
        env: Environment variables that set it besides ``EVALSCOPE_<FIELD>``.
    """

    kind: Kind
    help: str
    env: tuple[str, ...] = ()


def setting(
    kind: Kind,
    help: str,
    default: Any = None,
    *,
    factory: Callable[[], Any] | None = None,
    env: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field with a `Setting` attached."""
    metadata = {_KEY: Setting(kind, help, env)}
    if factory is not None:
        return field(default_factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)


@cache
def settings_of(cls: type) -> dict[str, Setting]:
    """Return the settings of a dataclass by field name, in the order they are written."""
    return {f.name: f.metadata[_KEY] for f in fields(cls) if _KEY in f.metadata}
