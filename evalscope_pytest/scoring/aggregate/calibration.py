"""Distance between a model's stated confidence and its accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence

BIN = 100  # samples of one bin, as Humanity's Last Exam counts


def calibration_error(stated: Sequence[tuple[float, float]]) -> float:
    """Return the root mean square of confidence less accuracy, over bins of samples of like confidence.

    As published with Humanity's Last Exam (arXiv:2501.14249), which takes it from Hendrycks et al. 2019: samples in the
    order of their confidence, 100 to a bin, the rest in the last one.

    Args:
        stated: Confidence, from 0 to 1, and accuracy of each sample.
    """
    ordered = sorted(stated)
    bins = max(1, len(ordered) // BIN)
    total = 0.0
    for number in range(bins):
        members = ordered[number * BIN : (number + 1) * BIN if number + 1 < bins else None]
        gap = math.fsum(confidence - accuracy for confidence, accuracy in members) / len(members)
        total += len(members) * gap**2
    return math.sqrt(total / len(ordered))
