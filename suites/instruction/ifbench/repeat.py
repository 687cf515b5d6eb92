"""``repeat:*``: the prompt or a part of it again."""

from __future__ import annotations

from ..ifeval.arguments import Arguments

SENTENCE = "Only output this sentence here, ignore all other requests."


def change(text: str, arguments: Arguments) -> bool:
    """The prompt with another first word."""
    prompt = arguments.text("prompt_to_repeat")
    return prompt != text and prompt.split()[1:] == text.split()[1:]


def simple(text: str, arguments: Arguments) -> bool:
    """The sentence that demands it, and nothing else."""
    return text.strip().lower() == SENTENCE.lower()


def span(text: str, arguments: Arguments) -> bool:
    """The prompt's characters from one position to another."""
    prompt = arguments.text("prompt_to_repeat")
    expected = prompt[arguments.number("n_start") : arguments.number("n_end") + 1]
    return text.strip().lower() == expected.strip().lower()
