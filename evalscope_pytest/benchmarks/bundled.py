"""The benchmarks that come with the package: found by file name, imported only when one of them is wanted."""

from __future__ import annotations

import importlib
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from .. import suites
from ..core.errors import ConfigError, closest
from .definition import Benchmark


@lru_cache(maxsize=1)
def bundled_dir() -> Path:
    """Return the folder of the bundled benchmarks: inside an installed package, or beside it in a checkout."""
    return Path(suites.__path__[0])


@lru_cache(maxsize=1)
def bundled_files() -> dict[str, Path]:
    """Return the file of each bundled benchmark by its name: ``test_gsm8k.py`` holds ``gsm8k``. Imports nothing."""
    files = sorted(bundled_dir().rglob("test_*.py"), key=lambda path: path.name)
    return {path.stem.removeprefix("test_"): path for path in files}


def load_bundled(name: str) -> Benchmark:
    """Import the file of one bundled benchmark and return its definition.

    Raises:
        ConfigError: No benchmark has that name.
    """
    file = bundled_files().get(name)
    if file is None:
        raise ConfigError(
            f"no bundled benchmark is named {name!r}. {closest(name, bundled_files())} "
            f"`evalscope-pytest benchmark-info` lists them."
        )
    module = import_bundled(file)
    found = (getattr(value, "__benchmark__", None) for value in vars(module).values())
    return next(b for b in found if isinstance(b, Benchmark) and b.name == name)


def import_bundled(file: Path) -> ModuleType:
    """Import a file of the bundled benchmarks under its one name, ``evalscope_pytest.suites.math.test_gsm8k``."""
    return importlib.import_module(".".join([suites.__name__, *file.relative_to(bundled_dir()).with_suffix("").parts]))
