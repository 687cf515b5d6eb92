"""Finds a data set by its name and takes as many prompts as will be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice

from ...core.errors import ConfigError, DatasetError, closest
from ...core.python_file import is_own_file
from . import (
    agentic,
    conversations,
    pairs,
    pictures,
    random_pictures,
    random_tokens,
    speed,
    texts,
    trace,
    workload_trace,
)
from .lengths import fitted
from .options import DataOptions
from .plugin import from_file
from .prompts import Conversation
from .shape import shaped

Load = Callable[[DataOptions], Iterator[Conversation]]

NAMES: Mapping[str, Load] = {
    "openqa": texts.openqa,
    "longalpaca": texts.longalpaca,
    "line_by_line": texts.lines,
    "custom": texts.texts,
    "random": random_tokens.prompts,
    "random_multi_turn": random_tokens.conversations,
    "random_vl": random_pictures.prompts,
    "random_embedding": random_tokens.prompts,
    "random_embedding_batch": random_tokens.batches,
    "random_rerank": random_tokens.pairs,
    "share_gpt_en": partial(conversations.one_prompt_each, conversations.ENGLISH),
    "share_gpt_zh": partial(conversations.one_prompt_each, conversations.CHINESE),
    "share_gpt_en_multi_turn": partial(conversations.turn_by_turn, conversations.ENGLISH),
    "share_gpt_zh_multi_turn": partial(conversations.turn_by_turn, conversations.CHINESE),
    "custom_multi_turn": conversations.custom,
    "embedding": pairs.embedding,
    "embedding_batch": pairs.embedding_batches,
    "rerank": pairs.rerank,
    "speed_benchmark": speed.usual,
    "speed_benchmark_long": speed.long,
    "trie_agentic_coding": partial(agentic.replayed, agentic.CODING),
    "trie_code_qa": partial(agentic.replayed, agentic.QUESTIONS),
    "trie_office_work": partial(agentic.replayed, agentic.OFFICE),
    "flickr8k": pictures.flickr8k,
    "kontext_bench": pictures.kontext_bench,
    "trace": trace.recorded,
    "workload_trace": workload_trace.recorded,
}
CONVERSATIONS = frozenset(name for name in NAMES if name.endswith("_multi_turn") or name.startswith("trie_"))
TIMED = frozenset({"trace", "workload_trace"})  # they say when requests start
_OWN_FILE = TIMED | {"line_by_line", "custom", "custom_multi_turn", "embedding", "embedding_batch", "rerank"}


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
    prompts = shaped(fitted(found, options), options.shape, options.tokenizer)
    taken = tuple(islice(prompts, options.offset, options.offset + options.wanted))
    if not taken:
        unit = "tokens" if options.tokenizer else "characters"
        raise DatasetError(
            f"--dataset {name} {options.path}: no prompt in it between {options.min_length} and {options.max_length} "
            f"{unit}. Change --min-prompt-length, --max-prompt-length or --dataset-offset."
        )
    return taken
