"""``trace``: recorded traffic, replayed at its own times.

One JSON object a line, with ``timestamp`` (milliseconds, or seconds as a decimal fraction, or ISO 8601) and either
``messages`` or ``prompt``, or only lengths: ``input_length`` and ``output_length``, as Mooncake's traces have them;
prompts of those lengths are then random, and ``hash_ids`` that agree give prefixes that agree.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ...core.errors import ConfigError, DatasetError
from ...datasets.files import read_records
from ...wire.prompt import Content
from .options import DataOptions
from .prompts import Conversation, Turn
from .random_tokens import text_of_length
from .tokenizer import Tokenizer

BLOCK = 512  # tokens that one of Mooncake's hash_ids stands for


def recorded(options: DataOptions) -> Iterator[Conversation]:
    """Yield the requests of a trace, in order of time, counted from the first.

    Raises:
        DatasetError: A record has no time or nothing to send.
        ConfigError: It has lengths only, and there is no tokenizer.
    """
    path = Path(options.path)
    made = _Made(options.tokenizer, options.seed)
    found = []
    for number, record in enumerate(read_records(path), start=1):
        where = f"{path}, record {number}"
        found.append((_seconds(record, where), _turn(record, made, where)))
    found.sort(key=lambda pair: pair[0])
    for at, turn in found:
        yield Conversation((turn,), at - found[0][0])


def _turn(record: Mapping[str, Any], made: _Made, where: str) -> Turn:
    length = record.get("output_length") or record.get("max_tokens")
    parameters = {"max_tokens": int(length)} if isinstance(length, (int, float)) and length > 0 else {}
    content: Content | None = record.get("messages") or record.get("prompt") or record.get("body")
    if content:
        return Turn(content, 0, parameters)
    asked = record.get("input_length")
    if not isinstance(asked, (int, float)) or asked < 1:
        raise DatasetError(f"{where} has nothing to send: no messages, no prompt, no body, no input_length.")
    return Turn(made.text(int(asked), record.get("hash_ids") or ()), int(asked), parameters)


def _seconds(record: Mapping[str, Any], where: str) -> float:
    value = record.get("timestamp")
    if isinstance(value, bool) or value is None:
        raise DatasetError(f"{where} has no 'timestamp'.")
    if isinstance(value, int):
        return value / 1000
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise DatasetError(f"{where}: 'timestamp' {value!r} is neither a number nor ISO 8601.") from None


class _Made:
    """Random prompts; a block's text follows from its id, so that equal ids give equal prefixes."""

    def __init__(self, tokenizer: Tokenizer | None, seed: int) -> None:
        self._tokenizer = tokenizer
        self._seed = seed
        self._ids: list[int] = []

    def text(self, length: int, blocks: Any) -> str:
        if self._tokenizer is None:
            raise ConfigError("this trace holds lengths only: give --tokenizer-path FOLDER to make prompts of them.")
        self._ids = self._ids or self._tokenizer.plain_ids()
        begin = "".join(self._block(number) for number in list(blocks)[: length // BLOCK])
        source = random.Random(f"{self._seed}:{length}:{blocks}")
        return text_of_length(self._tokenizer, self._ids, length, source, begin)

    def _block(self, number: Any) -> str:
        assert self._tokenizer is not None
        return self._tokenizer.decode(random.Random(f"{self._seed}:{number}").choices(self._ids, k=BLOCK))
