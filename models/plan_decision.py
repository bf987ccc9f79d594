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
    NO_DAY,
    REASON_BITS,
    SILENCES,
    STAY,
    SUPPRESSED,
    TOP_UP,
    UPGRADE,
)
from models.plan_certainty import ASKED
from models.plans import UNLIMITED, PlanBook
from models.running import NO_PLAN
from models.top_ups import TopUps
from models.usage_cycles import UsageCycles

LIKELY = 0.5
LITTLE = 0.5  # of the quota
NOTHING = 1e-6  # of use, that is none
EQUAL = 0.5  # minor units: costs nearer than this are equal
SETTLED = 3  # finished cycles from which on the confidence may be high
FEW_MISSING = 3  # days without a record that leave it high
# Days of silence from which on a pause is told, and until when: after two cycles it is how the meter is used.
FIRST_TOLD, LAST_TOLD = 3, 61


@dataclass(frozen=True, slots=True)
class NudgeLimits:
    """What must hold before a change is recommended.

    gate              least probability that the change costs less, 0 to 1
    least_saving      least expected saving in a cycle, minor units; a saving of 0 is never enough
    least_days        days of use without which a subscriber without a finished cycle gets no answer
    downgrade_cycles  finished cycles without which no smaller plan is recommended
    """

    gate: float = ASKED
    least_saving: float = 0.0
    least_days: int = 3
    downgrade_cycles: int = 2


class Prices(NamedTuple):
    """What the next cycle is expected to cost on every plan; all [n, n_plans].

    larger      is it an upgrade from the current plan?
    cost        minor units, NaN where it cannot stand in for the current plan; `throttling` what of it is
                priced throttling
    p_saves     probability that it costs less than the current plan
    realised    float64 [n, 3] of the expected saving of upgrades and downgrades, what is to be counted on:
                as in `usage_forecast.Faults`
    """

    larger: np.ndarray
    cost: np.ndarray
    throttling: np.ndarray
    p_saves: np.ndarray
    realised: np.ndarray


class Outlook(NamedTuple):
    """What the decision needs of the forecast: p_exceed, next_mean and more [n, n_meters], the others [n].

    jumped  the running cycle is unusual or on a new level
    paused  bool [n, n_meters] is a pause told of the meter?
    usual   float64 [n, n_meters] use of a cycle before the running one is looked at
    cycles  finished cycles known
    more    is a plan with a larger quota on sale?
    """

    p_exceed: np.ndarray
    next_mean: np.ndarray
    jumped: np.ndarray
    paused: np.ndarray
    usual: np.ndarray
    cycles: np.ndarray
    more: np.ndarray


