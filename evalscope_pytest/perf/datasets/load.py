"""Finds a data set by its name and takes as many prompts as will be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice

from ...core.errors import ConfigError, DatasetError, closest
from ..own_file import is_own_file
from ..prompts import Conversation
from . import conversations, pairs, random_tokens, speed, texts, trace
from .options import DataOptions
from .plugin import from_file

Load = Callable[[DataOptions], Iterator[Conversation]]

NAMES: Mapping[str, Load] = {
    "openqa": texts.openqa,
    "longalpaca": texts.longalpaca,
    "line_by_line": texts.lines,
    "custom": texts.texts,
    "random": random_tokens.prompts,
    "random_multi_turn": random_tokens.conversations,
    "random_embedding": random_tokens.prompts,
    "share_gpt_en": partial(conversations.one_prompt_each, conversations.ENGLISH),
    "share_gpt_zh": partial(conversations.one_prompt_each, conversations.CHINESE),
    "share_gpt_en_multi_turn": partial(conversations.turn_by_turn, conversations.ENGLISH),
    "share_gpt_zh_multi_turn": partial(conversations.turn_by_turn, conversations.CHINESE),
    "custom_multi_turn": conversations.custom,
    "embedding": pairs.embedding,
    "rerank": pairs.rerank,
    "speed_benchmark": speed.usual,
    "speed_benchmark_long": speed.long,
    "trace": trace.recorded,
}
_OWN_FILE = frozenset({"line_by_line", "custom", "custom_multi_turn", "embedding", "rerank", "trace"})


def load_conversations(name: str, options: DataOptions) -> tuple[Conversation, ...]:
    """Return at most ``options.wanted`` conversations.

    Raises:
        ConfigError: There is no such data set, or an option it needs is missing.
        DatasetError: Its file is missing or malformed, or nothing in it fits.
    """
    if is_own_file(name):
        found = from_file(name, options)
    elif name in NAMES:
        if name in _OWN_FILE and not options.path:
            raise ConfigError(f"--dataset {name} reads a file of yours: add --dataset-path FILE.")
        found = NAMES[name](options)
    else:
        raise ConfigError(f"--dataset {name!r} is unknown. {closest(name, NAMES)} Or a file.py:function of your own.")
    taken = tuple(islice(found, options.offset, options.offset + options.wanted))
    if not taken:
        unit = "tokens" if options.tokenizer else "characters"
        raise DatasetError(
            f"--dataset {name} {options.path}: no prompt in it between {options.min_length} and {options.max_length} "
            f"{unit}. Change --min-prompt-length, --max-prompt-length or --dataset-offset."
        )
    return taken
