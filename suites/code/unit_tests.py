"""BigCodeBench: a program and the unit tests of its task, in one module, as the authors run them.

The tests' exit status says nothing: a program can end the process, or replace the runner. The runner here is loaded
anew once the program has run, counts the tests of the record, and its end is proven to the sandbox.
"""

from __future__ import annotations

import ast
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import ConfigError, closest
from evalscope_pytest.sandbox import Program
from evalscope_pytest.sandbox.protocol import MIB
from evalscope_pytest.scoring.programs.outcome import check_obstacle, limits_for, outcome
from evalscope_pytest.scoring.programs.passing import check_modules
from evalscope_pytest.scoring.programs.python_part import completed, python_of

SPLITS = ("instruct", "complete")
_CPU_S = 240.0
_MEMORY = 4096 * MIB
_OUTPUT = 8 * MIB

# The program may have changed the modules it found, or left some in the working directory.
_LOAD = """
import os as _os, sys as _sys
for _name in [name for name in _sys.modules if name.partition(".")[0] == "unittest"]:
    del _sys.modules[_name]
_path, _here = list(_sys.path), _os.path.realpath(_os.getcwd())
_sys.path[:] = [one for one in _path if not (_os.path.realpath(one or ".") + "/").startswith(_here + "/")]
import unittest, unittest.mock
_unittest = unittest
_sys.path[:] = _path
"""
_RUN = """
def _run():
    result = _unittest.TestResult()
    _unittest.TestLoader().loadTestsFromTestCase(TestCases).run(result)
    wrong = [*result.failures, *result.errors]
    if wrong:
        test, trace = wrong[0]
        raise AssertionError(f"{test}: {trace.strip().splitlines()[-1]}")
    if result.unexpectedSuccesses or result.testsRun < COUNT:
        raise AssertionError(f"{result.testsRun} of COUNT tests ran")
_run()
"""


def check_split(split: Any) -> None:
    """Refuse an unknown kind of prompt.

    Raises:
        ConfigError: It is neither of the two.
    """
    if split not in SPLITS:
        raise ConfigError(f"split: {split!r} in extra_params of bigcodebench. {closest(str(split), SPLITS)}")


def unit_tests_pass() -> Scorer:
    """Judge a program by the ``tests`` in the sample's ``private``, a class ``TestCases``.

    ``head`` there is put before the program (and completed by a reply that is a body alone), ``begun`` before a body
    alone. The metadata names the ``entry_point``.
    """
    return Scorer("unit_tests_pass", ("accuracy",), _score, ideal_reply=_ideal_reply, needs=frozenset({"sandbox"}))


def _ideal_reply(sample: Sample) -> str:
    begun = sample.private["begun"] or sample.private["head"]
    return f"```python\n{begun}{sample.targets[0]}\n```"


async def _score(text: str, sample: Sample, sandbox: Any, cpu_s: float | None) -> Score:
    entry, tests, head = sample.metadata["entry_point"], sample.private["tests"], sample.private["head"]
    defines = (f"def {entry}(", f"async def {entry}(", f"class {entry}", f"{entry} = ")
    code = python_of(text, defines)
    if not head and not any(line.startswith(defines) for line in code.split("\n")):
        head = sample.private["begun"]
    whole = completed(head, code, defines) if head else code
    limits = limits_for(cpu_s or _CPU_S, memory_bytes=_MEMORY, output_bytes=_OUTPUT)
    result = await sandbox.run(Program(source=whole or "\n", tests=with_runner(tests), limits=limits))
    check_obstacle(result, sandbox)
    await check_modules(sandbox, result, tests, limits)
    return outcome(result, code, limits.cpu_s)


def with_runner(tests: str) -> str:
    """Return a record's tests with what runs them; they end in an error unless all of them pass."""
    return f"{_LOAD}\n{tests}\n{_RUN.replace('COUNT', str(_count(tests)))}"


def _count(tests: str) -> int:
    """Return the number of test methods of the class ``TestCases``; at least one."""
    try:
        body = ast.parse(tests).body
    except (SyntaxError, ValueError):
        return 1
    classes = [node for node in body if isinstance(node, ast.ClassDef) and node.name == "TestCases"]
    methods = [
        n for n in (classes[-1].body if classes else ()) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return max(1, len({method.name for method in methods if method.name.startswith("test")}))
