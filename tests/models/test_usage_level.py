"""The level: what a level is moved by, one row as many rows, and meters that tell one story."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from models.usage_dynamics import DAMPED, PACE_AT, RESTLESS_AT, WITH_PACE, WITHOUT_PACE, Dynamics
from models.usage_level import follow, log_likelihood, shares_of
from tests.models.some_dynamics import METERS, USUAL, dynamics

TOTALS = st.lists(st.floats(0, 1000) | st.none(), min_size=METERS, max_size=METERS)


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
        for name in ("mean", "variance", "cycles"):
            np.testing.assert_allclose(getattr(together, name)[row], getattr(alone, name)[0], rtol=1e-9)
        for name in ("before", "before_v"):
            np.testing.assert_allclose(getattr(together, name)[:, row], getattr(alone, name)[:, 0], rtol=1e-9)
        np.testing.assert_allclose(shares_of(together.told)[:, row], shares_of(alone.told)[:, 0], rtol=1e-9)


def test_nothing_known_leaves_the_plans_level() -> None:
    for n in (1, 3):
        level = follow(dynamics(n), *cycles([[[None, None]] * 4] * n))
        np.testing.assert_allclose(level.mean, USUAL, rtol=1e-12)
        np.testing.assert_allclose(level.variance, 0.5, rtol=1e-12)
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
        share = shares_of(whole.told)[..., None]
        np.testing.assert_allclose((share * whole.before).sum(axis=0), short.mean)


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
    return float(log_likelihood(of, used, np.ones_like(used))[0])


def test_two_cycles_by_hand() -> None:
    first, second = np.log(150.0), np.log(120.0)
    start = np.log(100.0)
    gain = 0.5 / 0.54
    mean, variance = start + gain * (first - start) + 0.1, 0.5 * (1 - gain) + 0.01
    expected = norm.logpdf(first, start, np.sqrt(0.54)) + norm.logpdf(second, mean, np.sqrt(variance + 0.04))
    constant = np.log(2 * np.pi)  # of two cycles: the same whatever holds
    assert likelihood(one(), 150.0, 120.0) - constant == pytest.approx(expected)


def test_a_chance_of_change_makes_a_change_likelier() -> None:
    changed, steady = (100.0, 100.0, 100.0, 400.0), (100.0, 100.0, 100.0, 100.0)
    free, bound = one(jump=0.05), one()
    assert likelihood(free, *changed) > likelihood(bound, *changed)
    assert likelihood(free, *steady) < likelihood(bound, *steady)


def test_unknown_cycles_say_nothing() -> None:
    """Neither of two worlds becomes likelier by them."""
    used = np.array([100.0, 130.0]).reshape(1, -1, 1)
    share = np.array([1.0, 0.0]).reshape(1, -1, 1)
    worlds = one(), one(cycle=0.2, between=0.1, growth=0.3)
    unknown = [log_likelihood(of, used, share)[0] for of in worlds]
    known = [likelihood(of, 100.0) for of in worlds]
    assert unknown[0] - unknown[1] == pytest.approx(known[0] - known[1])


def test_tempers_are_weighed_by_how_well_they_tell_all_cycles() -> None:
    """Of one meter, each temper is one whose cycles differ by so much and no other."""
    totals = (100.0, 140.0, 80.0, 110.0)
    each = [likelihood(one(cycle=0.04 * np.exp(0.8 * temper)), *totals) for temper in RESTLESS_AT[:3]]
    expected = np.log(np.exp(WITHOUT_PACE + each).sum())
    assert likelihood(one(restless=0.8), *totals) == pytest.approx(expected)


def test_who_is_calm_and_who_is_restless_is_told_by_their_cycles() -> None:
    """The same last month, after months that were all alike, and after months that were not."""
    calm, wild = [[100.0, 100.0]] * 6, [[60.0, 150.0], [170.0, 80.0], [70.0, 120.0]] * 2
    told = [
        follow(dynamics(restless=0.8), *cycles([[*each, [150.0, 150.0], [100, 100]]]))
        for each in (calm, wild)
    ]
    of_calm, of_wild = (shares_of(level.told)[:, 0] for level in told)
    assert of_calm[0] > np.exp(WITHOUT_PACE[0])
    assert of_wild[-1] > 2 * np.exp(WITHOUT_PACE[-1])


def test_pace_is_one_of_the_tempers() -> None:
    totals = (100.0, 116.0)
    each = [likelihood(one(growth=0.1 + 0.05 * DAMPED * pace), *totals) for pace in PACE_AT]
    expected = np.log(np.exp(WITH_PACE + each).sum())
    assert likelihood(one(pace=0.05), *totals) == pytest.approx(expected)


def test_who_grew_faster_than_others_is_expected_to_go_on() -> None:
    grown = [[100.0 * 1.08**month] * 2 for month in range(9)]
    level, usual = (
        follow(dynamics(growth=0.0, pace=pace), *cycles([grown])).mean[0, 0] for pace in (0.05, 0)
    )
    next_ = np.log(100.0 * 1.08**9)
    assert usual < next_ - 0.1
    assert abs(level - next_) < 0.08
    steady = cycles([[[100.0, 100.0]] * 9])
    each = [follow(dynamics(growth=0.0, pace=pace), *steady).mean for pace in (0.05, 0)]
    np.testing.assert_allclose(*each, atol=1e-3)


def test_where_all_grow_alike_the_two_tempers_of_pace_change_nothing() -> None:
    """One subscriber of two is of a family that differs in it."""
    some = dynamics(2, restless=0.8)
    pace = np.array([[0.0, 0.0], [0.05, 0.05]])
    both = follow(replace(some, pace=pace), *cycles([[[100.0, 130.0], [140.0, 90.0]]] * 2))
    alone = follow(some, *cycles([[[100.0, 130.0], [140.0, 90.0]]] * 2))
    np.testing.assert_allclose(both.mean[0], alone.mean[0], rtol=1e-12)
    np.testing.assert_allclose(both.variance[0], alone.variance[0], rtol=1e-12)
    assert abs(both.mean[1] - alone.mean[1]).max() > 1e-6


def test_meters_tell_the_temper_together() -> None:
    """Data that were restless make a subscriber's minutes known for restless too."""
    steady, wild = [100.0] * 6, [60.0, 170.0, 70.0, 150.0, 65.0, 160.0]
    minutes = [[a, b] for a, b in zip(steady, wild, strict=True)]
    alone = follow(dynamics(restless=0.8), *cycles([[[a, None] for a in steady]]))
    both = follow(dynamics(restless=0.8), *cycles([minutes]))
    assert shares_of(both.told)[-1, 0] > shares_of(alone.told)[-1, 0]


def test_a_wild_month_far_from_a_calm_level_is_told_as_one_however_far_it_is() -> None:
    """How much better a change tells it must not be cut short, or the calm would pass for restless."""
    history = [[100.0, 100.0]] * 6 + [[900.0, 900.0], [900.0, 900.0], [900.0, 900.0]]
    level = follow(dynamics(restless=1.2, cycle=0.01, seen=0.001), *cycles([history]))
    assert shares_of(level.told)[:, 0].argmax() < 2
    assert np.exp(level.mean[0, 0]) == pytest.approx(900, rel=0.1)
