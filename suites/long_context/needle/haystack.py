"""Texts of given lengths with facts hidden at given depths (Needle in a Haystack, G. Kamradt 2023)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from evalscope_pytest.core.errors import ConfigError, UnreadyError

RESERVED = 150  # Tokens of a context's length that are left for the prompt around it and the reply.
_STOPS = (".", "。")
# English words are about as many tokens as they have sixes of letters; a Chinese character, a mark, three digits one.
_PIECE = re.compile(r"\s?[A-Za-z]{1,6}|\s?\d{1,3}|\s+|.", re.DOTALL)


class Tokenizer(Protocol):
    """Cuts text into tokens and puts it together again."""

    def encode(self, text: str) -> list[Any]:
        """Return the tokens of ``text``, without marks of beginning and end."""
        ...

    def decode(self, tokens: Sequence[Any]) -> str:
        """Return the text of tokens."""
        ...


class Pieces:
    """Tokens without a model's vocabulary: about as many as models make of English, and no fewer of Chinese."""

    def encode(self, text: str) -> list[str]:
        """Return pieces of ``text`` that are the text when they are joined."""
        return _PIECE.findall(text)

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the pieces joined."""
        return "".join(tokens)


class _Vocabulary:
    """A model's own tokenizer, from its ``tokenizer.json``."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=False))


def load_tokenizer(path: str) -> Tokenizer:
    """Return the tokenizer of a model's folder or ``tokenizer.json``; `Pieces` for an empty path.

    Raises:
        ConfigError: There is none, it cannot be read, or the library that reads it is missing.
    """
    if not path:
        return Pieces()
    file = Path(path).expanduser()
    file = file / "tokenizer.json" if file.is_dir() else file
    if not file.is_file():
        raise ConfigError(
            f"tokenizer_path: {path!r} is neither a folder with a tokenizer.json nor such a file. Name the folder of a "
            "model, or leave it out: lengths are then counted in pieces of words."
        )
    try:
        from tokenizers import Tokenizer as Fast
    except ImportError as error:
        raise UnreadyError("tokenizer_path needs the package tokenizers. Type: pip install tokenizers.") from error
    try:
        return _Vocabulary(Fast.from_file(str(file)))
    except Exception as error:  # the library raises plain Exception for whatever is wrong with the file
        raise ConfigError(f"tokenizer_path: {file} cannot be read ({error}). Name another.") from error


@dataclass(frozen=True, slots=True)
class Haystack:
    """A text in which facts are hidden.

    Attributes:
        tokens: Tokens of the text, repeated if it is shorter than the longest context.
        stops: Tokens that end a sentence.
    """

    tokenizer: Tokenizer
    tokens: Sequence[Any]
    stops: frozenset[Any]

    @classmethod
    def of(cls, text: str, tokenizer: Tokenizer, longest: int) -> Haystack:
        """Cut as much of ``text`` into tokens as the longest context needs."""
        tokens: list[Any] = []
        characters = 0
        while len(tokens) < longest and (not tokens or characters < longest * 100):
            characters = max(2 * characters, 8 * longest)
            repeated = "\n".join([text] * (characters // (len(text) + 1) + 1))
            tokens = tokenizer.encode(repeated[:characters])
        return cls(tokenizer, tokens, frozenset(token for stop in _STOPS for token in tokenizer.encode(stop)))

    def hide(self, needles: Sequence[str], length: int, depth: int) -> str:
        """Return a text of ``length`` tokens with the needles in it.

        The first is put at ``depth`` percent, the others evenly behind it, each after the end of a sentence.
        """
        hidden = [self.tokenizer.encode(needle) for needle in needles]
        room = max(length - RESERVED - sum(map(len, hidden)), 0)
        tokens, share, step = list(self.tokens[:room]), float(depth), (100 - depth) / len(needles)
        for needle in hidden:
            at = len(tokens) if share >= 100 else int(len(tokens) * share / 100)
            while share < 100 and at and tokens[at - 1] not in self.stops:
                at -= 1
            tokens[at:at] = needle
            share += step
        return self.tokenizer.decode(tokens)


def steps(least: int, most: int, number: int, what: str) -> list[int]:
    """Return ``number`` integers from ``least`` to ``most``, evenly spread.

    Raises:
        ConfigError: The numbers do not form such a row.
    """
    if number < 1 or least < 0 or most < least:
        raise ConfigError(f"{what}: {number} steps from {least} to {most}. Take 1 or more, from a lower to a higher.")
    if number == 1:
        return [least]
    return list(dict.fromkeys(round(least + (most - least) * step / (number - 1)) for step in range(number)))


def contexts(text: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record for each length and depth: ``context``, ``context_length``, ``depth_percent``.

    Args:
        text: The text to hide the needles in.
        params: The benchmark's parameters, named as EvalScope's are.

    Raises:
        ConfigError: A parameter makes no sense.
    """
    lengths = _range(params, "context_lengths", "context_lengths_num_intervals")
    depths = _range(params, "document_depth_percent", "document_depth_percent_intervals")
    needles = params["needles"]
    if max(depths) > 100:
        raise ConfigError(f"document_depth_percent_max: {max(depths)}. A depth is at most 100 percent.")
    if not needles or not all(isinstance(needle, str) and needle.strip() for needle in needles):
        raise ConfigError(f"needles: {needles!r}. Give a list of one sentence or more.")
    haystack = Haystack.of(text, load_tokenizer(params["tokenizer_path"]), max(lengths))
    for length in lengths:
        for depth in depths:
            context = haystack.hide(needles, length, depth)
            yield {"context": context, "context_length": length, "depth_percent": depth}


def _range(params: Mapping[str, Any], name: str, number: str) -> list[int]:
    return steps(params[f"{name}_min"], params[f"{name}_max"], params[number], name)
