"""A subscriber's own rhythm: by how much their weekdays and month's ends differ from those of everybody.

Of a business hardly anything is used on Sundays, of others most is; somebody whose every day is like the last
is told wrong mostly by the days that are still to come. What a subscriber's days of a class showed is
believed as far as subscribers are known to differ (empirical Bayes: Efron and Morris, 1973):

    factor_k = 1 + (rho_k - 1) trust_k / (trust_k + v / n_k)

rho_k is the mean of n_k days of the class over that of all days (for the end of the month, over that of all
other days), each relative to its weight and to the use of the four weeks around it, v the variance of single
days within classes. `trust` is learned by family and meter: 0 where subscribers do not differ, and then
nothing here changes anything.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_profile import CLASSES, WEEK, UsageProfile

RHYTHM_DAYS = 36 * WEEK  # that are looked back at: not more than the nine finished cycles have
END = WEEK  # the class of the last days of a month, after those of the week
END_DAYS = 3
AROUND = 14  # days before and after
MOST = 4.0  # times the use around it: a few giant days would speak for all others
LEAST_DAYS = 21  # that are known, or there is no rhythm
# As many days of such a variance are mixed into a subscriber's own.
FEW, USUAL = 7.0, 0.5
TINY = 1e-9
LEAST_FACTOR, MOST_FACTOR = 0.1, 8.0


class ClassMeans(NamedTuple):
    """What days of each class showed, [..., CLASSES].

    ratio   the mean of the class over that of all days, or of all others; 1 where none is known
    noise   the variance of that by chance, endless where none is known
    """

    ratio: np.ndarray
    noise: np.ndarray


class Calendar(NamedTuple):
    """Day of the week and days to the end of the month, from 0, of days that follow each other: [n_days]."""

    weekday: np.ndarray
    to_end: np.ndarray

    @classmethod
    def of(cls, days: np.ndarray) -> Calendar:
        """Of days since 1970-01-01."""
        return cls(*UsageProfile.features(days, 1)[:2])

    def part(self, days: slice) -> Calendar:
        """Of some of the days."""
        return Calendar(self.weekday[days], self.to_end[days])


def rhythms_of(
    days: tuple[np.ndarray, ...], calendar: Calendar, asked: np.ndarray, trust: np.ndarray
) -> np.ndarray:
    """Everybody's own factors [n, n_meters, CLASSES], by what was known before positions `asked` [n].

    `days`: use, whether it counts, and weight, each [n, n_meters, n_days]; `trust` [n, n_meters, CLASSES].
    """
    factors = np.ones(trust.shape)
    positions = set(asked.tolist())
    for position in positions:
        rows = slice(None) if len(positions) == 1 else np.flatnonzero(asked == position)
        past = slice(max(position % WEEK, position - RHYTHM_DAYS), position)
        relative = relative_days(*(each[rows, :, past] for each in days))
        factors[rows] = own_factors(class_means(relative, calendar.part(past)), trust[rows])
    return factors


def daily(factors: np.ndarray, calendar: Calendar) -> np.ndarray:
    """The factors [..., CLASSES] of days [n_days], [..., n_days]."""
    each = factors.take(calendar.weekday, axis=-1)
    each[..., np.flatnonzero(calendar.to_end < END_DAYS)] *= factors[..., END:]
    return each


def relative_days(use: np.ndarray, counts: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Use of each day relative to its weight and the days around it, [..., n_days]; NaN where not known.

    `counts` is 1 or True where the day counts; `use` is 0 elsewhere.
    """
    sums = np.zeros((2, *use.shape[:-1], use.shape[-1] + 1))
    np.cumsum(use, axis=-1, out=sums[0, ..., 1:])
    np.cumsum(weight * counts, axis=-1, out=sums[1, ..., 1:])
    day = np.arange(use.shape[-1])
    used, weighed = sums.take(np.minimum(day + AROUND, len(day)), axis=-1)
    before, before_w = sums.take(np.maximum(day - AROUND, 0), axis=-1)
    used -= before
    weighed -= before_w
    # What is left of a running sum after next to nothing is its rounding.
    known = (used > TINY * sums[0, ..., -1:]) & (counts > 0)
    relative = np.full(use.shape, np.nan)
    np.divide(use * weighed, weight * used, out=relative, where=known)
    capped: np.ndarray = np.minimum(relative, MOST, out=relative)
    return capped


def class_means(relative: np.ndarray, calendar: Calendar) -> ClassMeans:
    """The means by class of `relative_days` [..., n_days] of whole weeks."""
    total, squares, days = _sums(relative, calendar)
    # Days of the week are compared with all, the end of the month with all others.
    whole, n = (each[..., :WEEK].sum(axis=-1, keepdims=True) for each in (total, days))
    mean = total / np.maximum(days, 1)
    within = (squares - total * mean)[..., :WEEK].sum(axis=-1, keepdims=True)
    variance = (np.maximum(within, 0.0) + FEW * USUAL) / np.maximum(n - WEEK + FEW, FEW)
    beside, beside_days = (np.repeat(each, CLASSES, axis=-1) for each in (whole, n))
    beside[..., END] -= total[..., END]
    beside_days[..., END] -= days[..., END]
    enough = (days > 0) & (beside > 0) & (n >= LEAST_DAYS)
    ratio = np.where(enough, mean * beside_days / np.where(beside > 0, beside, 1.0), 1.0)
    return ClassMeans(ratio, np.where(enough, variance / np.maximum(days, 1), np.inf))


def _sums(relative: np.ndarray, calendar: Calendar) -> np.ndarray:
    """By class: the sum of relative days, of their squares, and how many are known, [3, ..., CLASSES]."""
    each = np.empty((3, *relative.shape))
    np.isnan(relative, out=each[2])
    np.subtract(1.0, each[2], out=each[2])
    each[0] = np.where(each[2] > 0, relative, 0.0)
    np.multiply(each[0], each[0], out=each[1])
    sums = np.empty((*each.shape[:-1], CLASSES))
    # The first day of each row of seven is that of the first day of all.
    first = int(calendar.weekday[0])
    week = each.reshape(*each.shape[:-1], -1, WEEK).sum(axis=-2)
    sums[..., first:WEEK], sums[..., :first] = week[..., : WEEK - first], week[..., WEEK - first :]
    each.take(np.flatnonzero(calendar.to_end < END_DAYS), axis=-1).sum(axis=-1, out=sums[..., END])
    return sums


def own_factors(means: ClassMeans, trust: np.ndarray) -> np.ndarray:
    """By how much days of each class weigh more than everybody's, [..., CLASSES]; `trust` likewise."""
    believed = np.where(trust > 0, trust, 0.0) / np.where(trust > 0, trust + means.noise, 1.0)
    factors = 1 + (means.ratio - 1) * believed
    week = factors[..., :WEEK]
    week /= week.mean(axis=-1, keepdims=True)
    return np.minimum(np.maximum(factors, LEAST_FACTOR), MOST_FACTOR)
