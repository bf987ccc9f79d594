"""What became of the savings that would have been promised: the winner's curse, learned and taken out."""

from __future__ import annotations

import numpy as np

from models.advice import DOWNGRADE, UPGRADE
from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.plan_advisor import PlanAdvisor
from models.plan_decision import NudgeLimits
from models.usage_forecast import FACTOR
from models.usage_history import UsageHistory

CYCLES = (2, 3, 4, 5)  # before the running one: those whose next cycle is finished too
DAYS = (6, 11, 16)  # of a cycle, on which advice is looked back at
LEAST_SEEN = 0.9  # of the next cycle's expected use has to be recorded
SHRINK = 100.0  # promises kept to the letter mixed in, of the mean size
LEAST, MOST = 0.5, 1.5


def fit_savings(advisor: PlanAdvisor, history: UsageHistory, until: int) -> np.ndarray:
    """Realised over expected saving [n_families, 2] of upgrades and downgrades, shrunk to 1."""
    book, limits = advisor.book, NudgeLimits()
    promised, kept, count = (np.zeros((len(book.families), 2)) for _ in range(3))
    rows, anchor = np.arange(len(history.running)), history.running.anchor
    now = cycle_of(np.full(len(rows), until), anchor)
    for back in CYCLES:
        begin, end, after = (cycle_start(now - back + step, anchor) for step in (0, 1, 2))
        used, seen = history.totals(rows, end, after)
        costs = book.costs(used / np.maximum(seen, LEAST_SEEN))
        for day in DAYS:
            cycles = history.cycles(rows, begin + day)
            advice = advisor.advise(cycles, limits)
            known = ((seen >= LEAST_SEEN) | ~advice.metered).all(axis=1) & (history.running.started <= begin)
            family = book.family[cycles.plan]
            for way, decision in enumerate((UPGRADE, DOWNGRADE)):
                moved = np.flatnonzero(known & (advice.decision == decision))
                saved = costs[moved, cycles.plan[moved]] - costs[moved, advice.recommended_plan[moved]]
                np.add.at(promised[:, way], family[moved], advice.saving[moved])
                np.add.at(kept[:, way], family[moved], saved)
                np.add.at(count[:, way], family[moved], 1)
    extra = SHRINK * promised / np.maximum(count, 1)
    factor = np.where(promised > 0, (kept + extra) / np.where(promised > 0, promised + extra, 1), 1.0)
    # The same subscribers are promised the same on several days: half of what is seen may be chance.
    saving = np.array(advisor.faults.saving)
    saving[..., FACTOR] = np.clip(np.sqrt(np.maximum(factor, 0.0)), LEAST, MOST)
    return frozen(saving)
