"""The level: what a level is moved by, one row as many rows, and meters that tell one story."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from models.usage_level import FEW, MOST_SPREAD, Dynamics, first_level, follow, log_likelihood

METERS = 2
USUAL = np.log(100.0)
TOTALS = st.lists(st.floats(0, 1000) | st.none(), min_size=METERS, max_size=METERS)


def dynamics(n: int = 1, meters: int = METERS, **changed: float) -> Dynamics:
    """Levels near 100 of `n` subscribers of one plan; cycles that differ by a fifth."""
    values = {
        "between": 0.5, "cycle": 0.04, "day": 0.03, "seen": 0.03, "drift": 0.001, "growth": 0.01,
        "jump": 0.02, "odd": 0.02, "far": 1.0, "floor": np.log(1.0), "start": USUAL,
        "spread": 0.1, "heed": 0.0,
    } | changed  # fmt: skip
    return Dynamics(**{name: np.full((n, meters), value) for name, value in values.items()})


def cycles(histories: list[list[list[float | None]]]) -> tuple[np.ndarray, np.ndarray]:
    """Use and W [n, n_cycles, n_meters] of totals by subscriber, cycle and meter; None is unknown."""
    longest = max(len(history) for history in histories)
    rows = [[[None] * METERS] * (longest - len(history)) + history for history in histories]
    used = np.array(rows, dtype=np.float64).reshape(len(rows), longest, METERS)
    return np.nan_to_num(used), (~np.isnan(used)).astype(np.float64)


@given(st.lists(st.lists(TOTALS, min_size=1, max_size=6), min_size=2, max_size=4))
def test_one_row_is_followed_as_many_are(histories: list[list[list[float | None]]]) -> None:
    together = follow(dynamics(len(histories)), *cycles(histories))
    for row, history in enumerate(histories):
        alone = follow(dynamics(), *cycles([history]))
        for many, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(many[row], one[0], rtol=1e-9)


def test_nothing_known_leaves_the_plans_level() -> None:
    for n in (1, 3):
        level = follow(dynamics(n), *cycles([[[None, None]] * 4] * n))
        np.testing.assert_array_equal(level.mean, first_level(dynamics(n)).mean)
        np.testing.assert_array_equal(level.variance, 0.5)
        assert (level.cycles == 0).all()


def test_three_cycles_near_200_are_a_level_near_200() -> None:
    level = follow(dynamics(), *cycles([[[200.0, 100.0]] * 3]))
    assert np.exp(level.mean[0, 0]) == pytest.approx(200, rel=0.12)
    assert level.variance[0, 0] < 0.05
    assert level.cycles.tolist() == [[3, 3]]


def test_a_lasting_change_is_believed_and_an_odd_month_is_not() -> None:
    usual, changed = [[100.0, 100.0]] * 5, [[300.0, 100.0]]
    lasting = follow(dynamics(), *cycles([usual + changed * 2]))
    odd = follow(dynamics(), *cycles([usual + changed + usual[:2]]))
    assert np.exp(lasting.mean[0, 0]) > 250
    assert np.exp(odd.mean[0, 0]) < 125


def test_meters_that_change_together_are_believed_sooner() -> None:
    usual = [[100.0, 100.0]] * 5
    alone, both = (follow(dynamics(), *cycles([[*usual, last]])) for last in ([250.0, 100.0], [250.0, 250.0]))
    assert both.mean[0, 0] > alone.mean[0, 0]


def test_the_level_before_the_last_cycle_is_kept() -> None:
    history = [[200.0, 100.0], [150.0, 90.0], [260.0, 120.0]]
    for n in (1, 2):
        whole, short = (follow(dynamics(n), *cycles([each] * n)) for each in (history, history[:-1]))
        np.testing.assert_allclose(whole.before, short.mean)
        np.testing.assert_allclose(whole.before_v, short.variance)


@pytest.mark.parametrize("used", [0.0, 1e-9, 1e15])
def test_extremes_stay_finite(used: float) -> None:
    for n in (1, 2):
        level = follow(dynamics(n), *cycles([[[100.0, used], [used, used]]] * n))
        assert np.isfinite(level.mean).all()
        assert (level.variance > 0).all()


def one(**changed: float) -> Dynamics:
    """One meter of one subscriber, with neither unusual cycles nor changes of level."""
    values = {"jump": 0.0, "odd": 0.0, "seen": 0.0, "drift": 0.01, "growth": 0.1} | changed
    return dynamics(meters=1, **values)


def likelihood(of: Dynamics, *totals: float) -> float:
    used = np.array(totals).reshape(1, -1, 1)
    return float(log_likelihood(of, used, np.ones_like(used))[0, 0])


def test_two_cycles_by_hand() -> None:
    first, second = np.log(150.0), np.log(120.0)
    start = np.log(100.0)
    gain = 0.5 / 0.54
    mean, variance = start + gain * (first - start) + 0.1, 0.5 * (1 - gain) + 0.01
    expected = norm.logpdf(first, start, np.sqrt(0.54)) + norm.logpdf(second, mean, np.sqrt(variance + 0.04))
    assert likelihood(one(), 150.0, 120.0) == pytest.approx(expected)


def test_a_chance_of_change_makes_a_change_likelier() -> None:
    changed, steady = (100.0, 100.0, 100.0, 400.0), (100.0, 100.0, 100.0, 100.0)
    free, bound = one(jump=0.05), one()
    assert likelihood(free, *changed) > likelihood(bound, *changed)
    assert likelihood(free, *steady) < likelihood(bound, *steady)


def test_unknown_cycles_say_nothing() -> None:
    used = np.array([100.0, 130.0]).reshape(1, -1, 1)
    share = np.array([1.0, 0.0]).reshape(1, -1, 1)
    assert log_likelihood(one(), used, share)[0, 0] == pytest.approx(likelihood(one(), 100.0))


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
