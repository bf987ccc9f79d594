"""The plan advisor: the seed case and the guardrails by hand, and what holds for everybody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.advice import (
    DOWNGRADE,
    INSUFFICIENT_DATA,
    LOW,
    NO_ADD_ON,
    STAY,
    SUPPRESSED,
    TOP_UP,
    UPGRADE,
    Advice,
)
from models.nudge_words import sentence
from models.plan_advisor import PlanAdvisor, untrained
from models.plan_decision import NudgeLimits
from models.plans import MeterTerms, Plan, PlanBook
from models.top_ups import running_costs
from models.usage_cycles import UsageCycles
from tests.models.one_subscriber import APRIL, BOOK, DATA, PACKS, PLANS, advice_of, cycles_of, cycles_since

TEN_DAYS = [12.0] * 10  # 120 of 200 GB after 10 of 30 days


def test_the_seed_case_without_history_wants_a_bigger_plan() -> None:
    advice = advice_of([], TEN_DAYS)
    assert advice.decision[0] == UPGRADE
    assert advice.recommended_plan[0] == BOOK.index("home-500")
    assert "NO_HISTORY" in advice.reason_codes(0)
    assert advice.confidence[0] == LOW


def test_the_seed_case_with_cycles_near_155_is_one_unusual_month() -> None:
    advice = advice_of([150, 158, 155], TEN_DAYS)
    assert advice.decision[0] == TOP_UP
    assert advice.recommended_plan[0] == advice.plan[0]
    assert advice.add_on[0] != NO_ADD_ON
    assert {"RUNS_OUT", "RECENT_JUMP", "TOP_UP_CHEAPER"} <= set(advice.reason_codes(0))


def test_a_top_up_is_compared_with_the_running_cycle_without_it() -> None:
    """Only that of who is told to top up: who is not is told the cost of the next cycle."""
    advisor = untrained(BOOK)
    jumped = cycles_of(advisor, [150, 158, 155], TEN_DAYS)
    outgrown = cycles_of(advisor, [255, 262, 260], TEN_DAYS)
    advice = advisor.advise(UsageCycles.joined([outgrown, jumped]))
    assert advice.decision.tolist() == [UPGRADE, TOP_UP]
    running = running_costs(BOOK, jumped, advisor.forecast(jumped)[0], np.arange(1))
    assert advice.cost_current[1] == pytest.approx(running[0])
    assert advice.cost_current[0] == pytest.approx(advice.cost_next[0, BOOK.index("home-200")])
    assert advice.cost_recommended[1] == pytest.approx(advice.cost_current[1] - advice.saving[1])


def test_the_seed_case_with_cycles_near_260_wants_a_bigger_plan() -> None:
    advice = advice_of([255, 262, 260], TEN_DAYS)
    assert advice.decision[0] == UPGRADE
    assert advice.recommended_plan[0] == BOOK.index("home-500")
    assert "HIGHER_USE" in advice.reason_codes(0)


def test_two_days_of_use_without_history_are_not_enough() -> None:
    assert advice_of([], [12.0, 12.0]).decision[0] == INSUFFICIENT_DATA
    assert advice_of([], [12.0, 12.0, 12.0]).decision[0] != INSUFFICIENT_DATA
    assert advice_of([155], [12.0, 12.0]).decision[0] != INSUFFICIENT_DATA
    assert advice_of([], [12.0, 12.0]).saving[0] == 0


def test_a_lock_suppresses_and_says_so() -> None:
    advice = advice_of([255, 262, 260], TEN_DAYS, locked_until=10**6)
    assert advice.decision[0] == SUPPRESSED
    assert "LOCKED_IN" in advice.reason_codes(0)
    assert advice.recommended_plan[0] == BOOK.index("home-500")


def test_nothing_used_is_a_downgrade_after_two_cycles_only() -> None:
    for history, decision in (([], STAY), ([0], STAY), ([0, 0], DOWNGRADE)):
        advice = advice_of(history, [0.0] * 10)
        assert advice.decision[0] == decision
        assert "NO_USE" in advice.reason_codes(0)
    assert "FEW_CYCLES" in advice_of([0], [0.0] * 10).reason_codes(0)


def test_the_largest_plan_has_no_larger_one() -> None:
    advice = advice_of([800, 820, 790], [27.0] * 10, plan="home-500")
    assert advice.decision[0] in (STAY, TOP_UP)
    assert "NO_LARGER_PLAN" in advice.reason_codes(0)


def test_a_retired_plan_stays_valid_and_is_never_recommended() -> None:
    kept = advice_of([400, 410, 405], [13.0] * 10, plan="home-old")
    assert kept.decision[0] == STAY
    assert "RETIRED_PLAN" in kept.reason_codes(0)
    moved = advice_of([400, 410, 405], [13.0] * 10)
    assert moved.recommended_plan[0] == BOOK.index("home-500")  # home-old would be half the price
    assert np.isnan(moved.cost_next[0, BOOK.index("home-old")])


def test_equal_costs_are_no_reason_to_move() -> None:
    twin = Plan("home-200-twin", "broadband", "Twin", 2900, (MeterTerms(DATA, 200, 500, 10),))
    book = PlanBook.of((PLANS[1], twin))
    advice = advice_of([100, 100, 100], [3.0] * 10, book=book)
    assert advice.decision[0] == STAY
    assert "EQUAL_COST" in advice.reason_codes(0)


def test_priced_throttling_may_speak_for_a_plan_and_is_named() -> None:
    slow = Plan("slow", "broadband", "Slow", 2900, (MeterTerms(DATA, 200, throttle_penalty=3000.0),))
    advice = advice_of([300, 310, 305], [10.0] * 10, plan="slow", book=PlanBook.of((slow, PLANS[2])))
    assert advice.decision[0] == UPGRADE
    assert "THROTTLING_PRICED" in advice.reason_codes(0)


def test_a_jump_widens_the_interval() -> None:
    jumped = advice_of([100, 102, 98], [10.0] * 10)
    usual = advice_of([100, 102, 98], [100 / 30] * 10)
    (width, wide), (usual_width, narrow) = (
        (float((each.p90 - each.p10)[0, 0]), float(((each.p90 - each.p10) / (each.p50 - each.used))[0, 0]))
        for each in (jumped, usual)
    )
    assert width > 2 * usual_width
    assert wide > 1.15 * narrow
    assert "RECENT_JUMP" in jumped.reason_codes(0)
    assert jumped.recommended_plan[0] == jumped.plan[0]


def test_what_is_used_up_already_is_exceeded_for_sure() -> None:
    advice = advice_of([155, 155], [25.0] * 10)
    assert advice.p_exceed[0, 0] == 1
    assert advice.exhaustion_day[0, 0] >= 0


def test_the_day_of_running_out_lies_within_the_cycle() -> None:
    advice = advice_of([255, 262, 260], TEN_DAYS)
    cycles = cycles_of(untrained(BOOK), [255, 262, 260], TEN_DAYS)
    assert cycles.as_of[0] <= advice.exhaustion_day[0, 0] < cycles.end[0]


def test_an_advisor_survives_arrays() -> None:
    advisor = learned()
    again = PlanAdvisor.from_arrays(advisor.to_arrays())
    cycles = cycles_of(advisor, [150, 158, 155], TEN_DAYS)
    assert_same(advisor.advise(cycles), again.advise(cycles))
    for name, array in advisor.to_arrays().items():
        assert not array.dtype.hasobject, name
        assert array.dtype.kind in "biufS", name
        assert array.dtype.kind != "f" or np.isfinite(array).all(), name


TOTALS = st.lists(st.floats(0, 900), max_size=4)
DAYS = st.lists(st.floats(0, 60), max_size=28)


@given(TOTALS, DAYS)
@settings(max_examples=60, deadline=None)
def test_a_recommendation_always_saves(history: list[float], days: list[float]) -> None:
    advice = advice_of(history, days)
    acting = np.isin(advice.decision, (UPGRADE, DOWNGRADE, TOP_UP))
    assert (advice.saving[acting] > 0).all()
    assert (advice.p_saves[acting] >= NudgeLimits().gate).all()
    assert (advice.saving[advice.decision == STAY] == 0).all()
    assert not BOOK.retired[advice.recommended_plan[acting]].any()
    for name in ("p10", "p50", "p90", "next_mean", "p_exceed"):
        assert np.isfinite(getattr(advice, name)).all(), name
    assert (advice.p10 <= advice.p50).all() and (advice.p50 <= advice.p90).all()
    assert (advice.used <= advice.p10 + 1e-9).all()


@given(
    st.lists(st.floats(50, 900), min_size=1, max_size=4),
    st.lists(st.floats(1, 30), min_size=5, max_size=25),
)
@settings(max_examples=60, deadline=None)
def test_a_day_without_use_makes_running_out_no_likelier(history: list[float], days: list[float]) -> None:
    """Up to a little: that a jump is real can get surer while its size gets smaller."""
    before, after = advice_of(history, days), advice_of(history, [*days, 0.0])
    assert after.p_exceed[0, 0] <= before.p_exceed[0, 0] + 0.05


def learned() -> PlanAdvisor:
    """An advisor that has learned something everywhere."""
    rng, bare = np.random.default_rng(7), untrained(BOOK)
    faults = replace(
        bare.faults,
        lean=rng.normal(0, 0.1, bare.faults.lean.shape),
        factor=rng.uniform(0.9, 1.1, bare.faults.factor.shape),
        shape=bare.faults.shape**1.1,
        saving=rng.uniform(0.8, 1.1, bare.faults.saving.shape),
        certainty=rng.uniform(0.3, 0.9, bare.faults.certainty.shape),
    )
    dynamics = replace(bare.dynamics, heed=np.ones_like(bare.dynamics.heed))
    rates = replace(bare.rates, weights=rng.normal(0, 0.3, bare.rates.weights.shape))
    return replace(bare, dynamics=dynamics, rates=rates, faults=faults)


@pytest.mark.parametrize("advisor", [untrained(BOOK), learned()], ids=["untrained", "learned"])
@given(histories=st.lists(st.tuples(TOTALS, DAYS), min_size=2, max_size=5))
@settings(max_examples=20, deadline=None)
def test_the_order_of_subscribers_changes_nothing(
    advisor: PlanAdvisor, histories: list[tuple[list[float], list[float]]]
) -> None:
    each = [cycles_of(advisor, history, days) for history, days in histories]
    together = advisor.advise(type(each[0]).joined(each))
    for row, cycles in enumerate(each):
        alone = advisor.advise(cycles)
        for name in Advice.__slots__:
            np.testing.assert_allclose(getattr(together, name)[row], getattr(alone, name)[0], rtol=1e-9)


@pytest.mark.parametrize("fee", [3500, 4200, 6000])
def test_a_dearer_plan_saves_less(fee: int) -> None:
    def saving(price: int) -> float:
        larger = Plan("home-500", "broadband", "Home 500", price, (MeterTerms(DATA, 500, 500, 20),))
        advice = advice_of([255, 262, 260], TEN_DAYS, book=PlanBook.of((*PLANS[:2], larger), PACKS))
        return float(advice.cost_next[0, advice.plan[0]] - advice.cost_next[0, -1])

    assert saving(fee + 100) == pytest.approx(saving(fee) - 100)


def assert_same(first: Advice, second: Advice) -> None:
    for name in Advice.__slots__:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_april_has_thirty_days() -> None:
    cycles = cycles_of(untrained(BOOK), [], TEN_DAYS)
    assert cycles.end[0] - cycles.start[0] == 30
    assert APRIL == 675


def test_a_pause_is_told_with_its_days_where_the_forecast_rests_on_it() -> None:
    advisor = untrained(BOOK)
    none, some, rare = (
        advisor.advise(cycles_since(advisor, days))
        for days in ([5.0] * 160, [5.0] * 160 + [0.0] * 12, ([15.0] + [0.0] * 2) * 54 + [0.0])
    )
    assert some.silent.tolist() == [[12]]
    assert "PAUSED" in some.reason_codes(0)
    for advice in (none, rare):
        assert advice.silent.tolist() == [[0]]
        assert "PAUSED" not in advice.reason_codes(0)


def silent_for(days: int) -> Advice:
    """What is said after 160 days with use and so many without."""
    advisor = untrained(BOOK)
    return advisor.advise(cycles_since(advisor, [5.0] * 160 + [0.0] * days))


@pytest.mark.parametrize(
    ("days", "is_told"), [(1, False), (2, False), (3, True), (61, True), (62, False), (148, False)]
)
def test_a_pause_is_told_neither_after_a_day_nor_for_ever(days: int, is_told: bool) -> None:
    """Reason, days and confidence go together: one silent day is none, and two cycles are how it is used."""
    advice = silent_for(days)
    assert ("PAUSED" in advice.reason_codes(0)) == is_told
    assert advice.silent.tolist() == [[days * is_told]]
    assert (advice.confidence[0] == LOW) == is_told
    assert ("been used for" in sentence(BOOK, advice, 0, 2)) == is_told
