"""The days on which use is looked up for a subscriber's cycles."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.billing_days import cycle_of, cycle_start
from models.running import Running
from models.usage_spans import cut_days

MOST_CYCLES = 9  # finished cycles that are looked at: older ones would say next to nothing
# Of the dates, counted from the last: the end of the next cycle; start, end and `since` of the running one;
# the day asked about.
AFTER, START, END, SINCE, ASKED = range(-5, 0)


class CycleDates(NamedTuple):
    """Days on which sums are looked up: `all_` int64 [n, n_dates], of which these are [n].

    start, end   first day of the running cycle on the plan, day after its last
    since        first day of it that counts, at most the day asked about
    """

    all_: np.ndarray
    start: np.ndarray
    end: np.ndarray
    since: np.ndarray

    @classmethod
    def of(cls, who: Running, as_of: np.ndarray, beginning: np.ndarray) -> CycleDates:
        """The starts of all cycles, the end of the running one, the cuts, and what AFTER to ASKED name."""
        now = cycle_of(as_of, who.anchor)
        starts = cycle_start(now[:, None] + np.arange(-MOST_CYCLES, 3), who.anchor[:, None])
        before, cycle_begin, cycle_end, next_end = starts[:, -4:].T
        start, end = np.maximum(cycle_begin, who.started), np.minimum(cycle_end, who.ended + 1)
        since = np.minimum(np.maximum(start, beginning), as_of)
        last = np.stack([next_end, start, end, since, as_of], axis=1)
        all_ = np.concatenate([starts[:, :-1], cut_days(before, cycle_begin, as_of), last], axis=1)
        return cls(all_, start, end, since)
