"""What every pytest run with this package installed pays for: options, two fixtures, one check for benchmarks.

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
from ..config.option_table import OPTIONS
from . import fixtures

_WANTED = {  # what a skip's reason says: what is missing
    "--eval-judge-model-args": "a judge: --eval-judge-model-args model_id=NAME,api_url=URL (model_id=mock to try out)",
    "--eval-api-url=URL": "a model service: --eval-model=MODEL --eval-api-url=URL",
    "--eval-model=MODEL": "a model: --eval-model=MODEL (--eval-model=mock to try them out)",
}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Register one option and one ini key for each field of `TaskConfig`."""
    groups = {
        title: parser.getgroup(f"evalscope-{title.lower()}", f"evaluation of language models: {title.lower()}")
        for title in options.GROUPS
    }
    for option in options.pytest_options():
        groups[options.group_of(option)].addoption(option.flag, **option.kwargs)
        if option.ini:
            parser.addini(option.ini, option.help, type=option.ini_type, default=None)  # type: ignore[arg-type]
    words = pluginmanager.getplugin("pytestconfig").invocation_params.args
    if any(str(word).startswith(("--eval-", "--no-eval-")) for word in words):
        from ..core.errors import ConfigError

        try:
            options.check_switches([str(word) for word in words])
        except ConfigError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register this package's own hooks."""
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Find the bundled benchmarks when a model is given and no path is."""
    if _given(early_config) or any(word.startswith(("--eval-", "--no-eval-")) for word in args):
        from .arguments import complete

        complete(early_config, args)


@pytest.hookimpl(wrapper=True, specname="pytest_load_initial_conftests")
def pytest_load_initial_conftests_names(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> object:
    """Tell that ``--limit`` is ``--eval-limit`` here, once every conftest has registered options of its own."""
    result = yield
    ours = {flag.replace("--eval-", "--", 1): flag for flag in (options.pytest_flag(name) for name, *_ in OPTIONS)}
    meant = [flag for word in args[: _end(args)] if (flag := word.partition("=")[0]) in ours]
    if not meant:
        return result
    from .pytest_private import registers_option

    for flag in meant:
        if ours[flag] != flag and not registers_option(parser, flag):
            raise pytest.UsageError(
                f"unknown option {flag}. Did you mean {ours[flag]}? pytest --help shows all options."
            )
    return result


def _end(args: list[str]) -> int:
    return args.index("--") if "--" in args else len(args)


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
    """Say what skipped tests and benchmarks need, which pytest itself says with ``-rs`` only."""
    if "s" in terminalreporter.reportchars:
        return
    skipped = (report.longrepr for report in terminalreporter.stats.get("skipped", ()))
    reasons = [reason[2] for reason in skipped if isinstance(reason, tuple)]
    wanted = Counter(next((option for option in _WANTED if option in reason), "") for reason in reasons)
    for option, what in _WANTED.items():
        if count := wanted[option]:
            terminalreporter.write_line(f"{'1 test needs' if count == 1 else f'{count} tests need'} {what}")


def _given(config: pytest.Config) -> bool:
    """Tell whether any source says something about evaluation, without reading any of them closely."""
    given = vars(config.known_args_namespace)
    return (
        any(value is not None for name, value in given.items() if name.startswith("eval_"))
        or any(config.getini(key) is not None for key in ("eval_model", "eval_type"))
        or any(key.startswith("EVALSCOPE_") and not key.startswith("EVALSCOPE_PYTEST_") for key in os.environ)
    )
