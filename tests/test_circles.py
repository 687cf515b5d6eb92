"""The shape of the package, as docs/design and CONTRIBUTING.md promise it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.house import origin_of

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "evalscope_pytest"

Graph = Mapping[str, frozenset[str]]


def test_no_circles() -> None:
    """No file imports itself through others, at any depth: imports inside functions count, those for types do not."""
    files = {module_of(file, PACKAGE.parent): file for file in PACKAGE.rglob("*.py")}
    files |= {module_of(file, ROOT / "suites", "evalscope_pytest.suites"): file for file in ROOT.glob("suites/**/*.py")}
    circles = list(circles_of(imports_of(files)))
    assert not circles, "files that import each other:\n" + "\n".join(" -> ".join(circle) for circle in circles)


@pytest.mark.parametrize(
    ("sources", "circles"),
    [
        ({"a": "from p import b", "b": "import os"}, []),
        ({"a": "from . import b", "b": "from .a import name"}, [["p.a", "p.b"]]),
        ({"a": "from p.b import x", "b": "def f():\n    import p.c", "c": "from .a import y"}, [["p.a", "p.b", "p.c"]]),
        ({"a": "import typing\nif typing.TYPE_CHECKING:\n    from .b import x", "b": "from .a import y"}, []),
        ({"a": "if TYPE_CHECKING:\n    from .b import x\nelse:\n    from .b import y", "b": "from . import a"},
         [["p.a", "p.b"]]),
    ],
)  # fmt: skip
def test_circles_are_found(tmp_path: Path, sources: dict[str, str], circles: list[list[str]]) -> None:
    package = tmp_path / "p"
    package.mkdir()
    for name, text in {"__init__": "", **sources}.items():
        (package / f"{name}.py").write_text(text)
    files = {module_of(file, tmp_path): file for file in package.glob("*.py")}
    assert list(circles_of(imports_of(files))) == circles


def module_of(file: Path, root: Path, prefix: str = "") -> str:
    """Return a file's module name, ``prefix`` standing for ``root``."""
    parts = file.relative_to(root).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join((prefix, *parts) if prefix else parts)


def imports_of(files: Mapping[str, Path]) -> Graph:
    """Return the modules that each module imports, of those among ``files``."""
    return {module: frozenset(_imported(module, file, files)) - {module} for module, file in files.items()}


def _imported(module: str, file: Path, files: Mapping[str, Path]) -> Iterator[str]:
    for node in _at_run_time(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in files)
        elif isinstance(node, ast.ImportFrom):
            target = origin_of(node, module, is_package=file.name == "__init__.py")
            for name in node.names:
                found = f"{target}.{name.name}" if f"{target}.{name.name}" in files else target
                if found in files:
                    yield found


def _at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes below ``node``, without what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for other in child.orelse:
                yield other
                yield from _at_run_time(other)
        else:
            yield child
            yield from _at_run_time(child)


def circles_of(graph: Graph) -> Iterator[list[str]]:
    """Yield each strongly connected component of more than one module, sorted."""
    reach = {module: _reachable(module, graph) for module in graph}
    seen: set[str] = set()
    for module in sorted(graph):
        if module not in seen and module in reach[module]:
            circle = sorted(other for other in reach[module] if module in reach[other])
            seen.update(circle)
            yield circle


def _reachable(start: str, graph: Graph) -> set[str]:
    found: set[str] = set()
    open_ = [start]
    while open_:
        new = graph[open_.pop()] - found
        found |= new
        open_.extend(new)
    return found
