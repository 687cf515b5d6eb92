"""Sources of a load test's settings: command line, ``--config`` file, environment and ini file, in that order."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from configparser import ConfigParser, Error
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...config.options import switched_off
from ...config.setting import settings_of
from ...config.text import read_mapping
from ...core.arguments import Parser
from ...core.errors import ConfigError, closest
from ..config import GROUPS, UNSUPPORTED, Layer, PerfConfig, checked, default_of, flag_of

ENV_PREFIX = "EVALSCOPE_PYTEST_PERF_"
_INI_FILES = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_SECTION, _TABLE = "evalscope-pytest:perf", "evalscope-pytest"  # in ini files, in pyproject.toml
_DESCRIPTION = """\
Load-test a model service: keep requests in flight (--parallel), or start them by schedule (--rate). Options may also
be given in a file (--config), as variables (EVALSCOPE_PYTEST_PERF_MODEL=m), or in pytest.ini or pyproject.toml.
"""


def read_config(arguments: Sequence[str], environ: Mapping[str, str]) -> PerfConfig:
    """Make the configuration of a load test from all its sources.

    Raises:
        ConfigError: A setting is unknown, or a value wrong; the message names the source.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest:
        raise _unknown(rest, parser)
    given = {name: getattr(options, name) for name in settings_of(PerfConfig)}
    layers = [checked(given, flag_of, is_text=True)]
    if options.config:
        layers.append(file_layer(Path(options.config)))
    return PerfConfig.of([*layers, environment_layer(environ), ini_layer(Path.cwd())])


def _unknown(rest: Sequence[str], parser: Parser) -> ConfigError:
    flag = next((word for word in rest if word.startswith("-")), rest[0]).partition("=")[0]
    advice = UNSUPPORTED.get(flag.removeprefix("--").replace("-", "_"))
    if advice:
        return ConfigError(f"{flag}: {advice}.")
    known = [name for action in parser._actions for name in action.option_strings]
    near = closest(flag, known) if flag.startswith("-") else f"{parser.prog} --help shows all options."
    return ConfigError(f"unknown option {flag}. {near}")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    parser = Parser(
        prog="evalscope-pytest perf",
        description=_DESCRIPTION,
        usage="evalscope-pytest perf --url URL --model NAME [--parallel N ... | --rate R ...] --number N [OPTIONS]",
        allow_abbrev=False,
    )
    parser.add_argument("--config", metavar="FILE", help="YAML or JSON file with any of these settings")
    group: argparse._ArgumentGroup | None = None
    for name, (type_, help, _) in settings_of(PerfConfig).items():
        if name in GROUPS:
            group = parser.add_argument_group(GROUPS[name])
        assert group is not None
        flags = ["-n", flag_of(name)] if name == "number" else [flag_of(name)]
        text = f"{help}{_default(name)}".replace("%", "%%")
        if type_.flag == "switch":
            group.add_argument(*flags, dest=name, action="store_const", const=True, help=text)
            group.add_argument(
                switched_off(flags[-1]), dest=name, action="store_const", const=False, help=argparse.SUPPRESS
            )
        else:
            form: dict[str, Any] = {"names": {"nargs": "+"}, "repeat": {"action": "append"}}.get(type_.flag, {})
            group.add_argument(*flags, dest=name, metavar=type_.metavar, help=text, **form)
    return parser


def _default(name: str) -> str:
    value = default_of(name)
    if value is True:
        return f" (yes; {switched_off(flag_of(name))} turns it off)"
    return f" ({value:g})" if isinstance(value, float) else f" ({value})" if value and str(value) else ""


# Other sources -------------------------------------------------------------------------------------------------------


def file_layer(path: Path) -> Layer:
    """Read a YAML or JSON file.

    Raises:
        ConfigError: It cannot be read, or holds a wrong setting.
    """
    return checked(read_mapping(path), lambda name: str(path))


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Read ``EVALSCOPE_PYTEST_PERF_<FIELD>`` for every field.

    Raises:
        ConfigError: A variable with this prefix names no field, or its value is wrong.
    """
    known = {ENV_PREFIX + name.upper(): name for name in settings_of(PerfConfig)}
    given = {variable: value for variable, value in environ.items() if variable.startswith(ENV_PREFIX)}
    for variable in given:
        if variable not in known:
            raise ConfigError(f"unknown environment variable {variable}. {closest(variable, known)}")
    values = {known[variable]: value for variable, value in given.items() if value.strip()}
    return checked(values, lambda name: f"environment variable {ENV_PREFIX}{name.upper()}", is_text=True)


def ini_layer(folder: Path) -> Layer:
    """Read the nearest ini file that speaks of load tests, in a folder or above it. Paths are relative to that file.

    The section is ``[evalscope-pytest:perf]``, in pyproject.toml ``[tool.evalscope-pytest.perf]``.

    Raises:
        ConfigError: It holds a wrong setting.
    """
    files = (parent / name for parent in (folder, *folder.parents) for name in _INI_FILES)
    file, found = next(
        ((file, found) for file in files if file.is_file() and (found := _section_of(file))), (folder, {})
    )
    known = settings_of(PerfConfig)
    for name, value in found.items():
        if name in known and known[name].type.is_path and isinstance(value, str):
            found[name] = str(file.parent / os.path.expanduser(value))
    return checked(found, lambda name: f"{name} of {file.name}", is_text=file.suffix != ".toml")


def _section_of(file: Path) -> dict[str, Any]:
    is_toml = file.suffix == ".toml"
    try:
        text = file.read_text(encoding="utf-8")
        if (_TABLE if is_toml else _SECTION) not in text:
            return {}
        if is_toml:
            return _toml_section(text)
        parser = ConfigParser(interpolation=None)
        parser.read_string(text)
        return dict(parser[_SECTION]) if _SECTION in parser else {}
    except (OSError, ValueError, Error) as error:
        raise ConfigError(f"{file} cannot be read: {str(error).splitlines()[0]}.") from None


def _toml_section(text: str) -> dict[str, Any]:
    try:
        import tomllib as toml
    except ImportError:  # before Python 3.11; pytest depends on it there
        import tomli as toml
    found: Any = toml.loads(text)
    for part in ("tool", _TABLE, "perf"):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return dict(found) if isinstance(found, dict) else {}
