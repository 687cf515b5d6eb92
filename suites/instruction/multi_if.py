"""Multi-IF: IFEval in several languages and turns; the instructions of earlier turns still apply (arXiv:2410.15553).

Sentences and words are counted in the way of the language a reply is in; Thai, which is written without blanks, would
need a dictionary (`can_be_counted`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evalscope_pytest.core.values import Score

from .ifbench.layout import EMOJIS
from .ifeval.arguments import Arguments
from .ifeval.language import LONGEST, detected
from .ifeval.length import number_sentences, number_words
from .ifeval.registry import Check, check_of
from .ifeval.scorer import METRICS, score_of

MAX_TURNS = 3
COUNTED = frozenset(("length_constraints:number_words", "length_constraints:number_sentences"))
_EAST = frozenset(("zh", "zh-cn", "zh-tw", "ja"))
_ENDS = "!?。.！？．"
_SENTENCE_EAST = re.compile(f"[^{_ENDS}]+")
_SENTENCE_HINDI = re.compile("[।!?]")
_MARKS = re.compile(r"[\\.!?．/_,{}<>:;$%^&*(+\"'—！，。？、`~@#￥…）：；《》“”)\[\]»〔〕「」（-]+")
_CHARACTER = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\u3040-\u309f\u30a0-\u30ff\uac00-\ud7af]")
# A flag of two letters, a digit on a key, or pictures joined to one, with tones of skin or tags for a region.
_PICTURE = f"[{''.join(sorted(EMOJIS))}]\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTURE}(?:\u200d{_PICTURE})*")
_QUOTES = ('""', "“”", "「」")


def metrics(turns: int = MAX_TURNS) -> tuple[str, ...]:
    """Return the metrics of this many turns, those of the last one first."""
    return tuple(f"turn_{turn}_{metric}" for turn in range(turns, 0, -1) for metric in METRICS)


def can_be_counted(language: str, instructions: Sequence[str]) -> bool:
    """Return whether the instructions can be checked in replies in a language, by its English name."""
    return language != "Thai" or COUNTED.isdisjoint(instructions)


def score_turns(replies: Sequence[str], turns: Sequence[Mapping[str, Any]], most: int = MAX_TURNS) -> Score:
    """Return the score of a conversation: IFEval's metrics for each turn.

    Args:
        replies: The model's, one for each turn.
        turns: The demands of each turn: ``instruction_id_list`` and ``kwargs``, those of earlier turns included.
        most: The number of turns there are metrics for; a turn that the conversation lacks counts nowhere.

    Raises:
        ScoringError: An instruction is unknown, or its parameters are wrong.
    """
    values: dict[str, float] = dict.fromkeys(metrics(most), 0.0)
    weights: dict[str, float] = dict.fromkeys(values, 0.0)
    said = []
    for number, (reply, turn) in enumerate(zip(replies, turns, strict=True), 1):
        score = score_of(reply, turn, _check_of)
        counts = score.metadata["weights"]
        for name, value in score.values.items():
            values[f"turn_{number}_{name}"] = value
            weights[f"turn_{number}_{name}"] = counts.get(name, 1)
        said.append(f"turn {number}: {score.explanation}")
    return Score.of(values, answer=replies[-1], explanation="; ".join(said), metadata={"weights": weights})


def _check_of(instruction: str) -> Check:
    return _CHECKS.get(instruction) or check_of(instruction)


def _sentences(text: str, arguments: Arguments) -> bool:
    """Check the number of sentences, by the rules of the language."""
    language = detected(text[:LONGEST])
    if language in _EAST:
        count = sum(len(_SENTENCE_EAST.findall(line.strip())) for line in text.splitlines())
    elif language == "hi":
        count = sum(bool(part.strip()) for part in _SENTENCE_HINDI.split(text))
    else:
        return number_sentences(text, arguments)
    return arguments.holds(count, "num_sentences")


def _words(text: str, arguments: Arguments) -> bool:
    """Check the number of words; in Chinese and Japanese, of characters."""
    if detected(text[:LONGEST]) not in _EAST:
        return number_words(text, arguments)
    bare = _MARKS.sub("", text)
    plain, emojis = _EMOJI.subn("", bare)
    others = len(_CHARACTER.sub(" ", plain).split())
    return arguments.holds(others + len(_CHARACTER.findall(plain)) + emojis, "num_words")


def _quotation(text: str, arguments: Arguments) -> bool:
    """Check that the reply is in quotation marks."""
    body = text.strip()
    return len(body) > 1 and body[0] + body[-1] in _QUOTES


_CHECKS: Mapping[str, Check] = {
    "length_constraints:number_sentences": _sentences,
    "length_constraints:number_words": _words,
    "startend:quotation": _quotation,
}
