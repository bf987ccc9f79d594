"""From expected costs to a decision: stay, upgrade, top up, downgrade; and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.advice import (
    DOWNGRADE,
    HIGH,
    INSUFFICIENT_DATA,
    LOW,
    MEDIUM,
    NO_ADD_ON,
    REASON_BITS,
    STAY,
    SUPPRESSED,
    TOP_UP,
    UPGRADE,
)
from models.plans import UNLIMITED, PlanBook
from models.top_ups import TopUps
from models.usage_cycles import UsageCycles

LIKELY = 0.5
LITTLE = 0.5  # of the quota
EQUAL = 0.5  # minor units: costs nearer than this are equal
SETTLED = 3  # finished cycles from which on the confidence may be high
FEW_MISSING = 3  # days without a record that leave it high


@dataclass(frozen=True, slots=True)
class NudgeLimits:
    """What must hold before a change is recommended.

    gate              least probability that the change costs less, 0 to 1
    least_saving      least expected saving in a cycle, minor units; a saving of 0 is never enough
    least_days        days of use without which a subscriber without a finished cycle gets no answer
    downgrade_cycles  finished cycles without which no smaller plan is recommended
    """

    gate: float = 0.7
    least_saving: float = 0.0
    least_days: int = 3
    downgrade_cycles: int = 2


class Prices(NamedTuple):
    """What the next cycle is expected to cost on every plan; all [n, n_plans].

    comparable  the plan is of the family, has every meter of the current one, and is it or is on sale
    cost        minor units, NaN where not comparable; `throttling` the priced throttling in it
    p_saves     probability that it costs less than the current plan
    realised    float64 [n, 2] of the expected saving of upgrades and downgrades, what is to be counted on
    """

    comparable: np.ndarray
    cost: np.ndarray
    throttling: np.ndarray
    p_saves: np.ndarray
    realised: np.ndarray


class Outlook(NamedTuple):
    """What the decision needs of the forecast: p_exceed and next_mean [n, n_meters], the others [n].

    jumped  the running cycle is unusual or on a new level
    usual   float64 [n, n_meters] use of a cycle before the running one is looked at
    cycles  finished cycles known
    """

    p_exceed: np.ndarray
    next_mean: np.ndarray
    jumped: np.ndarray
    usual: np.ndarray
    cycles: np.ndarray


class Decided(NamedTuple):
    """The decision, the plan, the saving, its probability, the confidence and the reasons, all [n]."""

    decision: np.ndarray
    recommended: np.ndarray
    saving: np.ndarray
    p_saves: np.ndarray
    confidence: np.ndarray
    reasons: np.ndarray


def comparable_plans(book: PlanBook, plan: np.ndarray) -> np.ndarray:
    """Which plans [n, n_plans] can stand in for the current ones [n], each of them included."""
    same = book.family[:, None] == book.family
    covers = (book.metered[None] | ~book.metered[:, None]).all(axis=-1)
    table = same & covers & ~book.retired
    np.fill_diagonal(table, val=True)
    chosen: np.ndarray = table[plan]
    return chosen


def larger_plans(book: PlanBook) -> np.ndarray:
    """Is plan p an upgrade from plan c? bool [n_plans (c), n_plans (p)]: by fee, for equal fees by quota."""
    more = (book.quota[None] > book.quota[:, None]).any(axis=-1)
    fee = book.fee
    larger: np.ndarray = (fee[None] > fee[:, None]) | ((fee[None] == fee[:, None]) & more)
    return larger


def decide(
    book: PlanBook,
    cycles: UsageCycles,
    outlook: Outlook,
    prices: Prices,
    top_ups: TopUps,
    limits: NudgeLimits,
) -> Decided:
    """The decision for every subscriber.

    A change of plan is for the next cycle, a top-up for the running one. Where both pay the change is the
    decision, unless it is only the jump of the running cycle that speaks for it: then the top-up is, until a
    finished cycle says more.
    """
    rows = np.arange(len(cycles))
    plan = cycles.plan.astype(np.int64)
    larger = larger_plans(book)[plan]
    saving = np.where(prices.comparable, prices.cost[rows, plan][:, None] - prices.cost, -np.inf)
    cheaper = prices.comparable & (saving > max(limits.least_saving, EQUAL))
    cheaper[rows, plan] = False
    early = outlook.cycles < limits.downgrade_cycles
    sure = cheaper & (prices.p_saves >= limits.gate)
    open_ = sure & (larger | ~early[:, None])
    target = np.where(open_, saving, -np.inf).argmax(axis=1)
    change = open_[rows, target]
    topped = top_ups.add_on != NO_ADD_ON
    waits = change & outlook.jumped & topped & larger[rows, target]
    waits &= ~_usually_cheaper(book, outlook, plan, target)
    change &= ~waits
    too_early = (outlook.cycles == 0) & (cycles.days < limits.least_days)
    decision = np.full(len(cycles), STAY, dtype=np.int8)
    decision[topped] = TOP_UP
    decision[change] = np.where(larger[rows, target], UPGRADE, DOWNGRADE)[change]
    decision[change & cycles.locked] = SUPPRESSED
    decision[too_early] = INSUFFICIENT_DATA
    moves = change & ~too_early
    recommended = np.where(moves, target, plan).astype(np.int16)
    tops = decision == TOP_UP
    counted = saving[rows, target] * np.where(
        larger[rows, target], prices.realised[:, 0], prices.realised[:, 1]
    )
    gain = np.where(moves, counted, np.where(tops, top_ups.saving, 0.0))
    p = np.where(moves, prices.p_saves[rows, target], np.where(tops, top_ups.p_saves, 0.0))
    flags = {
        "CHEAPER_PLAN": moves,
        "TOP_UP_CHEAPER": topped & ~too_early,
        "LOCKED_IN": decision == SUPPRESSED,
        "FEW_DAYS": too_early,
        "FEW_CYCLES": (sure & ~larger).any(axis=1) & early & ~moves,
        "BELOW_GATE": cheaper.any(axis=1) & ~sure.any(axis=1),
        "EQUAL_COST": _equal(prices, saving, plan) & ~cheaper.any(axis=1),
        "THROTTLING_PRICED": moves & _throttled(prices, plan, target)
        | tops & _penalised(book, plan, top_ups),
        **_situation(book, cycles, outlook, plan),
    }
    bits = np.array([REASON_BITS[name] for name in flags])
    reasons = (np.array(list(flags.values())).T @ bits).astype(np.int32)
    return Decided(decision, recommended, gain, p, _confidence(cycles, outlook), reasons)


def _usually_cheaper(book: PlanBook, outlook: Outlook, plan: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Would the other plan cost less for what was usual before the running cycle?"""
    rows, costs = np.arange(len(plan)), book.costs(outlook.usual)
    cheaper: np.ndarray = costs[rows, target] < costs[rows, plan]
    return cheaper


