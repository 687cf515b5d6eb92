r"""Compares two mathematical answers, as far as that can be decided without computer algebra.

Exact, not lenient: 100 is not 1, 18.001 is not 18, the pair (3,4) is not (4,3), 60% is not 60 unless the question
asks for a percentage. What a reader would overlook is overlooked: units, currency, thousands separators,
``x =`` in front, an order the question does not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

from .math_dress import condition_removed, label_of
from .math_form import as_list, asked_scale_removed, without_unit, written
from .math_range import Ranges, Sides, ranges, same_name, sides
from .math_value import exact, same_based, wide

_INTEGER = re.compile(r"-?[0-9]{1,30}")
_BLANKS = re.compile(r"(?<!\d)\s+|\s+(?!\d|\s)")  # "4 80" is not 480
_NAME = re.compile(r"[A-Za-z][A-Za-z ,.'&-]*")
_RANGE_SIGN = re.compile(r"[<>]|\\(?:le|ge|ne|cup|in)(?![A-Za-z])|\\mathbb|all real")
_REPEATING_LEFT = re.compile(r"\.\d{0,40}\\(?:overline|bar|dot)")
_MATRIX = re.compile(
    r"\\begin\s?\{(?P<kind>[pbB]?matrix|smallmatrix|array)\}(?:\{[lcr|]{1,20}\})?(?P<cells>.*?)\\end\{(?P=kind)\}"
)
_ANGLES = re.compile(r"\\langle(?![A-Za-z])(?P<cells>[^<>]*)\\rangle")
_LONGEST_SUM = 120
_HATS = re.compile(r"\\(?:hat|vec|overline|bar|widehat)\s?\{?\s?\\?([ijk])(?:math)?\s?\}?(?![a-z])")
_UNIT_VECTOR = re.compile(
    r"\s*(?P<sign>[+-]?)\s*(?P<size>\d{0,12}(?:\.\d{1,12})?|(?:\d{0,6}\\(?:frac|sqrt)(?:\{[^{}]{1,30}\}){1,2}))\s*\*?\s*"
    r"(?P<name>[ijk])(?![A-Za-z])\s*"
)
_DECIMAL = re.compile(r"-?\d*\.(\d+)")
_VARIABLE = re.compile(r"(?<![A-Za-z\\])[a-df-hj-zA-Z](?![A-Za-z])")
_COMMANDS = re.compile(r"\\[A-Za-z]+")
_PERCENT_ASKED = re.compile(r"(?<![\d\s])\s(?:percent(?:age)?s?|%)(?![A-Za-z])|百分(?:之几|比|率|数)")
_ANY_ORDER = re.compile(
    r"separated by (?:a )?comma|in any order|\b(?:find|list|enter|give|determine|what are) (?:all|both|the \w+ roots)"
)
# A decimal, or a power of ten: what has been measured, or calculated from what has.
_SHOWN_DIGITS = re.compile(r"[-+]?\d+(?=[.e])(?:\.(?P<decimals>\d+))?(?:e(?P<exponent>[-+]?\d{1,3}))?")
_ROUNDED = 6  # Decimals from which on a rounded value of a fraction counts as the fraction.
_MOST_UNORDERED = 100  # Members of a list in any order: each is compared with all others.


@dataclass(frozen=True, slots=True)
class Undecided:
    """Pairs (gold, answer) that all have to be equal, which takes computer algebra to decide."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Leniency:
    """Deviations that a benchmark allows and mathematics does not.

    Attributes:
        measured: A decimal gold is a rounded quantity: an answer that rounds to it is right.
        any_order: The members of a list may come in any order, whatever the question says.
        tolerances: Tolerance for a number: of each member of a list, or one for all. Empty: not at all.
    """

    measured: bool = False
    any_order: bool = False
    tolerances: tuple[Fraction, ...] = ()

    def of(self, position: int) -> Leniency:
        """Return what is allowed for one member of a list."""
        if len(self.tolerances) < 2:
            return self
        return replace(self, tolerances=self.tolerances[position : position + 1])


STRICT = Leniency()


def same(gold: str, answer: str, question: str = "", leniency: Leniency = STRICT) -> bool | Undecided:
    """Compare an answer with the gold one.

    Args:
        gold: The reference answer.
        answer: Answer extracted from the reply.
        question: Decides whether a percentage is requested, and whether several values may come in any order.
    """
    if _INTEGER.fullmatch(gold) and _INTEGER.fullmatch(answer):
        return int(gold) == int(answer)  # nearly every answer of a word problem: no need to simplify anything
    verdict = _same_written(written(gold, label=False), _answer_of(answer, gold), question, leniency)
    if verdict is True or "," not in gold or "," not in answer:
        return verdict
    lists = as_list(gold), as_list(answer)
    if lists == (None, None):
        return verdict
    # Without brackets, 2,128 is a number or two: each reading may be the one that is meant.
    listed = _same_written(written(lists[0] or gold), written(lists[1] or answer), question, leniency)
    return verdict if listed is False else listed


