"""What the report says about the worth of customers: counts and shares, of nobody by name."""

from __future__ import annotations

import numpy as np

from training.report.value_content import TierRow, ValueFigures
from training.value.fit import FittedValue
from training.value.fondness import Fond


def value_figures(fitted: FittedValue, fond: Fond) -> ValueFigures:
    """The figures of one training."""
    value, profit = fitted.value, np.maximum(fitted.value.profit, 0).astype(np.float64)
    cumulated = np.concatenate([[0.0], np.cumsum(np.sort(profit)[::-1])])
    whole = cumulated[-1] or 1.0
    curve = tuple(
        round(float(cumulated[int(np.ceil(len(profit) * percent / 100))] / whole), 6)
        for percent in range(101)
    )
    enough = int(np.searchsorted(cumulated / whole, 0.8 - 1e-9))
    counts = np.bincount(value.tier, minlength=len(value.tiers))
    tiers = tuple(
        TierRow(
            value.tiers[at],
            int(counts[at]),
            round(float(profit[value.tier == at].sum() / whole), 4),
            int(fitted.moved[:-1, at].sum() - fitted.moved[at, at]),
            int(fitted.moved[at].sum() - fitted.moved[at, at]),
        )
        for at in range(len(value.tiers))
    )
    return ValueFigures(
        customers=len(value),
        basis=dict(fitted.basis),
        half_life_days=fitted.half_life.half_life,
        expected_by=fitted.expected.model,
        curve=curve,
        share_of_best_20=curve[20],
        customers_for_80=round(enough / max(len(profit), 1), 4),
        tiers=tiers,
        categories=fond.categories,
        products=fond.products,
        rising=fond.rising,
    )
