"""What use of meters adds to the fee of a plan."""

from __future__ import annotations

import numpy as np


def added_costs(
    used: np.ndarray, quota: np.ndarray, unit: np.ndarray, price: np.ndarray, penalty: np.ndarray
) -> np.ndarray:
    """What each meter adds in one cycle, minor units: overage by started unit, and priced throttling.

    All arrays broadcast: `used` in the meters' units, the terms as PlanBook has them.
    """
    over = np.maximum(used - quota, 0.0)
    # A hair of tolerance: 0.1 + 0.2 GB over by the last bit is not a started unit.
    started = np.ceil(over / unit - 1e-9)
    added: np.ndarray = np.maximum(started, 0.0) * price + (over > 0) * penalty
    return added
