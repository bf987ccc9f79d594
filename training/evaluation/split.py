"""Split by time: train, then validation, then test. Choices are made on validation, test is seen once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from config.training import Split as SplitSettings

# Below four windows, train would be shorter than what it is judged on.
MIN_WINDOWS = 4
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Cut:
    """What is known before day `at`, and judged on days `at` to `stop` - 1 (days since 1970-01-01)."""

    at: int
    stop: int


@dataclass(frozen=True, slots=True)
class Split:
    """Two cuts of the same width. All days since 1970-01-01, UTC.

    train        first_day to validation.at - 1
    validation   validation.at to validation.stop - 1, which is the day before test.at
    test         test.at to test.stop - 1, the last day of the data
    window_days  width of both windows; less than `asked_days` where the data are too short for it
    """

    first_day: int
    validation: Cut
    test: Cut
    window_days: int
    asked_days: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values, with the days as ISO dates beside the numbers."""
        return asdict(self) | {
            "train_from": iso_day(self.first_day),
            "validation_from": iso_day(self.validation.at),
            "test_from": iso_day(self.test.at),
            "test_to": iso_day(self.test.stop - 1),
        }


@dataclass(frozen=True, slots=True)
class NotJudgeable:
    """Why nothing can be judged, in words for the report."""

    reason: str


def split_by_time(lines: pl.DataFrame, settings: SplitSettings) -> Split | NotJudgeable:
    """The windows for these order lines (column `day`).

    Test is the last `window_days` of the data, validation the window before it. Data shorter than
    four windows get windows of a quarter of their span; under four days nothing can be judged.
    """
    if not len(lines):
        return NotJudgeable("not evaluated: there are no order lines")
    days = lines["day"].to_numpy()
    first, last = int(days.min()), int(days.max())
    span = last - first + 1
    if span < MIN_WINDOWS:
        return NotJudgeable(f"not evaluated: orders span {span} days, {MIN_WINDOWS} are needed for a split")
    window = min(settings.window_days, span // MIN_WINDOWS)
    test_from = last + 1 - window
    return Split(
        first_day=first,
        validation=Cut(test_from - window, test_from),
        test=Cut(test_from, last + 1),
        window_days=window,
        asked_days=settings.window_days,
    )


def thin(lines: pl.DataFrame, n_customers: int, n_orders: int, max_lines: int, seed: int) -> pl.DataFrame:
    """At most about `max_lines` of the lines: those of customers, and of guests' orders, drawn at random.

    Drawn once and blind to what they bought and when, so that no later purchase decides who is
    learned from; a customer is kept with all lines or not at all.
    """
    if len(lines) <= max_lines:
        return lines
    share = max_lines / len(lines)
    rng = np.random.default_rng(seed)
    customers = rng.random(n_customers) < share
    guests = rng.random(n_orders) < share
    customer, order = lines["customer"].to_numpy(), lines["order"].to_numpy()
    return lines.filter(pl.Series(np.where(customer >= 0, customers[customer], guests[order])))


def iso_day(day: int) -> str:
    """A day since 1970-01-01 as an ISO 8601 date."""
    return (EPOCH + timedelta(days=day)).isoformat()
