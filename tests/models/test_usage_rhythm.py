"""A subscriber's own week: found where it is, believed as far as told, and not moved by a giant day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.usage_profile import CLASSES, WEEK
from models.usage_rhythm import (
    END,
    END_DAYS,
    LEAST_FACTOR,
    MOST_FACTOR,
    RHYTHM_DAYS,
    Calendar,
    daily,
    rhythms_of,
)

MONDAY = 19_723  # 2024-01-01
CALENDAR = Calendar.of(MONDAY + np.arange(RHYTHM_DAYS + 2 * WEEK))
DAYS = len(CALENDAR.weekday)
ASKED = np.array([RHYTHM_DAYS])
SURE = np.full((1, 1, CLASSES), 1e6)


def use_of(week: list[float], ends: float = 1.0) -> np.ndarray:
    """So much on each day from Monday, so many times as much on the last days of a month: [1, 1, n_days]."""
    weekday, to_end = CALENDAR
    return (np.array(week)[weekday] * np.where(to_end < END_DAYS, ends, 1.0))[None, None]


def learned(
    use: np.ndarray, counts: np.ndarray | None = None, trust: np.ndarray = SURE, asked: np.ndarray = ASKED
) -> np.ndarray:
    known = np.ones(use.shape) if counts is None else counts
    factors = rhythms_of((use * known, known, np.ones(use.shape)), CALENDAR, asked, trust)
    return factors[0, 0]


def test_who_uses_half_as_much_on_weekends_is_found() -> None:
    factors = learned(use_of([2, 2, 2, 2, 2, 1, 1]))
    np.testing.assert_allclose(factors[:5], 7 / 6, rtol=0.01)
    np.testing.assert_allclose(factors[5:7], 7 / 12, rtol=0.01)
    assert factors[END] == pytest.approx(1, abs=0.03)


def test_who_uses_more_at_the_end_of_the_month_is_found() -> None:
    factors = learned(use_of([1] * 7, ends=2.0))
    # Of the days around, some are ends of months as well.
    assert factors[END] == pytest.approx(2, rel=0.05)
    np.testing.assert_allclose(factors[:7], 1, rtol=0.06)


def test_the_more_it_is_believed_the_more_days_differ() -> None:
    use = use_of([2, 2, 2, 2, 2, 1, 1])
    weekends = [learned(use, trust=np.full((1, 1, CLASSES), trust))[5] for trust in (0.0, 0.001, 0.01, 1.0)]
    assert weekends[0] == 1
    assert weekends == sorted(weekends, reverse=True)
    assert weekends[-1] < 0.62


def test_where_nobody_differs_nothing_changes() -> None:
    use = np.random.default_rng(1).gamma(1, 1, (1, 1, DAYS))
    assert (learned(use, trust=np.zeros((1, 1, CLASSES))) == 1).all()


def test_few_days_say_nothing() -> None:
    known = np.zeros((1, 1, DAYS))
    known[..., RHYTHM_DAYS - 20 : RHYTHM_DAYS] = 1
    assert (learned(use_of([2, 2, 2, 2, 2, 1, 1]), known) == 1).all()
    known[..., RHYTHM_DAYS - 21] = 1
    assert learned(use_of([2, 2, 2, 2, 2, 1, 1]), known)[5] < 0.8


def test_days_without_a_record_are_no_days_without_use() -> None:
    known = (CALENDAR.weekday < 5)[None, None].astype(float)
    np.testing.assert_allclose(learned(use_of([1] * 7), known), 1)


def test_a_giant_day_is_not_a_habit() -> None:
    use = use_of([1] * 7)
    use[..., 100] = 1e6
    assert np.abs(learned(use) - 1).max() < 0.15


def test_growth_and_a_new_level_are_no_rhythm() -> None:
    use = use_of([2, 2, 2, 2, 2, 1, 1])
    grown = use * 1.002 ** np.arange(DAYS)
    grown[..., 120:] *= 3
    np.testing.assert_allclose(learned(grown), learned(use), rtol=0.06)


def test_what_comes_later_is_not_known_yet() -> None:
    use = use_of([1] * 7)
    later = use.copy()
    later[..., 140:] *= (CALENDAR.weekday < 5)[140:]
    np.testing.assert_array_equal(learned(use, asked=np.array([140])), learned(later, asked=np.array([140])))
    assert learned(later)[5] < 0.8


def test_everybody_is_asked_on_their_own_day() -> None:
    use = np.random.default_rng(2).gamma(2, 1, (3, 1, DAYS))
    asked, trust = np.array([140, RHYTHM_DAYS, 140]), np.broadcast_to(SURE, (3, 1, CLASSES))
    days = use, np.ones(use.shape), np.ones(use.shape)
    together = rhythms_of(days, CALENDAR, asked, trust)
    for row in range(3):
        alone = rhythms_of(tuple(each[[row]] for each in days), CALENDAR, asked[[row]], SURE)
        np.testing.assert_array_equal(together[row], alone[0])


def test_factors_lie_on_their_days() -> None:
    factors = np.arange(1.0, 9.0)[None, None]
    weekday, to_end = CALENDAR
    expected = (weekday + 1.0) * np.where(to_end < END_DAYS, 8.0, 1.0)
    np.testing.assert_array_equal(daily(factors, CALENDAR)[0, 0], expected)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 5), st.floats(1e-3, 1e6), st.floats(0, 10))
def test_factors_are_near_one_and_do_not_depend_on_the_unit(
    seed: int, shape: float, unit: float, trust: float
) -> None:
    rng = np.random.default_rng(seed)
    use = rng.gamma(shape, 1, (1, 1, DAYS))
    known = (rng.random(use.shape) < rng.random()).astype(float)
    believed = np.full((1, 1, CLASSES), trust)
    factors = learned(use, known, believed)
    assert ((factors >= LEAST_FACTOR) & (factors <= MOST_FACTOR)).all()
    np.testing.assert_allclose(learned(use * unit, known, believed), factors, rtol=1e-4)
