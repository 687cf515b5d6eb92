"""Setting types, and dataclass fields that are settings: parsing from text, validation, and the description used in
error messages.

A check raises `ValueError` with nothing but the reason; `parse.checked` adds the setting's name and source.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from ..core.errors import ConfigError, closest
from ..core.secret import Secret, redact
from ..statistics.gates import parse_level
from .text import parse_mapping, parse_value, split_outside

_KEY = "setting"
NO_LEVEL = "none"
Flag = Literal["value", "switch", "names", "repeat", "optional"]


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """Samples that may end in an error before the run counts as failed: a number, or a percentage of all."""

    count: int | None = None
    percent: float = 0.0

    def allows(self, errors: int, total: int) -> bool:
        """Return whether ``errors`` of ``total`` samples are still tolerated."""
        return errors <= self.count if self.count is not None else errors * 100 <= self.percent * total

    def __str__(self) -> str:
        return str(self.count) if self.count is not None else f"{self.percent}%"


class SettingType(NamedTuple):
    """The type of a setting's values. A named tuple, because dozens are made at import and a dataclass costs more.

    Attributes:
        expects: Description of allowed values, to follow "it takes".
        check: Takes a Python value and returns the canonical one. Raises ValueError, with a reason if ``expects`` is
            not enough.
        parse: Makes a Python value of text (command line, environment, ini file); the text itself by default.
        metavar: Placeholder in help texts.
        flag: The form on the command line.
        is_path: Relative to the ini file when it comes from one.
    """

    expects: str
    check: Callable[[Any], Any]
    parse: Callable[[str], Any] = str
    metavar: str = "TEXT"
    flag: Flag = "value"
    is_path: bool = False


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return str(getattr(value, "value", value))  # a member of a str Enum counts as its value


def _template(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _read_switch(text: str) -> Any:
    return {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False,
            "off": False}.get(text.strip().lower(), text)  # fmt: skip


def _items(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, (Mapping, bytes)) or not hasattr(value, "__iter__"):
        raise ValueError
    return list(value)


def _names(value: Any) -> tuple[str, ...]:
    items = _items(value)
    if not all(isinstance(item, str) for item in items):
        raise ValueError
    parts = [part for item in items for part in re.split(r"[,\s]", item) if part]
    return tuple(dict.fromkeys(parts))


def _texts(value: Any) -> tuple[str, ...]:
    items = _items(value)
    if not all(isinstance(item, str) and item for item in items):
        raise ValueError
    return tuple(items)


def _pair(value: Any) -> tuple[str, str]:
    items = _texts(value)
    if len(items) != 2:
        raise ValueError
    return items[0], items[1]


def _read_texts(text: str) -> Any:
    text = text.strip()
    return parse_value(text) if text.startswith("[") else [part.strip() for part in split_outside(text, ",")]


def _read_lines(text: str) -> Any:
    return [part.strip() for line in text.splitlines() for part in line.split(";") if part.strip()]


def _read_number(text: str) -> Any:
    for make in (int, float):
        try:
            return make(text)
        except ValueError:
            continue
    return text


def _number_of(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError
    try:
        is_finite = math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        is_finite = False
    if not is_finite:
        raise ValueError
    return value


def whole(low: int | None = None, high: int | None = None) -> SettingType:
    """Return the type of whole numbers from ``low`` to ``high``, both included."""

    def check(value: Any) -> int:
        number = _number_of(value)
        if number != int(number) or (low is not None and number < low) or (high is not None and number > high):
            raise ValueError
        return int(number)

    return SettingType(f"a whole number{_range(low, high)}", check, _read_number, "N")


def number(low: float | None = None, high: float | None = None, *, above: bool = False) -> SettingType:
    """Return the type of numbers from ``low`` (``above``: itself excluded) to ``high``."""

    def check(value: Any) -> float:
        number = _number_of(value)
        if (low is not None and (number < low or (above and number == low))) or (high is not None and number > high):
            raise ValueError
        return number

    expects = f"a number above {low:g}" if above and low is not None else f"a number{_range(low, high)}"
    return SettingType(expects, check, _read_number, "X")


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    return f" of at least {low:g}" if low is not None else ""


def choice(*names: str, also: Mapping[str, str] | None = None, later: Sequence[str] = ()) -> SettingType:
    """Return the type of one word out of several.

    Args:
        names: The words.
        also: Further spellings, in lower case, and the word each stands for.
        later: Words that are parsed, so that they are refused with a better reason than being unknown.
    """
    spellings = {**{name.lower(): name for name in (*names, *later)}, **(also or {})}

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError
        word = str(getattr(value, "value", value)).strip().lower()
        if word not in spellings:
            near = closest(word, names)
            raise ValueError(near if near.startswith("Did") else "")  # `expects` lists the words
        return spellings[word]

    expects = "one of " + ", ".join(names) if len(names) > 1 else f"the word {names[0]}"
    return SettingType(expects, check, metavar="{" + ",".join(names) + "}")


def _limit(value: Any) -> int | float:
    number = _number_of(value)
    if number == 0:
        raise ValueError("To evaluate everything leave it out")
    if number < 0:
        raise ValueError
    if isinstance(number, int) or number <= 1:
        return number
    if number != int(number):
        raise ValueError
    return int(number)


def _table(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = parse_mapping(value)
    if not isinstance(value, Mapping):
        raise ValueError
    return {_text(key): plain(item) for key, item in value.items() if item is not None}


def plain(value: Any) -> Any:
    """Return ``value`` as plain JSON types; a torch dtype becomes its name.

    Raises:
        ValueError: It holds something JSON has no form for.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(getattr(value, "value", value))
    if isinstance(value, float):
        return _number_of(value)
    if isinstance(value, Mapping):
        return {_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Secret):
        return value.reveal()
    if type(value).__name__ == "dtype":
        return str(value)
    raise ValueError(f"it holds a {type(value).__name__}, which cannot be written as JSON")


