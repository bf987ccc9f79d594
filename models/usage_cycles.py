"""Usage cut into cycles: the finished ones and the running one of every subscriber."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen

FINISHED_CUTS = (20, 10)  # days before the running cycle at which the last finished one is cut in two
RUNNING_CUTS = (10, 5)  # days before the day asked about at which the running one is
USUAL_CYCLE = 30.44  # days of usual weight: what W is 1 of, however many days a cycle has
# Decimals of what was used: sums of the same days taken in another order differ in their last bit, and what
# is just used up is not exceeded.
SUMMED = 6
BIT = 0.5 * 10.0**-SUMMED
N_CUTS = len(FINISHED_CUTS) + len(RUNNING_CUTS)


@dataclass(frozen=True, slots=True, eq=False)
class UsageCycles:
    """One row a subscriber: one customer in one family of plans, with a subscription that runs on `as_of`.

    Sorted by customer, then family. W is what is expected to be used on some days over what is in USUAL_CYCLE
    days, so that the level does not rise and fall with the number of days of a cycle.

    customer    int32 [n] position in the customers' id map
    plan        int16 [n] the plan of the running cycle, position in the plan book
    as_of       int32 [n] the day asked about: everything before it is known. Days since 1970-01-01
    start, end  int32 [n] first day of the running cycle on this plan, day after its last
    ended         int32 [n] last day of the subscription, OPEN_END where none is known
    follows       int16 [n] plan that is booked for the day after that, NO_PLAN where none is
    locked_until  int32 [n] last day on which the plan cannot be changed, NOT_LOCKED where it can
    finished    float64 [n, n_cycles, n_meters] use in finished cycles, oldest first, the last one right
                before the running one; over the days that count (recorded, after the first activity)
    finished_w  float64 [n, n_cycles, n_meters] W of those days, 0 where nothing is known, about 1 for all
    apart       float64 [n, n_meters] logarithm of what was used in the finished cycles over `finished`
    spread      float64 [n, n_meters] how much single days differ, see `usage_rate.spread_of`: summed over all
                of these cycles and the running one
    spread_w    float64 [n, n_meters] by what to divide that, 0 where no days are known
    used        float64 [n, n_meters] recorded use that counts against the quota of the running cycle
    exposed     float64 [n, n_meters] the part of the running cycle's use on days that count
    exposed_w   float64 [n, n_meters] W of those days, less what of a pause is not heard (as in finished_w)
    paused      float64 [n, n_meters] probability that use has paused, see `usage_silence`
    silent      int32 [n, n_meters] days with a record since the last one with use; 0 where there was none
    parts       float64 [n, N_CUTS, n_meters, 2] use before and after each cut of the last finished cycle and
                of the running one, on days that count
    parts_w     float64 [n, N_CUTS, n_meters, 2] W of those days, 0 where the cut is not inside the cycle
    ran_out     int32 [n, n_meters] day of the running cycle on which use passed the quota, NO_DAY if none
    open_w      float64 [n, n_meters] W of the days still to come and of those that are missing
    next_w      float64 [n, n_meters] W of the next cycle
    days        int32 [n] days of the running cycle with a record that count
    missing     int32 [n] days of it before `as_of`, after the first activity, without any record
    """

    customer: np.ndarray
    plan: np.ndarray
    as_of: np.ndarray
    start: np.ndarray
    end: np.ndarray
    ended: np.ndarray
    follows: np.ndarray
    locked_until: np.ndarray
    finished: np.ndarray
    finished_w: np.ndarray
    apart: np.ndarray
    spread: np.ndarray
    spread_w: np.ndarray
    used: np.ndarray
    exposed: np.ndarray
    exposed_w: np.ndarray
    paused: np.ndarray
    silent: np.ndarray
    parts: np.ndarray
    parts_w: np.ndarray
    ran_out: np.ndarray
    open_w: np.ndarray
    next_w: np.ndarray
    days: np.ndarray
    missing: np.ndarray

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def locked(self) -> np.ndarray:
        """Whether the plan cannot be changed on the first day of the next cycle, bool [n]."""
        locked: np.ndarray = self.locked_until >= self.end
        return locked

    @property
    def ending(self) -> np.ndarray:
        """Whether the subscription ends with the running cycle, or within it, bool [n]."""
        ending: np.ndarray = self.ended < self.end
        return ending

    def take(self, rows: np.ndarray | slice) -> Self:
        """The subscribers at these positions [m]."""
        return type(self)(**{name: frozen(getattr(self, name)[rows]) for name in self.__slots__})

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """The rows of several, one after the other."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            **{
                name: frozen(np.concatenate([getattr(part, name) for part in parts]))
                for name in cls.__slots__
            }
        )

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})
