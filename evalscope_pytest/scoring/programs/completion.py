"""Puts a reply's Python where it belongs: text only, nothing is compiled here."""

from __future__ import annotations

import textwrap

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
