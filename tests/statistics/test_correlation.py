"""Correlations, their ranks and their intervals."""

from __future__ import annotations

import pytest

from evalscope_pytest.statistics.correlation import estimate_correlation, pearson, ranks, spearman


def test_equal_values_share_their_ranks():
    assert ranks([3.0, 1.0, 3.0, 2.0, 3.0]) == [4.0, 1.0, 4.0, 2.0, 4.0]


@pytest.mark.parametrize("pairs", [[], [(1.0, 2.0)], [(1.0, 2.0), (1.0, 3.0)], [(1.0, 2.0), (2.0, 2.0)]])
def test_a_constant_side_has_no_correlation(pairs):
    assert pearson(pairs) is None
    assert spearman(pairs) is None


def test_the_interval_is_that_of_fisher_by_hand():
    # tanh(atanh(.6) -+ 1.959964 / sqrt(97)); for ranks the error is sqrt(1.18 / 97)
    found = estimate_correlation("pearson", [(0.6, 100)], 100)
    assert (found.low, found.high) == pytest.approx((0.4574999, 0.7123914), abs=2e-4)
    of_ranks = estimate_correlation("spearman", [(0.6, 100)], 100)
    assert of_ranks.high - of_ranks.low > found.high - found.low
    assert found.method == "fisher"


def test_the_mean_of_several_correlations_is_weighted_by_their_pairs():
    whole = estimate_correlation("pearson", [(0.6, 300), (0.2, 100)], 400)
    assert whole.mean == pytest.approx(0.5)
    assert whole.low < 0.5 < whole.high
    assert estimate_correlation("pearson", [(1.0, 300)], 300).low is None
    assert estimate_correlation("pearson", [(0.5, 3)], 3).reason
