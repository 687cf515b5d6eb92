"""SciCode: the requests for the steps of a problem, and the tests of each step's function.

Comparison follows the authors' ``cmp.py`` and ``parse.py``: numbers by ``numpy.allclose``, symbols by their names,
sparse matrices by their dense form, tuples and lists member by member. Expected values are read in a program of their
own, and reach a step's process behind its code, with the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import NoDataError, SandboxError
from evalscope_pytest.sandbox import Limits, Program
from evalscope_pytest.sandbox.protocol import MIB
from evalscope_pytest.scoring.programs.outcome import check_obstacle, limits_for, why
from evalscope_pytest.scoring.programs.passing import check_modules
from evalscope_pytest.scoring.programs.python_part import python_of

METRICS = ("main_problem_pass_rate", "subproblem_pass_rate")
_FILE = "test_data.h5"
_CPU_S = 300.0
_MEMORY = 4096 * MIB
_OUTPUT = 64 * MIB

_SYSTEM = """\
You solve a problem of scientific computing step by step. Each step is a Python function, which may call those of \
earlier steps.

For every step you get its description, the head of the function and its return line{more}. Use that head and that \
return line.

The functions may use these imports, which are there already; write no import of your own:

{{required_dependencies}}

{rule}Reply to each step with its function in a ```python block.
"""
_PROMPT = """\
Write the function of this step. Earlier functions are there; write no imports.

# Step

{step_description_prompt}

# Head of the function

{function_header}

# Return line

{return_line}
"""
_BACKGROUND = "\n# Background\n\n{step_background}\n"
_END = "\nReply with the function in a ```python block.\n"

# Prints the values of a step, pickled; run in a jail that sees the file, which no program of a model does.
READ = """
import base64, json, pickle, sys
import h5py, scipy.sparse


def plain(value):
    return value.decode() if isinstance(value, bytes) else value


def sparse(group):
    data, shape = group["data"][()], tuple(group["shape"][()])
    if "row" in group:
        return scipy.sparse.coo_matrix((data, (group["row"][()], group["col"][()])), shape=shape)
    parts = (data, group["indices"][()], group["indptr"][()])
    if "blocksize" in group:
        return scipy.sparse.bsr_matrix(parts, shape=shape, blocksize=tuple(group["blocksize"][()]))
    return scipy.sparse.csr_matrix(parts, shape=shape)


def number(key):
    try:
        return float(key)
    except ValueError:
        return key


def value_of(item):
    if isinstance(item, h5py.Dataset):
        return plain(item[()])
    first = next(iter(item.keys()))
    if first == "list":
        return [plain(member[()]) for member in item["list"].values()]
    if first == "sparse_matrix":
        return sparse(item["sparse_matrix"])
    found = {}
    for key, member in item.items():
        if isinstance(member, h5py.Group):
            found[key] = sparse(member["sparse_matrix"])
        else:
            content = plain(member[()])
            found[key if isinstance(content, str) else number(key)] = content
    return found


given = json.load(sys.stdin)
values = []
with h5py.File(given["file"], "r") as file:
    for test in range(given["tests"]):
        members = [value_of(item) for item in file[f"{given['step']}/test{test + 1}"].values()]
        values.append(members[0] if len(members) == 1 else tuple(members))
print(base64.b64encode(pickle.dumps(values)).decode())
"""
# What tests import as `scicode.compare.cmp`.
COMPARE = """
import sys as _sys, types as _types


def _comparisons():
    def name(one):
        kind = type(one)
        return str(one) if kind.__name__ == "Symbol" and kind.__module__.startswith("sympy") else one

    def dense(value):
        return value.toarray() if hasattr(value, "toarray") else value

    def close(one, other, **tolerance):
        import numpy

        if isinstance(one, (str, bool)):
            return one == other
        try:
            return bool(numpy.allclose(dense(one), dense(other), **tolerance))
        except ValueError:
            return bool(one == other)

    def are_dicts_close(dict1, dict2, atol=1e-8, rtol=1e-5):
        one, other = ({name(key): name(value) for key, value in d.items()} for d in (dict1, dict2))
        return one.keys() == other.keys() and all(close(one[k], other[k], atol=atol, rtol=rtol) for k in one)

    def cmp_tuple_or_list(var1, var2):
        pairs = zip(var1, var2)
        alike = (are_dicts_close(a, b) if isinstance(a, dict) else close(a, b) for a, b in pairs)
        return len(var1) == len(var2) and all(alike)

    def are_csc_matrix_close(matrix1, matrix2):
        return close(matrix1, matrix2)

    return are_dicts_close, cmp_tuple_or_list, are_csc_matrix_close


are_dicts_close, cmp_tuple_or_list, are_csc_matrix_close = _comparisons()
for _name in ("scicode", "scicode.compare", "scicode.compare.cmp"):
    _sys.modules[_name] = _types.ModuleType(_name)
for _function in (are_dicts_close, cmp_tuple_or_list, are_csc_matrix_close):
    setattr(_sys.modules["scicode.compare.cmp"], _function.__name__, _function)
import base64 as _base64, pickle as _pickle
"""


