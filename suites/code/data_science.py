"""DS-1000: finding the missing lines in a reply, and running them in the program of their problem.

Each problem brings its own test program, ``code_context``: ``test_execution(code)`` runs the lines and compares, and
``test_string(code)``, which some have, looks at how they are written. Its end is proven to the sandbox: lines that end
the process pass nothing.
"""

from __future__ import annotations

import re
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.sandbox import Program
from evalscope_pytest.sandbox.protocol import MIB
from evalscope_pytest.scoring.programs.outcome import check_obstacle, limits_for, outcome
from evalscope_pytest.scoring.programs.passing import check_modules
from evalscope_pytest.scoring.programs.python_part import python_of
from evalscope_pytest.scoring.read.visible import visible

_CPU_S = 120.0
_MEMORY = 8192 * MIB  # of address space, which PyTorch and TensorFlow reserve
_OUTPUT = 8 * MIB
_OPEN, _CLOSE = re.compile(r"<code>", re.IGNORECASE), re.compile(r"</code>", re.IGNORECASE)
_END = re.compile(r"^[ \t#]{0,40}(?:END SOLUTION|SOLUTION END)\b", re.MULTILINE)
_BEGIN = re.compile(r"^[ \t#]{0,40}BEGIN SOLUTION[ \t]{0,40}$", re.MULTILINE)


def missing_lines_pass() -> Scorer:
    """Judge lines by the test program in the sample's ``private``, its ``context``."""
    return Scorer(
        "missing_lines_pass",
        ("accuracy",),
        _score,
        ideal_reply=lambda sample: f"<code>\n{sample.targets[0]}\n</code>",
        needs=frozenset({"sandbox"}),
    )


async def _score(text: str, sample: Sample, sandbox: Any, cpu_s: float | None) -> Score:
    code, context = lines_of(text), sample.private["context"]
    tests = f"code = {code!r}\ntest_execution(code)\n" + ("test_string(code)\n" if "test_string(" in context else "")
    limits = limits_for(cpu_s or _CPU_S, memory_bytes=_MEMORY, output_bytes=_OUTPUT)
    result = await sandbox.run(Program(source=context, tests=tests, limits=limits))
    check_obstacle(result, sandbox)
    await check_modules(sandbox, result, context, limits)
    return outcome(result, code, limits.cpu_s)


def lines_of(text: str) -> str:
    """Return the lines in a reply: the last between ``<code>`` tags, else those of its last block, else its code."""
    reply = visible(text)
    tagged = [piece for piece in map(_until_end, _OPEN.split(reply)[1:]) if piece.strip()]
    if tagged:
        code = tagged[-1]
    else:
        begun = _BEGIN.split(reply)
        code = _until_end(begun[-1] if begun[-1].strip() else reply)
    if tagged and "```" not in code:
        return code.strip("\n")
    return python_of(code, last=True).strip("\n")


def _until_end(text: str) -> str:
    """Return a text up to the mark that ends a solution."""
    return _END.split(_CLOSE.split(text, maxsplit=1)[0], maxsplit=1)[0]
