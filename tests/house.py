"""The package's own source as data: files, functions and imports, for the tests of the house style."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
ROOMS = ("evalscope_pytest", "suites")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file of the package.

    Attributes:
        name: Its path within the repository.
        module: The name it is imported by.
    """

    name: str
    module: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.text.splitlines())

    @property
    def is_package(self) -> bool:
        """True for an ``__init__.py``."""
        return self.name.endswith("__init__.py")


@cache
def sources(*rooms: str) -> tuple[Source, ...]:
    """Return the files below the rooms, by default those of the package and its suites."""
    found = []
    for room in rooms or ROOMS:
        for path in sorted((REPO / room).rglob("*.py")):
            text, name = path.read_text(encoding="utf-8"), path.relative_to(REPO).as_posix()
            found.append(Source(name, _module(name), text, ast.parse(text)))
    return tuple(found)


def functions(source: Source) -> Iterator[Function]:
    """Yield every function and method of a file, nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Return the number of lines of a function, without its decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def percentile(values: Sequence[int], percent: int) -> int:
    """Return the smallest value that at least ``percent`` % of the values do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def arguments(function: Function) -> list[ast.arg]:
    """Return a function's parameters without ``self`` and ``cls``."""
    a = function.args
    named = [*a.posonlyargs, *a.args, *a.kwonlyargs]
    return [arg for arg in named if arg.arg not in ("self", "cls")]


def untyped(function: Function) -> list[str]:
    """Return what has no annotation: parameters, and ``return``."""
    rest = [arg for arg in (function.args.vararg, function.args.kwarg) if arg is not None]
    missing = [arg.arg for arg in (*arguments(function), *rest) if arg.annotation is None]
    return missing if function.returns is not None else [*missing, "return"]


def undocumented(source: Source) -> Iterator[str]:
    """Yield the names of a file's public definitions that have no docstring; overloads and magic methods need none."""
    if not ast.get_docstring(source.tree) and source.text.strip():
        yield "<module>"
    yield from _undocumented(source.tree, "")


def _undocumented(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    for child in node.body:
        if not isinstance(child, (*Function.__args__, ast.ClassDef)) or child.name.startswith("_"):
            continue
        if not ast.get_docstring(child) and not _overloaded(child):
            yield prefix + child.name
        if isinstance(child, ast.ClassDef):
            yield from _undocumented(child, f"{prefix}{child.name}.")


def _overloaded(node: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)


def importers() -> dict[str, set[str]]:
    """Return the files that import each file, lazy imports included, by name."""
    files = {source.module: source.name for source in sources()}
    found: dict[str, set[str]] = defaultdict(set)
    for source in sources():
        for module in _imported(source, files):
            if files[module] != source.name:
                found[files[module]].add(source.name)
    return found


def _imported(source: Source, known: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            origin = origin_of(node, source.module, is_package=source.is_package)
            for alias in node.names:
                below = f"{origin}.{alias.name}"
                if below in known or origin in known:
                    yield below if below in known else origin


def origin_of(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    """Return the full name of the module from which ``module`` imports."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    keep = len(parts) - node.level + is_package
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def _module(name: str) -> str:
    dotted = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return f"evalscope_pytest.{dotted}" if dotted.startswith("suites") else dotted
