"""The weight of a day: its place in week, month and cycle, and weeks in which everybody used less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.usage_profile import AHEAD, WEEK, UsageProfile

MONDAY = 19_723  # 2024-01-01
WEEKS = np.array([1.0, 0.5, 0.5])  # that of MONDAY and two more


@pytest.fixture
def flat() -> UsageProfile:
    return UsageProfile.flat(2, 2)


@pytest.fixture
def quiet(flat: UsageProfile) -> UsageProfile:
    """Two quiet weeks of the first meter of the first family, of which half goes on."""
    weeks = np.ones((2, 2, 3))
    weeks[0, 0] = WEEKS
    return flat.with_weeks(weeks, np.full((2, 2), 0.5), np.full((2, 2), MONDAY))


def by_week(profile: UsageProfile, first: int, weeks: int, meter: int = 0) -> list[float]:
    days = profile.weights(0, 1, first, first + weeks * WEEK)[meter].reshape(weeks, WEEK)
    assert (days == days[:, :1]).all()
    return days[:, 0].tolist()


def test_all_days_of_a_flat_profile_weigh_the_same(flat: UsageProfile) -> None:
    assert flat.alike
    assert (flat.weights(1, 15, MONDAY - 400, MONDAY + 400) == 1).all()


def test_a_day_weighs_what_its_place_in_week_month_and_cycle_do(flat: UsageProfile) -> None:
    weekday, month_end, position = (np.array(flat.weekday), np.array(flat.month_end), np.array(flat.position))
    weekday[:, :, 2], month_end[:, :, 0], position[:, :, 16] = 2.0, 3.0, 5.0
    profile = replace(flat, weekday=weekday, month_end=month_end, position=position)
    wednesday = MONDAY + 30  # the last of January, and day 17 of a cycle that began on the 15th
    assert profile.weights(0, 15, wednesday - 1, wednesday + 2).tolist() == [[1.0, 30.0, 1.0]] * 2
    assert profile.weights(0, None, wednesday, wednesday + 1).tolist() == [[6.0]] * 2


def test_weeks_weigh_what_everybody_used_in_them_and_go_on_by_halves(quiet: UsageProfile) -> None:
    assert not quiet.alike
    assert by_week(quiet, MONDAY - 2 * WEEK, 2) == [1.0, 1.0]
    assert by_week(quiet, MONDAY, 3) == WEEKS.tolist()
    later = [0.5 ** (0.5**week) for week in range(1, AHEAD + 1)]
    assert by_week(quiet, MONDAY + 3 * WEEK, AHEAD + 2) == pytest.approx([*later, 1.0, 1.0])
    assert by_week(quiet, MONDAY, 3, meter=1) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (MONDAY + 3 * WEEK, [1.0, 0.5, 0.5, 0.5**0.5]),
        (MONDAY + 3 * WEEK - 1, [1.0, 0.5, 0.5**0.5, 0.5**0.25]),
        (MONDAY + WEEK, [1.0, 1.0, 1.0, 1.0]),
        (MONDAY - WEEK, [1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_on_an_earlier_day_a_week_that_had_not_ended_goes_on_from_the_one_before(
    quiet: UsageProfile, day: int, told: list[float]
) -> None:
    assert by_week(quiet.known_on(day), MONDAY, 4) == pytest.approx(told)


def test_arrays_and_back(quiet: UsageProfile) -> None:
    again = UsageProfile.from_arrays(quiet.to_arrays())
    assert by_week(again, MONDAY, 6) == by_week(quiet, MONDAY, 6)
