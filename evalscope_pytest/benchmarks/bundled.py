"""The benchmarks that come with the package: found by file name, imported only when one of them is wanted."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from .. import suites
from ..core.errors import ConfigError, closest
from .definition import Benchmark

_TEST_FUNCTION = re.compile(r"^(?:async )?def test_(\w+)\(", re.MULTILINE)


@lru_cache(maxsize=1)
def bundled_dir() -> Path:
    """Return the folder of the bundled benchmarks: inside an installed package, or beside it in a checkout."""
    return Path(suites.__path__[0])


@lru_cache(maxsize=1)
def bundled_files() -> dict[str, Path]:
    """Return the file of each bundled benchmark by its name. Imports nothing.

    ``test_gsm8k.py`` holds ``gsm8k``. ``test_NAME_family.py`` holds benchmarks that share most of their code, each
    named after its test function.
    """
    files = sorted(bundled_dir().rglob("test_*.py"), key=lambda path: path.name)
    return {name: path for path in files for name in _names_in(path)}


def _names_in(file: Path) -> Iterable[str]:
    if file.stem.endswith("_family"):
        return _TEST_FUNCTION.findall(file.read_text(encoding="utf-8"))
    return (file.stem.removeprefix("test_"),)


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
