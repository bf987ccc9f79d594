"""What became of advice that would have been given: how sure it was, and how much of its savings came."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from models.advice import DOWNGRADE, TOP_UP, UPGRADE, Advice
from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor
from models.plan_certainty import DOWN, UP, beyond
from models.plan_decision import NudgeLimits
from models.plans import PlanBook
from models.top_ups import realised_savings
from models.usage_cycles import UsageCycles
from models.usage_forecast import WAYS, Faults
from models.usage_history import UsageHistory
from training.plans.certainty import fit_slope

CYCLES = (2, 3, 4, 5)  # before the running one: those whose next cycle is finished too
DAYS = (6, 11, 16)  # of a cycle, on which advice is looked back at
LEAST_SEEN = 0.9  # of the next cycle's expected use has to be recorded
LEAST_SUBSCRIBERS = 20
# Standard deviations of the factors between providers, by WAYS, and among the few that are unlike others.
USUAL = (0.04, 0.1, 0.04)
UNLIKE, UNLIKE_SHARE = 0.3, 0.05
LEAST, MOST = 0.6, 1.0  # nobody is promised more than the two costs told are apart, or than a pack holds


def fit_savings(advisor: PlanAdvisor, history: UsageHistory, until: int) -> Faults:
    """The faults of `advisor`, with how sure changes of plan may be told to save and how much of it came.

    Its slopes of certainty and factors of savings must be 1 yet.
    """
    looks = [_look(advisor, history, until, back, day) for back in CYCLES for day in DAYS]
    return replace(
        advisor.faults, certainty=_certainty(advisor.book, looks), saving=_saving(advisor.book, looks)
    )


class _Look(NamedTuple):
    """Subscribers [n] on a day of a finished cycle, what would have been advised, and what came.

    next_costs  float64 [n, n_plans] of the cycle after it on each plan, and in `next_known` whether all of
                that is known; the same of `this_use` [n, n_meters], of the cycle itself
    """

    cycles: UsageCycles
    advice: Advice
    next_costs: np.ndarray
    next_known: np.ndarray
    this_use: np.ndarray
    this_known: np.ndarray


def _look(advisor: PlanAdvisor, history: UsageHistory, until: int, back: int, day: int) -> _Look:
    """Everybody on the `day` of the cycle so many `back`."""
    rows, anchor = np.arange(len(history.running)), history.running.anchor
    now = cycle_of(np.full(len(rows), until), anchor)
    begin, end, after = (cycle_start(now - back + step, anchor) for step in (0, 1, 2))
    cycles = history.known_on(advisor.profile, begin + day).cycles(rows, begin + day)
    metered, whole = advisor.book.metered[cycles.plan], history.running.started <= begin

    def came(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        used, seen = history.totals(rows, first, last)
        known = whole & ((seen >= LEAST_SEEN) | ~metered).all(axis=1)
        return used / np.maximum(seen, LEAST_SEEN), known

    next_use, next_known = came(end, after)
    # How sure it is told to be changes nothing of what passes the gate: it is asked once.
    advice = advisor.advise(cycles, NudgeLimits())
    return _Look(cycles, advice, advisor.book.costs(next_use), next_known, *came(begin, end))


def _moves(look: _Look, decision: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows [m] that are advised such a change of plan, and what it saved."""
    advice, moved = look.advice, np.flatnonzero(look.next_known & (look.advice.decision == decision))
    costs, at = look.next_costs[moved], np.arange(len(moved))
    return moved, costs[at, advice.plan[moved]] - costs[at, advice.recommended_plan[moved]]


def _certainty(book: PlanBook, looks: list[_Look]) -> np.ndarray:
    """Slopes of how sure upgrades and downgrades are, [n_families, 2]."""
    found = np.ones((len(book.families), 2))
    for way, decision in ((UP, UPGRADE), (DOWN, DOWNGRADE)):
        family, above, came = [], [], []
        for look in looks:
            moved, saved = _moves(look, decision)
            family.append(book.family[look.advice.plan[moved]])
            above.append(beyond(look.advice.p_saves[moved]))
            came.append(saved > 0)
        of, odds, cheaper = (np.concatenate(each) for each in (family, above, came))
        for each in range(len(found)):
            mine = of == each
            found[each, way] = fit_slope(odds[mine], cheaper[mine], 1 / len(DAYS))
    return frozen(found)


def _saving(book: PlanBook, looks: list[_Look]) -> np.ndarray:
    """Realised over expected saving [n_families, 3] by WAYS, shrunk to 1."""
    promised, kept = np.zeros((2, len(WAYS), len(looks[0].cycles)))
    for look in looks:
        for way, decision in enumerate((UPGRADE, DOWNGRADE)):
            moved, saved = _moves(look, decision)
            promised[way, moved] += look.advice.saving[moved]
            kept[way, moved] += saved
        tops = look.this_known & (look.advice.decision == TOP_UP)
        saved = realised_savings(book, look.cycles, look.advice.add_on, look.advice.packs, look.this_use)
        promised[2] += look.advice.saving * tops
        kept[2] += saved * tops
    family = book.family[looks[0].cycles.plan]
    factors = np.ones((len(book.families), len(WAYS)))
    for each, way in np.ndindex(factors.shape):
        some = (family == each) & (promised[way] > 0)
        factors[each, way] = _factor(promised[way, some], kept[way, some], USUAL[way])
    return frozen(factors)


def _factor(promised: np.ndarray, kept: np.ndarray, usual: float) -> float:
    """The factor for subscribers [m], nearer to 1 the less sure it is: a few giants may make up the sum.

    `usual` is the standard deviation of such factors between providers.
    """
    if len(promised) < LEAST_SUBSCRIBERS:
        return 1.0
    factor = kept.sum() / promised.sum()
    # A variance of few is not known either: how many there are, where few make up most of the sum?
    number = promised.sum() ** 2 / (promised**2).sum()
    variance = (
        ((kept - factor * promised) ** 2).sum() / promised.sum() ** 2 * (1 + LEAST_SUBSCRIBERS / number)
    )
    spread = np.array([usual, UNLIKE]) ** 2
    total = spread + variance
    # What is too far off for a usual provider is that of another kind, and believed sooner.
    told = np.log([1 - UNLIKE_SHARE, UNLIKE_SHARE]) - 0.5 * ((factor - 1) ** 2 / total + np.log(total))
    share = np.exp(told - told.max())  # of what is farther off than any, both would be 0
    belief = (share * spread / total).sum() / share.sum()
    return float(np.clip(1 + (factor - 1) * belief, LEAST, MOST))
