r"""Where the first wrong step of a solution is (ProcessBench, Zheng et al. 2024, arXiv:2412.06559)."""

from __future__ import annotations

import re

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.visible import fold
from evalscope_pytest.scoring.scorer import Scorer

_INDEX = re.compile(
    r"[\s$\\{]{0,4}(?:text\{)?<?(?:paragraph|step|段落)?[\s_\\]{0,3}([-+]?\d{1,4})[\s$.}>]{0,4}", re.IGNORECASE
)


def first_error() -> Scorer:
    r"""Judge the index of the earliest wrong paragraph, ``-1`` for none, inside ``\boxed{}``.

    Metrics: ``error_acc`` over solutions with an error, ``correct_acc`` over those without, and ``simple_f1_score``,
    the harmonic mean of the two.
    """
    metrics = ("simple_f1_score", "error_acc", "correct_acc")
    return Scorer("first_error", metrics, _score, _ideal_reply, aggregation={"simple_f1_score": "harmonic_mean"})


def _score(text: str, sample: Sample) -> Score:
    answer = read_math(text)
    index = _INDEX.fullmatch(fold(answer)) if answer else None
    target = int(sample.targets[0])
    right = float(index is not None and int(index.group(1)) == target)
    group = "correct_acc" if target == -1 else "error_acc"
    weights = {"simple_f1_score": {name: float(name == group) for name in ("error_acc", "correct_acc")}}
    return Score.of(
        {"simple_f1_score": right, group: right},
        answer=str(int(index.group(1))) if index else None,
        metadata={"weights": weights},
    )


def _ideal_reply(sample: Sample) -> str:
    return f"\\boxed{{{sample.targets[0]}}}"
