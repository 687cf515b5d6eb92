"""Multiple-choice records as people write them: their options, and the letters of the right ones.

Options are the fields ``A``, ``B`` and so on, or a list ``choices`` (also ``options``), as in MMLU, or that list with
its labels, as in ARC. The answer is a letter, or several; for a list also a position, from 0, or an option's own text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from evalscope_pytest.core.errors import RecordError
from evalscope_pytest.core.listed_options import letters

_LISTS = ("choices", "options")
_ANSWERS = ("answer", "answerKey")
_SEPARATORS = re.compile(r"[\s,;、，；/&+]{1,9}")
_LETTERED = tuple(ascii_uppercase[:10])
_HOW = 'Write fields A, B ... with the options\' texts, or a list: "choices": ["...", "..."].'


def choices_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts of a record's options.

    Raises:
        RecordError: There are none, or one is missing in between.
    """
    listed = _listed(record)
    if listed is not None:
        return listed
    given = {letter: str(record[letter]) for letter in ascii_uppercase if _is_given(record.get(letter))}
    count = next((n for n, letter in enumerate(ascii_uppercase) if letter not in given), len(ascii_uppercase))
    late = [letter for letter in _LETTERED[count:] if letter in given]
    if late:
        raise RecordError(
            f"option {ascii_uppercase[count]} is missing or empty, and {late[0]} is there. Give it a text."
        )
    if not count:
        raise RecordError(f"it has no options. {_HOW}")
    return tuple(given.values())[:count]


def target_of(record: Mapping[str, Any], choices: Sequence[str]) -> tuple[str, ...]:
    """Return the letters of the right options, each once.

    Args:
        choices: The texts that `choices_of` returned.

    Raises:
        RecordError: The answer is missing, or names no option.
    """
    name = next((name for name in _ANSWERS if _is_given(record.get(name))), None)
    if name is None:
        raise RecordError('it has no answer. Write the letter of the right option: "answer": "B".')
    value, is_list = record[name], _listed(record) is not None
    labels = letters(len(choices))
    if is_list and (own := _labels(record)) is not None and isinstance(value, str) and value in own:
        return (labels[own.index(value)],)
    parts = value if isinstance(value, (list, tuple)) else (value,)
    found = [letter for part in parts for letter in _letters_in(part, choices, labels, is_list)]
    if not found:
        raise _wrong(value, labels, is_list)
    return tuple(dict.fromkeys(found))


def _is_given(value: Any) -> bool:
    return value not in (None, "", []) and not (isinstance(value, float) and value != value)


def _listed(record: Mapping[str, Any]) -> tuple[str, ...] | None:
    name = next((name for name in _LISTS if _is_given(record.get(name))), None)
    if name is None:
        return None
    value = record[name]
    texts = value.get("text") if isinstance(value, Mapping) else value
    if not isinstance(texts, (list, tuple)) or not texts:
        raise RecordError(f"{name} is {_shown(value)}. {_HOW}")
    if empty := [n for n, text in enumerate(texts) if not isinstance(text, (str, int, float)) or not str(text).strip()]:
        raise RecordError(f"{name}[{empty[0]}] is {_shown(texts[empty[0]])}. Give each option a text.")
    return tuple(str(text) for text in texts)


def _labels(record: Mapping[str, Any]) -> list[str] | None:
    value: Mapping[str, Any] = next((record[name] for name in _LISTS if isinstance(record.get(name), Mapping)), {})
    labels = value.get("label")
    return [str(label) for label in labels] if isinstance(labels, (list, tuple)) else None


def _letters_in(part: Any, choices: Sequence[str], labels: Sequence[str], is_list: bool) -> list[str]:
    if isinstance(part, int) and not isinstance(part, bool) and is_list and 0 <= part < len(choices):
        return [labels[part]]
    if not isinstance(part, str):
        raise _wrong(part, labels, is_list)
    named = _named(part, labels)
    same = [label for label, text in zip(labels, choices, strict=True) if text.strip() == part.strip()]
    if named and same and set(same) != set(named):
        raise RecordError(f"answer is {part!r}, which is a letter and also the text of option {same[0]}. Change one.")
    if not named and len(same) != 1:
        raise _wrong(part, labels, is_list)
    return named or same


def _named(text: str, labels: Sequence[str]) -> list[str]:
    """Return the letters a text consists of; none if it says anything else."""
    found: list[str] = []
    for word in filter(None, _SEPARATORS.split(text)):
        bare = word.strip("()（）[].:：").upper()
        if not bare or any(letter not in labels for letter in bare) or len(set(bare)) < len(bare):
            return []
        found += bare
    return found


def _wrong(value: Any, labels: Sequence[str], is_list: bool) -> RecordError:
    numbers = f", or the position of one in the list, 0 to {len(labels) - 1}" if is_list else ""
    return RecordError(
        f"answer is {_shown(value)}. It must be the letter of an option, {', '.join(labels[:26])}{numbers}."
    )


def _shown(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"the number {value}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
