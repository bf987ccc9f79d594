"""When use happens: by day of the week, of the month and of the cycle; and in which weeks all used less.

The last are what a panel calls time effects: in August, or while a network was down, everybody used less (or
more), so that it says nothing of anybody's level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen
from models.billing_days import first_day, month_of

WEEK, MONTH = 7, 31
PAST, AHEAD = 45, 13  # weeks that are known, as many as are looked back at; and that they may go on


@dataclass(frozen=True, slots=True, eq=False)
class UsageProfile:
    """Factors around 1 that multiply to the weight of a day; flat until learned.

    weekday    float64 [n_families, n_meters, 7] from Monday
    month_end  float64 [n_families, n_meters, 31] by days to the end of the month, 0 its last
    position   float64 [n_families, n_meters, 31] by day of the cycle, 0 its first
    common     float64 [n_families, n_meters, 1 + n_weeks + AHEAD + 1] by week, 1 in most: one for all days
               before them, the weeks that are known, AHEAD to come, one for all days after
    goes_on    float64 [n_families, n_meters] how much of the logarithm of a week is left in the next
    since      int64 [n_families, n_meters] first day of the first week. Days since 1970-01-01
    """

    weekday: np.ndarray
    month_end: np.ndarray
    position: np.ndarray
    common: np.ndarray
    goes_on: np.ndarray
    since: np.ndarray

    @classmethod
    def flat(cls, n_families: int, n_meters: int) -> Self:
        """Every day weighs the same."""
        shape = n_families, n_meters
        weekday, month_end, position, common = (
            frozen(np.ones((*shape, n))) for n in (WEEK, MONTH, MONTH, PAST + AHEAD + 2)
        )
        goes_on, since = frozen(np.zeros(shape)), frozen(np.zeros(shape, dtype=np.int64))
        return cls(weekday, month_end, position, common, goes_on, since)

    def with_weeks(self, weeks: np.ndarray, goes_on: np.ndarray, since: np.ndarray) -> Self:
        """The same with factors of weeks [n_families, n_meters, n_weeks]; later ones go on from the last."""
        left = goes_on[..., None] ** np.arange(1, AHEAD + 1)
        one = np.ones((*weeks.shape[:2], 1))
        common = np.concatenate([one, weeks, weeks[..., -1:] ** left, one], axis=-1)
        return replace(self, common=frozen(common), goes_on=frozen(goes_on), since=frozen(since))

    def known_on(self, day: int) -> Self:
        """The profile as far as weeks were known on a day: those after it go on from the last before it."""
        weeks = max(min((day - int(self.since.max())) // WEEK, self.common.shape[-1] - AHEAD - 2), 1)
        return self.with_weeks(self.common[..., 1 : weeks + 1], self.goes_on, self.since)

    @property
    def alike(self) -> bool:
        """Was there no week that was unlike the others?"""
        return bool((self.common == 1).all())

    def weights(self, family: int, anchor: int | None, first: int, last: int) -> np.ndarray:
        """The weights [n_meters, n_days] of the days first .. last - 1 for one family and anchor.

        Where cycles are not of the calendar (None), a day's place in them is not known to matter.
        """
        days = np.arange(first, last)
        weekday, month_end, position = self.features(days, anchor or 1)
        weights: np.ndarray = self.weekday[family].take(weekday, axis=1)
        weights *= self.month_end[family].take(month_end, axis=1)
        if anchor is not None:
            weights *= self.position[family].take(position, axis=1)
        weights *= self._common(family, days)
        return weights

    def _common(self, family: int, days: np.ndarray) -> np.ndarray:
        week = (days - self.since[family, :, None]) // WEEK + 1
        week = np.minimum(np.maximum(week, 0), self.common.shape[-1] - 1)
        common: np.ndarray = np.take_along_axis(self.common[family], week, axis=1)
        return common

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
