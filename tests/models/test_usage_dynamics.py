"""How far subscribers differ: whose days are to be believed, and who is restless."""

from __future__ import annotations

import numpy as np

from models.usage_dynamics import FEW, LOG_CHANCE, MOST_SPREAD, TEMPERS, USUAL_TEMPER, Dynamics
from tests.models.some_dynamics import METERS, dynamics


def test_tempers_stand_for_a_normal_distribution() -> None:
    chance = np.exp(LOG_CHANCE)
    moments = [(chance * TEMPERS**power).sum() for power in range(6)]
    np.testing.assert_allclose(moments, [1, 0, 1, 0, 3, 0], atol=1e-12)
    assert TEMPERS[USUAL_TEMPER] == 0


def test_cycles_of_the_calm_differ_less_and_of_the_restless_more() -> None:
    calm, usual, restless = dynamics(restless=0.5).by_temper()
    np.testing.assert_array_equal(usual, dynamics().cycle)
    np.testing.assert_allclose(restless / usual, np.exp(0.5 * 3**0.5))
    np.testing.assert_allclose(calm * restless, usual * usual)


def heeding(heed: float, spread: np.ndarray, spread_w: np.ndarray) -> Dynamics:
    """Of one subscriber whose days are known to differ by so much, where 0.1 is usual."""
    only = np.zeros(1, dtype=np.int64)
    return dynamics(spread=0.1, heed=heed).of(only, only, (spread, spread_w))


def test_whose_days_differ_more_is_less_sure_of_them() -> None:
    half = heeding(0.5, np.array([[0.1, 0.4]]) * 9, np.full((1, METERS), 9.0))
    times = np.sqrt((4 * 9 + FEW) / (9 + FEW))
    np.testing.assert_allclose(half.seen, [[0.03, 0.03 * times]])
    np.testing.assert_allclose(half.day, [[0.03, 0.03 * times]])
    np.testing.assert_array_equal(half.cycle, dynamics().cycle)


def test_of_unknown_days_what_is_usual_holds_and_nobody_differs_without_end() -> None:
    none, known = np.zeros((1, METERS)), np.full((1, METERS), 9.0)
    np.testing.assert_allclose(heeding(1.0, none, none).seen, 0.03)
    np.testing.assert_allclose(heeding(1.0, known * 1e6, known).seen, 0.03 * MOST_SPREAD)
    np.testing.assert_allclose(heeding(1.0, none, known).seen, 0.03 / MOST_SPREAD)
