"""The prompts of an installed EvalScope, so that a run can send what it sends: ``--eval-prompts evalscope``.

EvalScope is not imported, which takes seconds and loads torch: the files of its benchmarks are parsed
(`evalscope_adapter`).
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..config.schema import DatasetArgs
from ..core.errors import ConfigError, closest
from .definition import Benchmark
from .evalscope_adapter import TEMPLATES, Adapter, Module, Reader, UnreadableError, parse_file

_CHOICE = "{letter}) {text}"  # an option in an exemplar
_BARE = "{question}"
_EXEMPLARS = ("utils/multi_choices.py", "FEW_SHOT_TEMPLATE")  # what multiple choice puts before its prompt


@dataclass(frozen=True, slots=True)
class Prompts:
    """A benchmark's templates in EvalScope.

    Attributes:
        prompt_template: None if it has none, like the next two.
        shot: Template of one exemplar; None if EvalScope computes it, and this project's form is used.
        in_question: The question that the template names is a whole prompt, which EvalScope's code makes.
    """

    prompt_template: str | None = None
    few_shot_prompt_template: str | None = None
    system_prompt: str | None = None
    shot: str | None = None
    in_question: bool = False


def with_evalscope_prompts(benchmark: Benchmark, args: DatasetArgs) -> tuple[Benchmark, DatasetArgs]:
    """Return a benchmark and a user's changes to it with EvalScope's templates, except for those that the user gives.

    Raises:
        ConfigError: EvalScope is not installed, does not have the benchmark, or computes its prompt.
    """
    found = prompts(benchmark.name, {**benchmark.extra_params, **(args.extra_params or {})})
    if benchmark.prompts and args.prompt_template is None:
        raise _unreadable(benchmark.name, "it makes them in its code, another one for each subset")
    own = benchmark.few_shot.num if benchmark.few_shot else 0
    shots = own if args.few_shot_num is None else args.few_shot_num
    made = found.prompt_template is None or found.in_question
    if benchmark.prompt and made and args.prompt_template is None:
        raise _unreadable(benchmark.name, "it makes it in its code")
    if shots and "{fewshot}" not in (found.few_shot_prompt_template or "{fewshot}"):
        raise _unreadable(benchmark.name, "its exemplars stand in fields of its own, not in {fewshot}")
    names = TEMPLATES if shots else ("prompt_template", "system_prompt")
    given = {name: getattr(found, name) for name in names if getattr(args, name) is None}
    args = replace(args, **{name: value for name, value in given.items() if value is not None})
    few_shot = benchmark.few_shot
    if few_shot and not few_shot.file and found.shot is not None:
        benchmark = replace(benchmark, few_shot=replace(few_shot, shot=found.shot, choice=_CHOICE))
    return benchmark, args


def prompts(name: str, params: Mapping[str, Any] | None = None) -> Prompts:
    """Return the templates that a benchmark of EvalScope uses with ``params``, its ``extra_params``.

    Raises:
        ConfigError: EvalScope is not installed, does not have the benchmark, or computes its prompt.
    """
    root = _root()
    file = _files(root).get(name)
    if file is None:
        raise ConfigError(
            f"prompts: the installed EvalScope has no benchmark {name!r}. {closest(name, _files(root))} Leave the "
            "benchmark out, or set its prompt_template under dataset_args."
        )
    module = parse_file(root, file)
    try:
        return _read(module, name, params or {})
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
    module = parse_file(root, file)
    for call in _definitions(module):
        try:
            name = Reader(module).value(_keywords(call)["name"])
        except (UnreadableError, KeyError):
            continue
        if isinstance(name, str):
            yield name


def _definitions(module: Module) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BenchmarkMeta":
            yield node


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _read(module: Module, name: str, params: Mapping[str, Any]) -> Prompts:
    reader = Reader(module)
    for node in module.tree.body:
        for call in _definitions_of(node):
            given = _keywords(call)
            if "name" in given and reader.value(given["name"]) == name:
                declared = {key: reader.value(given[key]) if key in given else None for key in TEMPLATES}
                return _of_adapter(module, node, declared, {**_defaults(reader, given), **params})
    raise UnreadableError("it is not defined there")


def _definitions_of(node: ast.AST) -> Iterator[ast.Call]:
    for inner in node.decorator_list if isinstance(node, ast.ClassDef) else ():
        for call in ast.walk(inner):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "BenchmarkMeta":
                yield call


def _defaults(reader: Reader, given: Mapping[str, ast.expr]) -> dict[str, Any]:
    """Return the declared ``extra_params`` with their defaults, as far as these are constants."""
    declared = given.get("extra_params")
    found = {}
    for key, value in zip(declared.keys, declared.values, strict=True) if isinstance(declared, ast.Dict) else ():
        fields = dict(zip(value.keys, value.values, strict=True)) if isinstance(value, ast.Dict) else {}
        default = next((inner for name, inner in fields.items() if name and reader.value(name) == "value"), value)
        try:
            found[str(reader.value(key))] = reader.value(default)  # type: ignore[arg-type]
        except UnreadableError:
            continue
    return found


def _of_adapter(
    module: Module, node: ast.AST, declared: Mapping[str, str | None], params: Mapping[str, Any]
) -> Prompts:
    if not isinstance(node, ast.ClassDef):
        return _prompts(declared)
    adapter = Adapter.of(module, node)
    found = replace(_prompts(adapter.templates(declared, params)), shot=adapter.shot())
    bare = found.prompt_template == _BARE and adapter.fills_templates()
    found = replace(found, in_question=bare or adapter.ignores_template())
    if found.few_shot_prompt_template or not found.prompt_template or not adapter.multiple_choice:
        return found
    path, constant = _EXEMPLARS
    shared = parse_file(module.root, module.root / path)
    if constant not in shared.names:
        raise UnreadableError(f"{path} has no {constant}")
    header = Reader(shared).value(ast.Name(constant))
    return replace(found, few_shot_prompt_template=f"{header}{found.prompt_template}")


def _prompts(templates: Mapping[str, str | None]) -> Prompts:
    prompt, shots, system = (templates[name] for name in TEMPLATES)
    return Prompts(prompt, shots, system)
