"""Multiple choice: one right option, several, or a share of several."""

from __future__ import annotations

from ..core.values import Sample, Score
from . import comparers, readers
from .composed import answer
from .readers import Language
from .scorer import Scorer


def choice_answer(*, multiple: bool = False, labels: str = "", language: Language = "en") -> Scorer:
    """Judge the chosen option. Metric ``accuracy``.

    Args:
        multiple: All right options have to be chosen, and no other; the target holds all their letters. Else several
            letters in the target are alternatives, and a reply that chooses two options is wrong.
        labels: The letters of the options, if the sample's choices do not show how many there are.
        language: Of the reply a mock model gives; replies are read in both.
    """

    name, same = (
        ("multiple_choice_answer", comparers.all_letters) if multiple else ("choice_answer", comparers.any_letter)
    )
    read = readers.choice(multiple=multiple, labels=labels, language=language)
    return answer(name, read=read, same=same, options=labels)


def multi_choice_accuracy(*, labels: str = "", language: Language = "en") -> Scorer:
    """Judge a choice of several options by its share (TruthfulQA MC2 as EvalScope asks it).

    Metric ``multi_choice_acc``: 0 when a wrong option is chosen, else the share of the right ones that are.
    """

    read = readers.choice(multiple=True, labels=labels, language=language)

    def score(text: str, sample: Sample) -> Score:
        chosen = next(iter(read(text, sample)), None)
        given, gold = set(chosen.split(",") if chosen else ()), set(readers.gold_letters(sample))
        share = len(given) / len(gold) if gold and given <= gold else 0.0
        return Score(multi_choice_acc=share, answer=chosen)

    return Scorer("multi_choice_accuracy", ("multi_choice_acc",), score, read.ideal_reply, labels)
