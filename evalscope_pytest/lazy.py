"""Load the public names of a package on first use, so that an idle plugin costs next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any


def loading(package: str, home: Mapping[str, str], submodules: Collection[str] = ()) -> Callable[[str], Any]:
    """Return a package's ``__getattr__`` (PEP 562).

    Args:
        package: Its ``__name__``.
        home: Each name's module, relative to the package.
        submodules: Modules of the package that are names of it themselves.
    """

    def load(name: str) -> Any:
        if name in submodules:
            return import_module(f".{name}", package)
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f".{home[name]}", package), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