def _answer_of(answer: str, gold: str) -> str:
    """Return an answer in comparable form, without an option's letter before it unless the gold answer has one."""
    plain = written(condition_removed(answer, gold), label=False)
    label = label_of(plain)
    if not label:
        return plain
    target = written(gold, label=False)
    if label_of(target) == label or target in (plain, f"({label})"):
        return target if target == f"({label})" else plain
    return written(answer)


def _same_written(gold: str, answer: str, question: str, leniency: Leniency) -> bool | Undecided:
    if not gold or not answer:
        return gold == answer
    if _squashed(gold) == _squashed(answer):
        return True
    if (in_ranges := _same_as_ranges(gold, answer, leniency)) is not None:
        return in_ranges
    one_sides, other_sides = _sides(gold, ""), _sides(answer, question)
    if one_sides.relation or other_sides.relation:
        return _same_relation(one_sides, other_sides)
    if not same_name(one_sides.name, other_sides.name):
        return _same_relation(one_sides, other_sides) if _letter(one_sides) and _letter(other_sides) else False
    gold, answer = one_sides.value, other_sides.value
    if not gold or not answer:
        return gold == answer
    if _squashed(gold) == _squashed(answer):
        return True
    if (in_cells := _same_as_vectors(gold, answer, leniency)) is not None:
        return in_cells
    if len(_parts(gold)) > 1 or len(_parts(answer)) > 1:
        return _same_parts(gold, answer, question, leniency)
    return _same_value(gold, answer, question, leniency)


def _same_as_ranges(gold: str, answer: str, leniency: Leniency) -> bool | Undecided | None:
    """Compare two ranges; None unless both are."""
    if not (_RANGE_SIGN.search(gold) or _RANGE_SIGN.search(answer)):
        return None
    one, other = ranges(gold), ranges(answer)
    return _same_ranges(one, other, leniency) if one is not None and other is not None else None


def _same_as_vectors(gold: str, answer: str, leniency: Leniency) -> bool | Undecided | None:
    """Compare two vectors or matrices by their cells; None unless both are."""
    one, other = _cells(gold), _cells(answer)
    if (one is None) is not (other is None):
        one, other = one or _unit_vectors(gold, other), other or _unit_vectors(answer, one)
    return _same_cells(one, other, leniency) if one is not None and other is not None else None


def _sides(text: str, question: str) -> Sides:
    """Return the sides of an equation; of a list of equations, each has its own."""
    if "=" not in text and "\\in" not in text:
        return Sides(text)
    if len(_parts(text)) > 1 and text.count("=") > 1:
        return Sides(text)
    if len(_parts(text)) > 1 and "=" in text and not _enclosed(text)[0]:
        first = sides(text, question)
        return first if first.name and not first.relation else Sides(text)
    return sides(text, question)


def _letter(side: Sides) -> bool:
    return len(side.name) == 1 and _VARIABLE.search(_COMMANDS.sub(" ", side.value)) is not None


def _same_relation(gold: Sides, answer: Sides) -> bool | Undecided:
    r"""Compare equations as wholes: ``y = 2x + 3`` and ``2x - y + 3 = 0``. A value is not an equation."""
    if answer.relation and not (gold.relation or gold.name):
        # x^2 - 1 = (x-1)(x+1) holds for every x, so it only works its right side out; 2x + 1 = 5 does not.
        left, right = answer.ends
        return Undecided(((left, right), (gold.value, right)))
    if not (gold.relation or gold.name) or not (answer.relation or answer.name):
        return False
    if _squashed(gold.equation) == _squashed(answer.equation):
        return True
    return Undecided(((gold.equation, answer.equation),))


def _same_ranges(gold: Ranges, answer: Ranges, leniency: Leniency) -> bool | Undecided:
    if (gold.name and answer.name and gold.name != answer.name) or len(gold.pieces) != len(answer.pieces):
        return False
    pairs: list[tuple[str, str]] = []
    for one, other in zip(gold.pieces, answer.pieces, strict=True):
        if (one.low_closed, one.high_closed) != (other.low_closed, other.high_closed):
            return False
        for end, other_end in ((one.low, other.low), (one.high, other.high)):
            if end is None or other_end is None:
                if end is not other_end:
                    return False
                continue
            verdict = same(end, other_end, leniency=leniency)
            if verdict is False:
                return False
            pairs.extend(verdict.pairs if isinstance(verdict, Undecided) else ())
    return Undecided(tuple(pairs)) if pairs else True


