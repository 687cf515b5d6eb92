"""Keys that never show: a value type that prints as stars, and filters for text that leaves the process.

Two filters, since a key may be an ordinary word (``ollama``, ``password``): `redact` masks every known key in what
this package writes, a word only if it is alone; `mask_keys` is for text of models and datasets, and masks
only what no such text would hold by chance.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

MASK = "***"
SHORTEST = 6
_SHAPES = re.compile(
    r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}|\bhf_[A-Za-z0-9]{16,}|(?<=Bearer )[^\s'\"]{8,}|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)
_USERINFO = re.compile(r"://([^\s/@:]*):([^\s/@]+)@")
_QUERY = re.compile(r"[?&]([^\s=&#]+)=([^\s&#]+)")
_KEY_IN_QUERY = re.compile("key|token|secret|pass|auth|sig|code|credential", re.IGNORECASE)
_known: set[str] = set()


class Secret:
    """A key. ``str``, ``repr``, logs and reports show stars; ``reveal()`` gives it, at the last moment."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= SHORTEST and value != "EMPTY":
            _known.update((value, quote(value, safe=""), json.dumps(value)[1:-1], repr(value)[1:-1]))

    def reveal(self) -> str:
        """Return the key itself."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (self._value,)


def remember_url(url: str) -> None:
    """Make known the password in ``http://user:password@host``, as a request carries it too, and keys in its query."""
    for user, password in _USERINFO.findall(url):
        Secret(password)
        Secret(unquote(password))
        Secret(b64encode(f"{unquote(user)}:{unquote(password)}".encode("utf-8", "replace")).decode())
    for name, value in _QUERY.findall(url):
        if _KEY_IN_QUERY.search(name):
            Secret(value)
            Secret(unquote(value))


def redact(text: str) -> str:
    """Return ``text`` fit to leave the process: every known key, and all that is shaped like one, replaced by stars.

    Lone surrogates, which models do write, become escapes: neither a terminal nor a worker's channel takes them.
    """
    for value in _within(text):
        text = _standing_alone(value, text) if _is_ordinary(value) else text.replace(value, MASK)
    text = text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
    return _SHAPES.sub(MASK, text)  # of what is shown: to redact it again changes nothing


def mask_keys(text: str) -> str:
    """Return text of a model or dataset without the keys a service or a body put into it; words stay."""
    for value in _within(text):
        if not _is_ordinary(value):
            text = text.replace(value, MASK)
    return text


def _within(text: str) -> list[str]:
    """Return the known keys in ``text``, the longest first: one may be part of another."""
    found = [value for value in tuple(_known) if value in text]
    return sorted(found, key=len, reverse=True) if len(found) > 1 else found


def _standing_alone(value: str, text: str) -> str:
    return re.sub(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", MASK, text)


def _is_ordinary(value: str) -> bool:
    """Return whether a key may occur in any text by chance: it is short, small letters only, or digits only."""
    bare = value.replace("-", "").replace("_", "").replace(" ", "")
    return len(value) < 8 or (len(value) < 20 and (bare.isdigit() or (bare.isalpha() and bare[1:].islower())))


# Names that hold keys, since ``model_args``, headers and the like are free-form --------------------------------------

_NAMES = frozenset({"key", "auth", "apikey", "api_key", "token", "secret", "password", "authorization", "cookie"})
_ENDINGS = ("_api_key", "_apikey", "_access_key", "_secret_key", "_secret", "_password", "_authorization")
_TOKENS = (
    "access",
    "api",
    "auth",
    "bearer",
    "hf",
    "hub",
    "refresh",
    "sdk",
    "security",
    "session",
)


def is_secret_name(name: str) -> bool:
    """Return whether a value of this name is a key: ``X-API-KEY`` is, ``tokenizer`` and ``eos_token`` are not."""
    name = name.lower().replace("-", "_")
    before, ends_in_token, _ = name.rpartition("_token")
    return name in _NAMES or name.endswith(_ENDINGS) or (bool(ends_in_token) and before.endswith(_TOKENS))


def remember_secrets(value: Any, name: str = "") -> None:
    """Keep the keys in a mapping out of logs and errors from now on."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            remember_secrets(item, str(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            remember_secrets(item, name)
    elif isinstance(value, str) and is_secret_name(name):
        Secret(value.rpartition(" ")[2])  # without "Bearer "
    elif isinstance(value, str) and "://" in value:
        remember_url(value)


def remember_environment(environment: Mapping[str, str]) -> None:
    """Keep the keys among environment variables out of logs and errors, even if this process does not read them."""
    for name, value in environment.items():
        remember_secrets(value, name)
