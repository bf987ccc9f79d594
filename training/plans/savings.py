"""What became of the savings that would have been promised: the winner's curse, learned and taken out."""

from __future__ import annotations

import numpy as np

from models.advice import DOWNGRADE, TOP_UP, UPGRADE
from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor
from models.plan_decision import NudgeLimits
from models.top_ups import realised_savings
from models.usage_forecast import WAYS
from models.usage_history import UsageHistory

CYCLES = (2, 3, 4, 5)  # before the running one: those whose next cycle is finished too
DAYS = (6, 11, 16)  # of a cycle, on which advice is looked back at
LEAST_SEEN = 0.9  # of the next cycle's expected use has to be recorded
LEAST_SUBSCRIBERS = 20
USUAL = (0.04, 0.1, 0.04)  # standard deviations of the factors between providers, by WAYS
LEAST = 0.6
MOST = (1.2, 1.2, 1.0)  # by WAYS: no pack saves more than all that it holds would have cost


def fit_savings(advisor: PlanAdvisor, history: UsageHistory, until: int) -> np.ndarray:
    """Realised over expected saving [n_families, 3] of upgrades, downgrades and top-ups, shrunk to 1."""
    book = advisor.book
    n = len(history.running)
    promised, kept = np.zeros((2, len(WAYS), n))
    for back in CYCLES:
        for day in DAYS:
            _add(promised, kept, advisor, history, (until, back, day))
    factors = np.ones((len(book.families), len(WAYS)))
    for family in range(len(book.families)):
        for way in range(len(WAYS)):
            some = (history.running.family == family) & (promised[way] > 0)
            factors[family, way] = _factor(promised[way, some], kept[way, some], (USUAL[way], MOST[way]))
    return frozen(factors)


def _add(
    promised: np.ndarray,
    kept: np.ndarray,
    advisor: PlanAdvisor,
    history: UsageHistory,
    when: tuple[int, int, int],
) -> None:
    """Add up what was promised to whom, and what came of it, both [3, n] by WAYS."""
    until, back, day = when
    rows, anchor = np.arange(len(history.running)), history.running.anchor
    now = cycle_of(np.full(len(rows), until), anchor)
    begin, end, after = (cycle_start(now - back + step, anchor) for step in (0, 1, 2))
    used, seen = history.totals(rows, end, after)
    costs = advisor.book.costs(used / np.maximum(seen, LEAST_SEEN))
    cycles = history.known_on(advisor.profile, begin + day).cycles(rows, begin + day)
    advice = advisor.advise(cycles, NudgeLimits())
    whole = history.running.started <= begin

    def known(seen: np.ndarray) -> np.ndarray:
        both: np.ndarray = whole & ((seen >= LEAST_SEEN) | ~advice.metered).all(axis=1)
        return both

    for way, decision in enumerate((UPGRADE, DOWNGRADE)):
        moved = np.flatnonzero(known(seen) & (advice.decision == decision))
        promised[way, moved] += advice.saving[moved]
        kept[way, moved] += costs[moved, cycles.plan[moved]] - costs[moved, advice.recommended_plan[moved]]
    used, seen = history.totals(rows, begin, end)
    tops = known(seen) & (advice.decision == TOP_UP)
    saved = realised_savings(
        advisor.book, cycles, advice.add_on, advice.packs, used / np.maximum(seen, LEAST_SEEN)
    )
    promised[2] += advice.saving * tops
    kept[2] += saved * tops


def _factor(promised: np.ndarray, kept: np.ndarray, between: tuple[float, float]) -> float:
    """The factor for subscribers [m], nearer to 1 the less sure it is: a few giants may make up the sum.

    `between` providers: the standard deviation of such factors, and the most that one may be.
    """
    usual, most = between
    if len(promised) < LEAST_SUBSCRIBERS:
        return 1.0
    factor = kept.sum() / promised.sum()
    variance = ((kept - factor * promised) ** 2).sum() / promised.sum() ** 2
    return float(np.clip(1 + (factor - 1) * usual**2 / (usual**2 + variance), LEAST, most))
