"""Pauses: who uses something every day and then nothing, and what is expected to come after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.plan_advisor import PlanAdvisor, untrained
from models.plans import MeterTerms, Plan, PlanBook
from models.usage_cycles import UsageCycles
from models.usage_rate import UsageRates
from models.usage_silence import PAUSE, Recorded, silence_of
from tests.models.one_subscriber import BOOK, DATA, cycles_of

STEADY = [150.0] * 5


def paused(before: float, used: float, since: float, *, ever: bool = True) -> float:
    one = np.ones((1, 1))
    days = Recorded(np.full((1, 1), ever), before * one, used * one, since * one, one, one)
    return float(silence_of(days).paused[0, 0])


def test_by_hand() -> None:
    assert paused(8, 8, 2) == pytest.approx(PAUSE / (PAUSE + 0.1**2))
    assert paused(98, 49, 5) == pytest.approx(PAUSE / (PAUSE + 0.5**5))


def test_of_one_who_uses_every_day_two_days_of_none_are_a_pause_and_of_others_not() -> None:
    assert paused(240, 240, 2) > 0.9
    assert paused(240, 120, 2) < 0.02
    assert paused(240, 120, 15) > 0.9
    assert paused(240, 240, 0) == paused(0, 0, 30, ever=False) == 0


def test_of_silent_days_as_much_is_heard_as_is_no_pause() -> None:
    one = np.ones((1, 1))
    half = silence_of(Recorded(one > 0, 98 * one, 98 * one, 1 * one, 10 * one, 4 * one))
    assert 0 < half.paused[0, 0] < 1
    np.testing.assert_allclose([half.days, half.weight], [half.paused * 10, half.paused * 4])


def asked(days: Sequence[float], history: Sequence[float] = STEADY) -> tuple[PlanAdvisor, UsageCycles]:
    advisor = untrained(BOOK)
    return advisor, cycles_of(advisor, history, days)


def test_a_holiday_is_not_forecast_to_last_for_ever() -> None:
    """Ten days of nothing after five months of 5 a day: it may go on, and mostly will not."""
    advisor, cycles = asked([0.0] * 10)
    advice = advisor.advise(cycles)
    assert advice.p50[0, 0] > 20
    assert advice.p90[0, 0] > 80
    assert advice.p10[0, 0] < 25
    assert 100 < advice.next_mean[0, 0] < 160


@pytest.mark.parametrize("silent", [1, 2, 3])
def test_a_few_days_of_nothing_take_little_away(silent: int) -> None:
    advisor, cycles = asked([5.0] * 7 + [0.0] * silent)
    assert advisor.advise(cycles).mean[0, 0] > 100


def test_the_parts_of_a_paused_cycle_are_not_compared() -> None:
    _, cycles = asked([5.0] * 5 + [0.0] * 8)
    _, running = asked([5.0] * 13)
    assert not cycles.parts_w[:, 2:].any()
    assert running.parts_w[:, 2:].any()
    np.testing.assert_array_equal(cycles.parts_w[:, :2], running.parts_w[:, :2])


def test_of_what_was_never_used_nothing_is_expected_and_a_quota_of_nothing_suffices() -> None:
    book = PlanBook.of([Plan("pay", "pay", "Pay as you go", 1000, (MeterTerms(DATA, 0, 200, 1),))], [], "USD")
    advisor = untrained(book)
    never = advisor.advise(cycles_of(advisor, [0.0] * 3, [0.0] * 10, plan="pay"))
    assert never.p_exceed[0, 0] == 0
    assert never.p90[0, 0] == pytest.approx(0, abs=1e-6)
    assert never.cost_next[0, 0] == 1000
    used = advisor.advise(cycles_of(advisor, [1.0] * 3, [0.0] * 10, plan="pay"))
    assert used.p_exceed[0, 0] > 0.3


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.floats(0, 3), st.floats(0, 3))
def test_a_probability_whatever_was_recorded(
    used: int, empty: int, since: int, days: float, weight: float
) -> None:
    one = np.ones((1, 1))
    found = silence_of(
        Recorded(one > 0, (used + empty) * one, used * one, since * one, days * one, weight * one)
    )
    assert 0 <= found.paused[0, 0] <= 1
    assert 0 <= found.days[0, 0] <= days
    assert 0 <= found.weight[0, 0] <= weight


@pytest.mark.parametrize("twice", [1.0, 2.0])
def test_the_longer_a_silence_the_less_is_expected_and_never_more(twice: float) -> None:
    """Empty days that are not heard must not speak by the shape of the days either."""
    plain = untrained(BOOK)
    weights = np.broadcast_to([-0.2, -0.6, -0.3], plain.rates.weights.shape)
    advisor = replace(plain, rates=UsageRates(weights))
    coming = []
    for silent in (0, 2, 4, 8, 15, 22):
        cycles = cycles_of(advisor, STEADY, [5.0 * twice] * 3 + [0.0] * silent)
        coming.append(advisor.advise(cycles).next_mean[0, 0])
    assert max(coming) < 1.1 * coming[0]