class Decided(NamedTuple):
    """The decision, the plan, the saving, its probability, the confidence and the reasons, all [n]."""

    decision: np.ndarray
    recommended: np.ndarray
    saving: np.ndarray
    p_saves: np.ndarray
    confidence: np.ndarray
    reasons: np.ndarray


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
    finished cycle says more. Whose subscription ends has no next cycle, and is advised no other plan.
    """
    rows, best = np.arange(len(cycles)), _best_change(cycles, outlook, prices, limits)
    plan, target = best.plan, best.target
    topped = top_ups.add_on != NO_ADD_ON
    change = best.change & ~_waits(book, outlook, best, topped) & ~cycles.ending
    too_early = (outlook.cycles == 0) & (cycles.days < limits.least_days)
    moves = change & ~too_early
    held = moves & cycles.locked
    tops = topped & ~change & ~too_early
    decision = np.where(moves, np.where(best.up, UPGRADE, DOWNGRADE), np.where(tops, TOP_UP, STAY))
    decision[held] = SUPPRESSED
    decision[too_early] = INSUFFICIENT_DATA
    flags = {
        "CHEAPER_PLAN": moves,
        "TOP_UP_CHEAPER": topped & ~too_early,
        "ENDING": cycles.ending,
        "LOCKED_IN": held,
        "FEW_DAYS": too_early,
        "THROTTLING_PRICED": _throttling(book, prices, top_ups, (plan, target), (moves, tops)),
        **_passed_over(best, prices, moves),
        **_situation(book, cycles, outlook, plan),
    }
    counted = best.saving[rows, target] * prices.realised[rows, 1 - best.up]
    return Decided(
        decision.astype(np.int8),
        np.where(moves, target, plan).astype(np.int16),
        np.where(moves, counted, tops * top_ups.saving),
        np.where(moves, prices.p_saves[rows, target], tops * top_ups.p_saves),
        _confidence(cycles, outlook, book.metered[plan]),
        _bits(flags),
    )


class _Best(NamedTuple):
    """The change of plan that saves most of those that are allowed.

    plan, target   int64 [n] the current plan and the best other one
    up, change     bool [n] is the other one an upgrade; is there one at all?
    saving         [n, n_plans] minor units, NaN where not comparable, which is above and below nothing; 0 for
                   the current plan
    cheaper, sure  bool [n, n_plans] is it expected to cost less; surely enough?
    early          bool [n] too few cycles are known for a smaller plan
    """

    plan: np.ndarray
    target: np.ndarray
    up: np.ndarray
    change: np.ndarray
    saving: np.ndarray
    cheaper: np.ndarray
    sure: np.ndarray
    early: np.ndarray


def _best_change(cycles: UsageCycles, outlook: Outlook, prices: Prices, limits: NudgeLimits) -> _Best:
    rows, plan = np.arange(len(cycles)), cycles.plan.astype(np.int64)
    saving = prices.cost[rows, plan][:, None] - prices.cost
    cheaper = saving > max(limits.least_saving, EQUAL)
    early = outlook.cycles < limits.downgrade_cycles
    sure = cheaper & (prices.p_saves >= limits.gate)
    target = np.where(sure & (prices.larger | ~early[:, None]), saving, 0.0).argmax(axis=1)
    up = prices.larger[rows, target]
    change = sure[rows, target] & (up | ~early)
    return _Best(plan, target, up, change, saving, cheaper, sure, early)


def _waits(book: PlanBook, outlook: Outlook, best: _Best, topped: np.ndarray) -> np.ndarray:
    """Is it only the jump of the running cycle that speaks for the larger plan, and does a top-up help?"""
    waits: np.ndarray = best.change & outlook.jumped & topped & best.up
    if waits.any():
        waits &= ~_usually_cheaper(book, outlook, best.plan, best.target)
    return waits


def _passed_over(best: _Best, prices: Prices, moves: np.ndarray) -> dict[str, np.ndarray]:
    """Why plans that cost less, or the same, are not advised."""
    any_cheaper = best.cheaper.any(axis=1)
    return {
        "FEW_CYCLES": best.early & ~moves & (best.sure > prices.larger).any(axis=1),
        "BELOW_GATE": any_cheaper & ~best.sure.any(axis=1),
        # The current plan is one of those that cost the same.
        "EQUAL_COST": ~any_cheaper & ((np.abs(best.saving) <= EQUAL).sum(axis=1) > 1),
    }


def _bits(flags: dict[str, np.ndarray]) -> np.ndarray:
    """The reasons int32 [n] of which these, bool [n], hold and are not silenced by another."""
    for name, silenced in SILENCES.items():
        if flags[name].any():
            flags |= {other: flags[other] & ~flags[name] for other in silenced}
    held = np.array(list(flags.values()))
    reasons: np.ndarray = np.array([REASON_BITS[name] for name in flags], dtype=np.int32) @ held
    return reasons


def _usually_cheaper(book: PlanBook, outlook: Outlook, plan: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Would the other plan cost less for what was usual before the running cycle?"""
    rows, costs = np.arange(len(plan)), book.costs(outlook.usual)
    cheaper: np.ndarray = costs[rows, target] < costs[rows, plan]
    return cheaper


