"""The prompts of an installed EvalScope, so that a run can send what it sends: ``--eval-prompts evalscope``.

EvalScope is not imported, which takes seconds and loads torch: its benchmarks' files are parsed, and of what stands
there only constants are followed (names, class attributes, ``+``, ``strip``, ``format``).
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..config.dataset_args import DatasetArgs
from ..core.errors import ConfigError, closest
from .definition import Benchmark

TEMPLATES = ("prompt_template", "few_shot_prompt_template", "system_prompt")
_METHODS = frozenset(("strip", "lstrip", "rstrip", "format", "replace", "join"))
_MULTIPLE_CHOICE = "MultiChoiceAdapter"
_EXEMPLARS = ("utils/multi_choices.py", "FEW_SHOT_TEMPLATE")  # what multiple choice puts before its prompt
_DEEPEST = 20


class UnreadableError(ValueError):
    """A value is not made of constants."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """A benchmark's templates in EvalScope; None where it has none."""

    prompt_template: str | None = None
    few_shot_prompt_template: str | None = None
    system_prompt: str | None = None


def with_evalscope_prompts(benchmark: Benchmark, args: DatasetArgs) -> DatasetArgs:
    """Return a user's changes with EvalScope's templates where the user gives none.

    Raises:
        ConfigError: EvalScope is not installed, does not have the benchmark, or does not write its prompt down.
    """
    found = prompts(benchmark.name)
    if benchmark.prompts and args.prompt_template is None:
        raise _unreadable(benchmark.name, "it makes them in its code, another one for each subset")
    own = benchmark.few_shot.num if benchmark.few_shot else 0
    shots = own if args.few_shot_num is None else args.few_shot_num
    if benchmark.prompt and found.prompt_template is None and args.prompt_template is None:
        raise _unreadable(benchmark.name, "it makes it in its code")
    if shots and "{fewshot}" not in (found.few_shot_prompt_template or "{fewshot}"):
        raise _unreadable(benchmark.name, "its exemplars stand in fields of its own, not in {fewshot}")
    names = TEMPLATES if shots else ("prompt_template", "system_prompt")
    given = {name: getattr(found, name) for name in names if getattr(args, name) is None}
    return replace(args, **{name: value for name, value in given.items() if value is not None})


def prompts(name: str) -> Prompts:
    """Return the templates of a benchmark of EvalScope.

    Raises:
        ConfigError: EvalScope is not installed, does not have the benchmark, or does not write its prompt down.
    """
    root = _root()
    file = _files(root).get(name)
    if file is None:
        raise ConfigError(
            f"prompts: the installed EvalScope has no benchmark {name!r}. {closest(name, _files(root))} Leave the "
            "benchmark out, or set its prompt_template under dataset_args."
        )
    module = _module(root, file)
    try:
        return _read(module, name)
    except UnreadableError as error:
        raise _unreadable(name, f"{file.relative_to(root.parent)}: {error}") from None


def _unreadable(name: str, reason: str) -> ConfigError:
    return ConfigError(
        f"prompts: EvalScope's prompt of {name!r} cannot be read ({reason}). Leave the benchmark out, or set its "
        "prompt_template under dataset_args."
    )


def _root() -> Path:
    """Return the folder of the installed EvalScope, which is looked for and not imported."""
    spec = importlib.util.find_spec("evalscope")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places or not (Path(places[0]) / "benchmarks").is_dir():
        raise ConfigError(
            "prompts: 'evalscope' asks for the prompt templates of an installed EvalScope, and none is installed for "
            "this Python. Install it (pip install evalscope), or leave --eval-prompts out."
        )
    return Path(places[0])


@lru_cache(maxsize=4)
def _files(root: Path) -> dict[str, Path]:
    """Return the file of each benchmark by its name."""
    return {name: file for file in sorted((root / "benchmarks").rglob("*.py")) for name in _names_in(file, root)}


def _names_in(file: Path, root: Path) -> Iterator[str]:
    if "BenchmarkMeta(" not in file.read_text(encoding="utf-8", errors="replace"):
        return
    module = _module(root, file)
    for call in _definitions(module):
        try:
            name = _Reader(module).value(_keywords(call)["name"])
        except (UnreadableError, KeyError):
            continue
        if isinstance(name, str):
            yield name


@dataclass(frozen=True, slots=True)
class _Module:
    """A file of EvalScope, parsed.

    Attributes:
        names: What is assigned, defined or imported at its top.
    """

    root: Path
    file: Path
    tree: ast.Module
    names: Mapping[str, ast.AST]


