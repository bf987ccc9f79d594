"""When within a cycle use happens, learned from finished cycles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.usage_history import UsageHistory
from models.usage_profile import MONTH, WEEK, UsageProfile

MOST_OF_A_DAY = 10.0  # times the mean of its cycle: a few giant days would speak for all others
ROUNDS = 12
SHRINK = (100.0, 200.0, 400.0)  # days of flat use mixed into weekday, days to month's end, position
LEAST_SEEN = 0.8  # of a cycle's days


def fit_profile(history: UsageHistory, n_families: int, until: int) -> UsageProfile:
    """The factors of the days before `until`, by family and meter; `history` over a flat profile.

    Each day's use is taken relative to the mean day of its cycle, so that everybody speaks as loudly; the
    three factors are fitted in turns (iterative proportional fitting), shrunk to 1.
    """
    n_meters = history.counted.shape[1]
    flat = UsageProfile.flat(n_families, n_meters)
    parts = [np.array(part) for part in (flat.weekday, flat.month_end, flat.position)]
    for family in range(n_families):
        rows = np.flatnonzero(history.running.family == family)
        if len(rows) == 0:
            continue
        for meter in range(n_meters):
            total, days = _cells(history, rows, meter, until)
            for part, factor in zip(parts, _factors(total, days), strict=True):
                part[family, meter] = factor
    weekday, month_end, position = (frozen(part) for part in parts)
    return replace(flat, weekday=weekday, month_end=month_end, position=position)


def _cells(history: UsageHistory, rows: np.ndarray, meter: int, until: int) -> tuple[np.ndarray, np.ndarray]:
    """Relative use and days that count, [7, 31, 31] by weekday, days to month's end and position."""
    total, days = (np.zeros(WEEK * MONTH * MONTH) for _ in range(2))
    last = until - history.first
    calendar = np.arange(history.first, until)
    for anchor in np.unique(history.running.anchor[rows]).tolist():
        some = rows[history.running.anchor[rows] == anchor]
        use = np.diff(history.counted[some, meter, : last + 1], axis=1)
        counts = np.diff(history.counted_w[some, meter, : last + 1], axis=1) > 0
        cycle = cycle_of(calendar, np.full(len(calendar), anchor))
        edges = np.flatnonzero(np.diff(cycle, prepend=cycle[0] - 1))
        length = np.diff(np.append(edges, len(calendar)))
        used, seen = np.add.reduceat(use, edges, axis=1), np.add.reduceat(counts, edges, axis=1)
        whole = seen >= LEAST_SEEN * length
        whole[:, -1] &= cycle_start(cycle[-1:] + 1, np.array([anchor]))[0] <= until
        mean = np.repeat(np.where(whole, used / np.maximum(seen, 1), 0.0), length, axis=1)
        counts &= mean > 0
        relative = np.where(counts, np.minimum(use / np.where(mean > 0, mean, 1.0), MOST_OF_A_DAY), 0.0)
        weekday, to_end, position = UsageProfile.features(calendar, anchor)
        cell = (weekday * MONTH + to_end) * MONTH + position
        total += np.bincount(cell, relative.sum(axis=0), len(total))
        days += np.bincount(cell, counts.sum(axis=0), len(days))
    shape = (WEEK, MONTH, MONTH)
    return total.reshape(shape), days.reshape(shape)


def _factors(total: np.ndarray, days: np.ndarray) -> list[np.ndarray]:
    factors = [np.ones(n) for n in total.shape]
    for _ in range(ROUNDS):
        for axis, shrink in enumerate(SHRINK):
            other = days.copy()
            for along, factor in enumerate(factors):
                if along != axis:
                    other *= np.expand_dims(factor, tuple(a for a in range(3) if a != along))
            across = tuple(a for a in range(3) if a != axis)
            factors[axis] = (total.sum(axis=across) + shrink) / (other.sum(axis=across) + shrink)
    return factors
