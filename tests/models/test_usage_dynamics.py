"""How far subscribers differ: whose days are to be believed, and who is restless."""

from __future__ import annotations

import numpy as np

from models.usage_dynamics import (
    DAMPED,
    FEW,
    MOST_SPREAD,
    PACE_AT,
    RESTLESS_AT,
    USUAL_TEMPER,
    WITH_PACE,
    WITHOUT_PACE,
    Dynamics,
)
from tests.models.some_dynamics import METERS, dynamics


def test_tempers_stand_for_a_normal_distribution() -> None:
    for chance, axes in ((WITHOUT_PACE, [RESTLESS_AT[:3]]), (WITH_PACE, [RESTLESS_AT, PACE_AT])):
        for at in axes:
            moments = [(np.exp(chance) * at**power).sum() for power in range(6)]
            np.testing.assert_allclose(moments, [1, 0, 1, 0, 3, 0], atol=1e-12)
            assert at[USUAL_TEMPER] == 0
    assert (np.exp(WITH_PACE) * RESTLESS_AT * PACE_AT).sum() == 0


def test_some_grow_faster_and_some_more_slowly_where_subscribers_differ_in_it() -> None:
    none = np.zeros((1, METERS), dtype=np.int64)
    *alike, slower, faster = dynamics(pace=0.03).growth_by_temper(none)
    np.testing.assert_allclose(
        [slower, faster], np.tile([[[0.01 - 0.03 * 3**0.5]], [[0.01 + 0.03 * 3**0.5]]], METERS)
    )
    assert all((each == 0.01).all() for each in alike)
    assert dynamics().growth_by_temper(none).tolist() == [[[0.01] * METERS]]


def test_nobody_grows_faster_than_others_for_ever() -> None:
    cycles = np.array([[0, 9]])
    _, *_, faster = dynamics(pace=0.03).growth_by_temper(cycles) - 0.01
    np.testing.assert_allclose(faster, [[0.03 * 3**0.5, 0.03 * 3**0.5 * DAMPED**9]])


def test_how_much_faster_is_told_by_how_likely_each_temper_is() -> None:
    share = np.zeros((2, 5, 1, METERS))
    share[0, USUAL_TEMPER], share[1, 4], share[1, 3] = 0.5, 0.4, 0.1
    np.testing.assert_allclose(dynamics(pace=0.03).faster(share), [[0.3 * 3**0.5 * 0.03] * METERS])
    assert not dynamics().faster(share[:, :3]).any()


def test_cycles_of_the_calm_differ_less_and_of_the_restless_more() -> None:
    calm, usual, restless = dynamics(restless=0.5).cycle_by_temper()
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
