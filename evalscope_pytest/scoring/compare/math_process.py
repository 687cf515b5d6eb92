r"""The child process that compares mathematical answers with computer algebra (math-verify, sympy).

Run as a script by `math_worker`, never imported: ``python -I math_process.py FOLDER_OF_MATH_VERIFY BYTES SECONDS``.
One JSON line in (``[gold, answer]``), one out (``true`` or ``false``); the first line out says it is ready. What it
reads comes from a model, so it gives itself little memory, no way to write a file, start a process or open a
connection. It dies of a pair that takes more SECONDS of processor time: a busy machine makes no answer wrong. And it
dies by alarm if its parent is no longer there to kill it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

_ALARM_S = 120
_DIGITS = 40
_FINE, _ROUGH = 1e-12, 1e-5  # relative; the latter when one of the two is a decimal
_FORBIDDEN = ("os.", "shutil.", "subprocess.", "socket.", "ctypes.", "pty.", "sqlite3.", "builtins.input")
_HARMLESS = ("os.listdir", "os.scandir", "os.walk", "os.fwalk")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: nothing that reaches outside this process is needed to compare two expressions."""
    if event == "open":
        flags = arguments[2] if len(arguments) > 2 else 0
        if isinstance(flags, int) and flags & _WRITING:
            raise PermissionError("this process writes no files")
    elif event.startswith(_FORBIDDEN) and event not in _HARMLESS:
        raise PermissionError(f"this process does no {event}")


def _confine(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has none: the parent's time limit is what holds there.
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)


def _equal(gold: str, answer: str) -> bool:
    from math_verify import LatexExtractionConfig, parse, verify

    # LaTeX only: the plain-expression reader of math-verify ends in sympy's parse_expr, which evaluates code.
    options = {
        "extraction_config": [LatexExtractionConfig()],
        "fallback_mode": "no_fallback",
        "parsing_timeout": None,
        "raise_on_error": False,
    }
    parsed = [parse(f"${text}$", **options) for text in (gold, answer)]
    if not all(parsed):
        return False
    gold_value, answer_value = parsed[0][0], parsed[1][0]
    if verify(*parsed, timeout_seconds=None, raise_on_error=False):
        return not _far_apart(gold_value, answer_value)
    return _same_equation(gold_value, answer_value)


def _far_apart(gold: Any, answer: Any) -> bool:
    """Return whether the ratio of two values is not one.

    math-verify takes any two for equal that differ by less than 1e-15.

    Variables are given values. What has no number for a value (sets, equations, matrices) is not judged here.
    """
    from sympy import Expr, Float, Rational

    if not isinstance(gold, Expr) or not isinstance(answer, Expr):
        return False
    symbols = sorted(gold.free_symbols | answer.free_symbols, key=str)
    values = {symbol: Rational(1000 + 37 * place, 811 + 13 * place) for place, symbol in enumerate(symbols)}
    try:
        if not symbols and isinstance(difference := (gold.doit() - answer.doit()), Rational):
            return bool(difference != 0)
        one, other = (expression.subs(values).doit().evalf(_DIGITS, strict=True) for expression in (gold, answer))
        largest = max(abs(one), abs(other))
        tolerance = _ROUGH if gold.has(Float) or answer.has(Float) else _FINE
        return bool(abs(one - other) > tolerance * largest)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return False  # Also of an expression that is zero: none of its digits can be had.


def _same_equation(gold: Any, answer: Any) -> bool:
    """Return whether one equation is a multiple of the other, terms on whatever side."""
    from sympy import Eq, simplify

    if not isinstance(gold, Eq) or not isinstance(answer, Eq) or gold.free_symbols != answer.free_symbols:
        return False
    ratio = simplify((gold.lhs - gold.rhs) / (answer.lhs - answer.rhs))
    return bool(ratio.is_number and ratio.is_finite and ratio != 0)


def main() -> None:
    """Serve comparisons until the input ends."""
    import signal

    sys.path.append(sys.argv[1])
    logging.disable(logging.CRITICAL)
    _equal("x^2-1", "(x-1)(x+1)")  # Imports everything that is imported lazily, before files can no longer be had.
    alarm = getattr(signal, "alarm", lambda seconds: None)  # Windows has neither of them
    timer = getattr(signal, "setitimer", lambda which, seconds: None)
    of_processor = getattr(signal, "ITIMER_PROF", 0)
    limit_s = float(sys.argv[3])
    _confine(int(sys.argv[2]))
    print("ready", flush=True)  # noqa: T201 - the protocol
    for line in sys.stdin:
        alarm(_ALARM_S)
        timer(of_processor, limit_s)
        try:
            gold, answer = json.loads(line)
            verdict = _equal(gold, answer)
        except (Exception, RecursionError, MemoryError):  # noqa: BLE001 - whatever sympy raises, they are not equal
            verdict = False
        timer(of_processor, 0)
        alarm(0)
        print(json.dumps(verdict), flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main()