def _secret(value: Any) -> Secret:
    """Return a key, given itself or as ``env:NAME``, so that neither files nor command lines need to hold it."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise ValueError
    if not value.startswith("env:"):
        if not value.strip():
            raise ValueError("Leave it out for a service without a key")
        return Secret(value)
    name = value.removeprefix("env:")
    if name not in os.environ:
        raise ValueError(f"The environment variable {name!r} is not set")
    if not os.environ[name].strip():
        raise ValueError(f"The environment variable {name!r} is empty")
    return Secret(os.environ[name])


_ENDPOINTS = ("/chat/completions", "/completions", "/messages")


def _url(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    value = value.strip()
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:  # its own words may hold a part of a password
        raise ValueError("Its host or port cannot be read: a port is a number up to 65535") from None
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in value):
        raise ValueError
    if parts.username or parts.password:
        raise ValueError("Give user and password as a header: generation_config extra_headers")
    if parts.query or parts.fragment:
        raise ValueError("What follows '?' goes to generation_config extra_query")
    base: str = value.rstrip("/?#")
    for endpoint in _ENDPOINTS:
        if base.endswith(endpoint):
            base = base.removesuffix(endpoint)
            break
    return base


def _budget(value: Any) -> ErrorBudget:
    if isinstance(value, ErrorBudget):
        return value
    if isinstance(value, str) and value.strip().endswith("%"):
        percent = _number_of(_read_number(value.strip()[:-1]))
        if not 0 <= percent <= 100:
            raise ValueError
        return ErrorBudget(percent=percent)
    number = _number_of(_read_number(value) if isinstance(value, str) else value)
    if number < 0 or number != int(number):
        raise ValueError
    return ErrorBudget(count=int(number))


def _biases(value: Any) -> dict[str, float]:
    biases = {token: _number_of(bias) for token, bias in _table(value).items()}
    if not all(token.lstrip("-").isdecimal() and -100 <= bias <= 100 for token, bias in biases.items()):
        raise ValueError
    return biases


def _metrics(value: Any) -> tuple[Any, ...]:
    return tuple(_text(m) if isinstance(m, str) else _table(m) for m in _items(value))


def _path(value: Any) -> str:
    path: str = os.path.expanduser(_text(os.fspath(value) if isinstance(value, os.PathLike) else value))
    if "\0" in path:
        raise ValueError("A path holds no zero byte")
    return path


def _paths(value: Any) -> tuple[str, ...]:
    return tuple(map(_path, [value] if isinstance(value, os.PathLike) else _items(value)))


def _level(value: Any) -> float | str:
    """Return a level between 0.5 and 1, or ``none``."""
    if isinstance(value, str) and value.strip().lower() == NO_LEVEL:
        return NO_LEVEL
    return _level_alone(value)


def _level_alone(value: Any) -> float:
    try:
        return parse_level(str(value), "")
    except ConfigError:
        raise ValueError from None


def _switch_or_level(value: Any) -> bool | float:
    return value if isinstance(value, bool) else _level_alone(value)


TEXT = SettingType("text", _text)
TEMPLATE = SettingType("text", _template)
PATH = SettingType("a path", _path, metavar="PATH", is_path=True)
PATHS = SettingType("a path, or several", _paths, _read_lines, "PATH", "repeat", is_path=True)
LEVEL = SettingType("a level above 50% and below 100%, such as 95%, or none", _level, metavar="LEVEL|none")
SWITCH_OR_LEVEL = SettingType(
    "true or false, or a level above 50% and below 100%, such as 95%",
    _switch_or_level,
    _read_switch,
    "LEVEL",
    "optional",
)
NAME_OR_PATH = SettingType("a name or a path", _path, metavar="NAME")
PATH_OR_TABLE = SettingType("a path or a mapping", lambda value: value, metavar="PATH")
SWITCH = SettingType("true or false", _switch, _read_switch, flag="switch")
NAMES = SettingType("a list of names", _names, metavar="NAME", flag="names")
TEXTS = SettingType("a list of texts", _texts, _read_texts, flag="repeat")
LINES = SettingType("a list of texts", _texts, _read_lines, flag="repeat")
GATES = SettingType("conditions such as gsm8k>=0.7 or mmlu[STEM]:mean_acc>=60%", _texts, _read_lines, flag="repeat")
PAIR = SettingType("two texts, such as <thought>,</thought>", _pair, _read_texts, "OPEN,CLOSE")
LIMIT = SettingType("a number of samples (5) or a share of them (0.1; 1.0 is all)", _limit, _read_number, "N|SHARE")
TABLE = SettingType("JSON or key=value,key=value", _table, metavar="JSON|K=V,...")
SECRET = SettingType("a key, or env:NAME for one in the environment variable NAME", _secret, metavar="KEY")
URL = SettingType("a URL with http:// or https://, such as http://127.0.0.1:8000/v1", _url, metavar="URL")
BUDGET = SettingType("a number of samples (5) or a percentage (1%)", _budget, metavar="N|P%")
BIASES = SettingType("token ids with biases from -100 to 100, such as 42=10,43=-10", _biases, metavar="ID=BIAS,...")
METRICS = SettingType("a list of metric names", _metrics, _read_texts)


def without_keys(url: Any) -> Any:
    """Return a given URL without the parts that may hold a key: user and password, query, fragment."""
    if not isinstance(url, str):
        return url
    address, mark, _ = re.sub(r"(^|//)[^?#]*@", r"\1***@", url).partition("?" if "?" in url else "#")
    return f"{address}{mark}***" if mark else address


def describe(value: Any) -> str:
    """Return a value for an error message: masked, then shortened, as a part of a key is not known for one."""
    shown = redact(repr(value))
    return shown if len(shown) <= 80 else shown[:77] + "..."


# Fields of dataclasses ----------------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """A setting: its type and help text, attached to a dataclass field.

    Attributes:
        help: One or two sentences for ``--help`` and the documentation.
        env: Environment variables that set it besides ``EVALSCOPE_<FIELD>``.
    """

    type: SettingType
    help: str
    env: tuple[str, ...] = ()


def setting(
    type: SettingType,
    help: str,
    default: Any = None,
    *,
    factory: Callable[[], Any] | None = None,
    env: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field with a `Setting` attached."""
    metadata = {_KEY: Setting(type, help, env)}
    if factory is not None:
        return field(default_factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)


@cache
def settings_of(cls: type) -> dict[str, Setting]:
    """Return the settings of a dataclass by field name, in the order they are written."""
    return {f.name: f.metadata[_KEY] for f in fields(cls) if _KEY in f.metadata}
