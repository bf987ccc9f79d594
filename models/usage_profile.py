"""When use happens: by day of the week, of the month and of the cycle; and on which days all used less.

The last are what a panel calls time effects: in August, or while a network was down, everybody used less (or
more), so that it says nothing of anybody's level, nor of the days to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen
from models.billing_days import first_day, month_of

WEEK, MONTH = 7, 31
CLASSES = WEEK + 1  # of days in which subscribers may differ: Monday to Sunday, and the end of the month
PAST = 45  # weeks that are known, as many as are looked back at


@dataclass(frozen=True, slots=True, eq=False)
class UsageProfile:
    """Factors around 1 that multiply to the weight of a day; flat until learned.

    weekday    float64 [n_families, n_meters, 7] from Monday
    month_end  float64 [n_families, n_meters, 31] by days to the end of the month, 0 its last
    position   float64 [n_families, n_meters, 31] by day of the cycle, 0 its first
    common     float64 [n_families, n_meters, 1 + n_days + 1] by day, 1 on most: the first stands for all days
               before `since`, the last for all after those that are known
    since      int64 [n_families, n_meters] the first of them. Days since 1970-01-01
    trust      float64 [n_families, n_meters, CLASSES] how far subscribers differ by class of day, see
               `usage_rhythm`; 0 where they do not
    """

    weekday: np.ndarray
    month_end: np.ndarray
    position: np.ndarray
    common: np.ndarray
    since: np.ndarray
    trust: np.ndarray

    @classmethod
    def flat(cls, n_families: int, n_meters: int) -> Self:
        """Every day weighs the same."""
        shape = n_families, n_meters
        weekday, month_end, position, common = (
            frozen(np.ones((*shape, n))) for n in (WEEK, MONTH, MONTH, PAST * WEEK + 2)
        )
        since, trust = np.zeros(shape, dtype=np.int64), np.zeros((*shape, CLASSES))
        return cls(weekday, month_end, position, common, frozen(since), frozen(trust))

    def with_days(self, days: np.ndarray, first: int) -> Self:
        """The same with what is common to days from `first` on, [n_families, n_meters, n_days]."""
        one = np.ones((*days.shape[:2], 1))
        since = np.full(days.shape[:2], first, dtype=np.int64)
        return replace(self, common=frozen(np.concatenate([one, days, one], axis=-1)), since=frozen(since))

    def known_on(self, day: int) -> Self:
        """The profile as it was known before a `day`: those to come are like all others."""
        days = self.since[..., None] + np.arange(-1, self.common.shape[-1] - 1)
        return replace(self, common=frozen(np.where(days < day, self.common, 1.0)))

    @property
    def one_rhythm(self) -> bool:
        """Are all subscribers taken to have the same rhythm?"""
        return not self.trust.any()

    @property
    def alike(self) -> bool:
        """Was there no day that was unlike others to everybody?"""
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
        if not self.alike:
            weights *= self.common_of(family, days)
        return weights

    def common_of(self, family: int, days: np.ndarray) -> np.ndarray:
        """What is common to everybody's days [n_days], [n_meters, n_days]."""
        at = np.minimum(np.maximum(days - self.since[family, :, None] + 1, 0), self.common.shape[-1] - 1)
        common: np.ndarray = np.take_along_axis(self.common[family], at, axis=1)
        return common

    def common_of_all(self, days: np.ndarray) -> np.ndarray:
        """The same of all families, [n_families, n_meters, n_days]."""
        return np.stack([self.common_of(family, days) for family in range(len(self.since))])

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
