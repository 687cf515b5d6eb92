"""Programs of contests: what they print, or their function returns, is compared outside of the sandbox.

So no program can forge its verdict: what it should answer is nowhere in there. Follows LiveCodeBench's own judge (Jain
et al. 2024, arXiv:2403.07974): lines are compared without blanks around them, numbers by value.
Tests come as LiveCodeBench packs them: base64 of zlib of a pickled text, which is read and never unpickled.
"""

from __future__ import annotations

import base64
import binascii
import json
import pickletools
import secrets
import zlib
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.errors import ScoringError
from ...core.values import Sample, Score
from ...sandbox.protocol import MIB, Program, Result
from ..scorer import Scorer
from .outcome import check_obstacle, limits_for, why
from .python_part import python_of

if TYPE_CHECKING:
    from ...sandbox.pool import SandboxHandle


MOST_BYTES = 1 << 28  # unpacked; the largest tests of the release have a tenth of that
_HEAD_BYTES = 64  # enough to see of what kind the first object is
_HEAD_CHARACTERS = 1 << 10
_BEGINNING = b"\x80"  # of protocol 2 and later ones
_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_AROUND = {"PROTO", "FRAME", "MEMOIZE", "BINPUT", "STOP"}


def check_packed(packed: str) -> None:
    """Look at the beginning of a packed text, so that a wrong one is found before any request is sent.

    Raises:
        ValueError: It is none.
    """
    try:
        start = base64.b64decode(packed[:_HEAD_CHARACTERS].encode("ascii"))
        head = zlib.decompressobj().decompress(start, _HEAD_BYTES)
        names = [code.name for code, _, _ in _operations(head, cut=True)]
    except (binascii.Error, zlib.error, ValueError) as error:
        raise ValueError(f"not base64 of zlib of a pickled text ({error})") from None
    _refuse(set(names) - _STRINGS - _AROUND)


def unpacked(packed: str) -> str:
    """Return the text.

    Raises:
        ValueError: It is not what it should be: another pickle than one of a text, or one of too much.
    """
    try:
        stream = zlib.decompressobj()
        data = stream.decompress(base64.b64decode(packed.encode("ascii"), validate=True), MOST_BYTES)
    except (binascii.Error, zlib.error, UnicodeEncodeError) as error:
        raise ValueError(f"not base64 of zlib ({error})") from None
    if not stream.eof:
        raise ValueError(f"no whole text: cut off, or more than {MOST_BYTES >> 20} MiB when unpacked")
    operations = _operations(data)
    _refuse({code.name for code, _, _ in operations} - _STRINGS - _AROUND)
    texts = [argument for code, argument, _ in operations if code.name in _STRINGS]
    if len(texts) != 1 or not isinstance(texts[0], str):
        raise ValueError(f"a pickle of {len(texts)} texts, not of one")
    return texts[0]


def _operations(data: bytes, *, cut: bool = False) -> list[tuple[pickletools.OpcodeInfo, object, int | None]]:
    if not data.startswith(_BEGINNING):
        raise ValueError("no pickle")
    found = []
    try:
        for operation in pickletools.genops(data):
            found.append(operation)
            if operation[0].name not in _STRINGS | _AROUND:
                break  # refused: no need to read on
    except (ValueError, UnicodeDecodeError) as error:
        if not cut:
            raise ValueError(f"no pickle ({error})") from None
    return found


def _refuse(names: set[str]) -> None:
    if names:
        raise ValueError(f"a pickle that does more than hold a text ({', '.join(sorted(names))}): it is not read")


_MODULES = (
    "string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics", "itertools",
    "functools", "operator", "io", "sys", "json",
)  # fmt: skip
# What the sites of contests, and LiveCodeBench's judge, import beforehand.
_PRELUDE = "\n".join(
    [
        *(f"from {name} import *" for name in (*_MODULES, "builtins", "typing")),
        f"import {', '.join(_MODULES)}",
        "sys.setrecursionlimit(50000)\n",
    ]
)
_CALL = """
def _answer():
    import json, sys
    given = json.loads(sys.stdin.readline())
    home = Solution() if "Solution" in globals() else None
    function = getattr(home, given["function"]) if home is not None else globals()[given["function"]]
    value = function(*given["arguments"])
    sys.stdout.write("\\n" + given["mark"] + json.dumps(value))
_answer()
"""
_MOST_SHOWN = 100


