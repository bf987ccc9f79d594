"""Habits: planted rates are found again, and the slope of the search is that of its loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from training.preferences.beta_binomial import _loss, fit_habit


def planted(a: float, b: float, avoiding: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Baskets of customers, and how many of them have the thing."""
    random = np.random.default_rng(5)
    baskets = random.integers(5, 60, n)
    rate = np.where(random.random(n) < avoiding, 0.0, random.beta(a, b, n))
    return baskets, random.binomial(baskets, rate)


@pytest.mark.parametrize(("a", "b", "avoiding"), [(0.8, 4.0, 0.3), (3.0, 9.0, 0.0), (0.5, 30.0, 0.1)])
def test_planted_habits_are_found(a: float, b: float, avoiding: float) -> None:
    habit = fit_habit(*planted(a, b, avoiding))
    assert habit is not None
    assert habit.rate == pytest.approx(a / (a + b), rel=0.1)
    assert habit.avoiding == pytest.approx(avoiding, abs=0.05)


@given(st.floats(-3, 3), st.floats(-3, 5), st.integers(0, 1000))
def test_the_slope_is_that_of_the_loss(log_a: float, log_b: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    n = random.integers(1, 50, 8).astype(float)
    k = np.ceil(n * random.random(8)).clip(1)
    shares, at = np.full(8, 1 / 8), np.array([log_a, log_b])
    numeric = approx_fprime(at, lambda logs: _loss(logs, n, k, shares)[0], 1e-6)
    assert _loss(at, n, k, shares)[1] == pytest.approx(numeric, abs=1e-4, rel=1e-3)


def test_of_what_everybody_always_has_there_is_no_habit() -> None:
    """The search runs away to a rate of 1."""
    assert fit_habit(np.full(100, 10), np.full(100, 10)) is None