def _situation(
    book: PlanBook, cycles: UsageCycles, outlook: Outlook, plan: np.ndarray
) -> dict[str, np.ndarray]:
    """The reasons that lie in the use alone."""
    quota = book.quota[plan]
    limited = quota < UNLIMITED
    # A quota of 0 is neither used up nor exceeded by who uses nothing.
    some = limited & ((cycles.used > 0) | (outlook.next_mean > NOTHING))
    runs_out = some & use_told(cycles) & ((cycles.used >= quota) | (outlook.p_exceed >= LIKELY))
    higher = some & (outlook.next_mean > quota)
    little = ~limited | (outlook.next_mean < LITTLE * quota)
    metered = book.metered[plan]
    used = (cycles.finished.sum(axis=1) + cycles.used) * metered
    recorded = (cycles.days > 0) | ((cycles.finished_w > 0) & metered[:, None]).any(axis=(1, 2))
    return {
        "RUNS_OUT": runs_out.any(axis=1),
        "PAUSED": outlook.paused.any(axis=1),
        "RECENT_JUMP": outlook.jumped,
        "HIGHER_USE": higher.any(axis=1),
        "LOWER_USE": little.all(axis=1) & limited.any(axis=1),
        "NO_LARGER_PLAN": ((runs_out | higher) > outlook.more).any(axis=1),
        "RETIRED_PLAN": book.retired[plan],
        "NO_HISTORY": outlook.cycles == 0,
        "NO_USE": recorded & ~used.any(axis=1),
        "DAYS_MISSING": cycles.missing > 0,
    }


def _throttling(
    book: PlanBook,
    prices: Prices,
    top_ups: TopUps,
    way: tuple[np.ndarray, np.ndarray],
    acting: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Is there priced throttling in the saving? From the plan to the target; moving, and topping up."""
    (plan, target), (moves, tops), rows = way, acting, np.arange(len(way[0]))
    if not book.penalty.any():
        return np.zeros(len(plan), dtype=np.bool_)
    priced = (prices.throttling[rows, plan] > EQUAL) | (prices.throttling[rows, target] > EQUAL)
    named: np.ndarray = moves & priced
    if tops.any():
        named |= tops & _penalised(book, plan, top_ups)
    return named


def _penalised(book: PlanBook, plan: np.ndarray, top_ups: TopUps) -> np.ndarray:
    priced: np.ndarray = book.penalty[plan, book.add_on_meter[top_ups.add_on]] > 0
    return priced


def use_known(cycles: UsageCycles) -> np.ndarray:
    """Is there any day with a record, or any total, that tells how much is used? bool [n, n_meters]."""
    known: np.ndarray = (cycles.finished_w > 0).any(axis=1) | (cycles.exposed_w > 0) | (cycles.paused > 0)
    return known


def use_told(cycles: UsageCycles) -> np.ndarray:
    """The same, or anything that counts against the quota: a first day does, and not for the forecast yet."""
    told: np.ndarray = use_known(cycles) | (cycles.used > 0)
    return told


def end_told(cycles: UsageCycles) -> np.ndarray:
    """The last day int32 [n] of subscriptions that end before the next cycle; NO_DAY of others."""
    return np.where(cycles.ending, cycles.ended, NO_DAY).astype(np.int32)


def following_told(cycles: UsageCycles) -> np.ndarray:
    """The plans int16 [n] that follow subscriptions which end before the next cycle; NO_PLAN of others."""
    return np.where(cycles.ending, cycles.follows, NO_PLAN).astype(np.int16)


def pause_told(cycles: UsageCycles, metered: np.ndarray, matters: np.ndarray) -> np.ndarray:
    """Is a pause told of these meters of the plan? All bool [n, n_meters].

    Of a meter of which too little is used to matter only if none is used any more.
    """
    lately = (cycles.silent >= FIRST_TOLD) & (cycles.silent <= LAST_TOLD)
    paused = metered & lately & (cycles.paused > LIKELY)
    told: np.ndarray = paused & (matters | (paused == metered).all(axis=1, keepdims=True))
    return told


def _confidence(cycles: UsageCycles, outlook: Outlook, metered: np.ndarray) -> np.ndarray:
    """High after three finished cycles like the running one; low without any, after a jump, while a pause is
    told, and where nothing is known of one of the plan's meters: bool [n, n_meters].
    """
    doubtful = ((metered & ~use_known(cycles)) | outlook.paused).any(axis=1)
    low = (outlook.cycles == 0) | outlook.jumped | doubtful
    high = (outlook.cycles >= SETTLED) & (cycles.missing <= FEW_MISSING)
    return np.where(low, LOW, np.where(high, HIGH, MEDIUM)).astype(np.int8)
