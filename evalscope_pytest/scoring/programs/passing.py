"""Python that has to pass its tests: they run apart from it, or else in its own module (docs/design/sandbox.md)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import SandboxError
from ...core.values import Sample, Score
from ...sandbox.protocol import Limits, Program, Result
from ..read.visible import visible
from ..scorer import Scorer
from .outcome import check_obstacle, limits_for, outcome
from .python_part import before_line, completed, python_of, set_apart

if TYPE_CHECKING:
    from ...sandbox.pool import SandboxHandle

_NOT_LOADED = re.compile(r"\b(?:ModuleNotFound|Import|Permission|OS)Error\b")
_IMPORTED = re.compile(r"^[ \t]{0,80}(?:import|from)[ \t]+([A-Za-z_][A-Za-z0-9_]{0,60})", re.MULTILINE)


class _Reading(NamedTuple):
    """Reader of a reply; see `program_passes`."""

    completes: bool
    begin: str
    end: str
    stop: str


def program_passes(*, completes: bool = False, marks: tuple[str, str] = ("", ""), stop: str = "") -> Scorer:
    """Judge a program by its tests.

    The sample's ``private`` holds the ``tests``; its metadata may name the ``entry_point``, the function they call.

    Args:
        completes: The question is the head of a function: the reply may be its body alone.
        marks: Marks before and after a program, if the prompt's exemplars have such marks.
        stop: Beginnings of a line after the end of the program.
    """
    return Scorer(
        "program_passes",
        ("accuracy",),
        partial(_score, _Reading(completes, *marks, stop)),
        ideal_reply=lambda sample: f"```python\n{''.join(sample.targets[:1])}\n```",
        options=f"{completes},{marks},{stop}",
        needs=frozenset({"sandbox"}),
    )


def called_function(code: str, tests: str) -> str:
    """Return the name of the function in a reference solution that its tests call; empty if they call none."""
    names = re.findall(r"^def (\w+)", code, re.MULTILINE)
    return next((name for name in reversed(names) if f"{name}(" in tests or f"{name} (" in tests), "")


async def _score(reading: _Reading, text: str, sample: Sample, sandbox: SandboxHandle, cpu_s: float | None) -> Score:
    entry = str(sample.metadata.get("entry_point", ""))
    defines = (f"def {entry}(", f"async def {entry}(", f"class {entry}", f"{entry} = ") if entry else ()
    reply = _between(visible(text), reading.begin, reading.end)
    code = before_line(python_of(reply, defines), (reading.stop,) if reading.stop else ())
    whole = completed(sample.question, code, defines) if reading.completes else code
    tests = sample.private["tests"]
    head = sample.question if reading.completes else ""
    apart = set_apart(tests, entry, head, "".join(sample.targets[:1]))
    limits = limits_for(cpu_s)
    result = await sandbox.run(Program(source=whole, tests=apart or tests, apart=bool(apart), limits=limits))
    if result.obstacle == "unplain":
        apart = ""
        result = await sandbox.run(Program(source=whole, tests=tests, limits=limits))
    check_obstacle(result, sandbox)
    await check_modules(sandbox, result, tests)
    return outcome(result, code, limits.cpu_s, compared="outside" if apart else "inside")


def _between(text: str, begin: str, end: str) -> str:
    """Return the text before the first ``end``, and behind ``begin`` if that is there."""
    before = text.partition(end)[0] if end else text
    return before.rpartition(begin)[2] if begin else before


async def check_modules(sandbox: SandboxHandle, result: Result, tests: str, limits: Limits | None = None) -> None:
    """Check that the sandbox has the modules that the tests import: a missing one is not the program's fault.

    Args:
        limits: Those of the program, if its modules take more than usual.

    Raises:
        SandboxError: One is missing, or cannot be loaded.
    """
    if result.status != "failed" or not _NOT_LOADED.search(result.stderr):
        return
    for name in dict.fromkeys(_IMPORTED.findall(tests)):
        if not (await sandbox.run(f"import {name}", limits=limits or Limits())).ok:
            raise SandboxError(
                f"the tests import {name}, which the sandbox ({sandbox.name}) does not have. Install it for this "
                f"interpreter, or name a container image that has it."
            )
