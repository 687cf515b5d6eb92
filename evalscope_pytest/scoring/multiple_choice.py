"""Multiple choice: one right option, several, or a share of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..core.values import Sample, Score
from .protocol import Scorer
from .read.choice import read_choice
from .read.options import options

Language = Literal["en", "zh"]
_MARKER = {"en": "ANSWER: ", "zh": "答案："}


def choice_answer(*, multiple: bool = False, labels: str = "", language: Language = "en") -> Scorer:
    """Judge the chosen option. Metric ``accuracy``.

    Args:
        multiple: All right options have to be chosen, and no other; the target holds all their letters. Else several
            letters in the target are alternatives, and a reply that chooses two options is wrong.
        labels: The letters of the options, if the sample's choices do not show how many there are.
        language: Of the reply a mock model gives; replies are read in both.
    """

    def score(text: str, sample: Sample) -> Score:
        chosen = read_choice(text, options(sample.choices, labels), multiple=multiple)
        gold = _letters(sample)
        right = chosen is not None and (set(chosen) == gold if multiple else chosen[0] in gold)
        return Score(accuracy=float(right), answer=_answer(chosen))

    name = "multiple_choice_answer" if multiple else "choice_answer"
    return Scorer(name, ("accuracy",), score, _right_reply(language, multiple=multiple), labels)


def multi_choice_accuracy(*, labels: str = "", language: Language = "en") -> Scorer:
    """Judge a choice of several options by its share (TruthfulQA MC2 as EvalScope asks it).

    Metric ``multi_choice_acc``: 0 when a wrong option is chosen, else the share of the right ones that are.
    """

    def score(text: str, sample: Sample) -> Score:
        chosen = set(read_choice(text, options(sample.choices, labels), multiple=True) or ())
        gold = _letters(sample)
        share = len(chosen) / len(gold) if gold and chosen <= gold else 0.0
        return Score(multi_choice_acc=share, answer=_answer(tuple(sorted(chosen))))

    return Scorer("multi_choice_accuracy", ("multi_choice_acc",), score, _right_reply(language, multiple=True), labels)


def _letters(sample: Sample) -> set[str]:
    return {letter for target in sample.targets for letter in target.upper() if letter.isalpha()}


def _answer(chosen: tuple[str, ...] | None) -> str | None:
    return ",".join(sorted(chosen)) if chosen else None


def _right_reply(language: Language, *, multiple: bool) -> Callable[[Sample], str]:
    def reply(sample: Sample) -> str:
        letters = sorted(_letters(sample))
        return _MARKER[language] + ",".join(letters if multiple else letters[:1])

    return reply