@lru_cache(maxsize=1024)
def _module(root: Path, file: Path) -> _Module:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        tree = ast.Module([], [])
    names: dict[str, ast.AST] = {}
    for node in tree.body:
        names.update(_bound(node))
    return _Module(root, file, tree, names)


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names a statement binds, each with its value: an expression, a class, or an import."""
    if isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value
    elif isinstance(node, ast.ClassDef):
        yield node.name, node
    elif isinstance(node, ast.ImportFrom):
        yield from ((alias.asname or alias.name, node) for alias in node.names)


def _definitions(module: _Module) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BenchmarkMeta":
            yield node


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _read(module: _Module, name: str) -> Prompts:
    reader = _Reader(module)
    for node in module.tree.body:
        for call in _definitions_of(node):
            given = _keywords(call)
            if "name" in given and reader.value(given["name"]) == name:
                texts = {key: reader.value(given[key]) for key in TEMPLATES if key in given}
                found = Prompts(**{key: text for key, text in texts.items() if isinstance(text, str)})
                return _with_exemplars(module, node, found)
    raise UnreadableError("it is not defined there")


def _definitions_of(node: ast.AST) -> Iterator[ast.Call]:
    for inner in node.decorator_list if isinstance(node, ast.ClassDef) else ():
        for call in ast.walk(inner):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "BenchmarkMeta":
                yield call


def _with_exemplars(module: _Module, node: ast.AST, found: Prompts) -> Prompts:
    """Add what multiple choice puts before a prompt where the benchmark says nothing else."""
    bases = {base.id for base in getattr(node, "bases", ()) if isinstance(base, ast.Name)}
    if found.few_shot_prompt_template or not found.prompt_template or _MULTIPLE_CHOICE not in bases:
        return found
    path, constant = _EXEMPLARS
    shared = _module(module.root, module.root / path)
    if constant not in shared.names:
        raise UnreadableError(f"{path} has no {constant}")
    header = _Reader(shared).value(ast.Name(constant))
    return replace(found, few_shot_prompt_template=f"{header}{found.prompt_template}")


class _Reader:
    """Finds out what an expression of a module comes to."""

    def __init__(self, module: _Module, depth: int = 0) -> None:
        self._module = module
        self._depth = depth
        if depth > _DEEPEST:
            raise UnreadableError("names refer to each other in a circle")

    def value(self, node: ast.AST) -> Any:
        """Return the value of an expression.

        Raises:
            UnreadableError: It is not made of constants.
        """
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self.value(node.left), self.value(node.right)
            if isinstance(left, str) and isinstance(right, str):
                return left + right
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.FormattedValue) else part for part in node.values)
            return "".join(str(self.value(part)) for part in parts)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, (ast.List, ast.Tuple)):
            return [self.value(item) for item in node.elts]
        raise UnreadableError(f"line {getattr(node, 'lineno', '?')} is no constant")

    def _called(self, node: ast.Call) -> str:
        """Return what a method of a text gives."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
            text = self.value(node.func.value)
            arguments = [self.value(argument) for argument in node.args]
            keywords = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
            if isinstance(text, str):
                try:
                    return str(getattr(text, node.func.attr)(*arguments, **keywords))
                except (TypeError, ValueError, LookupError) as error:
                    raise UnreadableError(f"line {node.lineno}: {error}") from error
        raise UnreadableError(f"line {node.lineno} is a call")

    def _named(self, name: str) -> Any:
        bound = self._module.names.get(name)
        if bound is None or isinstance(bound, ast.ClassDef):
            raise UnreadableError(f"{name} is no constant")
        if isinstance(bound, ast.ImportFrom):
            return _Reader(self._imported(bound), self._depth + 1).value(ast.Name(_original(bound, name)))
        return _Reader(self._module, self._depth + 1).value(bound)

    def _attribute(self, node: ast.Attribute) -> Any:
        """Return an attribute of a class, or the value of a member of an enumeration."""
        if node.attr == "value":
            return self.value(node.value)
        if not isinstance(node.value, ast.Name):
            raise UnreadableError(f"line {node.lineno} is no constant")
        module, name = self._module, node.value.id
        bound = module.names.get(name)
        for _ in range(_DEEPEST):
            if not isinstance(bound, ast.ImportFrom):
                break
            module, name = _Reader(module, self._depth + 1)._imported(bound), _original(bound, name)
            bound = module.names.get(name)
        for statement in bound.body if isinstance(bound, ast.ClassDef) else ():
            for key, inner in _bound(statement):
                if key == node.attr:
                    return _Reader(module, self._depth + 1).value(inner)
        raise UnreadableError(f"{node.value.id}.{node.attr} is no constant")

    def _imported(self, node: ast.ImportFrom) -> _Module:
        root, file = self._module.root, self._module.file
        if node.level:
            folder = file.parents[node.level - 1]
            path = folder.joinpath(*(node.module or "").split(".")) if node.module else folder
        else:
            package, _, rest = (node.module or "").partition(".")
            if package != root.name:
                raise UnreadableError(f"{node.module} is another package")
            path = root.joinpath(*rest.split(".")) if rest else root
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return _module(root, candidate)
        raise UnreadableError(f"{node.module} is not there")


def _original(node: ast.ImportFrom, name: str) -> str:
    return next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
