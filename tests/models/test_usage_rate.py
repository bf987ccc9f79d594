"""The rate of some days by hand, and what must hold of it whatever was learned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.usage_rate import MOST, QUIET, TERMS, UsageRates, levels_of, shapes_of, spread_of

DAYS = st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=12)
FAMILY = np.zeros(1, dtype=np.int64)


def shapes(use: list[float], weight: list[float] | None = None) -> np.ndarray:
    return shapes_of(days_of(use, weight).sum(axis=-1))


def days_of(use: list[float], weight: list[float] | None = None) -> np.ndarray:
    found = np.empty((4, len(use)))
    weights = np.ones(len(use)) if weight is None else np.array(weight)
    levels_of(np.array(use), np.ones(len(use)), weights, found)
    return found


def factor(weights: tuple[float, float, float], use: list[float], beyond: float = 0.0) -> float:
    """Rate over mean of days, with weights c, a, b, and one of what is `beyond` a knee of -0.3."""
    rates = UsageRates(np.array([[[*weights, beyond]]]), np.array([[-0.3]]))
    return float(rates.factors(FAMILY, shapes(use).reshape(1, 1, 1, TERMS))[0, 0, 0])


def test_days_of_1_and_9_by_hand() -> None:
    # Means of power 1, a half and a quarter: 5, ((1 + 3) / 2)^2 = 4 and ((1 + 1.732) / 2)^4 = 3.482.
    np.testing.assert_allclose(shapes([1.0, 9.0]), [0.5, np.log(4 / 5), np.log(3.4821 / 5)], atol=1e-4)
    assert factor((0.0, 1.0, 0.0), [1.0, 9.0]) == pytest.approx(4 / 5)
    assert factor((0.2, 0.0, 0.0), [1.0, 9.0]) == pytest.approx(np.exp(0.1))


def test_beyond_the_knee_days_move_the_rate_more() -> None:
    # The knee of two days is at -0.3 / 2, and log(4 / 5) beyond it.
    assert factor((0.0, 0.0, 0.0), [1.0, 9.0], 1.0) == pytest.approx(4 / 5 * np.exp(0.15))
    assert factor((0.0, 0.0, 0.0), [1.0, 2.0], 1.0) == 1


def test_days_alike_and_days_of_nothing_have_no_shape() -> None:
    np.testing.assert_allclose(shapes([3.0] * 4), [0.75, 0, 0], atol=1e-12)
    np.testing.assert_allclose(shapes([6.0, 3.0], [2.0, 1.0])[1:], 0, atol=1e-12)  # as their weights say
    assert shapes([0.0] * 4).tolist() == [0, 0, 0]
    np.testing.assert_allclose(shapes([7.0]), 0, atol=1e-12)


def test_busy_and_quiet_days_say_as_much_and_those_without_weight_less() -> None:
    level, days, root, _ = days_of([8.0, 1.0, 0.9], [2.0, 1.0, QUIET / 5])
    np.testing.assert_allclose(level, [4.0, 1.0, 0.2 * 9.0])
    np.testing.assert_allclose(days, [1.0, 1.0, 0.2])
    np.testing.assert_allclose(root, [2.0, 1.0, 0.2 * 3.0])


def test_how_much_days_differ_is_summed_by_share() -> None:
    spans = np.stack([shapes([1.0, 9.0]), shapes([3.0] * 4)]).reshape(1, 2, 1, TERMS)
    spread, spread_w = spread_of(spans, np.array([0.5, 2.0]).reshape(1, 2, 1))
    assert spread[0, 0] == pytest.approx(0.5 * np.log(5 / 4))
    assert spread_w[0, 0] == pytest.approx(0.5 * 0.5 + 2.0 * 0.75)


@given(DAYS, st.floats(1e-3, 1e3))
def test_the_unit_of_use_does_not_matter(use: list[float], unit: float) -> None:
    weights, scaled = (0.1, 0.9, -0.3), [each * unit for each in use]
    assert factor(weights, scaled, 0.8) == pytest.approx(factor(weights, use, 0.8), rel=1e-6)


@given(DAYS)
def test_plain_rates_are_means_and_power_means_are_in_order(use: list[float]) -> None:
    assert factor((0.0, 0.0, 0.0), use) == 1
    _, root, quarter = shapes(use)
    assert quarter - 1e-9 <= root <= 1e-9


def test_no_weights_move_a_mean_without_end() -> None:
    assert factor((0.0, 1e6, 0.0), [1.0, 9.0]) == pytest.approx(np.exp(-MOST))
    assert not UsageRates.plain(2, 3).weights.any()
