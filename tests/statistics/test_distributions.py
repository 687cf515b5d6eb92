"""Distributions against scipy, over the whole range that scores need."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalscope_pytest.statistics import distributions as d

probabilities = st.floats(1e-9, 1 - 1e-9)


@given(probabilities, st.one_of(st.integers(1, 200_000), st.floats(0.5, 1e4)))
def test_student_quantile(p, degrees):
    assert d.student_quantile(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-8, abs=1e-8)


@given(st.floats(-50, 50), st.floats(0.5, 1e5))
def test_student_cdf_keeps_the_relative_accuracy_of_the_tail(t, degrees):
    assert d.student_cdf(t, degrees) == pytest.approx(stats.t.cdf(t, degrees), rel=1e-8, abs=1e-300)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.5, 1e5), st.floats(0.5, 1e5))
def test_beta_quantile(p, a, b):
    assert d.beta_quantile(p, a, b) == pytest.approx(stats.beta.ppf(p, a, b), rel=1e-8, abs=1e-10)


@given(probabilities)
def test_normal_quantile(p):
    assert d.normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("z", [-37.0, -8.0, -1.0, 0.0, 2.0, 9.0])
def test_normal_tail(z):
    assert d.normal_cdf(z) == pytest.approx(stats.norm.cdf(z), rel=1e-12)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_fair_binomial(successes, trials):
    successes = min(successes, trials)
    assert d.fair_binomial_cdf(successes, trials) == pytest.approx(stats.binom.cdf(successes, trials, 0.5), abs=1e-11)


def test_limits():
    assert d.normal_quantile(0) == -math.inf
    assert d.normal_quantile(1) == math.inf
    assert d.student_quantile(0.5, 3) == 0
    assert d.student_quantile(0.975, math.inf) == pytest.approx(1.959963985)
    assert d.student_quantile(0.975, 7) == pytest.approx(-d.student_quantile(0.025, 7), rel=1e-14)
    assert (d.beta_quantile(0, 2, 3), d.beta_quantile(1, 2, 3)) == (0, 1)
    assert (d.beta_cdf(0, 2, 3), d.beta_cdf(1, 2, 3)) == (0, 1)
