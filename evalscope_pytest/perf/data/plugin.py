"""A data set of the user's own: ``--dataset prompts.py:function``, a generator of what is to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...core.errors import ConfigError, EvalError, closest
from ...core.python_file import load_module, parts_of, where_and_what
from .options import DataOptions
from .prompts import Conversation, single


def from_file(name: str, options: DataOptions) -> Iterator[Conversation]:
    """Call ``function(options)`` of a file; it yields texts, messages, request bodies or `Conversation` objects.

    Raises:
        ConfigError: There is no such file or function, it fails, or it yields something else.
    """
    file, wanted = parts_of(name)
    for item in _items(_function(file, wanted or "prompts"), options, file):
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


def _items(function: Callable[[DataOptions], Iterable[Any]], options: DataOptions, file: Path) -> Iterator[Any]:
    """Yield what the user's function gives; its errors become ours."""
    try:
        yield from function(options)
    except EvalError:
        raise
    except Exception as error:
        raise ConfigError(f"--dataset {file}: {where_and_what(error, file)}. Mend the function.") from error


def _function(file: Path, name: str) -> Callable[[DataOptions], Iterable[Any]]:
    module = load_module(file, "--dataset")
    function = getattr(module, name, None)
    if not callable(function):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise ConfigError(f"--dataset {file}: no function {name!r} in it. {closest(name, known)}")
    return function  # type: ignore[no-any-return]
