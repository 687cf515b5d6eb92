"""``combination:*`` and ``startend:*``: what the whole reply is made of, and how it begins and ends."""

from __future__ import annotations

from .arguments import Arguments


def two_responses(text: str, _: Arguments) -> bool:
    """Two different answers, with six stars between them."""
    parts = [part.strip() for part in text.split("******")]
    answers = [part for part in parts if part]
    return all(parts[1:-1]) and len(answers) == 2 and answers[0] != answers[1]


def repeat_prompt(text: str, arguments: Arguments) -> bool:
    """The reply begins with the request, in either case."""
    return text.strip().lower().startswith(arguments.text("prompt_to_repeat").strip().lower())


def end_checker(text: str, arguments: Arguments) -> bool:
    """The reply ends with a phrase, in either case; quotation marks around the reply do not matter."""
    return text.strip().strip('"').lower().endswith(arguments.text("end_phrase").strip().lower())


def quotation(text: str, _: Arguments) -> bool:
    """Check that the reply is in double quotation marks."""
    body = text.strip()
    return len(body) > 1 and body.startswith('"') and body.endswith('"')
