"""Groups extracted answers into votes: answers of equal value, however they are written, are one vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from ..compare.math_form import simplified, without_unit
from ..compare.math_value import exact

# Longer answers (programs, essays) are compared as they are.
_LONGEST = 200
_CURRENCIES = "$£€¥￥"
_RIGHT = "(a right reply without an answer of its own)"


def most_voted(answers: Sequence[str | None], right: Sequence[bool]) -> list[int]:
    """Return the positions of the answers that got most votes, of equally many the earliest; none without a vote.

    Replies without an answer do not vote. One that is right nevertheless has an answer that its scorer did not name.

    Args:
        right: True for each answer that is right.
    """
    keys = [_key(answer, fine) for answer, fine in zip(answers, right, strict=True)]
    votes = Counter(key for key in keys if key is not None)
    if not votes:
        return []
    chosen = max(votes, key=lambda key: votes[key])  # of equals the first one: a Counter keeps the order of arrival
    return [position for position, key in enumerate(keys) if key == chosen]


def _key(answer: str | None, right: bool) -> Hashable:
    text = " ".join((answer or "").split())
    if not text:
        return _RIGHT if right else None
    if len(text) > _LONGEST:
        return text
    written = simplified(text)
    plain = without_unit(written) if any(sign in text for sign in _CURRENCIES) else written
    number = exact(plain)
    if number is not None:
        return number
    return written.casefold() if written.replace(" ", "").isalpha() and len(written) > 1 else written
