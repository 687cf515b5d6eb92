"""The packages of the extra ``perf``, which a plain installation lacks."""

from __future__ import annotations

from importlib.util import find_spec

from ..core.errors import ConfigError

NEEDED = ("httptools", "orjson")


def check_packages() -> None:
    """See that requests can be made and read.

    Raises:
        ConfigError: A package is not installed.
    """
    for name in NEEDED:
        if find_spec(name) is None:
            raise ConfigError(f"perf needs {name}, which is not installed. Run: pip install 'evalscope-pytest[perf]'.")
