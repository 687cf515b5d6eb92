"""Finds the dialect of a load test by its name, by ``--api`` and ``--url``, or in a file of the user.

A custom dialect is a file with two functions, ``--api mine.py``::

    def request(prompt, fields):    # the JSON body of a request
        return {"input_text": prompt.text, "max_new_tokens": fields["max_tokens"]}

    def read(event):                # the text in an event of the stream, or in a whole reply
        return event["token"]

`request` gets a `Prompt` and the fields of every request under OpenAI's names. `read` gets decoded JSON, or a text if
it is not JSON, and returns a text, a `Delta`, or None. If whole replies look different, ``read_whole`` reads them.
Optional are ``path``, ``headers``, ``stream = "lines"``, and ``finishes = True``: a stream without a `Delta` that is
``finished`` then counts as cut. ``mine.py:Name`` takes all of these from a class.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..core.errors import ConfigError, closest
from ..core.python_file import is_own_file, load_module, parts_of, where_and_what
from . import anthropic, dashscope, openai_chat, openai_responses
from .errors import shown
from .interface import Fields, Interface, UnsendableError
from .openai_simple import COMPLETIONS, EMBEDDINGS, RERANK
from .prompt import Prompt
from .stamped import Delta, Reader, StampedReply, take

_BUILT_IN: Mapping[str, Interface] = {
    interface.name: interface
    for interface in (
        openai_chat.INTERFACE,
        openai_responses.INTERFACE,
        anthropic.INTERFACE,
        dashscope.INTERFACE,
        COMPLETIONS,
        EMBEDDINGS,
        RERANK,
    )
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
    return from_file(name)


def interface_of(api: str, url: str) -> tuple[Interface, str]:
    """Return the interface and the whole address: one that ends at the version gets the interface's path.

    Raises:
        ConfigError: The API is unknown.
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


# Dialects of the user ------------------------------------------------------------------------------------------------


Read = Callable[[Any], Any]
_SETTINGS: tuple[tuple[str, Any], ...] = (("path", ""), ("headers", {}), ("stream", "events"), ("finishes", False))
_STREAMS = ("events", "lines")
_KINDS: Mapping[str, type] = {
    "text": str,
    "reasoning": str,
    "error": str,
    "items": int,
    "input_tokens": int,
    "output_tokens": int,
    "reasoning_tokens": int,
    "cached_tokens": int,
}
_ERRORS = (Exception, SystemExit)  # what a user's code may raise


def from_file(name: str) -> Interface:
    """Return the interface of a file.

    Raises:
        ConfigError: The file or name does not exist, it fails to load, or a part is missing or of another kind.
    """
    file, wanted = parts_of(name)
    source = _source(file, wanted)
    request = _function(source, "request", name)
    read = _function(source, "read", name)
    whole = _function(source, "read_whole", name) if hasattr(source, "read_whole") else read
    path, headers, stream, finishes = (getattr(source, key, default) for key, default in _SETTINGS)
    fine = isinstance(path, str) and isinstance(headers, Mapping) and isinstance(finishes, bool)
    if not fine or stream not in _STREAMS:
        raise ConfigError(
            f'--api {name}: path is a text ("/generate"), headers a mapping of texts, stream "events" or "lines", and '
            "finishes True or False."
        )
    if path and not path.startswith("/"):
        raise ConfigError(f"--api {name}: path {path!r} does not begin with a slash.")
    return Interface(
        name,
        path,
        _writer(request, file),
        Reader(_event_reader(read, file, finishes), _body_reader(whole, file), lines=stream == "lines", plain=True),
        headers={str(key): str(value) for key, value in headers.items()},
    )


def _source(file: Path, wanted: str) -> Any:
    """Return the holder of the functions: the file's module, or an object of it."""
    module = load_module(file, "--api")
    if not wanted:
        return module
    known = [key for key, value in vars(module).items() if isinstance(value, type) and not key.startswith("_")]
    if not hasattr(module, wanted):
        raise ConfigError(f"--api {file}: no class {wanted!r} in it. {closest(wanted, known)}")
    found = getattr(module, wanted)
    if not isinstance(found, type):
        return found
    try:
        return found()
    except _ERRORS as error:
        raise ConfigError(f"--api {file}:{wanted} cannot be made: {where_and_what(error, file)}.") from error


def _function(source: Any, name: str, api: str) -> Callable[..., Any]:
    function = getattr(source, name, None)
    if not callable(function):
        raise ConfigError(
            f"--api {api}: no function {name!r} in it. It needs request(prompt, fields), which returns the body of a "
            "request, and read(event), which returns the text in an event of the stream."
        )
    return function  # type: ignore[no-any-return]


def _writer(request: Callable[..., Any], file: Path) -> Callable[[Prompt, Fields], Any]:
    def write(prompt: Prompt, fields: Fields) -> Any:
        try:
            body = request(prompt, fields)
        except _ERRORS as error:
            raise UnsendableError(shown(where_and_what(error, file))) from error
        if not isinstance(body, (Mapping, list)):
            raise UnsendableError(f"{file.name}: request() gave {_kind(body)}. It has to return a dict: the body.")
        return body

    return write


def _event_reader(read: Read, file: Path, finishes: bool) -> Callable[[Any, float, StampedReply], None]:
    def take_event(event: Any, stamp: float, reply: StampedReply) -> None:
        reply.ended = reply.ended or not finishes  # else the end of the reply is that of the stream
        _take(read, event, stamp, reply, file)

    return take_event


def _body_reader(read: Read, file: Path) -> Callable[[Any, StampedReply], None]:
    def take_body(body: Any, reply: StampedReply) -> None:
        reply.ended = True
        _take(read, body, None, reply, file)

    return take_body


def _take(read: Read, event: Any, stamp: float | None, reply: StampedReply, file: Path) -> None:
    try:
        found = read(event)
        delta = Delta(text=found) if isinstance(found, str) else Delta() if found is None else found
        if wrong := _wrong(delta):
            reply.error = shown(f"{file.name}: read() gave {wrong}")
            return
        take(delta, stamp, reply)
    except _ERRORS as error:  # the request has failed, no more
        reply.error = shown(where_and_what(error, file))


def _wrong(delta: Any) -> str:
    """Return the fault of a value that a user's function returned; empty without one."""
    if not isinstance(delta, Delta):
        return f"{_kind(delta)}. It has to return a text, a Delta, or None."
    for name, kind in _KINDS.items():
        value = getattr(delta, name)
        if value is not None and not isinstance(value, kind):
            return f"a Delta.{name} that is {_kind(value)}."
    return ""


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r:.40}"
