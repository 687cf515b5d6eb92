"""Adapters of an installed EvalScope: the templates that one uses with given ``extra_params``, and its exemplars' form.

An adapter may choose its templates in ``__init__`` by its parameters. Its statements are followed as far as they are
made of parameters, attributes and constants; whatever else they compute stays unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .evalscope_source import Module, Reader, UnreadableError

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
