"""Porter's stemmer (1980, An algorithm for suffix stripping) with NLTK's extensions, as LoCoMo's F1 uses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

_IRREGULAR = {"skies": "sky", "sky": "sky", "dying": "die", "lying": "lie", "tying": "tie", "innings": "inning"}
_IRREGULAR |= {"outings": "outing", "cannings": "canning"}
_IRREGULAR |= {word: word for word in ["news", "inning", "outing", "canning", "howe", "proceed", "exceed", "succeed"]}
_LONGEST = 100  # letters of a word that is stemmed

# A suffix, what replaces it, and the condition on what is before it.
_Rule = tuple[str, str, Callable[[str], bool]]


def _is_consonant(word: str, at: int) -> bool:
    if word[at] != "y":
        return word[at] not in "aeiou"
    ys = at - len(word[: at + 1].rstrip("y")) + 1  # of a run of y, every second one is a vowel
    before = at - ys
    first = before < 0 or word[before] in "aeiou"
    return first == (ys % 2 == 1)


def _measure(stem: str) -> int:
    """Return how often a vowel is followed by a consonant."""
    kinds = [_is_consonant(stem, at) for at in range(len(stem))]
    return sum(after and not before for before, after in pairwise(kinds))


def _has_measure(stem: str) -> bool:
    return _measure(stem) > 0


def _is_long(stem: str) -> bool:
    return _measure(stem) > 1


def _has_vowel(stem: str) -> bool:
    return any(not _is_consonant(stem, at) for at in range(len(stem)))


def _always(stem: str) -> bool:
    return True


def _ends_doubled(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and _is_consonant(word, len(word) - 1)


def _ends_short(word: str) -> bool:
    """Return whether a word ends with consonant, vowel, consonant other than w, x, y; or is a vowel and a consonant."""
    kinds = [_is_consonant(word, at) for at in range(len(word))]
    if len(word) == 2:
        return kinds == [False, True]
    return kinds[-3:] == [True, False, True] and word[-1] not in "wxy"


def _suffixes(pairs: str, condition: Callable[[str], bool]) -> list[_Rule]:
    return [(*_pair(pair), condition) for pair in pairs.split()]


def _pair(pair: str) -> tuple[str, str]:
    suffix, _, new = pair.partition(">")
    return suffix, new


_PLURALS = _suffixes("sses>ss ies>i ss>ss s>", _always)
_REPAIRED = _suffixes("at>ate bl>ble iz>ize", _always)
_DOUBLE = _suffixes(
    "ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous ization>ize "
    "ation>ate ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble fulli>ful",
    _has_measure,
)
_DOUBLE.append(("logi", "log", lambda stem: _has_measure(f"{stem}l")))
_SINGLE = _suffixes("icate>ic ative> alize>al iciti>ic ical>ic ful> ness>", _has_measure)
_LAST = _suffixes("al> ance> ence> er> ic> able> ible> ant> ement> ment> ent>", _is_long)
_LAST.append(("ion", "", lambda stem: _is_long(stem) and stem[-1] in "st"))
_LAST += _suffixes("ou> ism> ate> iti> ous> ive> ize>", _is_long)


def _replaced(word: str, rules: Sequence[_Rule]) -> str:
    """Return the word after the first rule whose suffix it has, if that rule's condition holds."""
    for suffix, new, condition in rules:
        if word.endswith(suffix):
            stem = word[: len(word) - len(suffix)]
            return stem + new if condition(stem) else word
    return word


def _without_tense(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _has_measure(word[:-3]) else word
    stem = next((word[: -len(end)] for end in ("ed", "ing") if word.endswith(end)), "")
    if not _has_vowel(stem):
        return word
    if (repaired := _replaced(stem, _REPAIRED)) != stem:
        return repaired
    if _ends_doubled(stem):
        return stem if stem[-1] in "lsz" else stem[:-1]
    return f"{stem}e" if _measure(stem) == 1 and _ends_short(stem) else stem


def _without_double(word: str) -> str:
    if word.endswith("alli") and _has_measure(word[:-4]):
        return _without_double(word[:-2])
    return _replaced(word, _DOUBLE)


def _without_e(word: str) -> str:
    stem = word[:-1]
    if word.endswith("e") and (_is_long(stem) or (_measure(stem) == 1 and not _ends_short(stem))):
        return stem
    return word


@lru_cache(maxsize=4096)
def stemmed(word: str) -> str:
    """Return the stem of a word: ``loav`` for ``loaves``, ``bake`` for ``baking``. Case does not count."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 2 or len(word) > _LONGEST:
        return word
    word = word[:-1] if len(word) == 4 and word.endswith("ies") else _replaced(word, _PLURALS)
    word = _without_tense(word)
    if len(word) > 2 and word.endswith("y") and _is_consonant(word, len(word) - 2):
        word = f"{word[:-1]}i"
    word = _replaced(_replaced(_without_double(word), _SINGLE), _LAST)
    word = _without_e(word)
    return word[:-1] if word.endswith("ll") and _is_long(word[:-1]) else word
