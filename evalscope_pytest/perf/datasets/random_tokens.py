"""``random``: prompts of a given length in tokens, out of a tokenizer's vocabulary, with a common prefix if asked."""

from __future__ import annotations

import random
from collections.abc import Iterator

from ...core.errors import ConfigError
from ..prompts import Conversation, Turn, single
from ..tokenizer import Tokenizer
from .options import DataOptions

_TRIES = 12


def prompts(options: DataOptions) -> Iterator[Conversation]:
    """Yield single prompts."""
    maker = _Maker(options)
    for _ in range(options.wanted):
        yield single(*maker.prompt())


def conversations(options: DataOptions) -> Iterator[Conversation]:
    """Yield conversations whose user messages are random.

    Raises:
        ConfigError: Nobody said how many turns.
    """
    if options.max_turns is None:
        raise ConfigError("--dataset random_multi_turn needs --max-turns N (and --min-turns, by default 1).")
    maker = _Maker(options)
    for _ in range(options.wanted):
        turns = maker.source.randint(options.min_turns, options.max_turns)
        yield Conversation(tuple(Turn(*maker.prompt()) for _ in range(turns)))


class _Maker:
    def __init__(self, options: DataOptions) -> None:
        if options.tokenizer is None:
            raise ConfigError(
                "random prompts have a length in tokens, which needs --tokenizer-path FOLDER (the model's). Without a "
                "tokenizer use --dataset line_by_line or custom with a file of your own."
            )
        if options.max_length >= 131072 and not options.min_length:
            raise ConfigError(
                "random prompts need a length: --min-prompt-length 1024 --max-prompt-length 1024, for example."
            )
        self.source = random.Random(options.seed)
        self._tokenizer = options.tokenizer
        self._ids = options.tokenizer.plain_ids()
        self._low, self._high = max(1, options.min_length), max(1, options.max_length)
        self._prefix = text_of_length(self._tokenizer, self._ids, options.prefix_length, self.source)

    def prompt(self) -> tuple[str, int]:
        """Return a text and its length in tokens."""
        length = self.source.randint(self._low, self._high)
        if not self._prefix:
            text = text_of_length(self._tokenizer, self._ids, length, self.source)
            return text, self._tokenizer.count(text)
        begins = self._tokenizer.count(self._prefix)
        text = text_of_length(self._tokenizer, self._ids, begins + length, self.source, self._prefix)
        return text, self._tokenizer.count(text)


def text_of_length(tokenizer: Tokenizer, ids: list[int], length: int, source: random.Random, begin: str = "") -> str:
    """Return a text that the tokenizer encodes to ``length`` tokens, or as near as a few tries come.

    Tokens that are decoded and encoded again may merge or split, so the text is lengthened or cut until it fits.
    """
    if length <= 0:
        return begin
    text = begin
    for _ in range(_TRIES):
        have = tokenizer.encode(text)
        if len(have) == length:
            break
        if len(have) < length:
            text += tokenizer.decode(source.choices(ids, k=length - len(have)))
        else:
            text = tokenizer.decode(have[:length])
    return text
