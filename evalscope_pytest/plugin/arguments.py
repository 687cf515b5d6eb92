"""Completes a command line: reads the configuration, and adds the benchmarks if no path is named."""

from __future__ import annotations

import gc
import glob
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from ..benchmarks.bundled import bundled_dir, bundled_files
from ..benchmarks.own_files import holds_benchmark, test_files
from ..config.options import check_flags, hand_back_paths, ini_name, split_paths, with_values
from ..config.sources import gather
from ..config.task import TaskConfig
from ..core.errors import UsageError
from ..run.selection import listed_files, paths_to_add
from ..run.unused import not_evaluated, without_model
from .fixtures import TASK
from .pytest_private import correct_root

# Variable by which a controller passes its workers, which parse the same command line, its process id and the paths it
# added.
ADDED_PATHS = "EVALSCOPE_PYTEST_ADDED_PATHS"
OWN_FILES = "evalscope_own_files"
# In the reason of each skip for want of a model.
_WANTED = "--eval-model=MODEL"


def complete(config: pytest.Config, args: list[str]) -> None:
    """Read the configuration, and add implied paths to ``args``."""
    # Undoes the freeze of `samples`. Registered this early it runs last, after pytest's last search of the heap.
    config.add_cleanup(gc.unfreeze)
    args[:] = _with_values(config, args)
    known = config.known_args_namespace
    words, paths = split_paths(known.eval_datasets or (), bundled_files())
    correct_root(config, args, [*known.file_or_dir, *paths])
    args[:] = _with_values(config, args)  # once more: it may have added the addopts of another ini file
    known = config.known_args_namespace
    words, paths = split_paths(known.eval_datasets or (), bundled_files())
    if known.eval_datasets is not None and not words and not paths:
        raise pytest.UsageError("--eval-datasets names no benchmark. Give one or more: --eval-datasets gsm8k arc.")
    known.eval_datasets = words or (None if paths else known.eval_datasets)
    known.file_or_dir.extend(paths)
    args[:] = hand_back_paths(args, bundled_files())
    if (added := _added_by_controller()) is not None:
        # Workers get their configuration from the controller: standard input is theirs to talk to it.
        _add(config, args, added)
        _keep_to(config, _holders(config, [p for p in map(Path, added) if not p.is_relative_to(bundled_dir())]))
        return
    listed = listed_files(known.file_or_dir, config.invocation_params.dir)
    known.file_or_dir[:] = [listed.get(word, word) for word in known.file_or_dir]
    args[:] = [listed.get(word, word) for word in args]
    try:
        check_flags(args)
        task = gather(vars(known), getini=config.getini, inifile=config.inipath)
    except UsageError as error:
        from ..run.ci_summary import note_refusal

        note_refusal(str(error))
        raise pytest.UsageError(str(error)) from None
    config.stash[TASK] = task
    _check_evaluates(config, task)
    named = ("eval_model", "eval_task_config", "eval_datasets", "eval_type", "eval_arena")
    on_command_line = any(getattr(known, name) for name in named)
    added = _unnamed(config, task, known.file_or_dir) if on_command_line else []
    os.environ[ADDED_PATHS] = os.pathsep.join([str(os.getpid()), *added])
    config.add_cleanup(_forget_added)
    _add(config, args, added)


def _with_values(config: pytest.Config, args: Sequence[str]) -> list[str]:
    """Return the command line with a value for each option that needs none, and give the paths back that these took."""
    words, spared = with_values(args)
    known = config.known_args_namespace
    for field, path in spared.items():
        if getattr(known, ini_name(field)) == path:
            setattr(known, ini_name(field), "true")
            known.file_or_dir.append(path)
    return words


def _check_evaluates(config: pytest.Config, task: TaskConfig) -> None:
    """Refuse to evaluate without a model. Options in ``addopts`` and ini files are for every run.

    Raises:
        pytest.UsageError: An option is on the command line itself, or a gate or baseline in the environment.
    """
    if task.eval_type or task.model:
        return
    empty = _empty_model(config)
    listing = bool(task.datasets) and config.known_args_namespace.collectonly
    if not listing and (message := without_model(task, map(str, config.invocation_params.args), empty)):
        raise pytest.UsageError(message)
    if empty or any(place.startswith("environment") for place in task.given.values()):
        why = f"{empty} is empty" if empty else "there is no model"
        config.pluginmanager.register(NotEvaluated(why), "evalscope_not_evaluated")


