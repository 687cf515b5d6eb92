"""Options that carry their letters in their text, as exams print them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LETTER = re.compile(r"[(（]?([A-Z])[)）.．、:：?\s]")


def in_letter_order(options: Sequence[str]) -> list[str]:
    """Return options such as ``(A)text`` or ``B.text`` in the order of those letters; others as they are.

    A few records of LogiQA list A, C, B, D: the letter of the answer is the printed one, not that of the position.
    """
    found = [match.group(1) if (match := _LETTER.match(option)) else "" for option in options]
    if sorted(found) != [chr(ord("A") + position) for position in range(len(options))]:
        return list(options)
    return [options[found.index(letter)] for letter in sorted(found)]
