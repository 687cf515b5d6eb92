"""The calls that a sample of the Berkeley leaderboard expects, compared by the rules of its AST checker.

Patil et al. 2025, The Berkeley Function Calling Leaderboard. Text is compared without case, blanks and a few marks.
A value of another type than the parameter's is the name of a variable if the reference names one as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalscope_pytest.core.errors import ScoringError

from . import java, javascript
from .call import FunctionCall

_PYTHON: Mapping[str, type] = {
    "string": str, "integer": int, "float": float, "boolean": bool, "array": list, "tuple": list, "dict": dict,
    "any": str,
}  # fmt: skip
TYPES = {"python": _PYTHON, "java": java.TYPES, "javascript": javascript.TYPES}
_NO_DIFFERENCE = str.maketrans("'", '"', " ,./-_*^")


class MismatchError(ValueError):
    """Calls are not the expected ones; the text says why."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The calls a sample expects.

    Attributes:
        functions: The functions described to the model.
        calls: Each a function's name and, by parameter, the values that are right; ``""`` is one if the parameter
            may be left out.
        language: ``python``, ``java`` or ``javascript``: what the values are written in.
        underscores: Names may have underscores in place of their dots, which services do not allow in names.
    """

    functions: Sequence[Mapping[str, Any]]
    calls: Sequence[Mapping[str, Mapping[str, Sequence[Any]]]]
    language: str = "python"
    underscores: bool = False

    def check(self, calls: Sequence[FunctionCall]) -> None:
        """Compare, in any order.

        Raises:
            MismatchError: Something differs.
            ScoringError: The sample's own data are broken.
        """
        if len(calls) != len(self.calls):
            raise MismatchError(f"{len(calls)} calls where {len(self.calls)} are expected")
        left = list(calls)
        for answer in self.calls:
            left.remove(self._match(answer, left))

    def _match(self, answer: Mapping[str, Mapping[str, Sequence[Any]]], calls: Sequence[FunctionCall]) -> FunctionCall:
        (name, values), *_ = answer.items()
        reason: MismatchError | None = None
        for call in calls:
            try:
                self._check_call(call, name, values)
            except MismatchError as error:
                reason = reason or error
            else:
                return call
        raise reason or MismatchError(f"no call of {name}")

    def _check_call(self, call: FunctionCall, name: str, values: Mapping[str, Sequence[Any]]) -> None:
        if call.name != name and not (self.underscores and call.name == name.replace(".", "_")):
            raise MismatchError(f"{call.name!r} is called where {name!r} is expected")
        parameters = self._parameters(name)
        for parameter in parameters.get("required", ()):
            if parameter not in call.arguments:
                raise MismatchError(f"{name}: {parameter} is missing")
        known = parameters["properties"]
        for parameter, value in call.arguments.items():
            if parameter not in known or parameter not in values:
                raise MismatchError(f"{name}: {parameter} is not expected")
            try:
                self._check_value(value, known[parameter], values[parameter])
            except MismatchError as error:
                raise MismatchError(f"{name}: {parameter} {error}") from None
        for parameter, allowed in values.items():
            if parameter not in call.arguments and "" not in allowed:
                raise MismatchError(f"{name}: {parameter} is missing")

    def _parameters(self, name: str) -> Mapping[str, Any]:
        for function in self.functions:
            if function["name"] == name:
                parameters: Mapping[str, Any] = function["parameters"]
                return parameters
        raise ScoringError(
            f"the sample expects a call of {name!r}, which is none of its functions. Correct the record."
        )

    def _check_value(self, value: Any, parameter: Mapping[str, Any], allowed: Sequence[Any]) -> None:
        kind, items = parameter["type"], (parameter.get("items") or {}).get("type", "")
        value = self._read(value, kind, items)
        wanted = TYPES[self.language][kind]
        inner = TYPES[self.language].get(items) if _has_items(kind, items, self.language) else None
        if _names_variable(value, wanted, inner, allowed):
            _check_member(value, allowed)
        elif wanted is dict:
            _check_dict(value, allowed)
        elif wanted is list and inner is dict:
            _check_dicts(value, allowed)
        elif wanted is list:
            _check_member(_plain_items(value), [_plain_items(answer) for answer in allowed])
        elif wanted is str:
            _check_member(plain(value), [plain(answer) for answer in allowed if isinstance(answer, str)])
        else:
            _check_member(value, allowed)

    def _read(self, value: Any, kind: str, items: str) -> Any:
        if self.language == "python":
            if kind == "tuple" and isinstance(value, tuple):
                return list(value)
            return float(value) if kind == "float" and type(value) is int else value
        if not isinstance(value, str):
            raise MismatchError(f"is {shown(value)}, not a text")
        read = java.read if self.language == "java" else javascript.read
        return read(value, kind, items)


def _has_items(kind: str, items: str, language: str) -> bool:
    """Return whether a type has elements of one type."""
    if language == "python":
        return kind in ("array", "tuple")
    return kind in ("Array", "ArrayList", "array") and items != "any"


def plain(text: str) -> str:
    """Return a text without what makes no difference."""
    return text.translate(_NO_DIFFERENCE).lower()


def _plain_items(values: Iterable[Any]) -> list[Any]:
    return [plain(value) if isinstance(value, str) else value for value in values]


def _names_variable(value: Any, wanted: type, inner: type | None, allowed: Sequence[Any]) -> bool:
    """Check a value's type. Return whether it stands for a variable, so that it is compared as it is.

    Raises:
        MismatchError: It is of neither the function's nor the reference's type.
    """
    named = next((type(answer) for answer in allowed if answer != ""), None)
    if type(value) is wanted:
        if inner is not None and not any(_fits(value, inner, answer) for answer in allowed):
            raise MismatchError(f"is {shown(value)}: elements of the wrong type")
        return named is not None and named is not wanted
    if named is not None and type(value) is named:
        return True
    raise MismatchError(f"is {shown(value)}, not of type {wanted.__name__}")


def _fits(values: Any, inner: type, answer: Any) -> bool:
    """Return whether all elements have the requested type, or that of the reference's first one."""
    if not isinstance(answer, list):
        return True
    named = next((type(one) for one in answer if one != ""), None)
    return all(type(value) in (inner, named) for value in values)


def _check_member(value: Any, allowed: Sequence[Any]) -> None:
    if value not in allowed:
        raise MismatchError(f"is {shown(value)}, not one of {shown(list(allowed))}")


def _check_dict(value: Mapping[str, Any], allowed: Sequence[Any]) -> None:
    if not any(isinstance(answer, dict) and _meets(value, answer) for answer in allowed):
        raise MismatchError(f"is {shown(value)}, not one of {shown(list(allowed))}")


def _meets(value: Mapping[str, Any], answer: Mapping[str, Sequence[Any]]) -> bool:
    for key, item in value.items():
        if key not in answer:
            return False
        if (plain(item) if isinstance(item, str) else item) not in _plain_items(answer[key]):
            return False
    return all(key in value or "" in allowed for key, allowed in answer.items())


def _check_dicts(values: Sequence[Any], allowed: Sequence[Any]) -> None:
    """Compare lists of objects, which have to come in the same order."""
    for answer in allowed:
        if len(values) == len(answer) and all(
            isinstance(value, dict) and isinstance(one, dict) and _meets(value, one)
            for value, one in zip(values, answer, strict=True)
        ):
            return
    raise MismatchError(f"is {shown(values)}, not one of {shown(list(allowed))}")


def shown(value: Any) -> str:
    """Return a value for an explanation, shortened if it is long."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
