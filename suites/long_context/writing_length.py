"""LongBench-Write: how close a text is to the requested length (Bai et al. 2024, arXiv:2408.07055)."""

from __future__ import annotations

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.scorer import Scorer


def writing_length() -> Scorer:
    """Score a text's length: ``score_l``, of which 100 is best. The sample's metadata holds ``length``, in words."""
    return Scorer("writing_length", ("score_l",), _score, lambda sample: "word " * int(sample.metadata["length"]))


def _score(text: str, sample: Sample) -> Score:
    words = count_words(text)
    return Score.of({"score_l": length_score(int(sample.metadata["length"]), words)}, answer=f"{words} words")


def length_score(wanted: int, written: int) -> float:
    """Return 100 for the wanted length, falling to 0 at a third of it and at four times as much."""
    if written > wanted:
        return 100 * max(0.0, 1 - (written / wanted - 1) / 3)
    return 100 * max(0.0, 1 - (wanted / written - 1) / 2) if written else 0.0


def count_words(text: str) -> int:
    """Return the number of Chinese characters and of words in Latin letters, as the official scorer counts.

    A run of letters that touches a digit or another script's letter is not a word.
    """
    total, start, inside = 0, 0, False
    for at, character in enumerate(f"{text} "):
        if character.isalnum() or character == "_":
            if not inside:
                start, inside = at, True
            continue
        if inside:
            run = text[start:at]
            total += run.isascii() and run.isalpha()
            inside = False
    return total + sum("\u4e00" <= character <= "\u9fff" for character in text)
