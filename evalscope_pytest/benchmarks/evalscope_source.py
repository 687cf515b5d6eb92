"""Source files of an installed EvalScope: which constants their expressions stand for.

Importing EvalScope takes seconds and loads torch, so its files are parsed. Names, class attributes, ``+`` and the
methods of a text are followed; any other expression is unreadable.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_METHODS = frozenset(("strip", "lstrip", "rstrip", "format", "replace", "join"))
_DEEPEST = 20


class UnreadableError(ValueError):
    """A value is not made of constants."""


@dataclass(frozen=True, slots=True)
class Module:
    """A file of EvalScope, parsed.

    Attributes:
        names: Names assigned, defined or imported at module level.
    """

    root: Path
    file: Path
    tree: ast.Module
    names: Mapping[str, ast.AST]


@lru_cache(maxsize=1024)
def parse_file(root: Path, file: Path) -> Module:
    """Return a file of the package at ``root``, parsed; without any statement if it cannot be read."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        tree = ast.Module([], [])
    names: dict[str, ast.AST] = {}
    for node in tree.body:
        names.update(_bound(node))
    return Module(root, file, tree, names)


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names a statement binds, each with its value: an expression, a class, or an import."""
    if isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value
    elif isinstance(node, ast.ClassDef):
        yield node.name, node
    elif isinstance(node, ast.ImportFrom):
        yield from ((alias.asname or alias.name, node) for alias in node.names)


class Reader:
    """A reader of the constants that expressions of one module stand for."""

    def __init__(self, module: Module, depth: int = 0) -> None:
        self._module = module
        self._depth = depth
        if depth > _DEEPEST:
            raise UnreadableError("names refer to each other in a circle")

    def value(self, node: ast.AST) -> Any:
        """Return the value of an expression.

        Raises:
            UnreadableError: It is not made of constants.
        """
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.value(node.left), self.value(node.right)
            if isinstance(left, str) and isinstance(right, str):
                return left + right
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.FormattedValue) else part for part in node.values)
            return "".join(str(self.value(part)) for part in parts)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(item) for item in node.elts]
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            return {self.value(key): self.value(value) for key, value in pairs if key is not None}
        raise UnreadableError(f"line {getattr(node, 'lineno', '?')} is no constant")

    def _called(self, node: ast.Call) -> str:
        """Return what a method of a text gives."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            text = self.value(node.func.value)
            arguments = [self.value(argument) for argument in node.args]
            keywords = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
            if isinstance(text, str):
                try:
                    return str(getattr(text, node.func.attr)(*arguments, **keywords))
                except (TypeError, ValueError, LookupError) as error:
                    raise UnreadableError(f"line {node.lineno}: {error}") from error
        raise UnreadableError(f"line {node.lineno} is a call")

    def _named(self, name: str) -> Any:
        bound = self._module.names.get(name)
        if bound is None or isinstance(bound, ast.ClassDef):
            raise UnreadableError(f"{name} is no constant")
        if isinstance(bound, ast.ImportFrom):
            return Reader(self._imported(bound), self._depth + 1).value(ast.Name(_original(bound, name)))
        return Reader(self._module, self._depth + 1).value(bound)

    def _attribute(self, node: ast.Attribute) -> Any:
        """Return an attribute of a class, or the value of a member of an enumeration."""
        if node.attr == "value":
            return self.value(node.value)
        if not isinstance(node.value, ast.Name):
            raise UnreadableError(f"line {node.lineno} is no constant")
        module, owner = self.class_named(node.value.id)
        for statement in owner.body if owner else ():
            for key, inner in _bound(statement):
                if key == node.attr:
                    return Reader(module, self._depth + 1).value(inner)
        raise UnreadableError(f"{node.value.id}.{node.attr} is no constant")

    def class_named(self, name: str) -> tuple[Module, ast.ClassDef | None]:
        """Return the class that a name stands for, and the file that defines it; None if it is something else.

        Raises:
            UnreadableError: The name is imported from a file that is not there or from another package.
        """
        module = self._module
        bound = module.names.get(name)
        for _ in range(_DEEPEST):
            if not isinstance(bound, ast.ImportFrom):
                break
            module, name = Reader(module, self._depth + 1)._imported(bound), _original(bound, name)
            bound = module.names.get(name)
        return module, bound if isinstance(bound, ast.ClassDef) else None

    def _imported(self, node: ast.ImportFrom) -> Module:
        root, file = self._module.root, self._module.file
        if node.level:
            folder = file.parents[node.level - 1]
            path = folder.joinpath(*(node.module or "").split(".")) if node.module else folder
        else:
            package, _, rest = (node.module or "").partition(".")
            if package != root.name:
                raise UnreadableError(f"{node.module} is another package")
            path = root.joinpath(*rest.split(".")) if rest else root
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return parse_file(root, candidate)
        raise UnreadableError(f"{node.module} is not there")


def _original(node: ast.ImportFrom, name: str) -> str:
    return next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
