"""Where settings come from, and which wins: command line, file, environment, ini file, default, in that order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import ConfigError, closest
from ..core.secret import MASK
from .options import LEGACY, TASK_CONFIG, ini_name, pytest_flag
from .parse import Layer, checked, filled_in, merged
from .schema import Settings
from .setting import settings_of
from .task import TaskConfig
from .text import parse_standard_input, read_mapping

_FILLED_IN = ("model_id", "eval_type", "eval_batch_size")
_PATH_WORDS = ("true", "false", "latest")
_ENV_PREFIX = "EVALSCOPE_"


def resolve(layers: Iterable[Layer]) -> TaskConfig:
    """Join layers, the first one winning, mappings key by key, and fill in the missing settings.

    Raises:
        ConfigError: Settings contradict each other.
    """
    return TaskConfig.from_layer(merged(layers))


def gather(
    options: Mapping[str, Any],
    *,
    getini: Callable[[str], Any] | None = None,
    inifile: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> TaskConfig:
    """Make the configuration of a pytest run from all its sources.

    Args:
        options: ``vars(config.option)``.
        getini: ``config.getini``.
        inifile: ``config.inipath``, for messages and for paths relative to it.
        environ: The environment; this process's by default.

    Raises:
        ConfigError: A setting is unknown, wrong, not available, or contradicts another.
    """
    layers = [option_layer(options)]
    if file := options.get(TASK_CONFIG):
        layers.append(file_layer(file))
    layers.append(environment_layer(os.environ if environ is None else environ))
    if getini is not None:
        layers.append(ini_layer(getini, inifile))
    return resolve(layers)


def option_layer(options: Mapping[str, Any], spell: Callable[[str], str] = pytest_flag) -> Layer:
    """Read the options that argparse collected; those not given are None.

    Raises:
        ConfigError: A value is wrong or not available.
    """
    given = {name: options.get(ini_name(name)) for name in settings_of(Settings)}
    if given["datasets"] == []:
        flag = spell("datasets")
        raise ConfigError(f"{flag} names no benchmark. Give one or more: {flag} gsm8k arc.")
    given.update((name, options.get(ini_name(name))) for name in LEGACY)
    return checked(given, spell, is_text=True)


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Read ``EVALSCOPE_<FIELD>`` for every field, and the further names some of them have.

    Other variables with that prefix are left alone, EvalScope itself has some, unless one is nearly a field's.

    Raises:
        ConfigError: A value is wrong or not available, or a name is almost right.
    """
    given: dict[str, str] = {}
    names: dict[str, str] = {}
    for field, setting in settings_of(Settings).items():
        for variable in (_ENV_PREFIX + field.upper(), *setting.env):
            if variable in environ and field not in given:
                given[field], names[field] = environ[variable], variable
    _check_variables(environ)
    filled = {field: value for field, value in given.items() if value.strip()}
    return checked(filled, lambda field: f"environment variable {names[field]}", is_text=True)


def _check_variables(environ: Mapping[str, str]) -> None:
    from difflib import get_close_matches

    known = {_ENV_PREFIX + name.upper() for name in settings_of(Settings)}
    known.update(variable for setting in settings_of(Settings).values() for variable in setting.env)
    for variable in environ:
        if variable.startswith(_ENV_PREFIX) and variable not in known and get_close_matches(variable, known, 1, 0.92):
            raise ConfigError(f"unknown environment variable {variable}. {closest(variable, known)}")


def ini_layer(getini: Callable[[str], Any], inifile: Path | None = None) -> Layer:
    """Read the ``eval_*`` keys of pytest.ini or pyproject.toml. Paths are relative to that file.

    Raises:
        ConfigError: A value is wrong or not available.
    """
    given = {}
    for name, setting in settings_of(Settings).items():
        value = getini(ini_name(name))
        if value is None or value in ("", []):
            continue
        if setting.type.is_path and inifile is not None:
            value = [_from(inifile, v) for v in value] if isinstance(value, list) else _from(inifile, value)
        given[name] = value
    where = inifile.name if inifile else "pytest.ini"
    return checked(given, lambda name: f"{ini_name(name)} of {where}", is_text=True)


def _from(inifile: Path, path: str) -> str:
    return path if path.lower() in _PATH_WORDS else str(inifile.parent / os.path.expanduser(path))


def check_ini_names(unknown: Iterable[str], inifile: Path | None = None) -> None:
    """Refuse keys of pytest.ini or pyproject.toml that look like ours.

    Args:
        unknown: The keys that no plugin has registered.
        inifile: The file that holds them.

    Raises:
        ConfigError: One of them begins with ``eval_``.
    """
    known = [ini_name(name) for name in settings_of(Settings)]
    for key in sorted(unknown):
        if key.startswith("eval_"):
            raise ConfigError(
                f"unknown setting {key!r} in {inifile.name if inifile else 'pytest.ini'}. {closest(key, known)}"
            )


def file_layer(source: str | Path) -> Layer:
    """Read a YAML or JSON file, or JSON from standard input for ``-``. The dump of an earlier run is understood.

    Raises:
        ConfigError: The file cannot be read, is not a mapping, or holds a wrong setting.
    """
    name = "standard input" if str(source) == "-" else str(source)
    raw = parse_standard_input() if str(source) == "-" else read_mapping(Path(source))
    return mapping_layer(raw, name)


def mapping_layer(raw: Mapping[str, Any], name: str) -> Layer:
    """Read settings that have their Python or JSON types already.

    Of an earlier run's dump, keys that were masked are left out, and so is what only was filled in: another model gets
    its own name and provider.

    Raises:
        ConfigError: A setting is unknown, wrong or not available.
    """
    layer = checked(_without_masks(raw), lambda key: name)
    if "evalscope_version" not in raw:
        return layer
    own = {path: value for path, value in layer.values.items() if path[0] not in _FILLED_IN}
    filled = filled_in(Layer(own))
    kept = [path for path, value in layer.values.items() if path in own or filled[path[0]] != value]
    return Layer({p: layer.values[p] for p in kept}, {p: layer.origin[p] for p in kept}, layer.notes)


def _without_masks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_masks(item) for key, item in value.items() if not isinstance(item, str) or item != MASK}
    return value


def from_mapping(raw: Mapping[str, Any], given: Mapping[str, str] | None = None) -> TaskConfig:
    """Return the configuration that `to_mapping` wrote.

    Args:
        given: Where its settings come from (`TaskConfig.given`); None for the mapping itself.

    Raises:
        ConfigError: A setting is unknown, wrong or not available.
    """
    config = resolve([mapping_layer(raw, "the recorded configuration")])
    if given is not None:
        object.__setattr__(config, "given", dict(given))
    return config
