"""The weight of a day: its place in week, month and cycle, and weeks in which everybody used less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.usage_profile import UsageProfile

MONDAY = 19_723  # 2024-01-01
DAYS = [1.0, 0.5, 0.5]  # those from MONDAY on


@pytest.fixture
def flat() -> UsageProfile:
    return UsageProfile.flat(2, 2)


@pytest.fixture
def quiet(flat: UsageProfile) -> UsageProfile:
    """Two quiet days of the first meter of the first family."""
    days = np.ones((2, 2, 3))
    days[0, 0] = DAYS
    return flat.with_days(days, MONDAY)


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


def test_days_weigh_what_everybody_used_on_them_and_those_to_come_are_like_all_others(
    quiet: UsageProfile,
) -> None:
    assert not quiet.alike
    assert quiet.weights(0, 1, MONDAY - 1, MONDAY + 5).tolist() == [[1.0, *DAYS, 1.0, 1.0], [1.0] * 6]
    assert (quiet.weights(1, None, MONDAY - 1, MONDAY + 5) == 1).all()
    assert quiet.common_of(0, np.array([MONDAY - 99, MONDAY + 1, MONDAY + 99]))[0].tolist() == [1.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("day", "told"), [(MONDAY + 3, DAYS), (MONDAY + 2, [1.0, 0.5, 1.0]), (MONDAY, [1.0, 1.0, 1.0])]
)
def test_on_an_earlier_day_those_from_it_on_were_not_known(
    quiet: UsageProfile, day: int, told: list[float]
) -> None:
    assert quiet.known_on(day).weights(0, 1, MONDAY, MONDAY + 3)[0].tolist() == told


def test_arrays_and_back(quiet: UsageProfile) -> None:
    again = UsageProfile.from_arrays(quiet.to_arrays())
    assert (again.weights(0, 1, MONDAY, MONDAY + 9) == quiet.weights(0, 1, MONDAY, MONDAY + 9)).all()
