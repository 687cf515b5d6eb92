"""Tokens that requests cost: of one request, or of all those to one model about one benchmark."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from .values import Usage

# A token holds four bytes of English text, about: for estimates of what a service does not count.
BYTES_A_TOKEN = 4

Role = Literal["model", "judge"]


class PromptSize(NamedTuple):
    """Size of a prompt.

    Attributes:
        text: Bytes of its text as UTF-8.
        media: Input tokens that services bill for its pictures and the like, about.
    """

    text: int
    media: int = 0

    @property
    def tokens(self) -> float:
        """Input tokens of English text and such media, about."""
        return self.text / BYTES_A_TOKEN + self.media

    @property
    def most_tokens(self) -> int:
        """Twice as many: few texts and services need more."""
        return self.text // 2 + 2 * self.media


class Account(NamedTuple):
    """Something that tokens are spent on.

    Attributes:
        model_id: The model under evaluation, as reports name it, also for requests to its judges.
        benchmark: Empty for requests outside of samples.
        model: Name of the model that gets the requests.
    """

    model_id: str
    benchmark: str
    role: Role
    model: str


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of some requests. Sums are exact: all counts are whole numbers.

    Attributes:
        samples: Requests that were the first one about their sample.
        prompt_bytes: Size of the prompts' texts as UTF-8.
        media: Input tokens that their media were taken to have.
        input: Input tokens, those read from or written to a prompt cache included.
        output: Output tokens, reasoning included.
        estimated: Requests whose tokens the service did not report: theirs are estimates.
        longest: Output tokens of the longest reply.
        excess: Largest number of input tokens beyond `PromptSize.most_tokens`.
    """

    requests: int = 0
    samples: int = 0
    prompt_bytes: int = 0
    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0
    reasoning: int = 0
    estimated: int = 0
    longest: int = 0
    excess: int = 0
    media: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(*(max(a, b) if name in _LARGEST else a + b for name, a, b in _pairs(self, other)))

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input + self.output

    @classmethod
    def of(cls, usage: Usage, prompt: PromptSize, *, is_first: bool = False, estimated: bool = False) -> Spent:
        """Return what one request spent.

        Parts that are larger than the whole are cut: a reply may report more cached input than input.
        """
        cached = min(usage.input_tokens_cache_read or 0, usage.input_tokens)
        return cls(
            requests=1,
            samples=int(is_first),
            prompt_bytes=prompt.text,
            input=usage.input_tokens,
            output=usage.output_tokens,
            cached=cached,
            written=min(usage.input_tokens_cache_write or 0, usage.input_tokens - cached),
            reasoning=min(usage.reasoning_tokens or 0, usage.output_tokens),
            estimated=int(estimated),
            longest=usage.output_tokens,
            excess=max(0, usage.input_tokens - prompt.most_tokens),
            media=prompt.media,
        )

    def to_json(self) -> dict[str, int]:
        """Return the counts that are not zero."""
        return {name: value for name in FIELDS if (value := getattr(self, name))}


FIELDS = tuple(field.name for field in fields(Spent))
_LARGEST = frozenset(("longest", "excess"))


def _pairs(one: Spent, other: Spent) -> list[tuple[str, int, int]]:
    return [(name, getattr(one, name), getattr(other, name)) for name in FIELDS]
