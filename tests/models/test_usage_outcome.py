"""Ranges and probabilities of what comes: as they are for amounts, in whole units for what is counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from models.usage_gamma import Gamma, gamma_of
from models.usage_outcome import HALF, SHAPE_AT, Forecast

STRAIGHT = SHAPE_AT[None, None]


def coming(mean: float, variance: float, used: float = 0.0, half: float = HALF) -> Forecast:
    use = gamma_of(np.array([[mean]]), np.array([[variance]]))
    none = np.zeros((1, 1), dtype=np.int64)
    return Forecast(np.array([[used]]), use, use, STRAIGHT, none > 0, none, np.array([[half]]))


@pytest.mark.parametrize("mean", [0.4, 1.5, 4.0, 30.0])
def test_counts_are_told_about_as_a_poisson_distribution_has_them(mean: float) -> None:
    forecast = coming(mean, mean)
    told = forecast.quantiles(0.1, 0.5, 0.9)[:, 0, 0]
    np.testing.assert_allclose(told, poisson.ppf([0.1, 0.5, 0.9], mean), atol=1)
    for quota in (0, 1, 3, 30):
        expected = poisson.sf(quota, mean)
        assert forecast.p_exceed(np.array([[float(quota)]]))[0, 0] == pytest.approx(expected, abs=0.08)


def test_who_hardly_uses_any_has_nothing_in_the_range() -> None:
    """It used to begin and end between two whole numbers, so that nothing could fall into it."""
    low, middle, high = coming(0.08, 0.08).quantiles(0.1, 0.5, 0.9)[:, 0, 0].tolist()
    assert (low, middle, high) == (0, 0, 0)


def test_of_what_is_rare_it_is_learned_how_rare() -> None:
    """Where one in a hundred comes to more than the gamma distribution has in a thousand."""
    shape = np.where(SHAPE_AT == 0.999, 0.99, np.minimum(SHAPE_AT, 0.99))
    shape[-1] = 1.0
    told = coming(10.0, 25.0, half=0.0)
    rare = told.next.quantile(np.array([[0.999]]))
    learned = told._replace(shape=shape[None, None])
    assert told.p_exceed(rare)[0, 0] == pytest.approx(0.001)
    assert learned.p_exceed(rare)[0, 0] == pytest.approx(0.01)
    assert learned.quantiles(0.5).tolist() == told.quantiles(0.5).tolist()


def test_amounts_are_told_as_they_are() -> None:
    use = Gamma(np.array([[10.0]]), np.array([[4.0]]))
    told = coming(10.0, 25.0, used=3.0, half=0.0)
    assert told.quantiles(0.5)[0, 0, 0] == pytest.approx(3 + use.quantile(np.array([[0.5]]))[0, 0])
    assert told.next_quantiles(0.1)[0, 0, 0] == use.quantile(np.array([[0.1]]))[0, 0]
    assert told.p_exceed(np.array([[8.0]]))[0, 0] == pytest.approx(1 - use.cdf(np.array([[5.0]]))[0, 0])


@given(st.floats(0.01, 1e4), st.floats(0.05, 20), st.integers(0, 1000), st.integers(0, 2000))
def test_what_is_counted_is_whole_and_agrees_with_its_probability(
    mean: float, width: float, used: int, quota: int
) -> None:
    forecast = coming(mean, mean * mean * width, float(used))
    told = forecast.quantiles(0.1, 0.5, 0.9)[:, 0, 0]
    assert (told == np.rint(told)).all()
    assert used <= told[0] <= told[1] <= told[2]
    p_exceed = forecast.p_exceed(np.array([[float(quota)]]))[0, 0]
    assert 0 <= p_exceed <= 1
    if abs(p_exceed - 0.5) > 1e-6:
        assert (told[1] > quota) == (p_exceed > 0.5)
