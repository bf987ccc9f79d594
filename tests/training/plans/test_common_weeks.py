"""Weeks in which everybody used less are found where they were planted, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.plan_decision import NudgeLimits
from models.running import running_on
from models.usage_history import UsageHistory
from models.usage_profile import PAST, WEEK, UsageProfile
from models.usage_rate import UsageRates
from tests.training.plans.worlds import Made, World, make
from training.plans.backtest import Walked, walk
from training.plans.common_weeks import fit_common_weeks
from training.plans.fit import fit_plan_advisor
from training.plans.profile import fit_profile

AUGUST = (213, 244, 0.65)
WORLD = World(seed=51, customers=300, months=10, common=(AUGUST,))
AUGUST_1 = 19_723 + 213


@cache
def made(world: World) -> Made:
    return make(world)


def fitted(world: World, until: int | None = None) -> tuple[UsageProfile, UsageProfile]:
    """The profile of the day `until`, before and after weeks are looked at."""
    of = made(world)
    until = of.until if until is None else until
    shape = len(of.book.families), len(of.book.meters)
    flat, plain = UsageProfile.flat(*shape), UsageRates.plain(*shape)
    running, usage = running_on(of.subscriptions, of.book, until - 1), of.usage.until(until)
    profile = fit_profile(UsageHistory.of(running, usage, of.book, (flat, plain), until), shape[0], until)
    history = UsageHistory.of(running, usage, of.book, (profile, plain), until)
    return profile, fit_common_weeks(history, profile, until)


def week_factors(profile: UsageProfile, first: int, last: int, meter: int = 0) -> np.ndarray:
    """What the weeks make of the days first .. last - 1."""
    days = np.arange(first, last)
    week = (days - profile.since[0, meter]) // WEEK + 1
    return np.asarray(profile.common[0, meter, np.clip(week, 0, profile.common.shape[-1] - 1)])


@pytest.mark.parametrize("meter", [0, 1])
def test_a_quiet_august_is_found_and_all_other_weeks_are_1(meter: int) -> None:
    _, profile = fitted(WORLD)
    # Weeks that lie wholly within it; of the two at its ends, a part is.
    within = week_factors(profile, AUGUST_1 + 7, AUGUST_1 + 24, meter)
    assert within == pytest.approx(0.65, abs=0.08)
    assert (week_factors(profile, AUGUST_1 - 150, AUGUST_1 - 7, meter) == 1).all()
    assert (week_factors(profile, AUGUST_1 + 38, AUGUST_1 + 60, meter) == 1).all()


def test_what_is_going_on_goes_on_for_some_weeks() -> None:
    _, profile = fitted(WORLD, AUGUST_1 + 2 * WEEK)
    weeks = week_factors(profile, AUGUST_1, AUGUST_1 + 9 * WEEK)[::WEEK]
    assert weeks[:2] == pytest.approx(0.65, abs=0.08)
    assert (np.diff(weeks[1:]) > 0).all()
    assert 0.65 < weeks[2] < 0.95
    assert weeks[8] > 0.97


@pytest.mark.parametrize(
    "world",
    [
        World(seed=52, customers=300, months=10),
        World(seed=53, customers=300, months=10, growth=0.05, regime=0.3, burst=0.7, tail=0.05),
        World(seed=54, customers=25, months=10, common=(AUGUST,)),
    ],
    ids=["usual", "growing and wild", "too few to tell"],
)
def test_where_nothing_is_common_the_profile_stays_the_very_same(world: World) -> None:
    before, after = fitted(world)
    assert after is before
    assert after.alike


def test_what_lasts_is_a_new_level() -> None:
    lasting = World(seed=55, customers=300, months=12, common=((180, 400, 1.4),))
    _, profile = fitted(lasting)
    assert (week_factors(profile, profile.since[0, 0], made(lasting).until) == 1).mean() > 0.9


def test_a_month_in_which_all_used_less_is_nobodys_new_level() -> None:
    of, later = made(WORLD), AUGUST[1] + 2 * WEEK
    until = AUGUST_1 - AUGUST[0] + later
    advisor = fit_plan_advisor(of.book, of.subscriptions, of.usage.until(until), until)
    cycles = advisor.cycles(of.subscriptions, of.usage.until(until), until)
    told = advisor.forecast(cycles)[0].next.mean
    came = of.amount[cycles.customer, :, later : later + 30].sum(axis=2)
    # Taken for levels, what is known of that month would make it an eighth too low.
    assert np.median(told / np.maximum(came, 1), axis=0) == pytest.approx(1.0, abs=0.08)


def test_so_many_weeks_are_looked_back_at() -> None:
    _, profile = fitted(WORLD)
    assert (profile.since == made(WORLD).until - PAST * WEEK).all()


def test_past_days_are_asked_about_as_they_were_known_then() -> None:
    of = made(WORLD)
    _, profile = fitted(WORLD)
    plain = UsageRates.plain(len(of.book.families), len(of.book.meters))
    running = running_on(of.subscriptions, of.book, of.until - 1)
    history = UsageHistory.of(running, of.usage, of.book, (profile, plain), of.until)
    rows = np.arange(len(running))
    middle = np.full(len(rows), AUGUST_1 - 10)
    cycles, then = (each.cycles(rows, middle) for each in (history, history.known_on(profile, middle)))
    # Of August nobody knew yet: the days to come, and the next cycle, were like all others.
    assert (cycles.next_w < 0.95 * then.next_w).all()
    assert (cycles.open_w <= then.open_w).all()
    np.testing.assert_array_equal(cycles.finished_w, then.finished_w)
    np.testing.assert_array_equal(cycles.exposed_w, then.exposed_w)
    late = np.full(len(rows), of.until)
    np.testing.assert_array_equal(
        *(each.cycles(rows, late).next_w for each in (history, history.known_on(profile, late)))
    )


@pytest.fixture(scope="module")
def walked() -> Walked:
    """All months after a quiet July, asked on day 10 of their cycles."""
    world = replace(WORLD, seed=56, months=11, common=((182, 213, 0.65),), regime=0.0, no_use=0.0)
    of = make(world)
    rows = walk(of.book, of.subscriptions, of.usage, NudgeLimits(), lambda _: None).at(10)
    return rows.take(rows.month >= int(np.datetime64("2024-08", "M").astype(int)))


def test_forecasts_and_ranges_hold_after_a_month_in_which_all_used_less(walked: Walked) -> None:
    ours, theirs = (
        np.abs(each - walked.actual)[walked.judged].sum() for each in (walked.p50, walked.run_rate)
    )
    assert ours < 0.8 * theirs
    within = (walked.p10 <= walked.actual) & (walked.actual <= walked.p90)
    assert 0.75 < within[walked.judged].mean() < 0.9
