"""Customers' own rhythm: who has not come although they usually would have by now."""

from __future__ import annotations

import numpy as np

from models.customer_value import CustomerValue

OVERDUE = 1.5  # usual gaps after which somebody is late
LOST = 4.0  # usual gaps after which they are no more late but gone
SHORTEST = 3.0  # days; whoever comes daily is not called after two days


def lateness(value: CustomerValue, day: int) -> np.ndarray:
    """Days since the last order over the usual gap, float32 [n_customers], on `day` (since 1970-01-01).

    NaN where no rhythm is known.
    """
    gap = np.maximum(value.gap, SHORTEST)
    late: np.ndarray = ((day - value.last_day) / gap).astype(np.float32)
    return late


def overdue(value: CustomerValue, day: int) -> np.ndarray:
    """The positions of customers who are late and not yet gone, most expected profit first."""
    late = lateness(value, day)
    with np.errstate(invalid="ignore"):
        who = np.flatnonzero((late >= OVERDUE) & (late <= LOST))
    ordered: np.ndarray = who[np.argsort(-value.expected[who], kind="stable")]
    return ordered
