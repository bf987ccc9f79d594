"""The two years that the shop's orders cover, and how busy each day is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

PERIOD_DAYS = 28

# January to December; how much of a category is bought in a month, by the category's season.
SEASONS = {
    "flat": (1.0,) * 12,
    "summer": (0.6, 0.6, 0.75, 0.95, 1.2, 1.5, 1.7, 1.6, 1.2, 0.9, 0.7, 0.7),
    "winter": (1.4, 1.35, 1.15, 1.0, 0.85, 0.7, 0.6, 0.65, 0.9, 1.1, 1.25, 1.35),
    "december": (0.85, 0.9, 0.9, 0.95, 0.95, 0.95, 0.9, 0.9, 0.95, 1.0, 1.3, 2.4),
}
_MONTH_TRAFFIC = (0.93, 0.94, 0.98, 1.0, 1.0, 1.0, 0.93, 0.92, 1.0, 1.02, 1.06, 1.22)
_GROWTH = (0.85, 1.15)  # traffic at the first and at the last day, against the mean


@dataclass(frozen=True)
class Window:
    """A span of whole days, the last of them `end`. Day numbers count from 0 at `start`."""

    end: date
    days: int = 730

    @property
    def start(self) -> date:
        """Day 0."""
        return self.end - timedelta(days=self.days - 1)

    def date_of(self, day: int) -> date:
        """The date of a day number; numbers before 0 lie before the window."""
        return self.start + timedelta(days=day)

    def months(self) -> NDArray[np.int64]:
        """The month (0 to 11) of every day; shape (days,)."""
        return np.array([self.date_of(day).month - 1 for day in range(self.days)])

    def weekdays(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Weekdays of day numbers, Monday 0."""
        return (day + self.start.weekday()) % 7

    def periods(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """28-day periods counted backwards: 0 holds the last day."""
        return (self.days - 1 - day) // PERIOD_DAYS

    @property
    def period_count(self) -> int:
        """The number of 28-day periods, the oldest one cut short."""
        return -(-self.days // PERIOD_DAYS)

    def traffic(self) -> NDArray[np.float64]:
        """How busy each day is against the mean, weekdays apart: season and growth; shape (days,)."""
        growth = np.linspace(*_GROWTH, self.days)
        return np.asarray(np.array(_MONTH_TRAFFIC)[self.months()] * growth)

    def season_by_period(self, seasons: tuple[str, ...]) -> NDArray[np.float64]:
        """The factor of each category in each period; shape (periods, categories)."""
        tables = np.array([SEASONS[season] for season in seasons])
        middles = self.days - 1 - (np.arange(self.period_count) * PERIOD_DAYS + PERIOD_DAYS // 2)
        return np.asarray(tables[:, self.months()[np.clip(middles, 0, self.days - 1)]].T)
