"""Completes a command line: the configuration it stands for, and the bundled benchmarks where no path is named."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..benchmarks.bundled import bundled_dir, bundled_files
from ..config.options import check_flags, hand_back_paths, split_paths
from ..config.sources import gather
from ..core.errors import UsageError
from . import own
from .pytest_private import correct_root
from .state import TASK
from .unasked import Unasked

if TYPE_CHECKING:
    from ..config.task import TaskConfig

# How a controller tells its workers, which parse the same command line, what it was completed with: its process id,
# then the paths.
ADDED_PATHS = "EVALSCOPE_PYTEST_ADDED_PATHS"


def complete(config: pytest.Config, args: list[str]) -> None:
    """Read the configuration, and add the paths that go without saying to ``args``."""
    # Undoes `main`'s freeze. Registered this early it runs last, after pytest has searched the heap for the last time.
    config.add_cleanup(gc.unfreeze)
    known = config.known_args_namespace
    words, paths = split_paths(known.eval_datasets or (), bundled_files())
    correct_root(config, args, [*known.file_or_dir, *paths])
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
        own.watch(config, own.holders(config, [p for p in map(Path, added) if not p.is_relative_to(bundled_dir())]))
        return
    _find_listed(config, args)
    try:
        check_flags(args)
        task = gather(vars(known), getini=config.getini, inifile=config.inipath)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[TASK] = task
    _check_evaluates(config, task)
    named = ("eval_model", "eval_task_config", "eval_datasets", "eval_type", "eval_arena")
    on_command_line = any(getattr(known, name) for name in named)
    added = _unnamed(config, task, known.file_or_dir) if on_command_line else []
    os.environ[ADDED_PATHS] = os.pathsep.join([str(os.getpid()), *added])
    config.add_cleanup(_forget_added)
    _add(config, args, added)


def _check_evaluates(config: pytest.Config, task: TaskConfig) -> None:
    """Refuse what asks for an evaluation without a model. Options in ``addopts`` and ini files are for every run.

    Raises:
        pytest.UsageError: An option is on the command line itself, or a gate or baseline in the environment.
    """
    if task.eval_type or task.model:
        return
    words = (str(word) for word in config.invocation_params.args)
    given = next((word.partition("=")[0] for word in words if word.startswith(("--eval-", "--no-eval-"))), None)
    listing = bool(task.datasets) and config.known_args_namespace.collectonly
    in_environment = [name for name, where in task.given.items() if where.startswith("environment")]
    given = given or next(
        (f"EVALSCOPE_{name.upper()}" for name in in_environment if name in ("gate", "baseline")), None
    )
    empty = _empty_model(config)
    if given and not listing:
        also = f" {empty} is set, but empty." if empty else ""
        raise pytest.UsageError(
            f"{given} has no effect: there is no model, so nothing is evaluated.{also} Add --eval-model NAME "
            "(--eval-model mock to try out), or leave it out."
        )
    if empty:
        config.pluginmanager.register(Unasked(f"{empty} is empty"), "evalscope_unasked")
    elif in_environment:
        config.pluginmanager.register(Unasked("there is no model"), "evalscope_unasked")


def _empty_model(config: pytest.Config) -> str:
    """Return where a model is given and empty, as it is when a CI variable is missing."""
    if not os.environ.get("EVALSCOPE_MODEL", "unset").strip():
        return "EVALSCOPE_MODEL"
    in_ini = config.getini("eval_model")
    return "eval_model of the ini file" if in_ini is not None and not in_ini.strip() else ""


def _find_listed(config: pytest.Config, args: list[str]) -> None:
    """Let the ids that ``--collect-only`` lists of bundled benchmarks, ``math/test_gsm8k.py::gsm8k``, name them."""
    here, named = config.invocation_params.dir, config.known_args_namespace.file_or_dir
    found = {}
    for word in named:
        path, separator, rest = word.partition("::")
        if path.endswith(".py") and not (here / path).exists() and (bundled_dir() / path).is_file():
            found[word] = f"{bundled_dir() / path}{separator}{rest}"
    named[:] = [found.get(word, word) for word in named]
    args[:] = [found.get(word, word) for word in args]


def _forget_added() -> None:
    """Leave the environment as it was: what this process starts after the run is none of its workers."""
    os.environ.pop(ADDED_PATHS, None)


def _added_by_controller() -> list[str] | None:
    """Return what the controller of this worker of xdist added; None outside of one.

    A run that a test starts inherits the environment of the worker the test runs in, and is none of its controller's.
    """
    controller, *added = os.environ.get(ADDED_PATHS, "").split(os.pathsep)
    return added if os.environ.get("PYTEST_XDIST_WORKER") and controller == str(os.getppid()) else None


def _add(config: pytest.Config, args: list[str], paths: Iterable[str]) -> None:
    for path in paths:
        args.append(path)
        config.known_args_namespace.file_or_dir.append(path)


def _unnamed(config: pytest.Config, task: TaskConfig, named: Sequence[str]) -> list[str]:
    """Return the paths to add.

    Without a path: the files of the bundled benchmarks ``--eval-datasets`` names, or all of them; and where pytest
    would look for tests, unless all the named benchmarks are bundled. With paths: the files of the named benchmarks
    that have no file of that name among the paths.
    """
    bundled = bundled_files()
    known = [n for n in task.datasets if n in bundled]
    if named:
        files = {Path(p.partition("::")[0]).name for p in named}
        return [str(bundled[n]) for n in known if f"test_{n}.py" not in files]
    if task.datasets and len(known) == len(task.datasets):
        return [str(bundled[n]) for n in known]
    roots = own.roots(config)
    files_of_user = own.holders(config, roots)
    own.watch(config, files_of_user)
    added = [str(root) for root in roots if any(file.is_relative_to(root) for file in files_of_user)]
    if task.datasets and added:
        return [*(str(bundled[n]) for n in known), *added]
    return [str(bundled_dir()), *added]
