"""Settings as text, parsed strictly: ``key=value,key=value``, JSON, YAML, and files of them.

The short form is EvalScope's (spec/parameters.md, "Example"). YAML of people and datasets becomes plain values: no
objects, no duplicate keys, and a limited number of values. A few hundred bytes can expand to billions of values through
aliases and merge keys, so values are counted in the syntax tree, before anything is made of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import ConfigError

if TYPE_CHECKING:
    import yaml

_OPEN = {"{": "}", "[": "]"}
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def parse_mapping(text: str) -> dict[str, Any]:
    """Return the mapping that ``text`` writes as JSON or as ``key=value`` pairs.

    A value is JSON if it parses as JSON (``true``, ``0.5``, ``{"a": 1}``, ``"quoted, with a comma"``), otherwise the
    text itself. Commas inside brackets and quotes do not end a value.

    Raises:
        ValueError: The text is neither; the message quotes the faulty part.
    """
    text = text.strip()
    if not text:
        return {}
    if text.startswith("{"):
        return parse_json_object(text)
    result: dict[str, Any] = {}
    for pair in split_outside(text, ","):
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ValueError(f"{pair.strip()!r} is not key=value")
        if key in result:
            raise ValueError(f"{key!r} is given twice")
        result[key] = parse_value(value)
    return result


def parse_json_object(text: str) -> dict[str, Any]:
    """Return a JSON object, refusing repeated keys, NaN and infinities.

    Raises:
        ValueError: It is not such an object.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("not valid JSON: nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"JSON of a {json_type(value)}, not of an object")
    return value


def parse_value(text: str) -> Any:
    """Return the JSON value that ``text`` writes, or the text if it is not JSON."""
    text = text.strip()
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError:
        if text[:1] in ("{", "[", '"'):
            raise ValueError(f"{text!r} starts like JSON and is not valid JSON") from None
        return text
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def split_outside(text: str, separators: str) -> Iterator[str]:
    """Yield the parts of ``text`` between separators outside brackets and quotes.

    A quote opens only at the start of a value, so that an apostrophe inside a word is a letter.

    Raises:
        ValueError: A bracket or quote is not closed.
    """
    start, closing, quote, escaped, value_may_start = 0, "", "", False, True
    for at, char in enumerate(text):
        if quote:
            quote = quote if escaped or char != quote else ""
            escaped = not escaped and char == "\\"
        elif char in "\"'" and (closing or value_may_start):
            quote = char
        elif char in _OPEN:
            closing += _OPEN[char]
        elif closing and char == closing[-1]:
            closing = closing[:-1]
        elif char in separators and not closing:
            yield text[start:at]
            start = at + 1
        value_may_start = char == "=" or start == at + 1 or (value_may_start and char.isspace())
    if quote or closing:
        raise ValueError(f"{text[start:].strip()!r} has no closing {quote or closing[-1]}")
    yield text[start:]


def json_type(value: Any) -> str:
    """Return a value's type in the words of a JSON user."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "mapping"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "list"
    return type(value).__name__


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r} is given twice")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number that JSON has")


# Standard input ------------------------------------------------------------------------------------------------------


MAX_WRITTEN = 20_000
MAX_VALUES = 100_000  # with every alias written out
LONGEST_NUMBER = 400
_EMPTY = "the file is empty. Write settings such as 'model: NAME'"
MAX_BYTES = 4 << 20
MAX_YAML_BYTES = 1 << 19  # which takes the reader a second; JSON takes it no time


@lru_cache(maxsize=1)
def standard_input() -> str:
    """Return all of standard input, read once. pytest closes it when it starts to capture: this has to come before."""
    return sys.stdin.read()


def parse_standard_input() -> dict[str, Any]:
    """Return the JSON object on standard input.

    Raises:
        ConfigError: Standard input is not a JSON object.
    """
    try:
        return parse_json_object(standard_input())
    except (ValueError, OSError) as error:
        raise ConfigError(f"--eval-task-config - takes a JSON object on standard input: {error}.") from None


# YAML ----------------------------------------------------------------------------------------------------------------


def parse_yaml(text: str, *, written: int = MAX_WRITTEN, values: int = MAX_VALUES) -> Any:
    """Return the value of a document.

    Args:
        written: Maximum number of values in the text.
        values: Maximum number of values with every alias written out.

    Raises:
        ValueError: It is not YAML, gives a key twice, constructs an object, or holds too much.
        RecursionError: It is nested too deeply.
    """
    import yaml

    try:
        loader = _counting_loader(written)(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, values, {}, set())
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"not valid YAML: {error.problem or error.context}{line}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"not valid YAML: {str(error).splitlines()[0]}") from None


def _counting_loader(written: int) -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Safe YAML that counts."""

        nodes = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.nodes += 1
            if self.nodes > written:
                raise ValueError(f"it holds more than {written} values")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key_node, _ in node.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
                if key in seen:
                    raise ValueError(f"the key {key!r} is given twice, again in line {key_node.start_mark.line + 1}")
                if key is not None and key != "<<":
                    seen.add(key)
            return super().construct_mapping(node, deep)

        def construct_number(self, node: yaml.ScalarNode) -> int:
            if len(node.value) > LONGEST_NUMBER:
                raise ValueError(f"a number of {len(node.value)} digits in line {node.start_mark.line + 1}")
            return int(self.construct_yaml_int(node))

    Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_number)
    return Loader


def _count(node: Any, most: int, counted: dict[int, int], open_: set[int]) -> int:
    """Count a node and all below it, an alias each time it occurs. Each node is walked once."""
    if isinstance(node.value, str):
        return 1
    if id(node) in open_:
        raise ValueError("an alias refers to a value that contains it")
    if id(node) not in counted:
        open_.add(id(node))
        below = (part for item in node.value for part in (item if isinstance(item, tuple) else (item,)))
        counted[id(node)] = 1 + sum(_count(part, most, counted, open_) for part in below)
        open_.remove(id(node))
    if counted[id(node)] > most:
        raise ValueError(f"it expands to more than {most} values, through aliases")
    return counted[id(node)]


# Files ---------------------------------------------------------------------------------------------------------------


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping a file holds.

    Raises:
        ConfigError: It is missing, too large, of another type, malformed, gives a key twice, or is not a mapping.
    """
    path = path.expanduser()
    if path.suffix.lower() not in (".yaml", ".yml", ".json"):
        raise ConfigError(f"{path} is not a configuration file: its name ends neither in .yaml, .yml nor .json.")
    is_json = path.suffix.lower() == ".json"
    most = MAX_BYTES if is_json else MAX_YAML_BYTES
    try:
        with open(path, "rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise ConfigError(f"{path} is larger than {most >> 10} KiB: that is not a configuration file.")
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
