"""Parsing of settings: `checked` checks one source, `merged` joins several, `filled_in` adds derived settings.

In between, settings are flat: a path such as ``("dataset_args", "gsm8k", "few_shot_num")`` stands for each single value
that was given, so that sources are merged key by key with nothing but a dictionary update.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from pathlib import Path as Folder
from typing import Any

from ..core.errors import ConfigError, closest
from ..core.secret import redact, remember_secrets
from .generation import GenerationConfig
from .legacy import Notes, Path, modern_dataset, modern_generation, modern_task, refuse_unsupported
from .schema import ARENA, LATEST, MOCK, SERVICE_BATCH_SIZE, DatasetArgs, Settings, to_mapping
from .setting import SECRET, TABLE, URL, SettingType, describe, settings_of, without_keys

SourceNamer = Callable[[str], str]
REPORTS = "reports/*/*.json"  # in a run's directory
_RUN_NAME = re.compile(r"\d{8}_\d{6}(?:_\d+)?")


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one source.

    Attributes:
        values: Checked values by path.
        origin: Where each of them was given, for messages.
        notes: A sentence for each legacy spelling that was translated.
    """

    values: Mapping[Path, Any] = field(default_factory=dict)
    origin: Mapping[Path, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One value before its check; ``is_text`` if it is still to be parsed."""

    path: Path
    value: Any
    where: str
    is_text: bool


def checked(raw: Mapping[str, Any], source_of: SourceNamer, *, is_text: bool = False) -> Layer:
    """Check the settings of one source.

    Args:
        raw: Values by field name or legacy spelling; None stands for "not given".
        source_of: Names the source of a key: ``--eval-limit``, ``conf.yaml``.
        is_text: Values are text, as command lines and environments give them.

    Raises:
        ConfigError: A key is unknown, a value wrong, a setting not available, or given in two spellings at once.
    """
    values: dict[Path, Any] = {}
    origin: dict[Path, str] = {}
    notes: Notes = []
    for entry in _entries(raw, source_of, is_text, notes):
        value = _value(entry)
        if entry.path in values and values[entry.path] != value:
            raise ConfigError(
                f"{_dotted(entry.path)} is given twice: {describe(values[entry.path])} in {origin[entry.path]} and "
                f"{describe(value)} in {entry.where}. Keep one of them."
            )
        remember_secrets(value, entry.path[-1])
        if len(entry.path) == 1:  # a key of model_args or extra_params may have the name of a setting
            refuse_unsupported(entry.path[0], value, entry.where)
        values[entry.path] = value
        origin[entry.path] = entry.where
    return Layer(values, origin, tuple(notes))


def merged(layers: Iterable[Layer]) -> Layer:
    """Join layers, the first one winning."""
    values: dict[Path, Any] = {}
    origin: dict[Path, str] = {}
    notes: list[str] = []
    for layer in reversed(list(layers)):
        values.update(layer.values)
        origin.update(layer.origin)
        notes.extend(layer.notes)
    return Layer(values, origin, tuple(dict.fromkeys(notes)))


def given_layer(config: Settings) -> Layer:
    """Return the user's settings in ``config``, to be merged with further layers."""
    return checked(
        to_mapping(config, reveal_secrets=True, only_given=True), lambda key: config.given.get(key, "TaskConfig")
    )


def filled_in(layer: Layer) -> dict[str, Any]:
    """Return every field of `Settings`, without looking for contradictions."""
    result: dict[str, Any] = {
        f.name: f.default_factory() if f.default_factory is not MISSING else f.default for f in fields(Settings)
    }
    nested: dict[str, dict[str, Any]] = {"generation_config": {}, "dataset_args": {}, "model_args": {}}
    for path, value in layer.values.items():
        if len(path) == 1:
            result[path[0]] = value
        elif len(path) == 2:
            nested[path[0]][path[1]] = value
        else:
            nested["dataset_args"].setdefault(path[1], {})[path[2]] = value
    generation = GenerationConfig(**nested["generation_config"])
    result.update(
        model_args=nested["model_args"],
        generation_config=generation,
        dataset_args={name: DatasetArgs(**keys) for name, keys in nested["dataset_args"].items()},
        timeout=generation.timeout,
        stream=generation.stream,
        given={_dotted(path): where for path, where in layer.origin.items()},
        notes=layer.notes,
    )
    _fill_in(result)
    return result


def _fill_in(result: dict[str, Any]) -> None:
    """Add the settings that depend on others."""
    if result["arena"]:
        _add_arena(result)
    if result["datasets"] == (ARENA,) and result["model"] in (None, *MOCK):  # no request is sent
        result["eval_type"], result["model_id"] = result["eval_type"] or "mock_llm", result["model_id"] or "Arena"
    model = result["model"]
    if model is None and result["eval_type"] == "mock_llm":
        model = result["model"] = MOCK[0]
    if model is not None:
        if result["eval_type"] is None:
            result["eval_type"] = "mock_llm" if model in MOCK else "openai_api" if result["api_url"] else "llm_ckpt"
        parts = [part for part in model.replace("\\", "/").split("/") if part]
        result["model_id"] = result["model_id"] or (parts[-1] if parts else model)
    if "eval_batch_size" not in result["given"]:
        result["eval_batch_size"] = 1 if result["eval_type"] == "llm_ckpt" else SERVICE_BATCH_SIZE
    _find_latest(result)


def _find_latest(result: dict[str, Any]) -> None:
    """Replace ``latest`` by the run that it means.

    Raises:
        ConfigError: A baseline is wanted, and no run has reports.
    """
    if LATEST in result["baseline"]:
        newest = latest_run(result["work_dir"], REPORTS, whole=True)
        if newest is None:
            where = result["given"].get("baseline", "--eval-baseline")
            raise ConfigError(
                f"baseline: {LATEST!r} in {where}. No run under {Folder(result['work_dir'])} has reports, and ran to "
                f"its end. Give a run's directory."
            )
        result["baseline"] = tuple(newest if path == LATEST else path for path in result["baseline"])
    if result["use_cache"] == LATEST:
        result["use_cache"] = latest_run(result["work_dir"])
        if result["use_cache"] is None:
            result["notes"] += (f"use_cache: there is no earlier run under {result['work_dir']}, a new one starts.",)


def latest_run(work_dir: str, holding: str = "", *, whole: bool = False) -> str | None:
    """Return the newest run recorded under ``work_dir``, by the time in its name; None if there is none.

    Args:
        holding: Pattern of files of which the run has at least one.
        whole: Pass over runs that stopped once their gates were decided, which are no baseline.
    """
    folder = Folder(work_dir)
    runs = [p for p in folder.iterdir() if _RUN_NAME.fullmatch(p.name)] if folder.is_dir() else []
    newest_first = sorted(runs, key=lambda run: run.name, reverse=True)
    found = (run for run in newest_first if not holding or any(run.glob(holding)))
    return next((str(run) for run in found if not whole or not any(map(_stopped_early, run.glob(REPORTS)))), None)


def _stopped_early(report: Folder) -> bool:
    try:
        return bool(json.loads(report.read_bytes())["execution_summary"]["evalscope_pytest"].get("stopped"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False  # the report of an earlier version, or of something else


def _add_arena(result: dict[str, Any]) -> None:
    """Make the given runs the models of the arena.

    Raises:
        ConfigError: ``dataset_args`` names other models.
    """
    models = list(result["arena"])
    args = result["dataset_args"].get(ARENA) or DatasetArgs()
    params = dict(args.extra_params or {})
    if params.get("models", models) != models:
        raise ConfigError(f"arena and the models of dataset_args.{ARENA} name different runs. Keep one of the two.")
    result["dataset_args"][ARENA] = replace(args, extra_params={**params, "models": models})
    if ARENA not in result["datasets"]:
        result["datasets"] = (*result["datasets"], ARENA)


def _dotted(path: Path) -> str:
    return ".".join(path)


# From nested and old to flat and new -------------------------------------------------------------------------------


def _entries(raw: Mapping[str, Any], source_of: SourceNamer, is_text: bool, notes: Notes) -> Iterator[_Entry]:
    known = settings_of(Settings)
    for key, given in raw.items():
        if given is None:
            continue
        where = source_of(str(key))
        for path, value in modern_task(str(key), given, where, notes):
            name = path[0]
            if name not in known:
                raise ConfigError(f"unknown setting {str(key)!r} in {where}. {closest(str(key), known)}")
            if len(path) > 1:
                yield _Entry(path, value, where, is_text)
            elif name == "generation_config":
                yield from _generation_entries(value, where)
            elif name == "dataset_args":
                yield from _dataset_entries(value, where)
            elif name == "model_args":
                for argument, item in _mapping(name, value, where).items():
                    yield _Entry((name, argument), item, where, False)
            else:
                yield _Entry(path, value, where, is_text)


def _generation_entries(value: Any, where: str) -> Iterator[_Entry]:
    if isinstance(value, GenerationConfig):
        plain = GenerationConfig()
        value = {f.name: v for f in fields(value) if (v := getattr(value, f.name)) != getattr(plain, f.name)}
    is_text = isinstance(value, str) and not value.lstrip().startswith("{")
    for key, item in _mapping("generation_config", value, where).items():
        for path, new in modern_generation(key, item, where):
            if len(path) > 1 and path[1] not in settings_of(GenerationConfig):
                hint = closest(key, settings_of(GenerationConfig))
                raise ConfigError(
                    f"unknown setting {key!r} of generation_config in {where}. {hint} What only the service knows goes "
                    f"to extra_body."
                )
            yield _Entry(path, new, where, is_text)


def _dataset_entries(value: Any, where: str) -> Iterator[_Entry]:
    known = settings_of(DatasetArgs)
    for benchmark, arguments in _mapping("dataset_args", value, where).items():
        if benchmark in known:
            raise ConfigError(
                f"dataset_args in {where} names no benchmark: {benchmark!r} is a setting of one. "
                f'Write {{"gsm8k": {{"{benchmark}": ...}}}} with the name of yours.'
            )
        if isinstance(arguments, DatasetArgs):
            arguments = {name: getattr(arguments, name) for name in known}
        for key, item in _mapping(f"dataset_args.{benchmark}", arguments, where).items():
            path, new = modern_dataset(benchmark, key, item)
            refuse_unsupported(key, new, where)
            if path[-1] not in known:
                raise ConfigError(
                    f"unknown setting {key!r} of dataset_args.{benchmark} in {where}. {closest(key, known)} Parameters "
                    f"of the benchmark's own go to extra_params."
                )
            yield _Entry(path, new, where, False)


def _mapping(name: str, value: Any, where: str) -> dict[str, Any]:
    """Return a mapping, given as such or as text, without its None values."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items() if item is not None}
    result: dict[str, Any] = _checked_value(name, value, where, TABLE)
    return result


# Single values -----------------------------------------------------------------------------------------------------


def _value(entry: _Entry) -> Any:
    path, name = entry.path, entry.path[-1]
    if path[0] == "generation_config":
        type_ = settings_of(GenerationConfig)[name].type
    elif path[0] == "dataset_args":
        type_ = settings_of(DatasetArgs)[name].type
    elif path[0] == "model_args":
        return _checked_value(_dotted(path), {"value": entry.value}, entry.where, TABLE)["value"]
    else:
        type_ = settings_of(Settings)[name].type
    value = entry.value
    if entry.is_text and isinstance(value, str):
        try:
            value = type_.parse(value)
        except ValueError as error:
            raise _wrong(_dotted(path), value, entry.where, type_, str(error)) from None
    return _checked_value(_dotted(path), value, entry.where, type_)


def _checked_value(name: str, value: Any, where: str, type_: SettingType) -> Any:
    try:
        return type_.check(value)
    except RecursionError:
        raise _wrong(name, value, where, type_, "It is nested too deeply") from None
    except ValueError as error:
        raise _wrong(name, value, where, type_, str(error) or _about_quotes(value, type_)) from None


def _about_quotes(value: Any, type_: SettingType) -> str:
    """Return advice for a YAML or JSON value that is right but for its quotes; else nothing."""
    quoted, unquoted = "Write it in quotes", "Write it without quotes"
    try:
        if isinstance(value, str):
            type_.check(type_.parse(value))
            return unquoted
        type_.check(str(value))
    except (ValueError, RecursionError):
        return ""
    return quoted if isinstance(value, (bool, int, float, date)) else ""


def _wrong(name: str, value: Any, where: str, type_: SettingType, reason: str) -> ConfigError:
    """Return the error. Values that may hold a key are not shown."""
    if value in ("", [""]):
        shown = "empty"
    else:
        shown = "read" if type_ in (SECRET, TABLE) else describe(without_keys(value) if type_ is URL else value)
    reason = f" {reason[0].upper()}{reason[1:].rstrip('.?')}{'?' if reason.endswith('?') else '.'}" if reason else ""
    return ConfigError(redact(f"{name} cannot be {shown} (in {where}). It takes {type_.expects}.{reason}"))
