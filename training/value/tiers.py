"""Tiers by percentile of value, with hysteresis: whoever is at the border does not change every week."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from config.value import Tier


def percentiles(value: np.ndarray) -> np.ndarray:
    """The share of customers who are worth less, 0 to 100, float32 [n_customers]."""
    below = np.searchsorted(np.sort(value), value, side="left")
    return (100 * below / max(len(value), 1)).astype(np.float32)


def tiers_of(percentile: np.ndarray, before: np.ndarray, tiers: Sequence[Tier]) -> np.ndarray:
    """The tier of each customer, int8 [n_customers], a position in `tiers` (highest first).

    before  int8 [n_customers] the tier of the last training, -1 for who had none. A customer keeps a tier,
            or rather any not above it, until below where it is left.
    """
    entered = np.full(len(percentile), len(tiers) - 1, dtype=np.int8)
    for at in reversed(range(len(tiers))):
        bound = np.where((before >= 0) & (before <= at), tiers[at].leave, tiers[at].enter)
        entered[percentile >= bound] = at
    return entered


def floors_of(value: np.ndarray, tiers: Sequence[Tier]) -> np.ndarray:
    """The value from which each tier is entered, float64 [n_tiers]; -inf for the lowest."""
    ordered = np.sort(value)
    floors = [
        float(ordered[min(int(np.ceil(len(ordered) * tier.enter / 100)), len(ordered) - 1)])
        if tier.enter and len(ordered)
        else -np.inf
        for tier in tiers
    ]
    return np.array(floors)
