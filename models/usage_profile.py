"""When within a cycle use happens: by day of the week, of the month and of the cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen
from models.billing_days import first_day, month_of

WEEK, MONTH = 7, 31


@dataclass(frozen=True, slots=True, eq=False)
class UsageProfile:
    """Factors around 1 that multiply to the weight of a day; flat until learned.

    weekday    float64 [n_families, n_meters, 7] from Monday
    month_end  float64 [n_families, n_meters, 31] by days to the end of the month, 0 its last
    position   float64 [n_families, n_meters, 31] by day of the cycle, 0 its first
    """

    weekday: np.ndarray
    month_end: np.ndarray
    position: np.ndarray

    @classmethod
    def flat(cls, n_families: int, n_meters: int) -> Self:
        """Every day weighs the same."""
        return cls(*(frozen(np.ones((n_families, n_meters, n))) for n in (WEEK, MONTH, MONTH)))

    def weights(self, family: int, anchor: int | None, first: int, last: int) -> np.ndarray:
        """The weights [n_meters, n_days] of the days first .. last - 1 for one family and anchor.

        Where cycles are not of the calendar (None), a day's place in them is not known to matter.
        """
        weekday, month_end, position = self.features(np.arange(first, last), anchor or 1)
        weights: np.ndarray = self.weekday[family].take(weekday, axis=1)
        weights *= self.month_end[family].take(month_end, axis=1)
        if anchor is not None:
            weights *= self.position[family].take(position, axis=1)
        return weights

    @staticmethod
    def features(days: np.ndarray, anchor: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Day of the week, days to the end of the month, day of the cycle, all counted from 0.

        For days [n_days] that rise: the calendar is asked for whole months.
        """
        begin, end = month_of(days[[0, -1]]).tolist()
        month = first_day(np.arange(begin - 1, end + 3))
        cycle = month[:-1] + np.minimum(anchor, month[1:] - month[:-1]) - 1  # as `cycle_start` has it
        ends = month[month.searchsorted(days, "right")] - 1
        return (days + 3) % WEEK, ends - days, days - cycle[cycle.searchsorted(days, "right") - 1]

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})
