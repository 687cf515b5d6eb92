"""Calls written in Python: ``[area(base=10, height=5), area(base=3, height=4)]``. Parsed, never run."""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .call import FunctionCall, UnreadableError, bracketed

MAX_BITS = 4096  # of a number that arithmetic in a reply makes
_OPERATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def read_python(text: str) -> list[FunctionCall]:
    """Return the calls of a reply that is a list of calls and nothing else.

    A name stands for itself as text, as does a call without arguments by name that is an argument: ``sin(x)``.

    Raises:
        UnreadableError: It is something else.
    """
    try:
        body = _parsed(bracketed(text).strip().strip("'"))
        elements = [body] if isinstance(body, ast.Call) else getattr(body, "elts", None)
        if elements is None or not all(isinstance(element, ast.Call) for element in elements):
            raise UnreadableError("it is not a list of calls")
        return [_call(element) for element in elements]
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError) as error:
        raise UnreadableError(f"it is not a list of calls in Python: {str(error)[:100]}") from error


def _parsed(text: str) -> ast.expr:
    if "\\" not in text:
        return ast.parse(text, mode="eval").body
    with warnings.catch_warnings():  # of "\d" and the like, in a text that nobody here wrote
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body


def _call(node: ast.Call) -> FunctionCall:
    """Return a call; arguments without a name are passed over, as the leaderboard does."""
    return FunctionCall(_dotted(node.func), {str(word.arg): _value(word.value) for word in node.keywords})


def _dotted(node: ast.expr) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return "..." if node.value is Ellipsis else node.value
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(item) for item in node.elts)
    if isinstance(node, ast.Dict):
        return {_key(key): _value(value) for key, value in zip(node.keys, node.values, strict=True)}
    if isinstance(node, ast.Call):
        return _nested(node)
    if isinstance(node, ast.Subscript):
        return f"{ast.unparse(node.value)}[{ast.unparse(node.slice)}]"
    return _number(node)


def _key(node: ast.expr | None) -> Any:
    if node is None:
        raise UnreadableError("** is not a key")
    return _value(node)


def _nested(node: ast.Call) -> Any:
    if not node.keywords:
        return ast.unparse(node)
    call = _call(node)
    return {call.name: call.arguments}


def _number(node: ast.expr) -> Any:
    """Return the result of arithmetic with numbers, or of text joined to text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        number = _number(node.operand)
        return -number if isinstance(node.op, ast.USub) else +number
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _computed(type(node.op), _number(node.left), _number(node.right))
    raise UnreadableError(f"{type(node).__name__} is not a value")


def _computed(operation: type[ast.operator], left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        if operation is not ast.Add:
            raise UnreadableError("text is not computed with")
    elif operation is ast.Pow and (abs(right) > MAX_BITS or _bits(left) * max(abs(right), 1) > MAX_BITS):
        raise UnreadableError("a power is too large")
    elif _bits(left) + _bits(right) > MAX_BITS:
        raise UnreadableError("a number is too large")
    return _OPERATIONS[operation](left, right)


def _bits(number: Any) -> int:
    return number.bit_length() if isinstance(number, int) else 64


def written_python(calls: Sequence[FunctionCall]) -> str:
    """Return calls as `read_python` takes them."""
    return f"[{', '.join(_written(call) for call in calls)}]"


def _written(call: FunctionCall) -> str:
    return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
