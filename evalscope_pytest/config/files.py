"""Configuration files: YAML and JSON, read strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import ConfigError
from .pairs import json_type, parse_json_object
from .yaml_text import parse_yaml

_EMPTY = "the file is empty. Write settings such as 'model: NAME'"
MAX_BYTES = 4 << 20
MAX_YAML_BYTES = 1 << 19  # which takes the reader a second; JSON takes it no time


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping a file holds.

    Raises:
        ConfigError: It is missing, too large, of another kind, malformed, gives a key twice, or is no mapping.
    """
    path = path.expanduser()
    if path.suffix.lower() not in (".yaml", ".yml", ".json"):
        raise ConfigError(f"{path} is no configuration file: its name ends neither in .yaml, .yml nor .json.")
    is_json = path.suffix.lower() == ".json"
    most = MAX_BYTES if is_json else MAX_YAML_BYTES
    try:
        with open(path, "rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise ConfigError(f"{path} is larger than {most >> 10} KiB: that is no configuration file.")
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"there is no configuration file {path}. {_near(path)}") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text, from byte {error.start} on.") from None
    try:
        if not text.strip():
            raise ValueError(_EMPTY)
        return parse_json_object(text) if is_json else _yaml_mapping(text)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}.") from None
    except RecursionError:
        raise ConfigError(f"{path} is nested too deeply.") from None


def _near(path: Path) -> str:
    folder = path.parent
    found = sorted(p.name for p in folder.glob("*") if p.suffix in (".yaml", ".yml", ".json"))
    where = "This folder" if folder == Path() else str(folder)
    return f"{where} holds: {', '.join(found[:10])}." if found else f"{where} holds no YAML or JSON file."


def _yaml_mapping(text: str) -> dict[str, Any]:
    value = parse_yaml(text)
    if value is None and "null" not in text:
        raise ValueError(_EMPTY)
    if not isinstance(value, dict):
        raise ValueError(f"it holds a {json_type(value)}, not a mapping such as 'model: NAME'")
    return value
