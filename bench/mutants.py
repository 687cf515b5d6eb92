"""Breaks the package in small ways, one at a time, and runs the tests of the room that was broken.

    python bench/mutants.py [--count 60] [--seed 1] [--rooms engine store scoring report judge] [--limit 300]

Each mutant is made in a temporary copy of the repository: a comparison flipped, a number off by one, a condition
negated, ``and`` for ``or``, a statement removed, two arguments swapped. The test files that name the broken module run
first, then the rest of the room's tests. A mutant that no test notices is a survivor and is printed with its change;
some survivors are equivalent to the original. Tests that fail without a mutant are left out. A run beyond the time
limit counts as noticed and is marked, since a busy machine may be the cause. Ends with 1 when more than ``--most`` of
the mutants survive (by default 10 %).
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

REPO = Path(__file__).resolve().parent.parent
ROOMS = ("engine", "store", "scoring", "report", "judge")
COPIED = ("evalscope_pytest", "suites", "tests", "bench", "docs", "conftest.py", "pytest.ini", "pyproject.toml")
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


class Mutant(NamedTuple):
    """One change of one expression or statement."""

    file: str
    kind: str
    node: ast.expr | ast.stmt
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.node.lineno}"


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of a file."""
    for node in _code(ast.parse(source)):
        for kind, text in _changes(node):
            yield Mutant(file, kind, node, text)


def mutated(source: str, mutant: Mutant) -> str:
    """Return the source with the mutant's change; positions of the syntax tree count bytes."""
    lines = source.encode().splitlines(keepends=True)
    node = mutant.node
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    before = b"".join(lines[: node.lineno - 1]) + lines[node.lineno - 1][: node.col_offset]
    after = lines[node.end_lineno - 1][node.end_col_offset :] + b"".join(lines[node.end_lineno :])
    return (before + mutant.text.encode() + after).decode()


def _code(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Yield what runs: no annotations, decorators, docstrings, imports, f-strings or log lines."""
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom) or _is_log(node) or _is_for_types(node):
        return
    if isinstance(node, ast.expr | ast.stmt):
        yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _code(child)


def _is_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith("log.")


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Compare):
        changed = copy.deepcopy(node)
        changed.ops[0] = FLIPPED[type(node.ops[0])]()
        yield "comparison", f"({ast.unparse(changed)})"
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield "off by one", str(node.value + 1)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negation", f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.IfExp):
        yield "negation", f"({ast.unparse(ast.IfExp(node.test, node.orelse, node.body))})"
    elif isinstance(node, ast.Call) and _can_swap(node):
        swapped = ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
        yield "swapped arguments", ast.unparse(swapped)
    elif isinstance(node, ast.AugAssign | ast.Continue | ast.Break) or _is_call(node):
        yield "removed statement", "pass"


def _can_swap(call: ast.Call) -> bool:
    """Return whether a swap says something of the tests: with `isinstance` every test would notice."""
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    return len(call.args) > 1 and not starred and ast.unparse(call.func) != "isinstance"


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await)


def chosen(rooms: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """Return mutants drawn by the seed, the same number of each room."""
    chance, found = random.Random(seed), []
    for room in rooms:
        of_room: list[Mutant] = []
        for path in sorted((REPO / "evalscope_pytest" / room).rglob("*.py")):
            of_room += mutants(path.relative_to(REPO).as_posix(), path.read_text(encoding="utf-8"))
        found += chance.sample(of_room, -(-count // len(rooms)))
    return found[:count]


class Tests:
    """The tests, in a copy of the repository."""

    def __init__(self, folder: Path, limit_s: float) -> None:
        self.folder, self.limit_s = folder, limit_s
        self._broken: dict[str, list[str]] = {}
        for name in COPIED:
            origin = REPO / name
            if origin.is_dir():
                shutil.copytree(origin, folder / name, ignore=shutil.ignore_patterns("__pycache__", "outputs"))
            elif origin.exists():
                shutil.copy(origin, folder / name)

    def verdict(self, mutant: Mutant) -> str:
        """Return what comes of the tests once the mutant is in place: ``noticed``, ``timeout`` or ``SURVIVED``."""
        path = self.folder / mutant.file
        original = path.read_text(encoding="utf-8")
        room = mutant.file.split("/")[1]
        broken = self._failing_anyway(room)
        path.write_text(mutated(original, mutant), encoding="utf-8")
        try:
            if any(self._fail(files, broken) for files in self._stages(mutant.file, room)):
                return "noticed"
        except subprocess.TimeoutExpired:
            return "timeout"
        finally:
            path.write_text(original, encoding="utf-8")
        return "SURVIVED"

    def _stages(self, file: str, room: str) -> Iterator[list[str]]:
        """Yield the test files that name the module, then the others of the room."""
        name = re.compile(rf"\b{re.escape(Path(file).stem)}\b")
        files = sorted((self.folder / "tests" / room).rglob("test_*.py"))
        near = [f for f in files if name.search(f.read_text(encoding="utf-8"))]
        yield from ([str(f) for f in stage] for stage in (near, [f for f in files if f not in near]) if stage)

    def _failing_anyway(self, room: str) -> list[str]:
        if room not in self._broken:
            output = self._pytest([f"tests/{room}"], ["-rfE"], limit_s=10 * self.limit_s).stdout
            self._broken[room] = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output, re.MULTILINE)
        return self._broken[room]

    def _fail(self, files: list[str], broken: list[str]) -> bool:
        """Return whether a test fails.

        Raises:
            subprocess.TimeoutExpired: The tests take too long.
        """
        done = self._pytest(files, ["-x", *(f"--deselect={t}" for t in broken)], self.limit_s)
        # 5: nothing was collected, since all tests of these files fail without the mutant too.
        return done.returncode not in (0, 5)

    def _pytest(self, files: list[str], options: list[str], limit_s: float) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "--tb=no", "-p", "no:cacheprovider", *options, *files]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        # A file instead of pipes, and a session: what the tests have started neither outlives them nor holds a pipe.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            child = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=output, stderr=output, start_new_session=True
            )
            try:
                code = child.wait(limit_s)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            output.seek(0)
            return subprocess.CompletedProcess(command, code, output.read())


def main() -> int:
    """Run the mutants and print the survivors."""
    parser = argparse.ArgumentParser(description="Mutation testing of some rooms.")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", default=ROOMS)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for the tests of one mutant")
    parser.add_argument("--most", type=float, default=0.1, help="share of mutants that may survive")
    arguments = parser.parse_args()
    drawn = chosen(arguments.rooms, arguments.count, arguments.seed)
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tests = Tests(Path(folder), arguments.limit)
        for mutant in drawn:
            verdict = tests.verdict(mutant)
            survivors += verdict == "SURVIVED"
            print(f"{verdict:<8} {mutant.place} {mutant.kind}", flush=True)
            if verdict == "SURVIVED":
                print(f"    - {ast.unparse(mutant.node)}\n    + {mutant.text}", flush=True)
    print(f"{survivors} of {len(drawn)} survived")
    return int(survivors > arguments.most * len(drawn))


if __name__ == "__main__":
    sys.exit(main())
