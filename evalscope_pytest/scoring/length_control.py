"""The win rate a model would have if its replies were as long as the baseline's.

Length-controlled AlpacaEval: Dubois et al. 2024, arXiv:2404.04475. A logistic model explains each preference by the
quality of the model (a constant) and by tanh of the standardised difference in length; the win rate is the prediction
for a difference of 0. As in the official implementation the fit has an L1 penalty, whose strength is chosen out of ten
by five-fold cross-validation. Its variant ``length_controlled_minimal`` is computed here: ``length_controlled_v1`` adds
a difficulty of each instruction, and annotations of two artificial models, which are published for its own annotator.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

STRENGTHS = tuple(10 ** (-4 + 8 * n / 9) for n in range(10))
FOLDS = 5
STEPS = 100
TOLERANCE = 1e-10

_Weights = tuple[float, float]
_Rows = Sequence[tuple[float, float]]


def win_rate_at_equal_length(battles: Sequence[tuple[float, float]]) -> float:
    """Return the win rate at equal length.

    Args:
        battles: Of each: what it was worth to the model, from 0 to 1, and by how many characters its reply is longer
            than the baseline's.
    """
    lengths = [length for _, length in battles]
    spread = statistics.stdev(lengths) if len(lengths) > 1 else 0.0
    rows = [(math.tanh(length / spread) if spread else 0.0, value) for value, length in battles]
    strength = _best_strength(rows) if len(rows) >= 2 * FOLDS else STRENGTHS[-1]
    _, quality = _fit(rows, strength)
    return _logistic(quality)


def _best_strength(rows: _Rows) -> float:
    """Return the strength whose models predict best what they were not fitted to."""
    losses = []
    for strength in STRENGTHS:
        loss = 0.0
        for fold in range(FOLDS):
            weights = _fit([row for n, row in enumerate(rows) if n % FOLDS != fold], strength)
            held_out = rows[fold::FOLDS]
            loss += _loss(held_out, weights) / len(held_out)
        losses.append(loss)
    return STRENGTHS[losses.index(min(losses))]


def _fit(rows: _Rows, strength: float) -> _Weights:
    """Return the weights of length and quality that minimise ``|weights| + strength * loss``: proximal Newton steps."""
    weights: _Weights = (0.0, 0.0)
    value = _objective(rows, weights, strength)
    for _ in range(STEPS):
        step = _step(rows, weights, strength)
        size = 1.0
        while size > TOLERANCE:
            moved = (weights[0] + size * step[0], weights[1] + size * step[1])
            changed = _objective(rows, moved, strength)
            if changed <= value:
                break
            size /= 2
        else:
            return weights
        done = value - changed <= TOLERANCE * max(1.0, value)
        weights, value = moved, changed
        if done:
            return weights
    return weights


def _step(rows: _Rows, weights: _Weights, strength: float) -> _Weights:
    """Return where the quadratic model of the loss, with the penalty, has its least value; relative to ``weights``."""
    g0 = g1 = h00 = h01 = h11 = 0.0
    for x, value in rows:
        p = _logistic(weights[0] * x + weights[1])
        curvature = p * (1 - p)
        g0, g1 = g0 + (p - value) * x, g1 + p - value
        h00, h01, h11 = h00 + curvature * x * x, h01 + curvature * x, h11 + curvature
    damping = 1e-9 * len(rows)
    h00, h11 = h00 + damping, h11 + damping
    d0 = d1 = 0.0
    for _ in range(STEPS):
        before = (d0, d1)
        d0 = _shrunk(weights[0] - (g0 + h01 * d1) / h00, 1 / (strength * h00)) - weights[0]
        d1 = _shrunk(weights[1] - (g1 + h01 * d0) / h11, 1 / (strength * h11)) - weights[1]
        if abs(d0 - before[0]) + abs(d1 - before[1]) < TOLERANCE:
            break
    return d0, d1


def _shrunk(value: float, by: float) -> float:
    return math.copysign(max(abs(value) - by, 0.0), value)


def _objective(rows: _Rows, weights: _Weights, strength: float) -> float:
    return abs(weights[0]) + abs(weights[1]) + strength * _loss(rows, weights)


def _loss(rows: _Rows, weights: _Weights) -> float:
    """Return the cross-entropy of the values under the model, summed."""
    total = 0.0
    for x, value in rows:
        z = weights[0] * x + weights[1]
        total += max(z, 0.0) + math.log1p(math.exp(-abs(z))) - value * z
    return total


def _logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
