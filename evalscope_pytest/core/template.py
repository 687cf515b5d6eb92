"""Templates with named fields, filled in one pass.

The values are dataset or model text, and stay text: nothing in them is looked at again, so a question that holds
``{target}`` or ``{0.__class__}`` arrives at the model as it is in the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .errors import ConfigError, closest

_BRACES = "Write {{ and }} for literal braces."


@dataclass(frozen=True, slots=True)
class Template:
    """A template read once: ``literals[0] field[0] literals[1] field[1] ... literals[-1]``."""

    literals: tuple[str, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=1024)
def parse(text: str, where: str = "the template") -> Template:
    """Read a template: ``{name}`` is a field, ``{{`` and ``}}`` are braces.

    Raises:
        ConfigError: A brace is alone, or a field has no name.
    """
    literals, names, literal, at = [], [], "", 0
    while (brace := _next_brace(text, at)) >= 0:
        literal += text[at:brace]
        if text[brace : brace + 2] in ("{{", "}}"):
            literal, at = literal + text[brace], brace + 2
            continue
        end = text.find("}", brace)
        name = text[brace + 1 : end]
        if text[brace] == "}" or end < 0 or not name.strip() or "{" in name:
            around = text[max(0, brace - 20) : brace + 20]
            raise ConfigError(f"a single {text[brace]!r} at {around!r} in {where}. {_BRACES}")
        literals.append(literal)
        names.append(name)
        literal, at = "", end + 1
    return Template((*literals, literal + text[at:]), tuple(names))


def _next_brace(text: str, start: int) -> int:
    opening, closing = text.find("{", start), text.find("}", start)
    return max(opening, closing) if min(opening, closing) < 0 else min(opening, closing)


def render(template: str, fields: Mapping[str, str], where: str = "the template") -> str:
    """Return ``template`` with every ``{name}`` replaced by that field's text, which is taken as it is.

    Raises:
        ConfigError: A brace is alone, or a name is not among ``fields``.
    """
    parsed = parse(template, where)
    pieces = [parsed.literals[0]]
    for name, literal in zip(parsed.names, parsed.literals[1:], strict=True):
        if name not in fields:
            raise unknown_field(name, fields, where)
        pieces += (fields[name], literal)
    return "".join(pieces)


def unknown_field(name: str, known: Iterable[str], where: str) -> ConfigError:
    """Return the error for a name that is not a field."""
    return ConfigError(f"unknown field {{{name}}} in {where}. {closest(name, known)} {_BRACES}")
