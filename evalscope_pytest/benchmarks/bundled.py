"""The benchmarks that come with the package: found by file name, imported only when one of them is wanted."""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from pathlib import Path

from ..core.errors import ConfigError, closest
from .definition import Benchmark

_PACKAGE = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def bundled_dir() -> Path:
    """Return the folder of the bundled benchmarks: inside an installed package, or beside it in a checkout."""
    inside = _PACKAGE / "suites"
    return inside if inside.is_dir() else _PACKAGE.parent / "suites"


@lru_cache(maxsize=1)
def bundled_files() -> dict[str, Path]:
    """Return the file of each bundled benchmark by its name: ``test_gsm8k.py`` holds ``gsm8k``. Imports nothing."""
    files = sorted(bundled_dir().rglob("test_*.py"), key=lambda path: path.name)
    return {path.stem.removeprefix("test_"): path for path in files}


def load_bundled(name: str) -> Benchmark:
    """Import the file of one bundled benchmark and return its definition.

    Raises:
        ConfigError: There is no benchmark of that name.
    """
    file = bundled_files().get(name)
    if file is None:
        raise ConfigError(
            f"no bundled benchmark is named {name!r}. {closest(name, bundled_files())} "
            f"`evalscope-pytest benchmark-info` lists them."
        )
    module_name = f"evalscope_pytest_suites.{file.stem}"
    module = sys.modules.get(module_name)
    if module is None:
        spec = importlib.util.spec_from_file_location(module_name, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module  # `benchmark` reads the description from the module of its function
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[module_name]
            raise
    found = (getattr(value, "__benchmark__", None) for value in vars(module).values())
    return next(b for b in found if isinstance(b, Benchmark) and b.name == name)
