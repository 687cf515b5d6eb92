"""Plugins and conftest files that read the reports of tests: they are given every sample in pytest's whole protocol.

A sample has one report and skips most of pytest's hooks, which is what makes 100,000 of them cheap. pytest-html waits
for the report of a teardown, allure for the hooks around set-up, call and teardown. So where anybody reads reports,
each sample goes through all of it; where nobody does, nothing is spent (docs/design/plugin.md).
"""

from __future__ import annotations

from typing import Any

import pytest

_READ = ("pytest_runtest_makereport", "pytest_runtest_logreport")
# pytest's own plugins get what they need; xdist passes reports on, in a worker from a module that execnet names;
# hypothesis looks at functions only.
_KNOWN = ("_pytest.", "xdist.", "__channelexec__", "evalscope_pytest.", "_hypothesis_pytestplugin")
_PHASES = ("pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown")


def readers(config: pytest.Config) -> frozenset[object]:
    """Return the plugins, conftest files among them, that read reports.

    One that runs tests in its own way, as pytest-rerunfailures does, has nothing to read of samples.
    """
    hooks = config.hook
    runners = {i.plugin for i in hooks.pytest_runtest_protocol.get_hookimpls() if not (i.wrapper or i.hookwrapper)}
    found = {impl.plugin for name in _READ for impl in getattr(hooks, name).get_hookimpls()}
    return frozenset(p for p in found - runners if not _module_of(p).startswith(_KNOWN))


def _module_of(plugin: object) -> str:
    name = getattr(plugin, "__file__", None) and getattr(plugin, "__name__", None)
    return str(name or type(plugin).__module__)


class Onlookers:
    """The hooks of those who read reports, around one sample after the other.

    Args:
        elsewhere: Reports are read in the controller of this worker.
    """

    def __init__(self, config: pytest.Config, *, elsewhere: bool = False) -> None:
        self._config = config
        self._readers = readers(config)
        self._callers: dict[tuple[object, str], Any] = {}
        self.present = bool(self._readers) or elsewhere

    def call(self, name: str, at: pytest.Item, scope: object, /, **arguments: Any) -> None:
        """Call a hook of theirs.

        Of set-up, call and teardown it is wrappers only: by then there is nothing left to set up or to skip.

        Args:
            scope: Tells items apart to which other conftest files apply.
        """
        if (scope, name) not in self._callers:
            self._callers[scope, name] = self._caller(name, at)
        if (caller := self._callers[scope, name]) is not None:
            caller(**arguments)

    def _caller(self, name: str, item: pytest.Item) -> Any:
        around = name in _PHASES
        implementations = getattr(item.ihook, name).get_hookimpls()
        kept = {i.plugin for i in implementations if i.plugin in self._readers}
        kept -= {i.plugin for i in implementations if around and not (i.wrapper or i.hookwrapper)}
        if not kept:
            return None
        manager = self._config.pluginmanager
        return manager.subset_hook_caller(name, remove_plugins=[p for p in manager.get_plugins() if p not in kept])
