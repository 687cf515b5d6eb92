"""Loads Python files of the user: custom data sets and interfaces."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from traceback import walk_tb
from types import ModuleType

from .errors import ConfigError


def is_own_file(name: str) -> bool:
    """Return whether a name points into a Python file: ``mine.py`` or ``mine.py:function``."""
    return name.partition(".py:")[0] != name or name.endswith(".py")


def parts_of(name: str) -> tuple[Path, str]:
    """Return file and name within it; the name may be empty."""
    file, found, wanted = name.rpartition(".py:")
    return (Path(f"{file}.py"), wanted) if found else (Path(name), "")


def load_module(file: Path, flag: str) -> ModuleType:
    """Run a file and return its module.

    Args:
        flag: The option that named it, for messages.

    Raises:
        ConfigError: The file does not exist, or fails.
    """
    if not file.is_file():
        raise ConfigError(f"{flag} {file}: no such file. Write {flag} path/to/file.py:name.")
    name = f"perf_own_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise ConfigError(f"{flag} {file} does not load: {where_and_what(error, file)}. Mend the file.") from error
    return module


def where_and_what(error: BaseException, file: Path) -> str:
    """Return file, line and words of an error of the user's code, in one line."""
    if isinstance(error, SyntaxError):
        return f"{file.name}:{error.lineno}: {error.msg}"
    whole = os.path.realpath(file)
    frames = walk_tb(error.__traceback__)
    own = [number for frame, number in frames if os.path.realpath(frame.f_code.co_filename) == whole]
    where = f"{file.name}:{own[-1]}" if own else file.name
    return f"{where}: {type(error).__name__}: {error}"
