"""The only folder that imports pytest: entry, options, collection, items, protocol, xdist, terminal.

pytest rewrites the assertions of every module of a plugin's distribution. If the rewritten bytecode is not stored (a
first run in CI, a read-only image, ``PYTHONDONTWRITEBYTECODE=1``), that doubles the start-up of a run, and nobody needs
the assertions inside this package, or inside the plugins that come with it, explained. Importing this folder, the first
thing that pytest imports of the plugin, therefore puts a finder before pytest's import hook.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_PACKAGES = ("evalscope_pytest.", "anyio.", "xdist.")  # anyio comes with openai
# Benchmarks are test files. Naming one of these plugins in a conftest.py must not warn that it was imported too early.
_REWRITTEN = ("evalscope_pytest.suites.", "anyio.pytest_plugin", "xdist.plugin", "xdist.looponfail")


class _PlainImports:
    """A finder that imports the modules of a few packages as Python does, without pytest's rewriting."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the spec of a module of these packages; None for any other, which the next finder looks for."""
        if not name.startswith(_PACKAGES) or name.startswith(_REWRITTEN):
            return None
        return PathFinder.find_spec(name, path, target)


if _PlainImports not in sys.meta_path:
    sys.meta_path.insert(0, _PlainImports)
