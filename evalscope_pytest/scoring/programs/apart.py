"""Finds tests that can run out of the program's reach: those that only call its functions and look at the result."""

from __future__ import annotations

import builtins
import re
import symtable
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from .completion import BODY

_BUILTINS = frozenset((*dir(builtins), "__name__", "__file__"))
# What looks at the process it runs in, or has to be the first line.
_INWARD = re.compile(r"\b(?:globals|locals|inspect|importlib|__import__|__main__|__future__|sys\.modules)\b")


class _Names(NamedTuple):
    """The names of a piece of Python.

    Attributes:
        defined: Those that it gives a meaning at its outermost level.
        free: Those that it takes from elsewhere.
    """

    defined: frozenset[str]
    free: frozenset[str]


@lru_cache(maxsize=1024)
def set_apart(tests: str, entry: str = "", head: str = "", reference: str = "") -> str:
    """Return tests that import the functions they call; empty if they have to run in the program's own process.

    What decides is the benchmark's own text alone: a program has no say in how it is judged.

    Args:
        tests: Python, as it would run behind the program.
        entry: The function they are about, if the benchmark names it.
        head: Python that the benchmark begins the program with, and with it perhaps helpers of the tests.
        reference: The benchmark's own solution, or what follows the head in it.
    """
    if _names(head) is None:
        head += BODY  # the head of a function alone
    names, of_head = _names(tests), _names(head)
    if names is None or of_head is None or _INWARD.search(tests):
        return ""
    helpers = names.free & of_head.defined - {entry}
    functions = names.free - helpers - (_BUILTINS - {entry})
    if not functions or (helpers and of_head.free - _BUILTINS):
        return ""
    if not all(_is_only_called(name, tests, f"{head}\n{reference}") for name in functions):
        return ""
    imports = [f"from program import {name}" for name in sorted(functions)]
    return "\n".join([*([head] if helpers else []), *imports, tests])


def _is_only_called(name: str, tests: str, solution: str) -> bool:
    """Return whether a name is a plain function of the solution, of which tests want nothing but its values."""
    if re.search(rf"\b(?:{name}|candidate)\s*\.", tests):
        return False
    kinds = re.findall(rf"^(async[ \t]+def|def|class)[ \t]+{name}\b", solution, re.MULTILINE)
    return set(kinds) == {"def"} or not solution.strip()


def _names(source: str) -> _Names | None:
    """Return the names of a piece of Python; None if it cannot be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a text with a backslash too many is the benchmark's
            table = symtable.symtable(source, "tests", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    own = table.get_symbols()
    defined = frozenset(s.get_name() for s in own if s.is_assigned() or s.is_imported() or s.is_namespace())
    return _Names(defined, frozenset(_global(table)) - defined)


def _global(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the global names that a piece of Python and all its functions use."""
    waiting = [table]
    while waiting:
        inner = waiting.pop()
        waiting += inner.get_children()
        outermost = inner.get_type() == "module"
        yield from (s.get_name() for s in inner.get_symbols() if s.is_referenced() and (outermost or s.is_global()))
