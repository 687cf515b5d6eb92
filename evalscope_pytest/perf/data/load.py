"""Loading: finds a data set by its name, fits prompts to a length, and takes as many as will be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ...core.errors import ConfigError, DatasetError, EvalError, closest
from ...core.python_file import is_own_file, load_module, parts_of, where_and_what
from ...wire.prompt import Message, text_of
from . import pictures, synthetic, text_files, traces
from .options import DataOptions
from .prompts import Conversation, Turn, shaped, single
from .tokenizer import Tokenizer

# Prompts of one length out of real texts (`--dataset-args`) -----------------------------------------------------------

_PARTIAL = "\ufffd"  # half a character, left by a cut


def fitted(found: Iterable[Conversation], options: DataOptions) -> Iterator[Conversation]:
    """Yield conversations of one turn at ``target_input_len`` tokens, bare of any chat template.

    Raises:
        ConfigError: A tokenizer is missing.
        DatasetError: A prompt is a request body or messages with pictures, whose length cannot be changed; or the
            prefix cannot be read.
    """
    target = options.details.target_input_len
    if target is None:
        yield from found
        return
    if options.tokenizer is None:
        raise ConfigError("--dataset-args: target_input_len is in tokens, which needs --tokenizer-path FOLDER.")
    prefix = _Prefix(options, options.tokenizer) if options.details.prefix_file else None
    drop = options.details.input_len_mode == "drop"
    for conversation in found:
        messages = _messages(conversation.turns[0])
        *before, last = messages
        around = sum(options.tokenizer.count(text_of(m)) for m in before) if prefix else 0
        if around >= target:
            continue
        text, length = cut(text_of(last), target - around, options.tokenizer)
        if drop and length < target:
            continue
        kept = [*before, {**last, "content": text}]
        if prefix is not None:
            kept, length = prefix.before(kept, target - around - length), target
        single_text = isinstance(conversation.turns[0].content, str) and len(kept) == 1
        yield Conversation((Turn(text_of(kept[0]) if single_text else kept, length),))


def cut(text: str, length: int, tokenizer: Tokenizer) -> tuple[str, int]:
    """Return the first ``length`` tokens of a text, all of a shorter text, and their number."""
    ids = tokenizer.encode(text)
    count = len(ids)
    while count > length:
        text = tokenizer.decode(ids[:length]).rstrip(_PARTIAL)
        ids = tokenizer.encode(text)
        count = len(ids)
    return text, count


def _messages(turn: Turn) -> list[Message]:
    if isinstance(turn.content, str):
        return [{"role": "user", "content": turn.content}]
    found = [m for m in turn.content if isinstance(m, dict) and isinstance(m.get("content"), str)]
    if not isinstance(turn.content, (list, tuple)) or len(found) < len(turn.content):
        raise DatasetError(
            "--dataset-args: target_input_len is for texts; a line of the data set is a request body. Take it out."
        )
    return list(found)


class _Prefix:
    def __init__(self, options: DataOptions, tokenizer: Tokenizer) -> None:
        path = Path(options.details.prefix_file).expanduser()
        try:
            self._ids = tokenizer.encode(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise DatasetError(f"--dataset-args: prefix_file {path} cannot be read: {error}.") from error
        if not self._ids:
            raise DatasetError(f"--dataset-args: prefix_file {path} is empty.")
        self._role = options.details.prefix_role
        self._tokenizer = tokenizer

    def before(self, messages: list[Message], length: int) -> list[Message]:
        """Return messages with ``length`` tokens before them; a short text is repeated."""
        if length <= 0:
            return messages
        ids = self._ids * (length // len(self._ids) + 1)
        text, _ = cut(self._tokenizer.decode(ids[:length]), length, self._tokenizer)
        if self._role == "system":
            return [{"role": "system", "content": text}, *messages]
        first, *rest = messages
        return [{**first, "content": f"{text}{text_of(first)}"}, *rest]


# A data set of the user: `--dataset prompts.py:function` --------------------------------------------------------------


def from_file(name: str, options: DataOptions) -> Iterator[Conversation]:
    """Call ``function(options)`` of a file; it yields texts, messages, request bodies or `Conversation` objects.

    Raises:
        ConfigError: The file or function is missing, fails, or yields something else.
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
    """Yield the items of the user's function; convert its errors to `ConfigError`."""
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


# All data sets --------------------------------------------------------------------------------------------------------

Load = Callable[[DataOptions], Iterator[Conversation]]

NAMES: Mapping[str, Load] = {
    "openqa": text_files.openqa,
    "longalpaca": text_files.longalpaca,
    "line_by_line": text_files.lines,
    "custom": text_files.texts,
    "random": synthetic.prompts,
    "random_multi_turn": synthetic.conversations,
    "random_vl": pictures.random_pictures,
    "random_embedding": synthetic.prompts,
    "random_embedding_batch": synthetic.batches,
    "random_rerank": synthetic.pairs,
    "share_gpt_en": partial(text_files.one_prompt_each, text_files.ENGLISH),
    "share_gpt_zh": partial(text_files.one_prompt_each, text_files.CHINESE),
    "share_gpt_en_multi_turn": partial(text_files.turn_by_turn, text_files.ENGLISH),
    "share_gpt_zh_multi_turn": partial(text_files.turn_by_turn, text_files.CHINESE),
    "custom_multi_turn": text_files.custom_conversations,
    "embedding": text_files.embedding,
    "embedding_batch": text_files.embedding_batches,
    "rerank": text_files.rerank,
    "speed_benchmark": synthetic.speed,
    "speed_benchmark_long": synthetic.speed_long,
    "trie_agentic_coding": partial(traces.agentic, traces.CODING),
    "trie_code_qa": partial(traces.agentic, traces.QUESTIONS),
    "trie_office_work": partial(traces.agentic, traces.OFFICE),
    "flickr8k": pictures.flickr8k,
    "kontext_bench": pictures.kontext_bench,
    "trace": traces.trace,
    "workload_trace": traces.workload_trace,
}
CONVERSATIONS = frozenset(name for name in NAMES if name.endswith("_multi_turn") or name.startswith("trie_"))
TIMED = frozenset({"trace", "workload_trace"})  # they say when requests start
_OWN_FILE = TIMED | {"line_by_line", "custom", "custom_multi_turn", "embedding", "embedding_batch", "rerank"}


def load_conversations(name: str, options: DataOptions) -> tuple[Conversation, ...]:
    """Return at most ``options.wanted`` conversations.

    Raises:
        ConfigError: The data set is unknown, or an option it needs is missing.
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
