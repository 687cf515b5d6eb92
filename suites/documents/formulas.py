"""Formulas in LaTeX: one form for those that look alike, and whether a reply holds one."""

from __future__ import annotations

import re

_LONGEST = 20_000
_SPACING = re.compile(
    r"\\(?:[,;:!> ]|(?:quad|qquad|left|right|displaystyle|limits)(?![a-zA-Z])|tag\{[^{}]{0,20}\})|\s+|~"
)
_WORDS = re.compile(r"\\(?:text|mathrm|mbox|textrm)\s?\{([^{}]{0,200})\}")
_SAME = ((r"\dfrac", r"\frac"), (r"\tfrac", r"\frac"), (r"\leq", r"\le"), (r"\geq", r"\ge"), (r"\neq", r"\ne"))
_COMMANDS = [(re.compile(re.escape(one) + r"(?![a-zA-Z])"), re.escape(other)) for one, other in _SAME]
_LONE = re.compile(r"(?<=[\^_])\{(\w)\}")
_DOLLARS = re.compile(r"\$\$?|\\[\[\]()]")
_GOES_ON = frozenset("+-*/=^_\\{}([<>|&")
_FORMULA = re.compile(
    r"\$\$(.{1,1000}?)\$\$|\\\(((?:(?!\\\().){1,1000}?)\\\)|\\\[((?:(?!\\\[).){1,1000}?)\\\]|(?<![\\$])\$([^$\n]{1,1000}?)\$",
    re.DOTALL,
)


def formula_form(formula: str) -> str:
    """Return a formula without spacing, text commands and braces around one character; equal commands are one."""
    form = _WORDS.sub(r"\1", formula.strip().strip("$"))
    for one, other in _COMMANDS:
        form = one.sub(other, form)
    return _LONE.sub(r"\1", _SPACING.sub("", form)).rstrip(".,;")


def formulas_in(text: str) -> list[str]:
    """Return the formulas of a text that delimiters mark."""
    return [next(filter(None, found.groups())) for found in _FORMULA.finditer(text)]


def holds_formula(reply: str, formula: str) -> bool:
    """Return whether a reply holds a formula that does not go on before or after it."""
    wanted = formula_form(_DOLLARS.sub("", formula))
    said = formula_form(_DOLLARS.sub("", reply[-_LONGEST:]))
    at = said.find(wanted) if wanted else -1
    while at >= 0:
        before, after = said[at - 1 : at], said[at + len(wanted) :][:1]
        if before not in _GOES_ON and after not in _GOES_ON and not _joined(wanted[-1], after):
            return True
        at = said.find(wanted, at + 1)
    return False


def _joined(left: str, right: str) -> bool:
    return left.isalnum() and left.isascii() and right.isalnum() and right.isascii()
