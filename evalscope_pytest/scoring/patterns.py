r"""Regular expressions that users and authors write, safe to run on what a model writes.

Python's matcher backtracks: ``(a+)+$`` takes for ever on a reply of a few dozen characters, ``\s+$`` takes minutes on
one of 200 kB. RE2 reads every character once per match, whatever the expression (Cox 2007, "Regular Expression
Matching Can Be Simple And Fast"). It has no look-around and no back-references, which is what makes that possible.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..core.errors import ConfigError, ScoringError

LONGEST = 16_384  # Characters of a reply, from its end, that a user's expression sees.
# Of the processor, for all matches in one text: each takes linear time, very many may take the square of it.
LIMIT_S = 2.0

# Python's meaning of what RE2 restricts to ASCII. Python's \w is letters, numbers and the underscore.
_WORD = r"\p{L}\p{N}_"
_NO_WORD = (
    r"\p{M}\p{Z}\p{S}\p{C}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}"
    r"\x{203F}\x{2040}\x{2054}\x{FE33}\x{FE34}\x{FE4D}-\x{FE4F}\x{FF3F}"
)
_SPACE = r"\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_IN_CLASS = {"d": r"\p{Nd}", "D": r"\P{Nd}", "w": _WORD, "W": _NO_WORD, "s": _SPACE}
_ALONE = {
    "d": r"\p{Nd}", "D": r"\P{Nd}", "w": f"[{_WORD}]", "W": f"[^{_WORD}]", "s": f"[{_SPACE}]", "S": f"[^{_SPACE}]",
    "Z": r"\z",
}  # fmt: skip
_HEX_DIGITS = {"u": 4, "U": 8}


@dataclass(frozen=True, slots=True)
class Pattern:
    r"""A regular expression that takes linear time.

    Syntax and meaning are Python's, ``\w``, ``\d`` and ``\s`` of all scripts included, with three differences: there is
    no look-around and no back-reference, ``\b`` knows ASCII words only, and a ``$`` takes the last newline with it.
    """

    source: str
    compiled: Any

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match, with the methods of Python's."""
        return next(self.finditer(text), None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches.

        Raises:
            ScoringError: They take longer than two seconds together.
        """
        started = time.thread_time()
        for match in self.compiled.finditer(_encodable(text)):
            yield match
            if time.thread_time() - started > LIMIT_S:
                raise ScoringError(
                    f"regular expression {self.source!r} takes more than {LIMIT_S:g} s on a reply of {len(text)} "
                    f"characters: it looks far ahead again and again. Search a part of the reply, such as its end."
                )

    def captured(self, text: str) -> list[str]:
        """Return what each match captures: its first group that took part, or all of it if there is none."""
        return [next((group for group in match.groups() if group), match.group()) for match in self.finditer(text)]

    def last(self, text: str) -> str | None:
        """Return what the last match at the end of a reply captures, None if nothing matches."""
        found = self.captured(text[-LONGEST:])
        return found[-1] if found else None

    def sub(self, replacement: str, text: str) -> str:
        """Return ``text`` with every match replaced by ``replacement``, which is taken as it is."""
        pieces, end = [], 0
        for match in self.finditer(text):
            pieces += [text[end : match.start()], replacement]
            end = match.end()
        return "".join([*pieces, text[end:]])


def pattern(source: str, where: str = "a benchmark") -> Pattern:
    """Compile a regular expression that is to run on text of a model or dataset.

    Args:
        source: The expression.
        where: Where it was written, for the error.

    Raises:
        ConfigError: It is none, or uses what cannot be had in linear time.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return Pattern(source, re2.compile(_in_re2(source), options))
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise ConfigError(
            f"regular expression {source!r} in {where} is broken: {reason}. Look-around, back-references and "
            "possessive repeats are not available, since they may take for ever on a long reply: capture the wanted "
            "part with a group, such as 'answer is (.+)' in place of '(?<=answer is ).+'."
        ) from None


def _encodable(text: str) -> str:
    """Return ``text`` without lone surrogates, which models do write and UTF-8 cannot; positions stay."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _in_re2(source: str) -> str:
    """Return a Python expression in RE2's spelling."""
    pieces: list[str] = []
    in_class, at = False, 0
    whole_lines = re.match(r"\(\?[aisux]*m[aimsux]*\)", source) is not None
    while at < len(source):
        character = source[at]
        width = 2 if character == "\\" else 1
        symbol = source[at : at + width]
        if symbol[0] == "\\" and symbol[1:] in _HEX_DIGITS:
            width += _HEX_DIGITS[symbol[1]]
            symbol = f"\\x{{{source[at + 2 : at + width]}}}"
        elif symbol[0] == "\\":
            symbol = (_IN_CLASS if in_class else _ALONE).get(symbol[1:], symbol)
        elif in_class:
            in_class = symbol != "]"
            symbol = "\\[" if symbol == "[" else symbol  # else "[[:" would begin a POSIX class
        elif symbol == "[":
            in_class = True
            opening = re.match(r"\[\^?\]?", source[at:])  # a bracket that comes first is a member
            assert opening is not None
            width, symbol = opening.end(), opening.group()
        elif symbol == "$" and not whole_lines:
            symbol = r"(?:\n?\z)"
        pieces.append(symbol)
        at += width
    return "".join(pieces)
