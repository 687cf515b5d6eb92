"""The part of the plugin that every pytest run loads: options, fixtures, one check for benchmarks.

Nothing heavy is imported here. The rest of the plugin is loaded once a model is given (docs/design/plugin.md).
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from ..config import options
from . import fixtures

_PREFIXES = ("--eval-", "--no-eval-")
_WANTED = {  # a part of a skip's reason: what is missing
    "--eval-judge-model-args": "a judge: --eval-judge-model-args model_id=NAME,api_url=URL (model_id=mock to try out)",
    "--eval-api-url=URL": "a model service: --eval-model=MODEL --eval-api-url=URL",
    "--eval-model=MODEL": "a model: --eval-model=MODEL (--eval-model=mock to try them out)",
}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Register one option and one ini key for each field of `TaskConfig`.

    Options take a millisecond, so a run whose command line has none of them gets their defaults alone.
    """
    for ini, help, type_ in options.ini_keys():
        parser.addini(ini, help, type=type_, default=None)  # type: ignore[arg-type]
    config: pytest.Config = pluginmanager.getplugin("pytestconfig")
    words = [str(word) for word in config.invocation_params.args]
    if options.are_used([*words, os.environ.get("PYTEST_ADDOPTS", ""), *_addopts(config)]):
        _register_options(parser)
    else:
        given = vars(config.option)  # of an xdist worker: its controller's
        for name in options.names():
            given.setdefault(name, None)
    if any(word.startswith(_PREFIXES) for word in words):
        from ..core.errors import ConfigError

        try:
            options.check_switches(words)
        except ConfigError as error:
            raise pytest.UsageError(str(error)) from None


def _addopts(config: pytest.Config) -> list[str]:
    """Return the words that the ini file adds to the command line."""
    try:
        return list(config.getini("addopts"))
    except ValueError:  # a config that has read no command line yet
        return []


def _register_options(parser: pytest.Parser) -> None:
    """Register the options, at most once."""
    if getattr(parser, "evalscope_options", False):
        return
    parser.evalscope_options = True  # type: ignore[attr-defined]
    for title, of_group in options.by_group(options.pytest_options()).items():
        group = parser.getgroup(f"evalscope-{title.lower()}", f"evaluation of language models: {title.lower()}")
        for option in of_group:
            group.addoption(option.flag, **option.kwargs)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register this package's own hooks."""
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Find the bundled benchmarks when a model is given and no path is."""
    if _given(early_config) or any(word.startswith(_PREFIXES) for word in args):
        from .arguments import complete

        _register_options(parser)
        complete(early_config, args)


@pytest.hookimpl(wrapper=True, specname="pytest_load_initial_conftests")
def pytest_load_initial_conftests_names(parser: pytest.Parser, args: list[str]) -> object:
    """Suggest ``--eval-limit`` for ``--limit``, once every conftest has registered its options."""
    result = yield
    if any(word.startswith(_PREFIXES) for word in args):  # a plugin may have added some
        _register_options(parser)
    if meant := options.without_prefix(args):
        from .pytest_private import registers_option

        for flag, ours in meant.items():
            if not registers_option(parser, flag):
                raise pytest.UsageError(f"unknown option {flag}. Did you mean {ours}? pytest --help shows all options.")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main() -> Generator[None, object, object]:
    """End a run that cannot be recorded with one message and the exit code of failures to record."""
    try:
        return (yield)
    except pytest.UsageError as error:
        from ..core.errors import StoreError

        if not isinstance(error.__cause__, StoreError):
            raise
        from .pytest_private import TerminalWriter

        TerminalWriter(sys.stderr).line(f"ERROR: {error}\n", red=True)
        return pytest.ExitCode.INTERNAL_ERROR


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the rest of the plugin when this run evaluates something."""
    config.pluginmanager.register(fixtures, "evalscope_fixtures")
    config.addinivalue_line("markers", "perf: a load test of a model service; -m 'not perf' leaves it out")
    if hasattr(config, "workerinput") or _given(config):
        from .main import configure

        configure(config)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Import the bundled benchmarks under their one name."""
    if "suites" not in module_path.parts:
        return None
    from ..benchmarks.bundled import bundled_dir
    from .nodes import BundledModule

    if not module_path.is_relative_to(bundled_dir()):
        return None
    module: pytest.Module = BundledModule.from_parent(parent, path=module_path)
    return module


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> object:
    """Make a decorated function a benchmark."""
    if "evalscope_pytest.benchmarks.definition" not in sys.modules or not hasattr(obj, "__benchmark__"):
        return None
    from .nodes import collectors

    return collectors(collector, obj)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what skipped tests and benchmarks need, which pytest itself prints with ``-rs`` only."""
    if "s" in terminalreporter.reportchars:
        return
    skipped = (report.longrepr for report in terminalreporter.stats.get("skipped", ()))
    reasons = [reason[2] for reason in skipped if isinstance(reason, tuple)]
    wanted = Counter(next((option for option in _WANTED if option in reason), "") for reason in reasons)
    for option, what in _WANTED.items():
        if count := wanted[option]:
            terminalreporter.write_line(f"{'1 test needs' if count == 1 else f'{count} tests need'} {what}")


def _given(config: pytest.Config) -> bool:
    """Return whether any source has a setting of an evaluation, without reading it closely."""
    given = vars(config.known_args_namespace)
    return (
        any(value is not None for name, value in given.items() if name.startswith("eval_"))
        or any(config.getini(key) is not None for key in ("eval_model", "eval_type"))
        or any(key.startswith("EVALSCOPE_") and not key.startswith("EVALSCOPE_PYTEST_") for key in os.environ)
    )
