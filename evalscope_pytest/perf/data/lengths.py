"""Prompts of one length out of real texts: cut to it, or lengthened by a text that goes before (``--dataset-args``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ...core.errors import ConfigError, DatasetError
from ...wire.prompt import Message, text_of
from .options import DataOptions
from .prompts import Conversation, Turn
from .tokenizer import Tokenizer

_PARTIAL = "\ufffd"  # half a character, where a cut went through it


def fitted(found: Iterable[Conversation], options: DataOptions) -> Iterator[Conversation]:
    """Yield conversations of one turn at ``target_input_len`` tokens, bare of any chat template.

    Raises:
        ConfigError: There is no tokenizer.
        DatasetError: A prompt is a request body or messages with pictures, whose length is not ours to change; or the
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
    """Return a text's first tokens, and how many they are: ``length``, or fewer where it is shorter."""
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
        """Return messages with so many tokens before them; a short text is repeated."""
        if length <= 0:
            return messages
        ids = self._ids * (length // len(self._ids) + 1)
        text, _ = cut(self._tokenizer.decode(ids[:length]), length, self._tokenizer)
        if self._role == "system":
            return [{"role": "system", "content": text}, *messages]
        first, *rest = messages
        return [{**first, "content": f"{text}{text_of(first)}"}, *rest]
