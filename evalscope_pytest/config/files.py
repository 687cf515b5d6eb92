"""Configuration files: YAML and JSON, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import ConfigError
from .pairs import json_type, parse_json_object

MAX_BYTES = 4 << 20
MAX_VALUES = 100_000  # with every alias written out: a few hundred bytes of YAML can stand for billions


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping a file holds.

    Raises:
        ConfigError: It is missing, too large, of another kind, malformed, gives a key twice, or is no mapping.
    """
    path = path.expanduser()
    if path.suffix.lower() not in (".yaml", ".yml", ".json"):
        raise ConfigError(f"{path} is no configuration file: its name ends neither in .yaml, .yml nor .json.")
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigError(f"{path} is larger than {MAX_BYTES >> 20} MiB: that is no configuration file.")
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"there is no configuration file {path}. {_near(path)}") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text, from byte {error.start} on.") from None
    try:
        return parse_json_object(text) if path.suffix.lower() == ".json" else _parse_yaml(text)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}.") from None
    except RecursionError:
        raise ConfigError(f"{path} is nested too deeply.") from None


def _near(path: Path) -> str:
    folder = path.parent
    found = sorted(p.name for p in folder.glob("*") if p.suffix in (".yaml", ".yml", ".json"))
    where = "This folder" if folder == Path() else str(folder)
    return f"{where} holds: {', '.join(found[:10])}." if found else f"{where} holds no YAML or JSON file."


def _parse_yaml(text: str) -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Safe YAML that refuses a key given twice."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key_node, _ in node.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
                if key in seen:
                    raise ValueError(f"the key {key!r} is given twice, again in line {key_node.start_mark.line + 1}")
                if key is not None and key != "<<":
                    seen.add(key)
            return super().construct_mapping(node, deep)

    try:
        value = yaml.load(text, Loader)  # noqa: S506  a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"not valid YAML: {error.problem or error.context}{line}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"not valid YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(value, dict):
        raise ValueError(f"it holds a {json_type(value)}, not a mapping such as 'model: NAME'")
    _count_values(value, {}, set())
    return value


def _count_values(value: Any, counted: dict[int, int], open_: set[int]) -> int:
    """Count all values below one, aliases each time they stand. Each container is walked once."""
    if not isinstance(value, (Mapping, list)):
        return 1
    if id(value) in open_:
        raise ValueError("an alias refers to what it stands in")
    if id(value) not in counted:
        open_.add(id(value))
        below = value.values() if isinstance(value, Mapping) else value
        counted[id(value)] = 1 + sum(_count_values(item, counted, open_) for item in below)
        open_.remove(id(value))
    if counted[id(value)] > MAX_VALUES:
        raise ValueError(f"it stands for more than {MAX_VALUES} values, through aliases")
    return counted[id(value)]
