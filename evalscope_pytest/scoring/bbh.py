"""BIG-Bench Hard: a letter where the question lists options, a short free answer elsewhere."""

from __future__ import annotations

from ..core.values import Sample, Score
from .extract.choice import read_choice
from .extract.options import listed, options
from .extract.phrase import read_phrase
from .math_form import simplified
from .math_value import exact
from .protocol import Scorer

_BRACKETS = frozenset("()[]{}<> ")


def bbh_answer() -> Scorer:
    """Judge replies to the tasks of BIG-Bench Hard (Suzgun et al. 2022), asked for as "So the answer is ...".

    Metric ``accuracy``. A target of one letter is an option: those of the question ("(A) text" on lines of their
    own) or the sample's choices. Free answers are compared without case, commas and wrapping; brackets without blanks.
    """
    return Scorer("bbh_answer", ("accuracy",), _score, _right_reply)


def _right_reply(sample: Sample) -> str:
    target = sample.targets[0]
    return f"So the answer is ({target})." if _is_letter(target) else f"So the answer is {target}."


def _is_letter(target: str) -> bool:
    return len(target) == 1 and target.isascii() and target.isupper()


def _score(text: str, sample: Sample) -> Score:
    targets = [target.strip() for target in sample.targets]
    bare = [target.strip("()") if len(target) == 3 else target for target in targets]
    if all(_is_letter(target) for target in bare):
        chosen = read_choice(text, options(sample.choices or listed(sample.question)))
        answer = chosen[0] if chosen else None
        return Score(accuracy=float(answer in bare), answer=answer)
    readings = read_phrase(text)
    for reading in readings:
        if any(_same(target, reading) for target in targets):
            return Score(accuracy=1.0, answer=reading)
    return Score(accuracy=0.0, answer=readings[0] if readings else None)


def _same(target: str, answer: str) -> bool:
    if target.lstrip("-").isdigit():
        return exact(simplified(answer)) == int(target)
    if set(target) <= _BRACKETS:
        return target.replace(" ", "") == answer.replace(" ", "")
    return _words(target) == _words(answer)


def _words(text: str) -> list[str]:
    return text.casefold().replace(",", " ").split()
