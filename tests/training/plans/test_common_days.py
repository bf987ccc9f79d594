"""Days on which everybody used less are found where they were planted, and nowhere else."""

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
from training.plans.common_days import fit_common_days
from training.plans.fit import fit_plan_advisor
from training.plans.profile import fit_profile

AUGUST = (213, 244, 0.65)
WORLD = World(seed=51, customers=300, months=10, common=(AUGUST,))
AUGUST_1 = 19_723 + 213


@cache
def made(world: World) -> Made:
    return make(world)


def fitted(world: World, until: int | None = None) -> tuple[UsageProfile, UsageProfile]:
    """The profile of the day `until`, before and after it is asked what is common."""
    of = made(world)
    until = of.until if until is None else until
    shape = len(of.book.families), len(of.book.meters)
    flat, plain = UsageProfile.flat(*shape), UsageRates.plain(*shape)
    running, usage = running_on(of.subscriptions, of.book, until - 1), of.usage.until(until)
    profile = fit_profile(UsageHistory.of(running, usage, of.book, (flat, plain), until), shape[0], until)
    history = UsageHistory.of(running, usage, of.book, (profile, plain), until)
    return profile, fit_common_days(history, profile, until)


def factors(profile: UsageProfile, first: int, last: int, meter: int = 0) -> np.ndarray:
    """What is common to the days first .. last - 1."""
    return np.asarray(profile.common_of(0, np.arange(first, last))[meter])


@pytest.mark.parametrize("meter", [0, 1])
def test_a_quiet_august_is_found_by_day_and_nothing_else(meter: int) -> None:
    _, profile = fitted(WORLD)
    begin, end = AUGUST_1, AUGUST_1 + AUGUST[1] - AUGUST[0]
    found = factors(profile, begin, end, meter)
    assert np.median(found) == pytest.approx(0.65, abs=0.08)
    assert (found < 0.95).mean() > 0.8  # of single days of 300 subscribers some may pass for usual ones
    assert (factors(profile, begin - 200, begin, meter) == 1).mean() > 0.98
    assert (factors(profile, end, end + 60, meter) == 1).mean() > 0.98


@pytest.mark.parametrize("after", range(7))
@pytest.mark.parametrize("left", [0.1, 0.0])
def test_a_week_without_network_is_found_on_every_day_after_it_and_does_not_go_on(
    after: int, left: float
) -> None:
    world = replace(WORLD, seed=57, common=((203, 210, left),))
    end = AUGUST_1 - AUGUST[0] + 210
    _, profile = fitted(world, end + after)
    for meter in (0, 1):
        assert factors(profile, end - 7, end, meter) == pytest.approx(left, abs=0.08)
        others = np.concatenate([factors(profile, end - 60, end - 7, meter), factors(profile, end, end + 60)])
        assert (others == 1).mean() > 0.97


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
    assert (factors(profile, profile.since[0, 0], made(lasting).until) == 1).mean() > 0.9


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
