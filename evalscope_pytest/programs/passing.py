"""Python that has to pass its tests: they run after it, in its own module (docs/design/sandbox.md)."""

from __future__ import annotations

import re
from functools import partial

from ..core.errors import SandboxError
from ..core.values import Sample, Score
from ..sandbox.handle import SandboxHandle
from ..sandbox.protocol import Program, Result
from ..scoring.extract.code import PYTHON, code_of
from ..scoring.protocol import Scorer
from .completion import completed, without_main
from .outcome import limits_for, outcome

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([A-Za-z_][A-Za-z0-9_]{0,60})")


def program_passes(*, completes: bool = False, stops: tuple[str, ...] = ()) -> Scorer:
    """Judge a program by its tests.

    The sample's ``private`` holds the ``tests``; its metadata may name the ``entry_point``, the function they call.

    Args:
        completes: The question is the head of a function: the reply may be its body alone.
        stops: Texts at the beginning of a line where the program is at its end.
    """
    return Scorer(
        "program_passes",
        ("accuracy",),
        partial(_score, completes, stops),
        right_reply=lambda sample: f"```python\n{''.join(sample.targets[:1])}\n```",
        options=f"{completes},{stops}",
        sandboxed=True,
    )


def tested_function(code: str, tests: str) -> str:
    """Return the name of the function in a reference solution that its tests call; empty where they call none."""
    names = re.findall(r"^def (\w+)", code, re.MULTILINE)
    return next((name for name in reversed(names) if f"{name}(" in tests or f"{name} (" in tests), "")


async def _score(
    completes: bool, stops: tuple[str, ...], text: str, sample: Sample, sandbox: SandboxHandle, cpu_s: float | None
) -> Score:
    entry = str(sample.metadata.get("entry_point", ""))
    defines = (f"def {entry}(", f"async def {entry}(", f"class {entry}") if entry else ()
    code = without_main(code_of(text, PYTHON, defines))
    for stop in stops:
        code = f"\n{code}".partition(f"\n{stop}")[0].removeprefix("\n")
    whole = completed(sample.question, code, defines) if completes else code
    tests = sample.private["tests"]
    program = Program(source=whole, tests=tests, limits=limits_for(cpu_s))
    result = await sandbox.run(program)
    await _check_modules(sandbox, result, tests)
    return outcome(result, code, program.limits.cpu_s)


async def _check_modules(sandbox: SandboxHandle, result: Result, tests: str) -> None:
    """A module that the tests need and the sandbox lacks is no fault of the program.

    Raises:
        SandboxError: There is one.
    """
    missing = _MISSING.search(result.stderr) if result.status == "failed" else None
    if missing is None or f"import {missing[1]}" not in tests:
        return
    if not (await sandbox.run(f"import {missing[1]}")).ok:
        raise SandboxError(
            f"the tests import {missing[1]}, which the sandbox ({sandbox.name}) does not have. Install it for this "
            f"interpreter, or name a container image that has it."
        )