class _Test(NamedTuple):
    given: str
    expected: str


def contest_answer() -> Scorer:
    """Judge a Python program by what it answers to each input, all of which have to be right.

    The sample's ``private`` holds ``public`` and ``packed`` tests, as LiveCodeBench has them; its metadata the
    ``function`` to call, empty for a program that reads its input and prints the answer.
    """
    return Scorer("contest_answer", ("accuracy",), _score, needs=frozenset({"sandbox"}))


async def _score(text: str, sample: Sample, sandbox: SandboxHandle, cpu_s: float | None) -> Score:
    import asyncio

    function = str(sample.metadata.get("function") or "")
    code = python_of(text, ("class Solution", f"def {function}(") if function else (), last=True)
    tests = await asyncio.to_thread(_tests, sample)  # there may be megabytes to unpack
    for number, test in enumerate(tests, 1):
        program, mark = _program(code, function, test, cpu_s)
        result = await sandbox.run(program)
        check_obstacle(result, sandbox)
        reason = why(result, program.limits.cpu_s) or _difference(result, test, mark)
        if reason:
            metadata = {"status": result.status, "test": number, "tests": len(tests)}
            return Score(accuracy=0.0, answer=code, explanation=f"test {number}: {reason}", metadata=metadata)
    return Score(accuracy=1.0, answer=code, metadata={"status": "ok", "tests": len(tests)})


def _tests(sample: Sample) -> list[_Test]:
    try:
        packed = sample.private["packed"]
        private = json.loads(packed) if packed.lstrip().startswith("[") else json.loads(unpacked(packed))
        tests = [_Test(test["input"], test["output"]) for test in (*json.loads(sample.private["public"]), *private)]
    except (ValueError, KeyError, TypeError) as error:
        raise ScoringError(f"the tests of sample {sample.id!r} cannot be read: {error}. Correct the record.") from error
    if not tests:
        raise ScoringError(f"sample {sample.id!r} has no tests. Correct the record.")
    return tests


def _program(code: str, function: str, test: _Test, cpu_s: float | None) -> tuple[Program, str]:
    """Return what is run for one test, and the mark before a function's answer."""
    limits = limits_for(cpu_s, output_bytes=MIB + 2 * len(test.expected))
    source = _with_prelude(code)
    if not function:
        return Program(source=source, stdin=test.given, limits=limits), ""
    mark = secrets.token_hex(8)
    arguments = [json.loads(line) for line in test.given.split("\n")]
    order = json.dumps({"function": function, "arguments": arguments, "mark": mark})
    return Program(source=source, tests=_CALL, stdin=order, limits=limits), mark


def _with_prelude(code: str) -> str:
    """Return a program behind what it may take for imported; imports from the future have to stay the first."""
    lines = code.split("\n")
    future = [line for line in lines if line.startswith("from __future__ ")]
    return "\n".join([*future, _PRELUDE, *(line for line in lines if line not in future)])


def _difference(result: Result, test: _Test, mark: str) -> str:
    """Return what is wrong with an answer; empty when nothing is."""
    if not mark:
        return _different_lines(_lines(result.stdout), _lines(test.expected))
    try:
        value = json.loads(result.stdout.rpartition(mark)[2])
    except (ValueError, RecursionError):
        return "its answer cannot be read"
    expected = json.loads(test.expected)
    return "" if value == expected else f"{_shown(value)} in place of {_shown(expected)}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _different_lines(printed: Sequence[str], expected: Sequence[str]) -> str:
    if len(printed) != len(expected):
        return f"{len(printed)} lines in place of {len(expected)}"
    for line, right in zip(printed, expected, strict=True):
        if line != right and _numbers(line) != _numbers(right, other=()):
            return f"{_shown(line)} in place of {_shown(right)}"
    return ""


def _numbers(line: str, other: Any = None) -> Any:
    """Return the numbers of a line, or ``other`` if not all of it is numbers."""
    try:
        numbers = [Decimal(word) for word in line.split()]
    except InvalidOperation:
        return other
    return numbers if all(number.is_finite() for number in numbers) else other


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
