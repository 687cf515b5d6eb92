"""Every import of this project finds a file: mypy takes a module that is not there for one without types."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house import REPO, Source, origin_of, sources

PACKAGE = "evalscope_pytest"


def test_every_import_of_the_package_finds_a_file() -> None:
    files = sources(PACKAGE, "suites", "tests", "bench")
    missing = {f"{source.name}: {module}" for source in files for module in imported(source) if not there(module)}
    assert not missing


def imported(source: Source) -> Iterator[str]:
    """Yield the modules of this package that a file imports from, at any depth."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            names = [origin_of(node, source.module, is_package=source.is_package)]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        yield from (name for name in names if name == PACKAGE or name.startswith(f"{PACKAGE}."))


def there(module: str) -> bool:
    path = file_of(module)
    return path.is_dir() or path.with_name(f"{path.name}.py").is_file()


def file_of(module: str) -> Path:
    """Return the file or folder of a module's name; those of `suites` lie at the top of the repository."""
    parts = module.split(".")
    return REPO.joinpath(*(parts[1:] if parts[1:2] == ["suites"] and len(parts) > 2 else parts))
