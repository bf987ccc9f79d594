"""usage.parquet: how much each subscriber used on each day of the last year."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.demo_store.people import FIRST_CUSTOMER_ID
from training.demo_store.plans import DATA, MINUTES
from training.demo_store.subscriptions import (
    JUMP,
    OUTGROWING,
    OVERPAYING,
    UNUSUAL,
    UNUSUAL_ANCHOR,
    Subscriptions,
)
from training.demo_store.window import Window

USAGE_DAYS = 365
_WEEK = {  # Monday to Sunday, mean 1
    DATA: (0.88, 0.88, 0.9, 0.92, 1.02, 1.22, 1.18),
    MINUTES: (1.15, 1.12, 1.1, 1.1, 1.13, 0.75, 0.65),
}
_MONTH_END = 1.25  # the last three days of a month against the others
_BURSTINESS = {DATA: 1.6, MINUTES: 0.9}  # shape of the gamma distributed days: less is wilder
_PLANTED_BURSTINESS = 6.0
_BIG_DAY = 0.01
_NO_CALL_DAY = 0.12
_MISSING = 0.02
_OUTAGE = 0.04  # share of subscribers with a gap of some days in the records
_UNUSUAL_FACTOR = 2.3
_OUTGROWING_FROM = 0.4  # use a year ago against the end of the window
_GROWTH = 0.1  # of everyone's use, in a year
_BETWEEN_CYCLES = {DATA: 0.16, MINUTES: 0.2}  # sigma of log use between 30-day stretches
_CALM = 0.4  # of that, for the planted developments


def usage_table(rng: np.random.Generator, subscriptions: Subscriptions, window: Window) -> pl.DataFrame:
    """One row a customer, meter and day, sorted so; days that are missing were not recorded."""
    outage = _outages(rng, subscriptions, window)
    frames = []
    for meter, level in ((DATA, subscriptions.data), (MINUTES, subscriptions.minutes)):
        row, day = _days(subscriptions, window, level > 0)
        mean = level[row] / 30.0 * _course(rng, subscriptions, window, row, day)
        mean *= _rhythm(window, meter, day) * _between_cycles(rng, subscriptions, meter, row, day)
        amount = mean * _chance(rng, meter, _planted(subscriptions)[row])
        gap = (day >= outage[row, 0]) & (day < outage[row, 1])
        kept = (rng.random(len(row)) >= _MISSING) & ~gap
        frames.append(
            pl.DataFrame(
                {
                    "customer": subscriptions.customer[row[kept]],
                    "meter": np.full(int(kept.sum()), meter),
                    "day": day[kept],
                    "amount": np.round(amount[kept], 3 if meter == DATA else 1),
                }
            )
        )
    return (
        pl.concat(frames)
        .sort("customer", "meter", "day")
        .select(
            customer_id=(pl.col("customer") + FIRST_CUSTOMER_ID).cast(pl.String),
            meter="meter",
            date=(pl.lit(window.start) + pl.duration(days=pl.col("day"))).cast(pl.Date),
            amount="amount",
        )
    )


def _days(
    subscriptions: Subscriptions, window: Window, metered: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row of the subscriber and day of each day on which they were subscribed."""
    first = np.maximum(subscriptions.started, window.days - USAGE_DAYS)
    last = np.where(subscriptions.ended >= 0, subscriptions.ended, window.days - 1)
    counts = np.where(metered, np.maximum(last - first + 1, 0), 0)
    row = np.repeat(np.arange(len(subscriptions)), counts)
    nth = np.arange(len(row)) - np.repeat(counts.cumsum() - counts, counts)
    return row, first[row] + nth


def _course(
    rng: np.random.Generator,
    subscriptions: Subscriptions,
    window: Window,
    row: NDArray[np.int64],
    day: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Expected use on each day against the end of the window."""
    left = (window.days - 1 - day) / USAGE_DAYS  # of the year: 1 at its beginning, 0 at its end
    course = 1.0 - _GROWTH * left
    development = subscriptions.development[row]
    course = np.where(development == OUTGROWING, 1.0 - (1.0 - _OUTGROWING_FROM) * left, course)
    course = np.where(development == UNUSUAL, 1.0, course)
    unusual = (development == UNUSUAL) & (day >= running_cycle(window))
    course = np.where(unusual, _UNUSUAL_FACTOR, course)
    turn = window.days - rng.integers(70, 240, len(subscriptions))
    up = rng.random(len(subscriptions)) < 0.6
    factor = np.where(up, rng.uniform(1.7, 2.5, len(up)), rng.uniform(0.35, 0.6, len(up)))
    jumped = (development == JUMP) & (day < turn[row])
    return np.where(jumped, course / factor[row], course)


def running_cycle(window: Window) -> int:
    """The day on which the running cycle of an unusual month began."""
    end = window.end
    if end.day >= UNUSUAL_ANCHOR:
        return window.days - 1 - (end.day - UNUSUAL_ANCHOR)
    last_month = end.replace(day=1) - (window.date_of(1) - window.date_of(0))
    return window.days - 1 - (end - last_month.replace(day=UNUSUAL_ANCHOR)).days


def _rhythm(window: Window, meter: str, day: NDArray[np.int64]) -> NDArray[np.float64]:
    """Day of the week and the peak at the end of a month, mean about 1."""
    month_end = np.array([(window.date_of(number + 3).day <= 3) for number in range(window.days)])
    peak = np.where(month_end[day], _MONTH_END, 1.0) / (1.0 + 0.1 * (_MONTH_END - 1.0))
    return np.asarray(np.array(_WEEK[meter])[window.weekdays(day)] * peak)


def _between_cycles(
    rng: np.random.Generator,
    subscriptions: Subscriptions,
    meter: str,
    row: NDArray[np.int64],
    day: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Some stretches of thirty days are busier than others, by subscriber."""
    stretch = (day - day.min(initial=0)) // 30
    sigma = _BETWEEN_CYCLES[meter] * np.where(_planted(subscriptions), _CALM, 1.0)
    noise = rng.normal(0.0, 1.0, (len(subscriptions), int(stretch.max(initial=0)) + 1)) * sigma[:, None]
    return np.asarray(np.exp(noise - sigma[:, None] ** 2 / 2)[row, stretch])


def _planted(subscriptions: Subscriptions) -> NDArray[np.bool_]:
    """Who shows a planted development, which chance must not drown."""
    return np.isin(subscriptions.development, (OUTGROWING, OVERPAYING, UNUSUAL))


def _chance(rng: np.random.Generator, meter: str, planted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Daily chance with mean about 1: bursts, now and then a very big day, days without a call."""
    count = len(planted)
    shape = np.where(planted, _PLANTED_BURSTINESS, _BURSTINESS[meter])
    amount = rng.gamma(shape, 1.0 / shape)
    big = (rng.random(count) < _BIG_DAY) & ~planted
    amount *= np.where(big, rng.lognormal(1.0, 0.5, count), 1.0)
    if meter == MINUTES:
        amount *= (rng.random(count) >= _NO_CALL_DAY) / (1.0 - _NO_CALL_DAY)
    return np.asarray(amount)


def _outages(rng: np.random.Generator, subscriptions: Subscriptions, window: Window) -> NDArray[np.int64]:
    """First day and the day after the last of a gap in the records; shape (subscribers, 2)."""
    begin = window.days - rng.integers(90, USAGE_DAYS, len(subscriptions))
    length = np.where(rng.random(len(subscriptions)) < _OUTAGE, rng.integers(3, 12, len(subscriptions)), 0)
    return np.stack([begin, begin + length], axis=1)
