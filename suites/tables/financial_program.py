"""FinQA: programs over the figures of a financial report, run and compared as the authors' ``evaluate.py`` does.

Chen et al. 2021, arXiv:2109.00122. A program is a row of operations, ``subtract(5829, 5735), divide(#0, 5735)``: an
argument is a number of the report, a constant (``const_100``, ``const_m1``), or the result of an earlier step
(``#0``). Operations on tables take the name of a row. More than the authors' scorer allows is read: a program in a
fence or behind a remark, nested operations, capitals, currency signs and thousands separators.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evalscope_pytest import Sample, Score, Scorer

_LONGEST, _LONGEST_STEP, _FARTHEST, _MOST_STEPS, _DEEPEST = 8000, 600, 80, 60, 8
_MARKER = re.compile(r"\bprogram\b[*_`]{0,3}\s?[:：][ \t*_`]{0,4}", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w#])(add|subtract|multiply|divide|exp|greater|table_(?:max|min|sum|average))\s?\(", re.I)
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3}){1,5}(?!\d)")
_NUMBER = re.compile(r"[-+]?(?:\d{1,20}(?:\.\d{0,15})?|\.\d{1,15})(%?)")
_FENCE = re.compile(r"```\w{0,12}")
_BRACKET = re.compile(r"[()]")
_BETWEEN = re.compile(r"[\s,;`]{0,8}(?:and\s|then\s)?[\s`]{0,4}")
_FIELD = (1 << 61) - 1  # a prime: formulas are compared by their values at random points of its field


@dataclass(frozen=True, slots=True)
class Step:
    """An operation and its two arguments as written; ``#n`` is the result of step n."""

    operation: str
    arguments: tuple[str, str]


Program = tuple[Step, ...]


def financial_program() -> Scorer:
    """Judge programs. Metrics ``execution_accuracy`` (its result) and ``program_accuracy`` (it is the same formula).

    The sample's metadata has the ``table``, rows of cells, and ``result``, that of the reference program: a number,
    ``yes`` or ``no``.
    """
    return Scorer("financial_program", ("execution_accuracy", "program_accuracy"), _score, _ideal_reply)


def _ideal_reply(sample: Sample) -> str:
    return f"Program: {sample.targets[0]}"


def _score(text: str, sample: Sample) -> Score:
    program = read_program(text)
    if program is None:
        return Score(execution_accuracy=0.0, program_accuracy=0.0, answer=None)
    found = run(program, rows(sample.metadata["table"]))
    right = found is not None and _is_same(found, sample.metadata["result"])
    gold = read_program(sample.targets[0])
    same = gold is not None and is_same_formula(program, gold)
    written = ", ".join(f"{step.operation}({', '.join(step.arguments)})" for step in program)
    return Score(execution_accuracy=float(right), program_accuracy=float(same), answer=written)


def read_program(text: str) -> Program | None:
    """Return the program behind the last marker that has one, or else the last one in the reply."""
    text = text[-_LONGEST:]
    for marker in reversed(list(_MARKER.finditer(text))):
        start = _NAME.search(text, marker.end(), marker.end() + _FARTHEST)
        if start and not _says_more(text[marker.end() : start.start()]):
            return _steps(text, start.start())[0]
    programs, at = [], 0
    for found in list(_NAME.finditer(text))[-_MOST_STEPS:]:
        if found.start() >= at:
            program, at = _steps(text, found.start())
            programs.append(program)
    return programs[-1] if programs else None


def _says_more(lead: str) -> bool:
    """Return whether there are words between a marker and an operation, other than the label of a fence."""
    return any(sign.isalnum() for sign in _FENCE.sub("", lead))