def _empty_model(config: pytest.Config) -> str:
    """Return the place that gives an empty model, as happens if a CI variable is missing."""
    if not os.environ.get("EVALSCOPE_MODEL", "unset").strip():
        return "EVALSCOPE_MODEL"
    in_ini = config.getini("eval_model")
    return "eval_model of the ini file" if in_ini is not None and not in_ini.strip() else ""


def _forget_added() -> None:
    """Restore the environment: what this process starts after the run is not one of its workers."""
    os.environ.pop(ADDED_PATHS, None)


def _added_by_controller() -> list[str] | None:
    """Return what the controller of this worker of xdist added; None outside of one.

    A run that a test starts inherits the environment of that test's worker, but does not belong to its controller.
    """
    controller, *added = os.environ.get(ADDED_PATHS, "").split(os.pathsep)
    return added if os.environ.get("PYTEST_XDIST_WORKER") and controller == str(os.getppid()) else None


def _add(config: pytest.Config, args: list[str], paths: Iterable[str]) -> None:
    for path in paths:
        args.append(path)
        config.known_args_namespace.file_or_dir.append(path)


def _unnamed(config: pytest.Config, task: TaskConfig, named: Sequence[str]) -> list[str]:
    """Return the paths to add, and keep pytest to the user's benchmarks if they are searched for."""
    bundled = bundled_files()
    roots: list[Path] = []
    files: list[Path] = []
    if not named and not (task.datasets and all(name in bundled for name in task.datasets)):
        roots = _roots(config)
        files = _holders(config, roots)
        _keep_to(config, files)
    return paths_to_add(task, named, roots, files)


def _roots(config: pytest.Config) -> list[Path]:
    """Return the folders and files in which pytest would look for tests: ``testpaths``, or the current folder."""
    here = config.invocation_params.dir
    found: list[str] = []
    if here == config.rootpath:
        for pattern in config.getini("testpaths"):
            found.extend(sorted(glob.glob(str(here / pattern), recursive=True)))
    return [Path(path) for path in found] or [here]


def _holders(config: pytest.Config, start: Iterable[Path]) -> list[Path]:
    """Return the test files below some roots that hold a benchmark, without importing any."""
    patterns, skipped = config.getini("python_files"), [*config.getini("norecursedirs"), "__pycache__"]
    files = (file for root in start for file in test_files(root, patterns, skipped))
    return [file for file in dict.fromkeys(files) if holds_benchmark(file)]


class OwnFiles:
    """Keeps pytest, below the roots that were added, to the files that hold benchmarks."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = frozenset(files)
        self._folders = frozenset(parent for file in files for parent in file.parents)

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Ignore files without a benchmark; what pytest itself ignores stays ignored."""
        if collection_path.is_relative_to(bundled_dir()):
            return None
        return None if collection_path in self._files or collection_path in self._folders else True

    def added(self, item: pytest.Item) -> bool:
        """Return whether an item is from one of the files."""
        return item.path in self._files


def _keep_to(config: pytest.Config, files: Sequence[Path]) -> None:
    """Keep pytest to these files of the user's, the roots above them having been added to the command line."""
    if files:
        config.pluginmanager.register(OwnFiles(files), OWN_FILES)


class NotEvaluated:
    """Hooks that fail a run that was meant to evaluate and had no model: skips alone would be green.

    They run in the process that owns the terminal.

    Args:
        why: The reason why the run has no model.
    """

    def __init__(self, why: str) -> None:
        self._why = why
        self._skipped = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what was skipped for want of a model."""
        if report.skipped and isinstance(report.longrepr, tuple) and _WANTED in report.longrepr[2]:
            self._skipped += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a success into a usage error."""
        if self._skipped and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the reason."""
        if self._skipped:
            terminalreporter.write_line(f"ERROR: {not_evaluated(self._skipped, self._why)}", red=True)
