"""Validity of a call: its tool exists, and its arguments follow the tool's JSON schema.

Schemas come with the records and arguments from the model, so a check takes a bounded number of steps, loads nothing,
and matches regular expressions in linear time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from evalscope_pytest.core.errors import ConfigError, ScoringError, UnreadyError
from evalscope_pytest.core.values import Tool
from evalscope_pytest.scoring.patterns import Pattern, pattern

Rule = Callable[[Any, Any, Any, Any], Any]

MOST_STEPS = 30_000
_MISSING = "a tool's schema needs jsonschema, which is not installed. Run: pip install 'evalscope-pytest[tools]'."


class _TooManyStepsError(Exception):
    """A schema takes more steps than `MOST_STEPS`."""


def require() -> None:
    """Check that the library that reads schemas is installed.

    Raises:
        UnreadyError: It is not.
    """
    if find_spec("jsonschema") is None:
        raise UnreadyError(_MISSING)


def fault_of(name: str, arguments: str, tools: Iterable[Tool]) -> str:
    """Return what is wrong with a call; empty if it is valid.

    No arguments at all (an empty text) are an empty object.

    Raises:
        ScoringError: The tool's schema cannot be checked in bounded time.
    """
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        return f"there is no tool {name[:80]!r}"
    try:
        found = given(arguments)
    except (ValueError, RecursionError):
        return "the arguments are not JSON"
    if not isinstance(found, dict):
        return "the arguments are not an object"
    return _violation(found, tool)


def given(arguments: str) -> Any:
    """Return what the arguments of a call hold.

    Raises:
        ValueError, RecursionError: They are not JSON.
    """
    return json.loads(arguments, parse_constant=_no_number) if arguments.strip() else {}


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _violation(found: Mapping[str, Any], tool: Tool) -> str:
    from jsonschema.exceptions import UnknownType
    from referencing.exceptions import Unresolvable

    schema: Any = tool.parameters
    what = f"the schema of tool {tool.name!r}"
    try:
        if fault := _first_error(schema, schema, of_schema=True):
            return f"{what} is broken: {fault}"
        return _first_error(found, schema)
    except _TooManyStepsError:
        raise ScoringError(f"{what} takes more than {MOST_STEPS} steps to check") from None
    except ConfigError as error:  # a pattern
        raise ScoringError(f"{what}: {error}") from None
    except (Unresolvable, RecursionError, UnknownType) as error:
        return f"{what} is broken: {type(error).__name__}"


def _first_error(value: Any, schema: Any, *, of_schema: bool = False) -> str:
    """Return the first thing wrong with a value under a schema, or with the schema itself."""
    from jsonschema_specifications import REGISTRY  # with it, nothing is fetched

    draft = _draft(schema)
    checker = _bounded(draft)(draft.META_SCHEMA if of_schema else schema, registry=REGISTRY)
    error = next(checker.iter_errors(value), None)
    return "" if error is None else str(error.message)[:200]


def _draft(schema: Any) -> Any:
    """Return the validator of the draft that a schema names, or of the newest one."""
    from jsonschema import validators as v

    drafts = (v.Draft201909Validator, v.Draft7Validator, v.Draft6Validator, v.Draft4Validator, v.Draft3Validator)
    by_name = {str(d.META_SCHEMA.get("$id") or d.META_SCHEMA.get("id")).rstrip("#"): d for d in drafts}
    named = str(schema.get("$schema")).rstrip("#") if isinstance(schema, Mapping) else ""
    return by_name.get(named, v.Draft202012Validator)


def _bounded(draft: Any) -> Any:
    """Return a validator that raises after `MOST_STEPS` rules and has no regular expressions of Python's."""
    from jsonschema.validators import extend

    left = [MOST_STEPS]

    def counted(rule: Rule) -> Rule:
        def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
            left[0] -= 1
            if left[0] < 0:
                raise _TooManyStepsError
            yield from rule(validator, value, instance, schema) or ()

        return check

    rules = {**draft.VALIDATORS, "pattern": _pattern, "patternProperties": _pattern_properties}
    rules["additionalProperties"] = _additional(draft.VALIDATORS["additionalProperties"])
    if "unevaluatedProperties" in rules:
        rules["unevaluatedProperties"] = _unevaluated(rules["unevaluatedProperties"])
    return extend(draft, {name: counted(rule) for name, rule in rules.items()})


@lru_cache(maxsize=256)
def _compiled(source: str) -> Pattern:
    return pattern(source, "a tool's schema")


def _pattern(_: Any, source: str, instance: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and _compiled(source).search(instance) is None:
        yield ValidationError(f"{instance!r} does not match {source!r}")


def _pattern_properties(validator: Any, patterns: Mapping[str, Any], instance: Any, _: Any) -> Iterator[Any]:
    for source, schema in patterns.items() if isinstance(instance, dict) else ():
        for name, value in instance.items():
            if _compiled(source).search(name):
                yield from validator.descend(value, schema, path=name, schema_path=source)


def _additional(rule: Rule) -> Rule:
    """Return the rule of ``additionalProperties`` for schemas that have ``patternProperties`` as well."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        patterns = schema.get("patternProperties", {})
        if isinstance(instance, dict) and patterns:
            instance = {name: v for name, v in instance.items() if not any(_compiled(p).search(name) for p in patterns)}
        plain = {name: v for name, v in schema.items() if name != "patternProperties"}
        yield from rule(validator, value, instance, plain) or ()

    return check


def _unevaluated(rule: Rule) -> Rule:
    """Return the rule of ``unevaluatedProperties``, for schemas whose names are no regular expressions."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if "patternProperties" in json.dumps(schema):
            raise ConfigError("unevaluatedProperties and patternProperties together are not supported")
        yield from rule(validator, value, instance, schema) or ()

    return check
