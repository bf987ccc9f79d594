"""Cycles of a request: the same row as files give, and totals where they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.advice import NO_DAY
from models.plan_advisor import PlanAdvisor
from models.stated_usage import StatedCycle, StatedUse, stated_cycles
from models.subscriptions import NOT_LOCKED, OPEN_END, DailyUsage, Subscriptions
from models.usage_cycles import USUAL_CYCLE, UsageCycles
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates
from tests.models.tiny_plans import AS_OF, tiny_advisor

START, END = 19_997, 20_028  # October 2024
AMOUNTS = st.floats(0, 100).map(lambda amount: round(amount, 3))
NO_TOTALS = (np.empty(0, dtype=np.int64),) * 2 + (np.empty(0),) * 2


def weekly(weekend: float = 2.0) -> PlanAdvisor:
    """The tiny advisor, with days of the weekend that count so many times as much as others."""
    advisor = tiny_advisor()
    weekday = np.ones((2, 2, 7))
    weekday[..., 5:] = weekend
    flat = UsageProfile.flat(2, 2)
    return replace(advisor, profile=replace(flat, weekday=weekday))


def damping() -> PlanAdvisor:
    """The same, with rates that giant days sway less."""
    rates = UsageRates(np.full((2, 2, 4), (0.1, 0.8, 0.2, 0.5)), np.full((2, 2), -0.2))
    return replace(weekly(), rates=rates)


def quiet() -> PlanAdvisor:
    """The same, with four weeks in which everybody used less, and days on which next to nothing."""
    advisor = weekly()
    days = np.ones((2, 2, 140))
    days[..., -28:] = 0.6
    days[0, 0, -5:] = 0.1
    return replace(advisor, profile=advisor.profile.with_days(days, START - 130))


def by_habit() -> PlanAdvisor:
    """The same, with subscribers who have weeks of their own."""
    advisor = quiet()
    return replace(advisor, profile=replace(advisor.profile, trust=np.full((2, 2, 8), 0.05)))


def use_of(days: list[tuple[int, int, float]], totals: tuple[np.ndarray, ...] = NO_TOTALS) -> StatedUse:
    meter, day, amount = (np.array([row[at] for row in days]) for at in range(3))
    return StatedUse(meter.astype(np.int64), day.astype(np.int64), amount.astype(np.float64), *totals)


def stated(
    days: list[tuple[int, int, float]],
    totals: tuple[np.ndarray, ...] = NO_TOTALS,
    advisor: PlanAdvisor | None = None,
) -> UsageCycles:
    advisor = advisor or weekly()
    small = advisor.book.plans.index("small")
    return stated_cycles(advisor, StatedCycle(small, AS_OF, START, END), use_of(days, totals))


def from_files(
    days: list[tuple[int, int, float]],
    advisor: PlanAdvisor,
    started: int = START - 500,
    ended: int = OPEN_END,
) -> UsageCycles:
    subscriptions = Subscriptions.of(
        customer=np.array([0]),
        plan=np.array([advisor.book.plans.index("small")]),
        started=np.array([started]),
        ended=np.array([ended]),
        locked_until=np.array([NOT_LOCKED]),
        anchor=np.array([1]),
    )
    meter, day, amount = (np.array([row[at] for row in days]) for at in range(3))
    usage = DailyUsage.of(customer=np.zeros(len(days)), meter=meter, day=day, amount=amount)
    return advisor.cycles(subscriptions, usage, AS_OF)


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(START - 400, AS_OF + 3), AMOUNTS),
        min_size=1,
        unique_by=lambda row: row[:2],
    ).filter(lambda rows: any(amount > 0 and day < AS_OF for _, day, amount in rows))
)
def test_daily_use_is_cut_into_the_same_cycles_as_that_of_files(days: list[tuple[int, int, float]]) -> None:
    for advisor in (weekly(), damping(), weekly(weekend=0.02), quiet(), by_habit()):
        mine = stated(days, advisor=advisor).to_arrays()
        theirs = from_files(days, advisor).to_arrays()
        for name in mine:
            assert np.isfinite(mine[name]).all(), name
            assert np.allclose(mine[name], theirs[name]), name


@pytest.mark.parametrize("ended", [AS_OF, AS_OF + 5, END - 1, END, END + 40])
def test_an_end_that_is_stated_is_that_of_files(ended: int) -> None:
    days = [(0, day, 0.5) for day in range(START - 90, AS_OF)]
    for advisor in (weekly(), by_habit()):
        small = advisor.book.plans.index("small")
        mine = stated_cycles(advisor, StatedCycle(small, AS_OF, START, END, ended=ended), use_of(days))
        theirs = from_files(days, advisor, ended=ended)
        assert bool(mine.ending[0]) == (ended < END)
        for name, values in mine.to_arrays().items():
            assert np.allclose(values, theirs.to_arrays()[name]), name


def test_what_is_just_used_up_has_not_passed_the_quota() -> None:
    """A difference of running sums of 64.781, 1.281, 90.316 and 100 is a little more than 100."""
    days = [(1, 19_701, 64.781), (1, 19_702, 1.281), (1, 19_703, 90.316), (1, START, 100.0)]
    for cycles in (stated(days), from_files(days, weekly())):
        assert cycles.used[0, 1] == 100
        assert (cycles.ran_out == NO_DAY).all()


def asked(cycle: tuple[int, int], days: int) -> UsageCycles:
    """One unit a day of the first meter, on so many days before the middle of a cycle."""
    advisor = tiny_advisor()
    start, end = cycle
    as_of = (start + end) // 2
    use = use_of([(0, day, 1.0) for day in range(as_of - days, as_of)])
    return stated_cycles(advisor, StatedCycle(0, as_of, start, end), use)


@pytest.mark.parametrize("length", [7, 28, 60])
def test_cycles_that_are_not_of_the_calendar_are_all_of_the_same_length(length: int) -> None:
    cycles = asked((START, START + length), 5 * length)
    np.testing.assert_allclose(cycles.finished[0, -4:, 0], length)
    np.testing.assert_allclose(cycles.finished_w[0, -4:, 0], length / USUAL_CYCLE)
    np.testing.assert_allclose(cycles.next_w, length / USUAL_CYCLE)
    coming = tiny_advisor().advise(cycles).next_mean[0, 0]
    assert coming == pytest.approx(length, rel=0.2)


@pytest.mark.parametrize(
    ("start", "end", "before", "after"),
    [
        ("2024-10-01", "2024-11-01", 30, 30),
        ("2024-10-15", "2024-11-15", 30, 30),
        ("2024-02-29", "2024-03-31", 29, 30),
        ("2023-02-28", "2023-03-31", 28, 30),
        ("2024-01-31", "2024-02-29", 31, 31),
    ],
)
def test_cycles_of_the_calendar_are_told_by_their_last_day_too(
    start: str, end: str, before: int, after: int
) -> None:
    """On what day the next one begins: of one that starts on the last day of February that is not certain."""
    days = [int(np.datetime64(day, "D").astype(int)) for day in (start, end)]
    cycles = asked((days[0], days[1]), 300)
    assert cycles.finished[0, -1, 0] == before
    assert cycles.next_w[0, 0] == pytest.approx(after / USUAL_CYCLE)


def test_use_before_what_is_looked_at_tells_that_the_first_day_of_it_was_not_the_first() -> None:
    early = [(0, START - 400, 5.0)] + [(0, day, 1.0) for day in range(START - 320, AS_OF)]
    flat = tiny_advisor()
    for cycles in (stated(early, advisor=flat), from_files(early, flat)):
        assert cycles.finished[0, 0, 0] == 31  # January 2024


def test_totals_stand_where_they_belong_and_win_over_days() -> None:
    totals = (np.array([0, 0]), np.array([1, 3]), np.array([7.0, 9.0]), np.array([1.0, 0.5]))
    cycles = stated([(0, START - 1, 2.0), (0, START, 1.0)], totals)
    assert cycles.finished[0, -1, 0] == 7.0
    assert cycles.finished[0, -3, 0] == 9.0
    cut = stated([(0, day, 1.0) for day in range(START - 150, AS_OF)])
    np.testing.assert_allclose(cycles.finished_w[0, [-1, -3], 0], cut.finished_w[0, [-1, -3], 0] * [1.0, 0.5])
    assert cycles.finished_w[0, -2, 0] == 0
    assert cycles.used[0, 0] == 1.0


def test_after_totals_every_day_of_the_cycle_counts() -> None:
    """Without history the day of the first use would tell too much; with it, it is a day like others."""
    days = [(0, day, 1.0) for day in range(START, AS_OF)]
    totals = (np.array([0]), np.array([1]), np.array([30.0]), np.array([1.0]))
    without, after = (stated(days, given, tiny_advisor()) for given in (NO_TOTALS, totals))
    assert without.exposed[0, 0] == AS_OF - START - 1
    assert after.exposed[0, 0] == AS_OF - START
    assert without.used[0, 0] == after.used[0, 0] == AS_OF - START


def test_totals_older_than_what_is_looked_at_are_left_out() -> None:
    totals = (np.array([0]), np.array([99]), np.array([30.0]), np.array([1.0]))
    assert not stated([(0, START, 1.0)], totals).finished.any()


def test_the_day_on_which_the_quota_was_passed_is_known_and_not_that_of_asking() -> None:
    """`small` includes 5 GB: the second day of 4 GB passes it, and 11 minutes of 100 never do."""
    days = [(0, START + day, 4.0) for day in range(5)] + [(1, START + day, 1.0) for day in range(11)]
    for cycles in (stated(days, advisor=tiny_advisor()), from_files(days, tiny_advisor())):
        assert cycles.ran_out.tolist() == [[START + 1, NO_DAY]]
    advice = tiny_advisor().advise(cycles)
    assert advice.exhaustion_day[0, 0] == START + 1


@pytest.mark.parametrize(("until", "locked"), [(END - 1, False), (END, True), (NOT_LOCKED, False)])
def test_a_lock_counts_on_the_day_on_which_the_plan_would_change(until: int, locked: bool) -> None:
    small = tiny_advisor().book.plans.index("small")
    cycle = StatedCycle(small, AS_OF, START, END, until)
    cycles = stated_cycles(tiny_advisor(), cycle, use_of([(0, START, 1.0)]))
    assert cycles.locked.tolist() == [locked]


@pytest.mark.parametrize("since", [START - 3, START, START + 4, AS_OF - 1, AS_OF])
def test_what_was_used_before_a_change_of_plan_counts_against_no_quota(since: int) -> None:
    """As of files, where the subscription to the plan starts on that day."""
    days = [(0, day, 1.0 + day % 3) for day in range(START - 90, AS_OF)]
    advisor = weekly()
    small = advisor.book.plans.index("small")
    mine = stated_cycles(
        advisor, StatedCycle(small, AS_OF, START, END, since=since), use_of(days)
    ).to_arrays()
    theirs = from_files(days, advisor, since).to_arrays()
    for name in mine:
        assert np.allclose(mine[name], theirs[name]), name


@pytest.mark.parametrize("silent", [1, 6, 25, 80])
def test_a_pause_is_the_same_as_that_of_files(silent: int) -> None:
    """Also one over the end of a cycle, after an earlier one, with days that are missing."""
    rng = np.random.default_rng(silent)
    empty = set(range(AS_OF - 200, AS_OF - 190)) | set(range(AS_OF - silent, AS_OF))
    days = [
        (meter, day, 0.0 if day in empty else float(rng.gamma(3)))
        for day in range(AS_OF - 260, AS_OF)
        if rng.random() > 0.05 or day == AS_OF - 1
        for meter in (0, 1)
    ]
    for advisor in (weekly(), damping()):
        cycles = stated(days, advisor=advisor)
        mine, theirs = cycles.to_arrays(), from_files(days, advisor).to_arrays()
        assert cycles.paused[0, 0] > 0.5
        assert 0 < cycles.silent[0, 0] <= silent
        for name in mine:
            assert np.allclose(mine[name], theirs[name]), name
