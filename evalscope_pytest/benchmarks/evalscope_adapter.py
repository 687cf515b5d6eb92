"""Adapters of an installed EvalScope, read from their source without importing them: templates, and exemplars' form."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
        raise UnreadableError(f"line {getattr(node, 'lineno', '?')} is not a constant")

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
            raise UnreadableError(f"{name} is not a constant")
        if isinstance(bound, ast.ImportFrom):
            return Reader(self._imported(bound), self._depth + 1).value(ast.Name(_original(bound, name)))
        return Reader(self._module, self._depth + 1).value(bound)

    def _attribute(self, node: ast.Attribute) -> Any:
        """Return an attribute of a class, or the value of a member of an enumeration."""
        if node.attr == "value":
            return self.value(node.value)
        if not isinstance(node.value, ast.Name):
            raise UnreadableError(f"line {node.lineno} is not a constant")
        module, owner = self.class_named(node.value.id)
        for statement in owner.body if owner else ():
            for key, inner in _bound(statement):
                if key == node.attr:
                    return Reader(module, self._depth + 1).value(inner)
        raise UnreadableError(f"{node.value.id}.{node.attr} is not a constant")

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


TEMPLATES = ("prompt_template", "few_shot_prompt_template", "system_prompt")
_MULTIPLE_CHOICE = "MultiChoiceAdapter"
_CHOICE_SHOT = "{question}\n{choices}\nANSWER: {labels}"  # what that adapter writes
_BENCHMARKS = "benchmarks"
_SAMPLE_FIELDS = {"input": "{question}", "target": "{target}"}
_RATIONALE = "reasoning"  # the metadata that holds the worked solution
_UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Adapter:
    """A benchmark's class in EvalScope, with the classes of other benchmarks that it extends.

    Attributes:
        lineage: The class and its bases with the files that define them, the class itself first.
        multiple_choice: One of them extends the framework's adapter of multiple-choice questions.
    """

    lineage: tuple[tuple[Module, ast.ClassDef], ...]
    multiple_choice: bool

    @staticmethod
    def of(module: Module, node: ast.ClassDef) -> Adapter:
        """Return the adapter that a class statement defines."""
        lineage, names = [(module, node)], set[str]()
        for owner, current in lineage:
            for base in (base.id for base in current.bases if isinstance(base, ast.Name)):
                names.add(base)
                defined_in, found = _class_named(owner, base)
                if found and _BENCHMARKS in defined_in.file.relative_to(defined_in.root).parts:
                    lineage.append((defined_in, found))
        return Adapter(tuple(lineage), _MULTIPLE_CHOICE in names)

    def templates(self, declared: Mapping[str, str | None], params: Mapping[str, Any]) -> dict[str, str | None]:
        """Return the templates after ``__init__`` has run with ``params``, from those that the benchmark declares.

        Raises:
            UnreadableError: A template depends on something that is not a parameter or a constant.
        """
        state = _State({"extra_params": params, **declared})
        for module, node in reversed(self.lineage):
            for method in _methods(node, "__init__"):
                _Initialiser(module, state).run(method.body)
        found = {name: state.attributes.get(name) for name in TEMPLATES}
        for name, value in found.items():
            if value is _UNKNOWN:
                raise UnreadableError(f"__init__ computes its {name}")
        return {name: value if isinstance(value, str) else None for name, value in found.items()}

    def fills_templates(self) -> bool:
        """Return whether the adapter itself fills a template when it makes a sample of a record."""
        for _, node in self.lineage:
            for method in _methods(node, "record_to_sample"):
                called = (inner.func for inner in ast.walk(method) if isinstance(inner, ast.Call))
                return any(
                    getattr(f, "attr", "") == "format" or getattr(f, "id", "").endswith("prompt") for f in called
                )
        return False

    def ignores_template(self) -> bool:
        """Return whether the adapter puts a prompt together, piece by piece, without its template."""
        for _, node in self.lineage:
            for method in _methods(node, "format_prompt_template"):
                inside = list(ast.walk(method))
                read = {inner.attr for inner in inside if isinstance(inner, ast.Attribute)}
                pieces = any(isinstance(inner, ast.JoinedStr) for inner in inside)
                return pieces and read.isdisjoint({"prompt_template", "format"})
        return False

    def shot(self) -> str | None:
        """Return the template of one exemplar; None if the adapter computes it."""
        for _, node in self.lineage:
            for method in _methods(node, "sample_to_fewshot"):
                return _shot(method)
        return _CHOICE_SHOT if self.multiple_choice else None


def _class_named(module: Module, name: str) -> tuple[Module, ast.ClassDef | None]:
    try:
        return Reader(module).class_named(name)
    except UnreadableError:
        return module, None


def _methods(node: ast.ClassDef, name: str) -> Iterator[ast.FunctionDef]:
    return (inner for inner in node.body if isinstance(inner, ast.FunctionDef) and inner.name == name)


@dataclass(slots=True)
class _State:
    attributes: dict[str, Any]
    names: dict[str, Any] = field(default_factory=dict)


class _Initialiser:
    """An interpreter of the statements of one ``__init__``."""

    def __init__(self, module: Module, state: _State) -> None:
        self._constants = Reader(module)
        self._state = state

    def run(self, body: list[ast.stmt]) -> None:
        """Follow statements in order."""
        for statement in body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                self._assign(statement, self._known(statement.value))
            elif isinstance(statement, ast.If):
                self._branch(statement)
            else:
                self._forget(statement)

    def _branch(self, statement: ast.If) -> None:
        chosen = self._known(statement.test)
        if chosen is _UNKNOWN:
            self._forget(statement)
        else:
            self.run(statement.body if chosen else statement.orelse)

    def _forget(self, statement: ast.stmt) -> None:
        """Mark as unknown whatever a statement that cannot be followed assigns."""
        for node in ast.walk(statement):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                self._assign(node, _UNKNOWN)

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, value: Any) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                self._state.names[target.id] = value
            elif _is_own(target):
                self._state.attributes[target.attr] = value  # type: ignore[attr-defined]

    def _known(self, node: ast.expr) -> Any:
        try:
            return self._value(node)
        except (UnreadableError, TypeError, LookupError):
            return _UNKNOWN

    def _value(self, node: ast.expr) -> Any:
        """Return the value of an expression.

        Raises:
            UnreadableError, TypeError, LookupError: It needs something that is not known.
        """
        if isinstance(node, ast.Name) and node.id in self._state.names:
            return _checked(self._state.names[node.id])
        if _is_own(node):
            return _checked(self._state.attributes.get(node.attr, _UNKNOWN))  # type: ignore[attr-defined]
        if isinstance(node, ast.IfExp):
            return self._value(node.body if self._value(node.test) else node.orelse)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return not self._value(node.operand)
        if isinstance(node, ast.BoolOp):
            return self._joined(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return _compared(self._value(node.left), node.ops[0], self._value(node.comparators[0]))
        if isinstance(node, ast.Subscript):
            return self._value(node.value)[self._value(node.slice)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            return self._value(node.func.value).get(*map(self._value, node.args))
        return self._constants.value(node)

    def _joined(self, node: ast.BoolOp) -> Any:
        result = None
        for part in node.values:
            result = self._value(part)
            if bool(result) is isinstance(node.op, ast.Or):
                break
        return result


def _is_own(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _checked(value: Any) -> Any:
    if value is _UNKNOWN:
        raise UnreadableError("it is computed")
    return value


def _compared(left: Any, operator: ast.cmpop, right: Any) -> bool:
    if isinstance(operator, (ast.Eq, ast.Is)):
        return bool(left == right)
    if isinstance(operator, (ast.NotEq, ast.IsNot)):
        return bool(left != right)
    if isinstance(operator, ast.In):
        return left in right
    if isinstance(operator, ast.NotIn):
        return left not in right
    raise UnreadableError("it compares sizes")


def _shot(method: ast.FunctionDef) -> str | None:
    """Return the template that a method formats a sample with; None if it does anything else."""
    body = [statement for statement in method.body if not _is_text(statement)]
    first = body[0] if body else None
    if isinstance(first, ast.If) and _metadata(first.test) == "":  # exemplars have metadata
        first = first.body[0]
    if not isinstance(first, ast.Return) or first.value is None:
        return None
    return _template(first.value)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{", "{{").replace("}", "}}")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_template(node.left), _template(node.right)]
    elif isinstance(node, ast.JoinedStr):
        parts = [_template(part) for part in node.values]
    elif isinstance(node, ast.FormattedValue):
        return _field(node.value)
    else:
        return None
    known = [part for part in parts if part is not None]
    return "".join(known) if len(known) == len(parts) else None


def _field(node: ast.expr) -> str | None:
    """Return the field of our templates that holds what EvalScope takes from a sample."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sample":
        return _SAMPLE_FIELDS.get(node.attr)
    return "{rationale}" if _metadata(node) == _RATIONALE else None


def _metadata(node: ast.expr) -> str | None:
    """Return the name of a sample's metadata that an expression takes, empty for all of it, None for anything else."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and _metadata(node.value) == "":
        return str(node.slice.value)
    own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sample"
    return "" if own and node.attr == "metadata" else None  # type: ignore[attr-defined]
