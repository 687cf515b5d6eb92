"""Scorers that can be killed: an author's own function, run in a process of the sandbox with a time limit."""

from __future__ import annotations

import ast
import inspect
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from ..core.canonical import digest
from ..core.errors import ConfigError, ScoringError
from ..core.values import Sample, Score
from ..sandbox.choice import choose
from ..sandbox.engine import SandboxChoice
from ..sandbox.pool import Pool, processors
from ..sandbox.protocol import Limits, Program, Result
from .scorer import Scorer

ScoreFunction = Callable[[str, Any], Any]

_CALL = """
if __name__ == "__main__":
    import json as _json, sys as _sys, types as _types
    _given = _json.loads(_sys.stdin.buffer.read())
    _value = {function}(_given["text"], _types.SimpleNamespace(**_given["sample"]))
    print("\\n" + _json.dumps(_value))
"""


def isolated(function: ScoreFunction, *, cpu_s: float = 5.0, metrics: tuple[str, ...] = ("accuracy",)) -> Scorer:
    """Make a scorer of a function whose work may hang or grow without bound, such as a regular expression.

    ``scorer=isolated(my_function)``, and ``my_function(text, sample)`` returns a number or a bool, or a mapping of
    metrics. Its source is sent: the function and what it uses from its file (imports, functions,
    constants). ``sample`` has ``input``, ``target``, ``targets``, ``choices`` and ``metadata``. A call that takes
    longer than ``cpu_s`` CPU seconds is ended, and the sample is an error.

    Raises:
        ConfigError: It is not a plain function of a file.
    """
    source = _source_of(function)
    name = function.__name__
    return Scorer(
        name,
        metrics,
        partial(_score, name, source, Limits(cpu_s=cpu_s)),
        options=digest("isolated", source, cpu_s),
    )


@cache
def _pool() -> Pool:
    """Return this process's pool. The code is the author's own: if nothing isolates, it need only be killable."""
    return Pool(choose(SandboxChoice(), allow_unsafe=True), processors())


def _score(name: str, source: str, limits: Limits, text: str, sample: Sample) -> Awaitable[Score]:
    given = {
        "input": sample.question,
        "target": sample.target,
        "targets": sample.targets,
        "choices": sample.choices,
        "metadata": dict(sample.metadata),
    }
    order = json.dumps({"text": text, "sample": given})
    return _finished(name, Program(source=source, stdin=order, limits=limits))


async def _finished(name: str, program: Program) -> Score:
    result = await _pool().run(program)
    if result.status == "timeout":
        raise ScoringError(f"scorer {name} took longer than {program.limits.cpu_s:g} CPU seconds")
    if not result.ok:
        last = result.stderr.strip().splitlines()[-1:]
        raise ScoringError(f"scorer {name} failed: {result.status} {''.join(last)}".rstrip())
    return _score_of(name, result)


def _score_of(name: str, result: Result) -> Score:
    value = json.loads(result.stdout.strip().splitlines()[-1])
    if isinstance(value, Mapping):
        return Score.of(value)
    if isinstance(value, (bool, int, float)) and math.isfinite(value):
        return Score(accuracy=value)
    raise ScoringError(f"scorer {name} returned {value!r}. Return a number, a bool, or a mapping of metrics.")


def _source_of(function: ScoreFunction) -> str:
    """Return a program: the function, what it uses from its file, and a call."""
    name = getattr(function, "__name__", "")
    file = inspect.getsourcefile(function) if inspect.isfunction(function) else None
    if not file or not name.isidentifier() or "." in function.__qualname__:
        raise ConfigError(f"isolated() takes a plain function of a file, not {function!r}. Write it with def, outside.")
    tree = _Unannotated().visit(ast.parse(Path(file).read_text(encoding="utf-8")))
    defined = _definitions(tree)
    wanted, waiting = set[int](), [name]
    while waiting:
        for number in defined.get(waiting.pop(), ()):
            if number not in wanted:
                wanted.add(number)
                waiting += [n.id for n in ast.walk(tree.body[number]) if isinstance(n, ast.Name)]
    parts = [ast.unparse(tree.body[number]) for number in sorted(wanted)]
    return "\n".join(["from __future__ import annotations", *parts, _CALL.format(function=name)])


class _Unannotated(ast.NodeTransformer):
    """Drops what only type checkers read, which may name what the sandbox does not have."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Drop an argument's type."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop the type of what a function returns."""
        node.returns = None
        return self.generic_visit(node)


def _definitions(tree: ast.Module) -> dict[str, list[int]]:
    """Return which statements of a file define each of its names."""
    found: dict[str, list[int]] = {}
    for number, statement in enumerate(tree.body):
        for name in _names(statement):
            found.setdefault(name, []).append(number)
    return found


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        return [] if future else [(a.asname or a.name).partition(".")[0] for a in statement.names]
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    return []
