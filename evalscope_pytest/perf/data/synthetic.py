"""Prompts made here: random ones of a given length in tokens, and those of ``speed_benchmark``."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle

from ...core.errors import ConfigError
from .options import DataOptions
from .prompts import Conversation, Turn, single
from .tokenizer import Tokenizer

# Random prompts, out of a tokenizer's vocabulary ----------------------------------------------------------------------

_TRIES = 12


def prompts(options: DataOptions) -> Iterator[Conversation]:
    """Yield single prompts."""
    maker = Maker(options)
    for _ in range(options.offset + options.wanted):
        yield single(*maker.prompt())


def conversations(options: DataOptions) -> Iterator[Conversation]:
    """Yield conversations whose user messages are random.

    Raises:
        ConfigError: The number of turns is missing.
    """
    if options.max_turns is None:
        raise ConfigError("--dataset random_multi_turn needs --max-turns N (and --min-turns, by default 1).")
    maker = Maker(options)
    for _ in range(options.offset + options.wanted):
        turns = maker.source.randint(options.min_turns, options.max_turns)
        yield Conversation(tuple(Turn(*maker.prompt()) for _ in range(turns)))


def batches(options: DataOptions) -> Iterator[Conversation]:
    """Yield ``batch_size`` prompts a request, to embed."""
    maker = Maker(options)
    for _ in range(options.offset + options.wanted):
        made = [maker.text(maker.length()) for _ in range(options.details.batch_size)]
        yield single([text for text, _ in made], sum(length for _, length in made))


def pairs(options: DataOptions) -> Iterator[Conversation]:
    """Yield queries with longer documents to rank."""
    maker, details = Maker(options), options.details
    for _ in range(options.offset + options.wanted):
        length = maker.length()
        of_document = max(1, round(length * details.document_length_ratio))
        documents = [maker.text(of_document) for _ in range(details.num_documents)]
        query, tokens = maker.text(length)
        body = {"query": query, "documents": [text for text, _ in documents]}
        yield single(body, tokens + sum(length for _, length in documents))


class Maker:
    """Makes random prompts.

    Raises:
        ConfigError: A tokenizer or a length is missing.
    """

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
        self._as_tokens = options.shape.as_tokens and not options.shape.chat_template
        count = options.prefix_count if options.prefix_length else 0
        self._prefixes = cycle([self._prefix(options.prefix_length) for _ in range(count)])

    def length(self) -> int:
        """Return a length within bounds."""
        return self.source.randint(self._low, self._high)

    def prompt(self) -> tuple[str | list[int], int]:
        """Return a prompt and its length in tokens; token ids, if those are sent, have the exact length."""
        length = self.length()
        prefix = next(self._prefixes, [])
        if self._as_tokens:
            ids = [*prefix, *self.source.choices(self._ids, k=length)]
            return ids, len(ids)
        return self.text(length + len(prefix), self._tokenizer.decode(prefix) if prefix else "")

    def text(self, length: int, begin: str = "") -> tuple[str, int]:
        """Return a text of about a length, and its true length."""
        text = text_of_length(self._tokenizer, self._ids, length, self.source, begin)
        return text, self._tokenizer.count(text)

    def _prefix(self, length: int) -> list[int]:
        return self._tokenizer.encode(text_of_length(self._tokenizer, self._ids, length, self.source))


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


# Prompts of 1, 6,144, 14,336 and 30,720 tokens, as in Qwen's speed reports --------------------------------------------

SPEED_LENGTHS = (1, 6144, 14336, 30720)
SPEED_LONG_LENGTHS = (63488, 129024)
SPEED_REPEATS = 2
_UNIT = "熵"  # one token in most vocabularies that know Chinese


def speed(options: DataOptions) -> Iterator[Conversation]:
    """Yield each length twice."""
    yield from _of_lengths(SPEED_LENGTHS, options)


def speed_long(options: DataOptions) -> Iterator[Conversation]:
    """Yield the lengths of long-context models."""
    yield from _of_lengths(SPEED_LONG_LENGTHS, options)


def _of_lengths(lengths: tuple[int, ...], options: DataOptions) -> Iterator[Conversation]:
    for length in lengths:
        for _ in range(SPEED_REPEATS):
            yield single(_UNIT * length, length)
