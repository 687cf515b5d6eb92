"""A data set of the user's own: ``--dataset prompts.py:function``, a generator of what is to be sent."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...core.errors import ConfigError, closest
from ..prompts import Conversation, single
from .options import DataOptions


def is_plugin(name: str) -> bool:
    """Return whether a name points at a Python file."""
    return name.partition(":")[0].endswith(".py")


def from_file(name: str, options: DataOptions) -> Iterator[Conversation]:
    """Call ``function(options)`` of a file; it yields texts, messages, request bodies or `Conversation` objects.

    Raises:
        ConfigError: There is no such file or function, or it yields something else.
    """
    file, _, wanted = name.partition(":")
    for item in _function(Path(file), wanted or "prompts")(options):
        if isinstance(item, Conversation):
            yield item
        elif isinstance(item, str):
            yield single(item, options.tokenizer.count(item) if options.tokenizer else 0)
        elif isinstance(item, (list, tuple, Mapping)) and item:
            yield single(item)
        else:
            raise ConfigError(
                f"--dataset {name}: it gave {item!r:.80}. Give texts, lists of messages, mappings (request bodies) or "
                "Conversation objects."
            )


def _function(file: Path, name: str) -> Any:
    if not file.is_file():
        raise ConfigError(f"--dataset {file}: no such file. Write --dataset path/to/file.py:function.")
    spec = importlib.util.spec_from_file_location(f"perf_prompts_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise ConfigError(f"--dataset {file}: no function {name!r} in it. {closest(name, known)}")

    def call(options: DataOptions) -> Iterable[Any]:
        return function(options)  # type: ignore[no-any-return]

    return call
