"""Add-on packs by hand: one subscriber, one meter, a rest of the cycle that is nearly certain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.advice import NO_ADD_ON, NO_DAY
from models.plan_pricing import Strata
from models.plans import AddOn, MeterTerms, Plan, PlanBook
from models.running import NO_PLAN
from models.subscriptions import NOT_LOCKED, OPEN_END
from models.top_ups import MOST_PACKS, TopUps, best_top_ups, realised_savings, running_costs
from models.usage_cycles import N_CUTS, UsageCycles
from models.usage_gamma import Gamma
from models.usage_outcome import SHAPE_AT, Forecast

CERTAIN = 1e5  # shape k: a standard deviation of a third of a percent
FEE = 2000
CHARGED = MeterTerms("gb", 100, 300, 10)  # 3.00 for each started 10 GB
SLOWED = MeterTerms("gb", 100, throttle_penalty=900.0)
PACK = AddOn("pack", "f", "25 GB", 500, "gb", 25)


def topped(
    rest: float,
    *,
    used: float = 80.0,
    terms: MeterTerms = CHARGED,
    packs: tuple[AddOn, ...] = (PACK,),
    shape: float = CERTAIN,
    p_exceed: float = 1.0,
    gate: float = 0.7,
) -> TopUps:
    """What is found on day 20 of 30, with so much used and so much expected."""
    book = PlanBook.of([Plan("p", "f", "P", FEE, (terms,))], packs)
    cycles, coming = asked(used), expected(used, rest, shape)
    return best_top_ups(book, Strata.of(1), cycles, coming, np.array([[p_exceed]]), gate)


def asked(used: float) -> UsageCycles:
    one = np.array([[used]])
    day = {
        name: np.array([value], dtype=np.int32) for name, value in (("start", 0), ("as_of", 20), ("end", 30))
    }
    return UsageCycles(
        customer=np.zeros(1, dtype=np.int32),
        plan=np.zeros(1, dtype=np.int16),
        **day,
        ended=np.array([OPEN_END], dtype=np.int32),
        follows=np.full(1, NO_PLAN, dtype=np.int16),
        locked_until=np.full(1, NOT_LOCKED),
        finished=np.zeros((1, 0, 1)),
        finished_w=np.zeros((1, 0, 1)),
        apart=np.zeros((1, 1)),
        spread=np.zeros((1, 1)),
        spread_w=np.zeros((1, 1)),
        used=one,
        exposed=one,
        exposed_w=np.full((1, 1), 2 / 3),
        parts=np.zeros((1, N_CUTS, 1, 2)),
        parts_w=np.zeros((1, N_CUTS, 1, 2)),
        ran_out=np.full((1, 1), NO_DAY),
        open_w=np.full((1, 1), 1 / 3),
        next_w=np.ones((1, 1)),
        paused=np.zeros((1, 1)),
        silent=np.zeros((1, 1), dtype=np.int32),
        days=np.array([20], dtype=np.int32),
        missing=np.zeros(1, dtype=np.int32),
    )


def expected(used: float, rest: float, shape: float = CERTAIN) -> Forecast:
    use = Gamma(np.array([[rest]]), np.array([[shape]]))
    straight = SHAPE_AT[None, None]
    none = np.zeros((1, 1), dtype=np.int64)
    return Forecast(np.array([[used]]), use, use, straight, none > 0, none, np.zeros((1, 1)))


def test_a_pack_that_spares_more_than_it_costs() -> None:
    found = topped(40.5)  # 120.5: three started units, 9.00; with a pack none, for 5.00
    assert (found.add_on[0], found.packs[0]) == (0, 1)
    assert found.saving[0] == pytest.approx(900 - 500, abs=1)
    assert found.p_saves[0] == 1


def test_a_pack_that_costs_more_than_it_spares() -> None:
    found = topped(25)  # 105: one started unit, 3.00
    assert found.add_on[0] == NO_ADD_ON
    assert found.saving[0] == found.p_saves[0] == 0


def test_as_many_packs_as_save_most() -> None:
    found = topped(75)  # 155: six units, 18.00; 1 pack leaves 30 or 9.00, 2 packs 5 or 3.00, 3 packs none
    assert found.packs[0] == 2
    assert found.saving[0] == pytest.approx(1800 - 300 - 2 * 500, abs=1)
    assert topped(1000).packs[0] == MOST_PACKS


def test_the_better_of_two_packs() -> None:
    large = AddOn("large", "f", "60 GB", 900, "gb", 60)
    found = topped(75, packs=(PACK, large))
    assert found.add_on[0] == 0  # sorted: large, pack
    assert found.saving[0] == pytest.approx(1800 - 900, abs=1)


def test_charged_units_stay_charged() -> None:
    # 105 used: the unit up to 110 is charged. 8 more begin one more, of 3.00; a pack costs 5.00.
    assert topped(8, used=105).add_on[0] == NO_ADD_ON
    # 19 more: up to 124, two more units; a pack spares both.
    assert topped(19, used=105).saving[0] == pytest.approx(600 - 500, abs=1)


def test_throttling_counts_at_its_price_for_the_days_that_are_left() -> None:
    assert topped(30, terms=SLOWED).saving[0] == pytest.approx(900 - 500, abs=1)
    # Slowed already: a third of the cycle is left, worth 3.00 of the 9.00.
    assert topped(10, used=120, terms=SLOWED).add_on[0] == NO_ADD_ON
    cheap = replace(PACK, price=200)
    assert topped(10, used=120, terms=SLOWED, packs=(cheap,)).saving[0] == pytest.approx(300 - 200, abs=1)


def test_what_is_not_sure_enough_is_not_found() -> None:
    sure, unsure = (topped(50, shape=4.0, gate=gate) for gate in (0.4, 0.95))
    assert sure.add_on[0] != NO_ADD_ON
    assert 0.4 <= sure.p_saves[0] < 0.95
    assert unsure.add_on[0] == NO_ADD_ON
    assert topped(40.5, p_exceed=0.1).add_on[0] == NO_ADD_ON


def test_nothing_to_top_up() -> None:
    assert topped(1000, terms=MeterTerms("gb")).add_on[0] == NO_ADD_ON
    assert topped(1000, packs=()).add_on[0] == NO_ADD_ON


def test_the_cost_of_the_running_cycle() -> None:
    book = PlanBook.of([Plan("p", "f", "P", FEE, (CHARGED,))])
    for used, rest, units in ((80, 10, 0), (80, 25, 1), (115, 1e-6, 2), (115, 8, 3)):
        cost = running_costs(book, asked(used), expected(used, rest), np.arange(1))
        assert cost[0] == pytest.approx(FEE + 300 * units, abs=1), (used, rest)


def saved(used: float, came: float, *, packs: int = 1, terms: MeterTerms = CHARGED) -> float:
    """What packs of 25 GB for 5.00, bought when so much was used, saved in the end."""
    book = PlanBook.of([Plan("p", "f", "P", FEE, (terms,))], (PACK,))
    bought = np.array([0 if packs else NO_ADD_ON]), np.array([packs])
    return float(realised_savings(book, asked(used), *bought, np.array([[came]]))[0])


def test_what_packs_saved_by_hand() -> None:
    assert saved(80, 120.5) == 900 - 500  # three started units spared
    assert saved(80, 99) == -500  # bought for nothing
    assert saved(80, 155, packs=2) == 1800 - 300 - 1000
    assert saved(105, 124) == 600 - 500  # the unit up to 110 was charged already
    assert saved(80, 120, packs=0) == 0
    assert saved(80, 120, terms=SLOWED) == 900 - 500


def test_what_is_certain_saves_what_was_expected() -> None:
    for rest in (40.5, 75.0):
        found = topped(rest)
        realised = saved(80, 80 + rest, packs=int(found.packs[0]))
        assert realised == pytest.approx(found.saving[0], abs=1)
