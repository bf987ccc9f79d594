"""The reasons for a decision: given where they hold, and never beside one that says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.advice import DECISIONS, INSUFFICIENT_DATA, NO_DAY, REASON_BITS, SILENCES, Advice
from models.billing_days import first_day
from models.plan_advisor import PlanAdvisor, untrained
from models.plan_decision import pause_told
from models.plans import MeterTerms, Plan, PlanBook
from models.running import NO_PLAN
from models.subscriptions import NOT_LOCKED
from models.usage_cycles import UsageCycles
from tests.models.one_subscriber import APRIL, BOOK, DATA, PACKS, PLANS, advice_of, cycles_of

AGES = 10**6
SLOW = Plan("slow", "broadband", "Slow", 2000, (MeterTerms(DATA, 100, throttle_penalty=900),))
NONE = Plan("none", "broadband", "None", 500, (MeterTerms(DATA, 0, 300, 10),))
EVERY = PlanBook.of((*PLANS, SLOW, NONE), PACKS, "USD")
TOTALS = st.lists(st.sampled_from([0.0, 10.0, 45.0, 120.0, 210.0, 480.0, 900.0]), max_size=4)
DAYS = st.lists(st.sampled_from([0.0, 0.3, 1.5, 4.0, 8.0, 40.0]), max_size=29)


def contradictions(codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(code, other) for code in codes for other in SILENCES.get(code, ()) if other in codes]


@given(
    TOTALS,
    DAYS,
    st.sampled_from([plan.plan_id for plan in (*PLANS, SLOW, NONE)]),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_no_reason_stands_beside_one_that_excludes_it(
    history: list[float], days: list[float], plan: str, locked: bool, missing: bool
) -> None:
    advisor = untrained(EVERY)
    cycles = cycles_of(advisor, history, days, plan=plan)
    until = np.array([AGES if locked else NOT_LOCKED])
    cycles = replace(cycles, locked_until=until, missing=np.array([2 * missing]))
    advice = advisor.advise(cycles)
    codes = advice.reason_codes(0)
    assert not contradictions(codes)
    if advice.decision[0] == INSUFFICIENT_DATA:
        assert "FEW_DAYS" in codes
        assert not advice.offered[0]
    runs_out = advice.exhaustion_day[0, 0] != NO_DAY or 0 < advice.quota[0, 0] <= advice.used[0, 0]
    if "NO_USE" not in codes and advice.p50[0, 0] > 1e-6:
        assert ("RUNS_OUT" in codes) == runs_out


def test_what_excludes_what_names_reasons_only() -> None:
    for code, others in SILENCES.items():
        assert {code, *others} <= set(REASON_BITS)
        assert code not in others


@pytest.mark.parametrize("days", [[30.0, 30.0], [0.5, 0.5], [0.0, 0.0], []])
def test_too_little_to_say_anything_says_nothing_of_plans(days: list[float]) -> None:
    codes = set(advice_of([], days, plan="home-50").reason_codes(0))
    assert {"NO_HISTORY", "FEW_DAYS"} <= codes
    assert codes <= {"NO_HISTORY", "FEW_DAYS", "NO_USE", "RUNS_OUT"}
    assert ("RUNS_OUT" in codes) == (sum(days) > 50)


def test_nothing_used_is_what_records_say_and_not_what_is_unknown() -> None:
    assert "NO_USE" in advice_of([], [0.0] * 4).reason_codes(0)
    assert "NO_USE" in advice_of([0, 0], []).reason_codes(0)
    assert "NO_USE" not in advice_of([], []).reason_codes(0)
    advisor = untrained(BOOK)
    some_missing = replace(cycles_of(advisor, [0, 0], [0.0] * 4), missing=np.array([1]))
    codes = advisor.advise(some_missing).reason_codes(0)
    assert "DAYS_MISSING" in codes
    assert "NO_USE" not in codes


def test_nothing_used_of_a_quota_of_nothing_does_not_run_out() -> None:
    for history in ([], [0, 0, 0]):
        codes = advice_of(history, [0.0] * 10, plan="none", book=EVERY).reason_codes(0)
        assert "NO_USE" in codes
        assert not {"RUNS_OUT", "HIGHER_USE"} & set(codes)


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("history", [[], [20, 20, 20], [45, 52, 49], [300, 310, 305]])
def test_a_quota_that_is_used_up_runs_out_whatever_is_decided(history: list[float], locked: bool) -> None:
    advisor = untrained(BOOK)
    cycles = cycles_of(advisor, history, [10.0] * 6, plan="home-50")
    advice = advisor.advise(replace(cycles, locked_until=np.array([AGES if locked else NOT_LOCKED])))
    assert "RUNS_OUT" in advice.reason_codes(0)


def usual_far_beyond() -> PlanAdvisor:
    """An advisor that expects seven times the quota of who is not known."""
    plain = untrained(BOOK)
    return replace(plain, dynamics=replace(plain.dynamics, start=plain.dynamics.start + 2))


def test_of_what_is_not_known_nothing_runs_out() -> None:
    """What is usual stands in for the forecast, which is no use of the subscriber's."""
    advisor = usual_far_beyond()
    advice = advisor.advise(cycles_of(advisor, [], [], plan="home-50"))
    assert not advice.known[0, 0]
    assert advice.p_exceed[0, 0] > 0.5
    assert advice.exhaustion_day[0, 0] == NO_DAY
    assert "RUNS_OUT" not in advice.reason_codes(0)


def test_what_was_used_on_the_first_day_counts_against_the_quota() -> None:
    """It is none of the days that tell how much is used: those begin with the second."""
    advisor = usual_far_beyond()
    advice = advisor.advise(cycles_of(advisor, [], [5.0], plan="home-50"))
    assert advice.known[0, 0]
    assert advice.exhaustion_day[0, 0] != NO_DAY
    assert "RUNS_OUT" in advice.reason_codes(0)


