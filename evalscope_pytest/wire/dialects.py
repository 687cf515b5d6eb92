"""Finds the dialect of a load test by its name, or by ``--api`` and ``--url``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from ..core.errors import ConfigError, closest
from ..core.python_file import is_own_file
from . import (
    anthropic,
    custom,
    dashscope,
    embeddings,
    openai_chat,
    openai_completions,
    openai_responses,
    rerank,
)
from .interface import Interface

_BUILT_IN: Mapping[str, Interface] = {
    module.INTERFACE.name: module.INTERFACE
    for module in (openai_chat, openai_completions, openai_responses, anthropic, embeddings, rerank, dashscope)
}
_APIS: Mapping[str, str] = {
    "openai": "chat",
    "openai_responses": "responses",
    "responses": "responses",
    "anthropic": "anthropic",
    "openai_embedding": "embedding",
    "embedding": "embedding",
    "openai_rerank": "rerank",
    "rerank": "rerank",
    "dashscope": "dashscope",
}
APIS = tuple(_APIS)
_BY_END = {  # of an address, if --api is openai
    "completions": "completions",
    "responses": "responses",
    "messages": "anthropic",
}


def find(name: str) -> Interface:
    """Return an interface: a built-in one by its name, or a custom one by its file, which is run once.

    Raises:
        ConfigError: There is none, or its file is wrong.
    """
    return _BUILT_IN[name] if name in _BUILT_IN else _from_file(name, os.getcwd())


@lru_cache(maxsize=8)
def _from_file(name: str, folder: str) -> Interface:
    """Return the interface that ``name`` means in this working directory."""
    return custom.from_file(name)


def interface_of(api: str, url: str) -> tuple[Interface, str]:
    """Return the interface and the whole address: one that ends at the version gets the interface's path.

    Raises:
        ConfigError: There is no such API.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConfigError(f"--url: {error}. Write it as in http://127.0.0.1:8000/v1/chat/completions.") from None
    path = parts.path.rstrip("/")
    last = path.rpartition("/")[2]
    interface = find(api if is_own_file(api) else _name_of(api, path))
    if not path or last in ("v1", "v2", "v3"):
        version = "" if path or is_own_file(api) else "/v1"
        path = f"{path}{version}{interface.path}"
        parts = parts._replace(path=path)
    return interface, urlunsplit(parts)


def _name_of(api: str, path: str) -> str:
    if api == "custom":
        raise ConfigError(
            "--api custom names no file. Write --api mine.py, a file with the functions request and read."
        )
    if api not in _APIS:
        raise ConfigError(f"--api {api!r} is unknown. {closest(api, APIS)} Or a file of your own: mine.py.")
    if api == "openai" and not path.endswith("/chat/completions"):
        return _BY_END.get(path.rpartition("/")[2], "chat")
    return _APIS[api]