def _steps(text: str, at: int) -> tuple[Program | None, int]:
    """Return the operations that follow one another from ``at`` on, and where they end; None if one is malformed."""
    steps: list[Step] = []
    numbers: list[int] = []  # the step that holds the result of each operation as the author counts them
    while (found := _NAME.match(text, at)) and len(steps) < _MOST_STEPS:
        end = _operation(text, found, steps, numbers, 0)
        if end is None:
            return None, found.end()
        numbers.append(len(steps) - 1)
        between = _BETWEEN.match(text, end)
        at = between.end() if between else end
    return tuple(steps) or None, at


def _operation(text: str, name: re.Match[str], steps: list[Step], numbers: Sequence[int], depth: int) -> int | None:
    """Append an operation, those inside it first, and return where it ends; None if it is malformed."""
    end = _closing(text, name.end())
    if end is None or depth > _DEEPEST or len(steps) >= _MOST_STEPS:
        return None
    inside, operation = text[name.end() : end], name[1].lower()
    if _is_row(operation):
        steps.append(Step(operation, (_row_name(inside), "none")))
        return end + 1
    placed = [_argument(argument, steps, numbers, depth + 1) for argument in _pair(_at_commas(inside))]
    if len(placed) != 2 or placed[0] is None or placed[1] is None:
        return None
    steps.append(Step(operation, (placed[0], placed[1])))
    return end + 1


def _argument(text: str, steps: list[Step], numbers: Sequence[int], depth: int) -> str | None:
    """Return an argument in one spelling, the steps of an operation in it appended; None if it is malformed."""
    if inner := _NAME.match(text):
        end = _operation(text, inner, steps, numbers, depth)
        return None if end is None or text[end:].strip() else f"#{len(steps) - 1}"
    if text.startswith("#"):
        number = text[1:].strip()
        return f"#{numbers[int(number)]}" if number.isdecimal() and int(number[:4]) < len(numbers) else None
    return _spelled(text) or None


def _closing(text: str, at: int) -> int | None:
    """Return where the bracket closes that opens before ``at``."""
    depth = 1
    for found in _BRACKET.finditer(text, at, at + _LONGEST_STEP):
        depth += 1 if found[0] == "(" else -1
        if not depth:
            return found.start()
    return None


def _at_commas(inside: str) -> list[str]:
    """Return the pieces between the commas that are in no brackets."""
    pieces, depth, start = [], 0, 0
    for at, sign in enumerate(inside):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            pieces.append(inside[start:at])
            start = at + 1
    return [*pieces, inside[start:]]


def _is_row(operation: str) -> bool:
    return operation.lower().startswith("table_")


def _row_name(inside: str) -> str:
    row, comma, last = inside.rpartition(",")
    return " ".join((row if comma and last.strip().lower() in ("none", "") else inside).lower().split()).strip("\"'`")


def _pair(pieces: Sequence[str]) -> list[str]:
    """Return the two arguments that the pieces between commas are; some commas may separate thousands."""
    whole = ",".join(pieces)
    for parts in (pieces, whole.split(", "), _THOUSANDS.sub(lambda m: m[0].replace(",", ""), whole).split(",")):
        if len(parts) == 2:
            return [part.strip() for part in parts]
    return []


def _spelled(argument: str) -> str:
    """Return a number without currency, thousands separators and trailing zeros; everything else in lower case."""
    bare = argument.translate(str.maketrans("", "", "$€£,\"'`")).strip().lower()
    if (found := _NUMBER.fullmatch(bare)) and "." in bare:
        bare = bare.removesuffix("%").rstrip("0").rstrip(".") + found[1]
    return bare


def rows(table: Sequence[Sequence[str]]) -> dict[str, list[float]]:
    """Return the numbers of each row by its name, in lower case; cells without a number are left out."""
    return {
        " ".join(str(row[0]).lower().split()): [value for cell in row[1:] if (value := _cell(str(cell))) is not None]
        for row in table
        if row
    }


