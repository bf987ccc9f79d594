from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.demo_store.window import SEASONS, Window

END = date(2026, 10, 31)


def test_a_window_by_hand() -> None:
    window = Window(date(2024, 3, 1), days=3)
    assert window.start == date(2024, 2, 28)
    assert [window.date_of(day) for day in (0, 1, 2)] == [
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    ]
    assert window.months().tolist() == [1, 1, 2]
    assert window.weekdays(np.array([0, 1, 2])).tolist() == [2, 3, 4]
    assert window.periods(np.array([0, 2])).tolist() == [0, 0]


def test_periods_count_backwards() -> None:
    window = Window(END, days=60)
    assert window.period_count == 3
    assert window.periods(np.array([0, 3, 4, 31, 32, 59])).tolist() == [2, 2, 1, 1, 0, 0]


def test_season_of_a_period_is_that_of_its_middle() -> None:
    factors = Window(END).season_by_period(("flat", "summer"))
    assert factors.shape == (27, 2)
    assert (factors[:, 0] == 1).all()
    assert factors[0, 1] == SEASONS["summer"][9]  # October


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)))
def test_weekdays_agree_with_the_calendar(end: date) -> None:
    window = Window(end, days=40)
    expected = [window.date_of(day).weekday() for day in range(40)]
    assert window.weekdays(np.arange(40)).tolist() == expected
    assert window.date_of(39) == end


def test_december_is_busier_than_february_and_the_shop_grows() -> None:
    window = Window(END)
    traffic, months = window.traffic(), window.months()
    assert traffic[months == 11].mean() > traffic[months == 1].mean()
    assert traffic[365:].mean() > traffic[:365].mean()
