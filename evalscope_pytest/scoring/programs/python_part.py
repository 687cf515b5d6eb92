"""Python of a reply: finds the program, completes a given head, and sets tests apart that only call its functions."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import textwrap
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ..read.code import PYTHON, fenced, is_prose, shown

_INDENT = "    "
BODY = "\n    pass\n"  # makes a function of a head alone


def before_line(code: str, beginnings: tuple[str, ...]) -> str:
    """Return the text before the first line with one of these beginnings."""
    lines = code.split("\n")
    at = next((number for number, line in enumerate(lines) if line.startswith(beginnings)), len(lines))
    return "\n".join(lines[:at])


def completed(head: str, code: str, defines: tuple[str, ...]) -> str:
    """Return a function whose ``head`` (signature and docstring) is given.

    Args:
        code: Its body, or the whole function once more, which then replaces the head.
        defines: Beginnings of a line that defines the function.
    """
    if any(line.startswith(defines) for line in code.split("\n")):
        return f"{head}{BODY if _is_bare(head) else ''}\n{code}"
    return f"{head.rstrip(' ')}{_as_body(code)}"


def _is_bare(head: str) -> bool:
    """Return whether a head ends with its signature: not even a docstring makes it a function."""
    lines = (line.partition("#")[0].rstrip() for line in reversed(head.split("\n")))
    return next(filter(None, lines), "").endswith(":")


def _as_body(code: str) -> str:
    """Return a body indented by four blanks, whether it came so, without, or with its first line trimmed."""
    lines = [line for line in code.split("\n") if line.strip()]
    if not lines or lines[0][0].isspace():
        return code
    rest = [len(line) - len(line.lstrip()) for line in lines[1:]]
    opens_block = lines[0].rstrip().endswith(":")
    trimmed = not rest or (min(rest) >= len(_INDENT) and not (opens_block and rest[0] == len(_INDENT)))
    return _INDENT + code.lstrip("\n") if trimmed else textwrap.indent(code, _INDENT)


_LONGEST = 60_000  # Characters that are parsed.
_DEEPEST = 60  # Open brackets: the parser's time may double with each.
_FENCES = 16  # From the last, that are tried.
_HEAD = "def _():\n"
_QUOTE = re.compile(r'"""|\'\'\'')
_STATEMENT = re.compile(r"(?:async |if|for|while|with|try|def|class|match|return|else|elif|except|finally|@)(?!\w)")
_GOES_ON = re.compile(r"[)\]}]|(?:else|elif|except|finally)(?!\w)")
_FENCE = re.compile(r"\s{0,80}(?:`{3,20}|~{3,20})\s{0,80}")


class _Piece(NamedTuple):
    """Lines from a line at the margin to the next one that begins something else."""

    text: str
    is_code: bool


def python_of(text: str, defines: tuple[str, ...] = (), *, last: bool = False) -> str:
    """Return the Python program in a reply: what its fenced block holds, else its part that parses.

    Args:
        defines: Beginnings of a line that defines what the tests call.
        last: Take the last block rather than the first if none defines anything.
    """
    reply = shown(text)
    block = fenced(reply, PYTHON, defines, last=last)
    if block is None:
        return python_part(reply, defines)
    return block.code if block.closed else python_part(block.code, defines)


def python_part(text: str, defines: tuple[str, ...] = ()) -> str:
    """Return the part of ``text`` that is Python, all of it when the parts cannot be separated.

    With a function that the tests call it is what parses before it, the last one of these functions, and what follows
    it without prose between; else the longest part without prose.
    """
    if len(text) > _LONGEST:
        return text
    if (whole := _parsed(text)) and not any(map(_is_word, whole.body)):
        return text
    lines = text.split("\n")
    for number in _fences(lines):  # one that is indented too far to close its block
        if _is_code("\n".join(lines[:number])):
            return "\n".join(lines[:number])
    pieces = _pieces(lines)
    if all(piece.is_code or not piece.text.strip() for piece in pieces):
        return text
    calls = [n for n, piece in enumerate(pieces) if piece.is_code and defines and _has_line(piece.text, defines)]
    if calls:
        start, end = 0, calls[-1] + 1
        while end < len(pieces) and pieces[end].is_code:
            end += 1
    else:
        start, end = _longest_run(pieces)
    kept = [piece.text for piece in pieces[start:end] if piece.is_code]
    return "\n".join(kept) if kept else text


def _fences(lines: list[str]) -> list[int]:
    found = [number for number, line in enumerate(lines) if _FENCE.fullmatch(line)]
    return found[: -_FENCES - 1 : -1]


def _has_line(text: str, beginnings: tuple[str, ...]) -> bool:
    return any(line.startswith(beginnings) for line in text.split("\n"))


def _longest_run(pieces: list[_Piece]) -> tuple[int, int]:
    best, start = (0, 0), 0
    longest = 0
    for number, piece in enumerate([*pieces, _Piece("", False)]):
        if piece.is_code:
            continue
        size = sum(len(one.text.split()) for one in pieces[start:number])
        if size > longest:
            longest, best = size, (start, number)
        start = number + 1
    return best


def _pieces(lines: list[str]) -> list[_Piece]:
    """Return the pieces of a text. Prose in front of indented lines is a separate piece."""
    found: list[_Piece] = []
    for group in _groups(lines):
        piece = "\n".join(group)
        if _is_code(piece):
            found.append(_Piece(piece, True))
            continue
        rest = "\n".join(group[1:])
        if not _STATEMENT.match(group[0]) and rest.strip() and _is_code(rest):
            found += [_Piece(group[0], False), _Piece(rest, True)]
        else:
            found.append(_Piece(piece, not piece.strip()))
    return found


def _groups(lines: list[str]) -> list[list[str]]:
    """Return the lines in groups that begin at the margin, outside of texts over several lines."""
    groups: list[list[str]] = [[]]
    quote, decorated = "", False
    for line in lines:
        margin = bool(line.strip()) and not line[0].isspace()
        if margin and not quote and not decorated and not _GOES_ON.match(line):
            groups.append([])
        decorated = margin and not quote and line.startswith("@") and not is_prose(line)
        groups[-1].append(line)
        for mark in _QUOTE.findall(line):
            quote = mark if not quote else "" if mark == quote else quote
    return [group for group in groups if group]


def _is_code(text: str) -> bool:
    """Return whether a text is statements, or the body of a function, and not just a word."""
    if not text.strip():
        return False
    tree = _parsed(text) or _parsed(completed(_HEAD, text, ()))
    if tree is None:
        return False
    body = tree.body
    if len(body) == 1 and isinstance(body[0], ast.FunctionDef) and body[0].name == "_":
        body = body[0].body
    return any(not _is_word(statement) for statement in body) or text.lstrip().startswith("#")


def _is_word(statement: ast.stmt) -> bool:
    """Return whether a statement does nothing, as words do that happen to parse: ``Done``, ``Note: recursion``."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value is None and isinstance(statement.target, ast.Name) and statement.target.id[:1].isupper()
    return isinstance(statement, ast.Expr) and isinstance(
        statement.value, (ast.Name, ast.Attribute, ast.Tuple, ast.Compare, ast.BinOp, ast.BoolOp, ast.UnaryOp)
    )


def _parsed(text: str) -> ast.Module | None:
    if _depth(text) > _DEEPEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"[()\[\]{}]", text):
        depth += 1 if sign in "([{" else -1
        deepest = max(deepest, depth)
    return deepest


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