def _cell(text: str) -> float | None:
    """Return the number in a cell, ``812 ( 812 )`` or ``$ 5,829``; in brackets alone it is negative."""
    bare = text.translate(str.maketrans("", "", "$€£, "))
    head, bracket, rest = bare.partition("(")
    if head:
        return _value(head)
    inside = _value(rest.partition(")")[0]) if bracket else None
    return None if inside is None else -abs(inside)


def _value(text: str) -> float | None:
    """Return the value of a number or constant; ``5%`` is 0.05."""
    if text.startswith("const_"):
        text = text.removeprefix("const_").replace("m", "-", 1)
    found = _NUMBER.fullmatch(text)
    return float(text.rstrip("%")) / (100 if found[1] else 1) if found else None


def run(program: Program, table: Mapping[str, Sequence[float]]) -> float | bool | None:
    """Return the result of the last step; None if any step has none."""
    results: list[float | bool] = []
    for step in program:
        try:
            result = _result(step, results, table)
        except (ArithmeticError, ValueError):
            return None
        if result is None:
            return None
        results.append(result)
    return results[-1]


def _result(step: Step, results: Sequence[float | bool], table: Mapping[str, Sequence[float]]) -> float | bool | None:
    if _is_row(step.operation):
        numbers = table.get(" ".join(step.arguments[0].split()))
        return _ON_ROWS[step.operation](numbers) if numbers else None
    one, other = (results[int(a[1:])] if a.startswith("#") else _value(a) for a in step.arguments)
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return None
    if step.operation == "greater":
        return one > other
    result = _ON_NUMBERS[step.operation](one, other)
    return result if math.isfinite(result) else None


_ON_NUMBERS: dict[str, Callable[[float, float], float]] = {
    "add": lambda one, other: one + other,
    "subtract": lambda one, other: one - other,
    "multiply": lambda one, other: one * other,
    "divide": lambda one, other: one / other,
    "exp": math.pow,
}
_ON_ROWS: dict[str, Callable[[Sequence[float]], float]] = {
    "table_max": max,
    "table_min": min,
    "table_sum": math.fsum,
    "table_average": lambda numbers: math.fsum(numbers) / len(numbers),
}


def _is_same(found: float | bool, reference: object) -> bool:
    """Return whether a result is the reference's in five decimals."""
    if isinstance(found, bool):
        return str(reference).strip().lower() == ("yes" if found else "no")
    gold = _value(str(reference).strip()) if not isinstance(reference, (int, float)) else float(reference)
    return gold is not None and round(found, 5) == round(gold, 5)


def is_same_formula(one: Program, other: Program) -> bool:
    """Return whether two programs are the same formula of the same figures, as ``add(a, b)`` and ``add(b, a)``.

    The authors simplify the difference of both; here both are evaluated with random numbers for the figures in a
    field of 2^61 - 1 elements, where formulas that differ have the same value once in 10^15 times.
    """
    figures = {argument for step in other for argument in step.arguments if not argument.startswith("#")}
    if any(not a.startswith("#") and a not in figures for step in one for a in step.arguments):
        return False
    mine, theirs = _in_field(one), _in_field(other)
    return mine is not None and mine == theirs


def _in_field(program: Program) -> int | None:
    values: list[int] = []
    for step in program:
        a, b = (values[int(x[1:])] if x.startswith("#") else _drawn(x) for x in step.arguments)
        if step.operation == "divide" and not b:
            return None
        values.append(_FORMULAS[step.operation](a, b) if step.operation in _FORMULAS else _drawn(step.operation, a, b))
    return values[-1]


_FORMULAS: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: (a + b) % _FIELD,
    "subtract": lambda a, b: (a - b) % _FIELD,
    "multiply": lambda a, b: a * b % _FIELD,
    "divide": lambda a, b: a * pow(b, -1, _FIELD) % _FIELD,
}


def _drawn(*what: object) -> int:
    """Return the number drawn for a figure, or for an operation that is not made of the four."""
    return int.from_bytes(hashlib.blake2b(repr(what).encode(), digest_size=8).digest(), "big") % _FIELD
