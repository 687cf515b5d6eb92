"""EQ-Bench: the distance between a model's ratings of four emotions and the reference's.

The official scoring of version 2 (Paech 2023, arXiv:2312.06281): each rating's difference is scaled so that small ones
count little, and the constant makes random ratings score 0. A rating far off makes the score negative.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.scorer import Scorer

METRIC = "eq_bench_score"
RANDOM_IS_ZERO = 0.7477
_DECORATION = str.maketrans("", "", "*#_`")
_RATING = re.compile(r"(?<![^\W_])[^\W_]{1,40}[ \t]{0,8}[:：]\s{0,8}(\d{1,2}(?:\.\d{1,4})?)(?!\d|\.\d)")


def emotion_ratings() -> Scorer:
    """Score four emotions rated from 0 to 10: ``eq_bench_score``, of which 1 is best.

    The sample's metadata holds ``reference``: the emotions and their ratings. Where a reply rates twice, the revised
    ratings count. A reply that lacks an emotion, or rates it out of range, scores 0.
    """
    return Scorer("emotion_ratings", (METRIC,), _score, _ideal_reply)


def reference_ratings(answer: str | Mapping[str, str]) -> dict[str, float]:
    """Return the four emotions and their ratings of a reference: a mapping, or a dictionary written in Python."""
    fields = ast.literal_eval(answer.strip("\"' \n")) if isinstance(answer, str) else answer
    return {fields[f"emotion{n}"]: float(fields[f"emotion{n}_score"]) for n in range(1, 5)}


def _score(text: str, sample: Sample) -> Score:
    reference: Mapping[str, float] = sample.metadata["reference"]
    said = _ratings(text, reference)
    answer = ", ".join(f"{name}: {rating:g}" for name, rating in said.items()) or None
    missing = [name for name in reference if name not in said]
    if missing:
        why = f"no rating from 0 to 10 of {', '.join(missing)}"
        return Score.of({METRIC: 0.0}, answer=answer, explanation=why)
    distance = math.fsum(_scaled(abs(said[name] - rating)) for name, rating in reference.items())
    return Score.of({METRIC: 1 - distance * RANDOM_IS_ZERO / 10}, answer=answer)


def _scaled(difference: float) -> float:
    if difference == 0:
        return 0.0
    return 6.5 / (1 + math.exp(-1.2 * (difference - 4))) if difference <= 5 else difference


def _ratings(text: str, reference: Mapping[str, float]) -> dict[str, float]:
    """Return the last rating of each emotion."""
    names = {name.casefold(): name for name in reference}
    found = {}
    for match in _RATING.finditer(text.translate(_DECORATION)):
        word = re.split(r"[ \t:：]", match.group(), maxsplit=1)[0].casefold()
        rating = float(match.group(1))
        if word in names and rating <= 10:
            found[names[word]] = rating
    return found


def _ideal_reply(sample: Sample) -> str:
    lines = [f"{name}: {rating:g}" for name, rating in sample.metadata["reference"].items()]
    return "Revised scores:\n" + "\n".join(lines)
