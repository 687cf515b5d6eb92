"""Options that carry their letters in their text, as exams print them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LETTER = re.compile(r"[(（]?([A-Z])[)）.．、:：?\s]\s{0,3}")


def in_letter_order(options: Sequence[str], *, keep_letters: bool = True) -> list[str]:
    """Return options such as ``(A)text`` or ``B.text`` in the order of those letters; others as they are.

    A few records of LogiQA list A, C, B, D: the letter of the answer is the printed one, not that of the position.

    Args:
        keep_letters: Leave the letters in the texts.
    """
    found = {match.group(1): option for option in options if (match := _LETTER.match(option))}
    if sorted(found) != [chr(ord("A") + position) for position in range(len(options))]:
        return list(options)
    return [found[letter] if keep_letters else _LETTER.sub("", found[letter], count=1) for letter in sorted(found)]