def _situation(
    book: PlanBook, cycles: UsageCycles, outlook: Outlook, plan: np.ndarray
) -> dict[str, np.ndarray]:
    """The reasons that lie in the use alone."""
    quota, limited = book.quota[plan], book.quota[plan] < UNLIMITED
    runs_out = limited & (outlook.p_exceed >= LIKELY)
    higher = limited & (outlook.next_mean > quota)
    little = ~limited | (outlook.next_mean < LITTLE * quota)
    on_sale = (book.family[:, None] == book.family) & ~book.retired
    more = (on_sale[:, :, None] & (book.quota[None] > book.quota[:, None]) & book.metered[None]).any(axis=1)
    metered = book.metered[plan]
    no_use = ((cycles.finished.sum(axis=1) + cycles.used) * metered).sum(axis=1) == 0
    return {
        "RUNS_OUT": runs_out.any(axis=1),
        "RECENT_JUMP": outlook.jumped,
        "HIGHER_USE": higher.any(axis=1),
        "LOWER_USE": little.all(axis=1) & limited.any(axis=1),
        "NO_LARGER_PLAN": ((runs_out | higher) & ~more[plan]).any(axis=1),
        "RETIRED_PLAN": book.retired[plan],
        "NO_HISTORY": outlook.cycles == 0,
        "NO_USE": no_use,
        "DAYS_MISSING": cycles.missing > 0,
    }


def _equal(prices: Prices, saving: np.ndarray, plan: np.ndarray) -> np.ndarray:
    """Does another plan cost the same?"""
    others = prices.comparable.copy()
    others[np.arange(len(plan)), plan] = False
    equal: np.ndarray = (others & (np.abs(saving) <= EQUAL)).any(axis=1)
    return equal


def _throttled(prices: Prices, plan: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Is there priced throttling in the saving?"""
    rows = np.arange(len(plan))
    priced: np.ndarray = (prices.throttling[rows, plan] > EQUAL) | (prices.throttling[rows, target] > EQUAL)
    return priced


def _penalised(book: PlanBook, plan: np.ndarray, top_ups: TopUps) -> np.ndarray:
    if len(book.add_ons) == 0:
        return np.zeros(len(plan), dtype=np.bool_)
    priced: np.ndarray = book.penalty[plan, book.add_on_meter[top_ups.add_on]] > 0
    return priced


def _confidence(cycles: UsageCycles, outlook: Outlook) -> np.ndarray:
    """High after three finished cycles like the running one; low without any, or after a jump."""
    low = (outlook.cycles == 0) | outlook.jumped
    high = (outlook.cycles >= SETTLED) & (cycles.missing <= FEW_MISSING)
    return np.where(low, LOW, np.where(high, HIGH, MEDIUM)).astype(np.int8)