def _cells(text: str) -> list[list[str]] | None:
    r"""Return the rows of a matrix; ``\langle 1, 2 \rangle`` is a column. None for anything else."""
    if angles := _ANGLES.fullmatch(text):
        return [[cell.strip()] for cell in angles["cells"].split(",")]
    if "\\begin" not in text:
        return None
    if text[:1] in ("(", "[") and text[-1:] in (")", "]"):
        text = text[1:-1].strip()
    matrix = _MATRIX.fullmatch(text)
    if matrix is None:
        return None
    cells = matrix["cells"].strip().removesuffix("\\\\").strip()
    return [[cell.strip() for cell in row.split("&")] for row in cells.split("\\\\")]


def _unit_vectors(text: str, like: list[list[str]] | None) -> list[list[str]] | None:
    r"""Return the cells of ``(-2, 3)`` or ``-2\mathbf{i} + 3\mathbf{j}`` in the shape of ``like``, or None."""
    marks = _enclosed(text)[0]
    if marks == "()" and like and len(like) > 1 and all(len(row) == 1 for row in like):
        return [[part] for part in _parts(text)]
    size = len(like) if like and all(len(row) == 1 for row in like) else len(like[0]) if like and len(like) == 1 else 0
    if len(text) > _LONGEST_SUM or not 2 <= size <= 3 or like is None:
        return None
    plain = _HATS.sub(r" \1", text)
    terms = list(_UNIT_VECTOR.finditer(plain))
    names = [term["name"] for term in terms]
    if "".join(term.group() for term in terms) != plain or len({*names}) != len(names) or names in ([], ["i"]):
        return None
    parts = dict.fromkeys("ijk"[:size], "0")
    for term in terms:
        parts[term["name"]] = (term["sign"] + (term["size"].strip(" *") or "1")).replace("+", "")
    cells = list(parts.values())
    return None if len(cells) != size else [[cell] for cell in cells] if len(like) == size else [cells]


def _same_cells(gold: list[list[str]], answer: list[list[str]], leniency: Leniency) -> bool | Undecided:
    if [len(row) for row in gold] != [len(row) for row in answer]:
        return False
    pairs: list[tuple[str, str]] = []
    for one, other in zip(chain(*gold), chain(*answer), strict=True):
        verdict = same(one, other, leniency=leniency)
        if verdict is False:
            return False
        pairs.extend(verdict.pairs if isinstance(verdict, Undecided) else ())
    return Undecided(tuple(pairs)) if pairs else True


def _same_value(gold: str, answer: str, question: str, leniency: Leniency) -> bool | Undecided:
    gold_bare, answer_bare = without_unit(gold), without_unit(answer)
    gold_value, answer_value = exact(gold_bare), exact(answer_bare)
    if gold_value is not None and answer_value is not None:
        if _close(gold_bare, gold_value, answer_value, leniency):
            return True
        unscaled = exact(asked_scale_removed(answer, question)) if gold_value != answer_value else None
        return unscaled == gold_value or _same_number((gold, gold_value), (answer, answer_value), question)
    in_bases = same_based(gold, answer, question)
    if in_bases is not None:
        return in_bases
    if _REPEATING_LEFT.search(gold + " " + answer):
        return _squashed(gold_bare) == _squashed(answer_bare)
    if _is_word(gold) or _is_word(answer):
        return _letters(gold) == _letters(answer)
    is_variable = gold_value is not None and answer_bare.isalpha()
    if is_variable or (answer_value is not None and _VARIABLE.search(_COMMANDS.sub(" ", gold))):
        return False
    if _squashed(gold_bare) == _squashed(answer_bare):
        return True
    if gold_value is None and answer_value is None:
        values = wide(gold_bare), wide(answer_bare)
        if values[0] is not None and values[1] is not None:
            return values[0] == values[1]
    return Undecided(((gold_bare, answer_bare),))


def _same_number(gold: tuple[str, Fraction], answer: tuple[str, Fraction], question: str) -> bool:
    (gold_text, gold_value), (answer_text, answer_value) = gold, answer
    if gold_value == answer_value:
        return True
    if "%" in gold_text and "%" not in answer_text:
        return answer_value == gold_value * 100
    if "%" in answer_text and "%" not in gold_text:
        return answer_value * 100 == gold_value and _PERCENT_ASKED.search(question.lower()) is not None
    decimals = _DECIMAL.fullmatch(answer_text)
    if decimals and len(decimals.group(1)) >= _ROUNDED and not _terminates(gold_value):
        return round(gold_value, len(decimals.group(1))) == answer_value
    return False


