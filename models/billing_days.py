"""Billing cycles on the calendar: from the anchor day of one month to the day before that of the next.

Days and months count from 1970-01-01. A cycle is numbered by the month in which it begins.
"""

from __future__ import annotations

import numpy as np


def month_of(days: np.ndarray) -> np.ndarray:
    """The month [...] of days [...], months since January 1970."""
    months: np.ndarray = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months


def first_day(months: np.ndarray) -> np.ndarray:
    """The first day [...] of months [...]."""
    days: np.ndarray = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days


def cycle_start(cycles: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """First day [...] of cycles [...]: the anchor day, or the last day of a month that is too short."""
    first = first_day(cycles)
    lengths = first_day(cycles + 1) - first
    days: np.ndarray = first + np.minimum(anchors, lengths) - 1
    return days


def cycle_of(days: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """The cycle [...] that days [...] are in."""
    months = month_of(days)
    cycles: np.ndarray = months - (days < cycle_start(months, anchors))
    return cycles
