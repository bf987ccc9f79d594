"""Pauses: who uses something every day and then nothing, and what is expected to come after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.advice import Advice
from models.plan_advisor import PlanAdvisor, untrained
from models.plans import MeterTerms, Plan, PlanBook
from models.usage_cycles import UsageCycles
from models.usage_rate import UsageRates
from models.usage_signs import SIGNS
from models.usage_silence import (
    OUTAGE,
    PAUSE,
    UNSEEN,
    Recorded,
    chance_of,
    past_pauses,
    paused_of,
    telling,
    unhear,
)
from models.usage_spans import DAYS, WEIGHT
from tests.models.one_subscriber import BOOK, DATA, cycles_of, cycles_since

STEADY = [150.0] * 5


def paused(before: float, used: float, since: float, *, ever: bool = True) -> float:
    one = np.ones((1, 1))
    return float(chance_of(Recorded(np.full((1, 1), ever), before * one, used * one, since * one))[0, 0])


def test_by_hand() -> None:
    assert paused(9, 9, 2) == pytest.approx(PAUSE / (PAUSE + (UNSEEN / 10) ** 2))
    assert paused(99, 50, 5) == pytest.approx(PAUSE / (PAUSE + ((49 + UNSEEN) / 100) ** 5))


def test_of_one_who_uses_every_day_two_days_of_none_are_a_pause_and_of_others_not() -> None:
    assert paused(240, 240, 2) > 0.9
    assert paused(240, 120, 2) < 0.02
    assert paused(240, 120, 15) > 0.9
    assert paused(240, 240, 0) == paused(0, 0, 30, ever=False) == 0


def test_who_is_away_uses_nothing_of_all_and_each_meter_is_told_so() -> None:
    """Two meters that are used every other day: six days without either are a pause, of one alone are not."""
    ever = np.ones((1, 3), dtype=np.bool_)
    before, used = np.full((1, 3), 240), np.array([[120, 120, 230]])
    together = paused_of(Recorded(ever, before, used, np.array([[6, 7, 6]])))
    assert (together > 0.9).all()
    alone = paused_of(Recorded(ever, before, used, np.array([[6, 0, 0]])))
    assert alone[0, 0] == paused(240, 120, 6) < 0.3
    assert alone[0, 1] == 0
    never = paused_of(Recorded(np.array([[True, False, True]]), before, used, np.array([[6, 7, 6]])))
    assert never[0, 1] == 0


def test_days_on_which_all_used_next_to_nothing_tell_of_no_pause() -> None:
    counts, used = np.ones((2, 4), dtype=np.bool_), np.array([[1, 0, 1, 0], [0, 0, 0, 0]], dtype=np.bool_)
    common = np.array([[1.0, OUTAGE / 2, OUTAGE / 2, 1.0], [1.0, OUTAGE / 2, 1.0, 1.0]])
    tells, with_use = telling(counts, used, common)
    assert tells.astype(int).tolist() == [[1, 0, 1, 1], [1, 0, 1, 1], [1, 0, 1, 1]]
    assert with_use.astype(int).tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0]]
    assert telling(counts, used, None)[0].all()


def sums_of(days: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Running sums of days with a record, all, and of those with use."""
    return np.arange(len(days) + 1), np.concatenate([[0], np.cumsum(np.array(days) > 0)])


def test_an_earlier_pause_is_no_habit_of_empty_days() -> None:
    away = [1.0] * 100 + [0.0] * 10 + [1.0] * 30
    found = past_pauses(*sums_of(away))
    assert np.flatnonzero(found).tolist() == [110]
    assert found[110] == pytest.approx(10)
    often = [1.0, 0.0, 0.0] * 40
    assert past_pauses(*sums_of(often)).sum() < 2
    # What is still silent is no earlier pause.
    assert not past_pauses(*sums_of([1.0] * 100 + [0.0] * 10)).any()


def test_who_was_away_before_is_away_again_as_soon_as_others() -> None:
    """Holidays used to count as days on which nothing is usual, and two silent days were then no sign."""
    history = [1.0] * 120 + [0.0] * 12 + [1.0] * 40
    known, used = sums_of(history)
    lost = past_pauses(known, used).sum()
    assert paused(known[-1] - lost, used[-1], 2) > 0.95
    assert paused(known[-1], used[-1], 2) < 0.35


def test_of_silent_days_as_much_is_heard_as_is_no_pause() -> None:
    sums, silent = np.full((6, 1, 3, 1), 10.0), np.full((2, 1, 3, 1), 4.0)
    silent[:, :, 0] = 0
    unhear(sums, np.full((1, 1), 0.75), silent)
    for name in (DAYS, WEIGHT):
        np.testing.assert_allclose(sums[name, 0, :, 0], [10, 7, 7])
    np.testing.assert_array_equal(np.delete(sums, [DAYS, WEIGHT], axis=0), 10)


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


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_a_probability_whatever_was_recorded(used: int, empty: int, since: int) -> None:
    assert 0 <= paused(used + empty, used, since) < 1


@pytest.mark.parametrize("twice", [1.0, 2.0])
def test_the_longer_a_silence_the_less_is_expected_and_never_more(twice: float) -> None:
    """Empty days that are not heard must not speak by the shape of the days either."""
    plain = untrained(BOOK)
    weights = np.broadcast_to([-0.2, -0.6, -0.3, -0.4], plain.rates.weights.shape)
    advisor = replace(plain, rates=UsageRates(weights, np.full_like(plain.rates.knee, -0.1)))
    coming = []
    for silent in (0, 2, 4, 8, 15, 22):
        cycles = cycles_of(advisor, STEADY, [5.0 * twice] * 3 + [0.0] * silent)
        coming.append(advisor.advise(cycles).next_mean[0, 0])
    assert max(coming) < 1.1 * coming[0]


def walked(advisor: PlanAdvisor, silent: Sequence[int]) -> list[Advice]:
    """What is advised after five months of 5 a day, ten days more, and then so many days without any."""
    advice = []
    for days in silent:
        cycles = cycles_since(advisor, [5.0] * 160 + [0.0] * days)
        advice.append(advisor.advise(cycles))
    return advice


def test_as_whole_cycles_stay_empty_less_and_less_is_expected() -> None:
    """Advice used to swing between a larger and a smaller plan where an empty cycle was finished."""
    plain = untrained(BOOK)
    rng = np.random.default_rng(1)
    factor = np.exp(rng.normal(0, 0.02, plain.faults.factor.shape))
    lean = rng.normal(0, 0.2, plain.faults.lean.shape) * (np.arange(SIGNS) > 0)
    for advisor in (plain, replace(plain, faults=replace(plain.faults, lean=lean, factor=factor))):
        advice = walked(advisor, range(120))
        coming = np.array([each.next_mean[0, 0] for each in advice])
        assert (np.diff(coming) < 0).all()
        assert 0.7 * coming[0] < coming[5]
        assert coming[119] < 0.05 * coming[0]
        plans = [int(each.recommended_plan[0]) for each in advice]
        sizes = [BOOK.quota[plan, 0] for plan in plans]
        assert sizes == sorted(sizes, reverse=True)


def test_within_a_cycle_no_day_of_silence_makes_more_expected() -> None:
    coming = [(each.next_mean[0, 0], each.p50[0, 0]) for each in walked(untrained(BOOK), range(2, 20))]
    assert (np.diff(coming, axis=0) < 0).all()
