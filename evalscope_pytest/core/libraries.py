"""Which optional libraries are there."""

from __future__ import annotations

from importlib import import_module


def lacks(module: str) -> bool:
    """Return whether a library is missing, or cannot be imported: a broken one is no use, either."""
    try:
        import_module(module)
    except (ImportError, OSError):  # OSError: a shared library of it is not there
        return True
    return False
