"""Every import of this project finds a file: mypy takes a module that is not there for one without types."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = "evalscope_pytest"


def file_of(module: str) -> Path:
    """Return the file or folder a module's name stands for; those of `suites` lie at the top of the repository."""
    parts = module.split(".")
    if parts[:2] == [PACKAGE, "suites"] and len(parts) > 2:
        parts = parts[1:]
    return ROOT.joinpath(*parts)


def there(module: str) -> bool:
    path = file_of(module)
    return path.is_dir() or path.with_name(f"{path.name}.py").is_file()


def imported(file: Path) -> list[str]:
    """Return the modules of this package that a file imports from, at any depth."""
    folder = [*file.relative_to(ROOT).parent.parts]
    if folder[:1] == ["suites"]:
        folder = [PACKAGE, *folder]
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else []
            found.append(".".join([*base, *(node.module or "").split(".")]).strip("."))
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [module for module in found if module == PACKAGE or module.startswith(f"{PACKAGE}.")]


def test_every_import_of_the_package_finds_a_file() -> None:
    files = [f for folder in (PACKAGE, "suites", "tests", "bench") for f in sorted((ROOT / folder).rglob("*.py"))]
    missing = {f"{f.relative_to(ROOT)}: {module}" for f in files for module in imported(f) if not there(module)}
    assert not missing
