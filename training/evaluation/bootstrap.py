"""How sure a difference is: the paired bootstrap over customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK = 5_000_000  # draws held at one time


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference and its 95 % interval."""

    difference: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Does the interval leave out 0?"""
        return self.low > 0 or self.high < 0


def paired_interval(
    first: np.ndarray, second: np.ndarray, customers: np.ndarray, samples: int, seed: int
) -> Interval:
    """The interval of mean(first) - mean(second), values [n] of the same rows.

    Customers, not rows, are drawn with replacement (percentile bootstrap; Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993, chapter 13): the carts of one customer come and go
    together. `customers` int32 [n]; each row of a guest (below 0) stands for itself.
    """
    guests = np.flatnonzero(customers < 0)
    who = customers.astype(np.int64)
    who[guests] = customers.max(initial=0) + 1 + np.arange(len(guests))
    _, who = np.unique(who, return_inverse=True)
    totals = np.bincount(who, weights=first - second)
    rows = np.bincount(who)
    rng = np.random.default_rng(seed)
    drawn = np.empty(samples)
    step = max(1, BLOCK // max(len(totals), 1))
    for begin in range(0, samples, step):
        chosen = rng.integers(0, len(totals), (min(step, samples - begin), len(totals)))
        drawn[begin : begin + step] = totals[chosen].sum(axis=1) / rows[chosen].sum(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Interval(float((first - second).mean()), float(low), float(high))
