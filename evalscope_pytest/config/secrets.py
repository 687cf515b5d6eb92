"""Which settings inside mappings hold keys, told by their names: ``model_args``, headers and the like are free-form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.secret import Secret, remember_url

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
    """Keep the keys among environment variables out of logs and errors, whoever reads them."""
    for name, value in environment.items():
        remember_secrets(value, name)