def with_values(read: Any, subset: str, params: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield the records, each with the path of the file of expected ``values``.

    Raises:
        NoDataError: The file is not there.
    """
    found = read.files(_FILE)
    if not found:
        raise NoDataError(f"scicode has no {_FILE}. Lay that of the release beside the records.")
    for record in read.rows():
        yield {**record, "values": str(found[_FILE].resolve())}


def prompts(background: bool) -> dict[str, str]:
    """Return the templates of the system message and of a step's request."""
    more = ", and the scientific background" if background else ""
    rule = "" if background else "Begin each function with a comment on the scientific background that it takes. "
    system = _SYSTEM.format(more=more, rule=rule)
    return {"system_prompt": system, "prompt": f"{_PROMPT}{_BACKGROUND if background else ''}{_END}"}


def sample_of(record: Mapping[str, Any]) -> Sample:
    """Return a problem, whose question is its first step."""
    steps, given = record["sub_steps"], record["required_dependencies"]
    metadata = {**_texts(steps[0]), "required_dependencies": given, "sub_steps": steps}
    private = {"values": record["values"]}
    return Sample(steps[0]["step_description_prompt"], id=str(record["problem_id"]), metadata=metadata, private=private)


def steps_of(sample: Sample) -> list[Sample]:
    """Return a sample for each step of a problem, with the texts that the templates name."""
    steps = sample.metadata["sub_steps"]
    return [
        replace(sample, input=step["step_description_prompt"], metadata={**sample.metadata, **_texts(step)})
        for step in steps
    ]


def _texts(step: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, text in step.items() if isinstance(text, str)}


def steps_pass() -> Scorer:
    """Judge the functions of all steps by the ``test_cases`` of the sample's ``sub_steps``."""
    return Scorer("steps_pass", METRICS, _score, needs=frozenset({"sandbox"}), several=True)


async def _score(texts: Sequence[str] | str, sample: Sample, sandbox: Any, cpu_s: float | None) -> Score:
    replies, steps = [texts] if isinstance(texts, str) else list(texts), sample.metadata["sub_steps"]
    programs = [python_of(text, _defines(step["function_header"])) for text, step in zip(replies, steps, strict=False)]
    limits = limits_for(cpu_s or _CPU_S, memory_bytes=_MEMORY, output_bytes=_OUTPUT)
    told = {}
    for number, step in enumerate(steps[: len(programs)], 1):
        code = "\n".join([sample.metadata["required_dependencies"], *programs[:number]])
        tests = await _tests(step, sample.private["values"], sandbox, limits)
        result = await sandbox.run(Program(source=code, tests=tests, limits=limits))
        check_obstacle(result, sandbox)
        await check_modules(sandbox, result, sample.metadata["required_dependencies"], limits)
        told[step["step_number"]] = why(result, limits.cpu_s) if not result.ok else "passed"
    passed = sum(found == "passed" for found in told.values())
    values = {METRICS[0]: float(passed == len(steps)), METRICS[1]: passed / len(steps)}
    metadata = {"steps": told, "weights": {METRICS[1]: len(steps)}}
    return Score.of(values, answer="\n\n".join(programs), metadata=metadata)


def _defines(head: str) -> tuple[str, ...]:
    """Return the beginnings of a line that defines what a step is about."""
    lines = (line.strip() for line in head.split("\n"))
    first = next((line for line in lines if line.startswith(("def ", "class ", "async def "))), "")
    name = first.partition("(")[0].partition(":")[0]
    return (f"{name}(", f"{name}:", f"{name} ") if name else ()


async def _tests(step: Mapping[str, Any], file: str, sandbox: Any, limits: Limits) -> str:
    """Return the tests of a step with the values they compare with.

    Raises:
        SandboxError: The values cannot be read.
    """
    cases = step["test_cases"]
    order = json.dumps({"file": file, "step": step["step_number"], "tests": len(cases)})
    result = await sandbox.seeing(file).run(READ, stdin=order, limits=limits)
    if not result.ok:
        raise SandboxError(f"the values of step {step['step_number']} in {file} cannot be read: {why(result, 0)}")
    lines = [COMPARE, f"targets = _pickle.loads(_base64.b64decode({result.stdout.strip()!r}))"]
    for number, case in enumerate(cases):
        lines += [f"target = targets[{number}]", case]
    return "\n".join(lines)
