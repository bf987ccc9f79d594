"""Uplift: a published example, coverage of the intervals on planted worlds, and when nothing is said."""

from __future__ import annotations

import numpy as np
import pytest

from models.uplift import mean_uplift, share_uplift


def outcomes(hits: int, n: int) -> np.ndarray:
    return np.arange(n) < hits


def test_newcombes_own_example() -> None:
    """56 of 70 against 48 of 80: the article gives 0.0524 to 0.3339 for method 10."""
    found = share_uplift(outcomes(56, 70), outcomes(48, 80), 2)
    assert found.difference == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_welch_by_hand() -> None:
    """Variances 1 and 4 of three each: s^2 = 5/3, 2.94 degrees of freedom, t = 3.219."""
    found = mean_uplift(np.array([4.0, 5.0, 6.0]), np.array([0.0, 2.0, 4.0]), 2)
    assert found.difference == pytest.approx(3.0)
    assert found.high is not None
    assert found.high - 3.0 == pytest.approx(3.219 * (5 / 3) ** 0.5, rel=2e-3)


@pytest.mark.parametrize("few", [(1, 500), (500, 1), (99, 500), (0, 0)])
def test_too_few_customers_are_said_to_be(few: tuple[int, int]) -> None:
    personal, control = (np.ones(n) for n in few)
    for found in (share_uplift(personal > 0, control > 0, 100), mean_uplift(personal, control, 100)):
        assert found.not_enough is not None
        assert found.not_enough.startswith("not enough data")
        assert found.difference is found.low is found.high is None


def test_equal_amounts_have_no_interval() -> None:
    assert mean_uplift(np.zeros(200), np.zeros(200), 100).not_enough is not None


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """19 of 20; of 1000 worlds, five standard errors are 34."""
    random = np.random.default_rng(7)
    shares = amounts = 0
    for _ in range(1000):
        found = share_uplift(random.random(400) < 0.08, random.random(150) < 0.05, 100)
        assert found.low is not None and found.high is not None
        shares += found.low <= 0.03 <= found.high
        found = mean_uplift(random.gamma(2, 6, 400), random.gamma(2, 5, 150), 100)
        assert found.low is not None and found.high is not None
        amounts += found.low <= 2.0 <= found.high
    assert abs(shares - 950) < 35
    assert abs(amounts - 950) < 35
