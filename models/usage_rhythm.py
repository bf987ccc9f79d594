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


def rhythms_of(
    days: tuple[np.ndarray, ...],
    calendar: np.ndarray,
    asked: np.ndarray,
    trust: np.ndarray,
) -> np.ndarray:
    """Everybody's own factors [n, n_meters, CLASSES], by what was known before positions `asked` [n].

    `days`: use, whether it counts, and weight, each [n, n_meters, n_days]; `calendar` int64 [n_days] the days
    since 1970-01-01; `trust` [n, n_meters, CLASSES].
    """
    factors = np.ones(trust.shape)
    positions = np.unique(asked)
    for position in positions.tolist():
        rows = slice(None) if len(positions) == 1 else np.flatnonzero(asked == position)
        past = slice(max(position % WEEK, position - RHYTHM_DAYS), position)
        relative = relative_days(*(each[rows, :, past] for each in days))
        factors[rows] = own_factors(class_means(relative, *features(calendar[past])), trust[rows])
    return factors


def daily(factors: np.ndarray, calendar: np.ndarray) -> np.ndarray:
    """The factors [..., CLASSES] of the days `calendar` [n_days], [..., n_days]."""
    weekday, to_end = features(calendar)
    each = factors.take(weekday, axis=-1)
    ends = np.flatnonzero(to_end < END_DAYS)
    each[..., ends] *= factors[..., END:]
    return each


def features(calendar: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Day of the week and days to the end of the month, from 0, of days that follow each other."""
    weekday, to_end, _ = UsageProfile.features(calendar, 1)
    return weekday, to_end


def relative_days(use: np.ndarray, counts: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Use of each day relative to its weight and the days around it, [..., n_days]; NaN where not known.

    `counts` is 1 or True where the day counts; `use` is 0 elsewhere.
    """
    used, weighed = (_around(each) for each in (use, weight * counts))
    # What is left of a running sum after next to nothing is its rounding.
    known = (used > TINY * use.sum(axis=-1, keepdims=True)) & (counts > 0)
    relative = np.full(use.shape, np.nan)
    np.divide(use * weighed, weight * used, out=relative, where=known)
    capped: np.ndarray = np.minimum(relative, MOST, out=relative)
    return capped


def class_means(relative: np.ndarray, weekday: np.ndarray, to_end: np.ndarray) -> ClassMeans:
    """The means by class of `relative_days` [..., n_days] of whole weeks.

    `weekday` and `to_end` [n_days]: day of the week, days to the end of the month, both from 0.
    """
    known = ~np.isnan(relative)
    value = np.where(known, relative, 0.0)
    weeks = (*value.shape[:-1], -1, WEEK)
    ends = np.flatnonzero(to_end < END_DAYS)
    sums = np.empty((3, *value.shape[:-1], CLASSES))
    for each, into in zip((value, value * value, known.astype(np.float64)), sums, strict=True):
        each.reshape(weeks).sum(axis=-2, out=into[..., :WEEK])
        each.take(ends, axis=-1).sum(axis=-1, out=into[..., END])
    # The first day of each row of seven is that of the first day of all.
    order = np.append((np.arange(WEEK) - weekday[0]) % WEEK, END)
    total, squares, days = sums.take(order, axis=-1)
    of_week = np.s_[..., :WEEK]
    n, whole = (each[of_week].sum(axis=-1, keepdims=True) for each in (days, total))
    mean = total / np.maximum(days, 1)
    within = (squares[of_week] - total[of_week] * mean[of_week]).sum(axis=-1, keepdims=True)
    variance = (np.maximum(within, 0.0) + FEW * USUAL) / np.maximum(n - WEEK + FEW, FEW)
    beside_days = np.repeat(n, CLASSES, axis=-1)
    beside = np.repeat(whole, CLASSES, axis=-1)
    beside_days[..., END] -= days[..., END]
    beside[..., END] -= total[..., END]
    enough = (days > 0) & (beside > 0) & (n >= LEAST_DAYS)
    ratio = np.where(enough, mean * beside_days / np.where(beside > 0, beside, 1.0), 1.0)
    return ClassMeans(ratio, np.where(enough, variance / np.maximum(days, 1), np.inf))


def own_factors(means: ClassMeans, trust: np.ndarray) -> np.ndarray:
    """By how much days of each class weigh more than everybody's, [..., CLASSES]; `trust` likewise."""
    believed = np.where(trust > 0, trust, 0.0) / np.where(trust > 0, trust + means.noise, 1.0)
    factors = 1 + (means.ratio - 1) * believed
    week = factors[..., :WEEK]
    week /= week.mean(axis=-1, keepdims=True)
    return np.minimum(np.maximum(factors, LEAST_FACTOR), MOST_FACTOR)


def _around(values: np.ndarray) -> np.ndarray:
    """Sums [..., n_days] over the four weeks around each day, as far as there are days."""
    n_days = values.shape[-1]
    sums = np.zeros((*values.shape[:-1], n_days + 1))
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    day = np.arange(n_days)
    around: np.ndarray = sums[..., np.minimum(day + AROUND, n_days)]
    around -= sums[..., np.maximum(day - AROUND, 0)]
    return around
