"""The closed forms against Monte Carlo, and what must hold of prices."""

from __future__ import annotations

import numpy as np
import pytest

from models.plan_pricing import Strata, exceeds, expected_costs, mean_excess, p_cheaper, started_units
from models.plans import MeterTerms, Plan, PlanBook
from models.usage_gamma import Gamma

DRAWS = 400_000


def gamma(mean: float, shape: float) -> Gamma:
    return Gamma(np.array([mean]), np.array([shape]))


@pytest.mark.parametrize("shape", [0.3, 1.0, 3.0, 40.0])
@pytest.mark.parametrize("quota", [0.0, 0.05, 0.7, 1.5])
def test_closed_forms_agree_with_draws(shape: float, quota: float) -> None:
    drawn = np.random.default_rng(7).gamma(shape, 1 / shape, DRAWS)
    over = np.maximum(drawn - quota, 0)
    use, at = gamma(1.0, shape), np.array([quota])
    near(exceeds(use, at)[0], over > 0)
    near(mean_excess(use, at)[0], over)
    for unit in (0.003, 0.08, 0.5, 3.0):
        near(started_units(use, at, np.array([unit]))[0], np.ceil(over / unit))


def near(expected: float, drawn: np.ndarray) -> None:
    """Within five standard errors, and a thousandth for what the end corrections leave."""
    error = 5 * drawn.std() / np.sqrt(DRAWS) + 1e-3 * drawn.mean() + 1e-6
    assert expected == pytest.approx(drawn.mean(), abs=error)


def test_slices_keep_the_mean_and_rise() -> None:
    strata = Strata.of(2)
    np.testing.assert_allclose(strata.means.mean(axis=1), 1.0, atol=1e-9)
    assert (np.diff(strata.means, axis=1) >= -1e-12).all()


def test_costs_and_probabilities_agree_with_draws() -> None:
    book = PlanBook.of(
        [
            Plan("a", "f", "A", 1000, (MeterTerms("gb", 10, 300, 1), MeterTerms("min", 100, 5, 1))),
            Plan("b", "f", "B", 2000, (MeterTerms("gb", 20, 300, 1), MeterTerms("min", None))),
            Plan(
                "c",
                "f",
                "C",
                1500,
                (MeterTerms("gb", 10, throttle_penalty=900.0), MeterTerms("min", 50, 5, 1)),
            ),
        ]
    )
    use = Gamma(np.array([[12.0, 110.0]]), np.array([[6.0, 9.0]]))
    comparable = np.ones((1, 3), dtype=np.bool_)
    rng = np.random.default_rng(3)
    drawn = rng.gamma(use.shape[0], use.scale[0], (DRAWS, 2))
    costs = book.costs(drawn)
    expected, throttling = expected_costs(book, use, comparable)
    np.testing.assert_allclose(expected[0], costs.mean(axis=0), rtol=5e-3)
    assert throttling[0, 2] == pytest.approx(900 * (drawn[:, 0] > 10).mean(), rel=1e-2)
    cheaper = p_cheaper(book, Strata.of(2), use, np.array([0]), comparable)
    np.testing.assert_allclose(cheaper[0], (costs < costs[:, :1]).mean(axis=0), atol=0.05)
    assert cheaper[0, 0] == 0