def test_a_quota_that_is_used_up_to_the_last_bit_has_run_out() -> None:
    advisor = untrained(BOOK)
    cycles = cycles_of(advisor, [50, 50, 50], [5.0] * 10, plan="home-50")
    still = replace(cycles, open_w=np.zeros_like(cycles.open_w))
    assert "RUNS_OUT" in advisor.advise(still).reason_codes(0)


def test_what_is_held_is_ordered_by_the_add_on_that_it_may_have_now() -> None:
    """Behind who would save more by acting, before who has nothing to do."""
    advisor = untrained(BOOK)
    larger, smaller, held, none = (
        cycles_of(advisor, history, days)
        for history, days in (
            ([400, 410, 405], [14.0] * 10),
            ([20, 20, 20], [0.6] * 10),
            ([400, 410, 405], [14.0] * 10),
            ([190, 190, 190], [6.0] * 10),
        )
    )
    held = replace(held, locked_until=np.array([AGES]))
    advice: Advice = advisor.advise(UsageCycles.joined([none, held, smaller, larger]))
    assert advice.top_up_saving[1] > 0
    order = advice.by_value().tolist()
    assert order[-1] == 0
    assert order.index(1) < 3
    value = np.where(np.arange(4) == 1, advice.top_up_saving, advice.saving * advice.p_saves)[order]
    assert (np.diff(value) <= 0).all()


ENDS = int(first_day(np.array(APRIL))) + 21  # the 22nd of April


def ending(history: list[float], days: list[float], last: int = ENDS) -> Advice:
    """The advice for somebody whose subscription ends on a day of the running cycle."""
    advisor = untrained(BOOK)
    cycles = cycles_of(advisor, history, days)
    end = np.minimum(cycles.end, last + 1)
    return advisor.advise(replace(cycles, ended=np.array([last], dtype=np.int32), end=end.astype(np.int32)))


@pytest.mark.parametrize("history", [[400, 410, 405], [20, 21, 20]])
def test_who_leaves_is_advised_no_plan_for_a_cycle_that_will_not_be(history: list[float]) -> None:
    """It used to be an upgrade, `from the next cycle`."""
    days = [history[0] / 30] * 10
    assert DECISIONS[advice_of(history, days).decision[0]] in ("upgrade", "downgrade")
    advice = ending(history, days)
    assert DECISIONS[advice.decision[0]] in ("stay", "top_up")
    assert advice.recommended_plan[0] == advice.plan[0]
    assert advice.ends_on[0] == ENDS
    codes = set(advice.reason_codes(0))
    assert "ENDING" in codes
    assert not codes & {"HIGHER_USE", "LOWER_USE", "CHEAPER_PLAN", "BELOW_GATE", "LOCKED_IN", "FEW_CYCLES"}


def test_what_is_booked_is_told_only_of_who_leaves() -> None:
    advisor, much = untrained(BOOK), np.array([2], dtype=np.int16)
    cycles = replace(cycles_of(advisor, [400, 410, 405], [14.0] * 10), follows=much)
    ends = replace(cycles, ended=np.minimum(cycles.ended, cycles.end - 1).astype(np.int32))
    assert advisor.advise(cycles).follows.tolist() == [NO_PLAN]
    assert advisor.advise(ends).follows.tolist() == [2]


def test_who_leaves_may_still_need_a_pack_until_then() -> None:
    advice = ending([400, 410, 405], [14.0] * 10)
    assert DECISIONS[advice.decision[0]] == "top_up"
    assert advice.saving[0] > 0


def test_an_end_behind_the_running_cycle_is_none() -> None:
    """Whoever leaves in the middle of May still has a next cycle when April is running."""
    cycle = cycles_of(untrained(BOOK), [400, 410, 405], [14.0] * 10)
    last = int(cycle.end[0]) - 1
    assert "ENDING" in ending([400, 410, 405], [14.0] * 10, last).reason_codes(0)
    later = ending([400, 410, 405], [14.0] * 10, last + 1)
    assert "ENDING" not in later.reason_codes(0)
    assert later.ends_on[0] == NO_DAY
    assert DECISIONS[later.decision[0]] == "upgrade"


@pytest.mark.parametrize(("times", "told"), [(1.0, False), (20.0, True)])
def test_a_jump_of_next_to_nothing_is_not_told(times: float, told: bool) -> None:
    """The smallest quota is 50: who went from one to five has not changed for any decision."""
    history, days = [1.0 * times, 1.1 * times, 0.9 * times], [0.25 * times] * 10
    advice = advice_of(history, days, plan="home-50")
    assert ("RECENT_JUMP" in advice.reason_codes(0)) == told


@pytest.mark.parametrize(
    ("paused", "matters", "told"),
    [
        ([1.0, 0.0], [True, True], [True, False]),
        ([1.0, 0.0], [False, True], [False, False]),
        ([1.0, 1.0], [False, True], [True, True]),
        ([1.0, 1.0], [False, False], [True, True]),
        ([0.4, 0.4], [True, True], [False, False]),
    ],
)
def test_a_pause_of_next_to_nothing_is_told_if_nothing_is_used_any_more(
    paused: list[float], matters: list[bool], told: list[bool]
) -> None:
    one = cycles_of(untrained(BOOK), [100], [1.0] * 5)
    silent = replace(one, paused=np.array([paused]), silent=np.array([[9, 9]]))
    assert pause_told(silent, np.ones((1, 2), dtype=np.bool_), np.array([matters])).tolist() == [told]