def _close(gold: str, gold_value: Fraction, answer_value: Fraction, leniency: Leniency) -> bool:
    distance = abs(gold_value - answer_value)
    if leniency.measured and (shown := _SHOWN_DIGITS.fullmatch(gold)):
        last_place = Fraction(10) ** (int(shown["exponent"] or 0) - len(shown["decimals"] or ""))
        return distance * 2 <= last_place
    return any(distance <= tolerance for tolerance in leniency.tolerances)


def _terminates(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _same_parts(gold: str, answer: str, question: str, leniency: Leniency) -> bool | Undecided:
    if "\\pm" in gold or "\\pm" in answer or "\\begin" in gold or "\\begin" in answer or "\\cup" in gold + answer:
        return Undecided(((gold, answer),))
    gold_marks, answer_marks = _enclosed(gold)[0], _enclosed(answer)[0]
    if gold_marks and answer_marks and gold_marks != answer_marks:
        return False
    gold_parts, answer_parts = list(_parts(gold)), list(_parts(answer))
    if len(gold_parts) == 1 and not answer_marks:
        gold_parts *= len(answer_parts)  # "x + 11, or 11 + x": the same value more than once is that value.
    if len(gold_parts) != len(answer_parts):
        return False
    unordered = "\\{\\}" in (gold_marks, answer_marks) or (
        not gold_marks and not answer_marks and (leniency.any_order or _ANY_ORDER.search(question.lower()) is not None)
    )
    unordered = unordered or (not gold_marks and not answer_marks and _alternatives(answer, answer_parts))
    unordered = unordered and len(gold_parts) <= _MOST_UNORDERED
    pending: list[tuple[str, str]] = []
    for position, part in enumerate(gold_parts):
        at, verdict = _found(part, answer_parts if unordered else answer_parts[:1], leniency.of(position))
        if verdict is False:
            return False
        if isinstance(verdict, Undecided):
            if unordered and len(gold_parts) > 1:
                return Undecided(((_as_set(gold), _as_set(answer)),))
            pending.extend(verdict.pairs)
        answer_parts.pop(at)
    return Undecided(tuple(pending)) if pending else True


def _alternatives(text: str, parts: Sequence[str]) -> bool:
    """Return whether a list says what one unknown may be ("x=2, x=-3"; "2 or -3"): then its order means nothing."""
    names = {_squashed(part.partition("=")[0]) for part in parts if "=" in part}
    return " or " in text or (len(names) == 1 and all("=" in part for part in parts))


def _found(part: str, candidates: Sequence[str], leniency: Leniency) -> tuple[int, bool | Undecided]:
    """Return the first candidate that is the same, else the first of which that is undecided, and the verdict."""
    best: tuple[int, bool | Undecided] = (0, False)
    for at, candidate in enumerate(candidates):
        verdict = same(part, candidate, leniency=leniency)
        if verdict is True:
            return at, True
        if best[1] is False and verdict is not False:
            best = at, verdict
    return best


def _as_set(text: str) -> str:
    return "\\{" + ", ".join(_parts(text)) + "\\}"


def _enclosed(text: str) -> tuple[str, str]:
    """Return the brackets around a list and what they hold; no brackets unless they belong to each other."""
    for opening in ("\\{", "(", "["):
        if not text.startswith(opening):
            continue
        for closing in ("\\}", ")", "]"):
            inner = text[len(opening) : -len(closing)]
            if text.endswith(closing) and not (closing != "\\}" and text.endswith("\\" + closing)) and _balanced(inner):
                return opening + closing, inner
    return "", text


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            return False
    return depth == 0


def _parts(text: str) -> tuple[str, ...]:
    """Return the members of a list, with or without brackets around it; the text itself when it is none."""
    inner = _enclosed(text)[1]
    parts: list[str] = []
    depth = start = 0
    for position, character in enumerate(inner):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and character in ",;，、":
            parts.append(inner[start:position])
            start = position + 1
    if not parts:
        words = re.split(r"\s(?:and|or)\s", inner)
        return tuple(word.strip() for word in words) if len(words) > 1 and any(map(str.isdigit, inner)) else (text,)
    last = re.sub(r"^\s*(?:and|or)\s", "", inner[start:])
    return tuple(part.strip() for part in (*parts, *re.split(r"\s(?:and|or)\s", last)))


def _squashed(text: str) -> str:
    text = _BLANKS.sub("", text)
    if len(text) == 3 and text[0] == "(" and text[2] == ")":
        text = text[1]
    text = re.sub(r"\{([A-Za-z0-9])\}", r"\1", text) if "{" in text else text
    return text.casefold() if _NAME.fullmatch(text) and len(text) > 1 else text


def _is_word(text: str) -> bool:
    return len(text) > 3 and _NAME.fullmatch(text) is not None


def _letters(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text).casefold()
