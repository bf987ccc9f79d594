"""Weeks in which everybody used less, or more, learned from how far all were from their own level.

The use of a week of a subscriber over its weight is taken as level x week x chance, and levels and weeks are
fitted in turns (a two-way analysis). Of the logarithm of the weeks a straight line is growth, and what lasts
is a level like any other: both are taken out, the line by the median of all slopes (Theil and Sen), the rest
by a running median. What is left is believed where it is far above what chance makes of it: a spike at
nothing and a wide slab (Mitchell and Beauchamp, 1988). So where nothing is common, every week is exactly 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_history import UsageHistory
from models.usage_profile import PAST, WEEK, UsageProfile
from models.usage_spans import LEAST

LEAST_W = 3.5  # days of usual weight of a week, for it to be compared
LEAST_WEEKS = 8  # that are known of a subscriber, and of all
LEAST_SUBSCRIBERS = 30  # in a week
MOST_OF_A_WEEK = 4.0  # times a subscriber's own level
ROUNDS = 6
LASTING = 17  # weeks of the running median: what lasts more than half of it is a new level
UNEXPLAINED = 0.03  # of logarithms: what days of the week and of the month leave
RARE, WIDE = 0.05, 0.3  # share of weeks that are unlike others, and by how much: of logarithms
GOES_ON, AS_SURE = 0.5, 4.0  # of a week in the next one, before any is known; as sure as so many weeks are


class _Weeks(NamedTuple):
    """Logarithms above subscribers' own levels [PAST], and their variances; infinite where not known."""

    log: np.ndarray
    variance: np.ndarray


def fit_common_weeks(history: UsageHistory, profile: UsageProfile, until: int) -> UsageProfile:
    """The profile with the weeks before the day `until` that were unlike others; itself where none was.

    `history` over `profile`, which knows of no such weeks.
    """
    shape = profile.since.shape
    weeks, goes_on = np.ones((*shape, PAST)), np.zeros(shape)
    for family, meter in np.ndindex(shape):
        effect = _effects(_weeks(history, np.flatnonzero(history.running.family == family), meter, until))
        weeks[family, meter], goes_on[family, meter] = np.exp(effect), _goes_on(effect)
    if (weeks == 1).all():
        return profile
    return profile.with_weeks(weeks, goes_on, np.full(shape, until - PAST * WEEK, dtype=np.int64))


def _weeks(history: UsageHistory, rows: np.ndarray, meter: int, until: int) -> _Weeks:
    """How all weeks of a meter were, for the subscribers `rows`."""
    edges = np.maximum(until - history.first + WEEK * np.arange(-PAST, 1), 0)
    use, weight = (np.diff(each[rows, meter][:, edges]) for each in (history.counted, history.counted_w))
    known = weight >= LEAST_W
    known &= (known.sum(axis=1) >= LEAST_WEEKS)[:, None]
    use, weight = use * known, weight * known
    count = known.sum(axis=0)
    week, relative = np.ones(PAST), use
    for _ in range(ROUNDS):
        level = use.sum(axis=1) / np.maximum(weight @ week, LEAST)
        expected = np.maximum(weight * level[:, None], LEAST)
        relative = np.minimum(use / expected, MOST_OF_A_WEEK)
        week = np.where(count > 0, relative.sum(axis=0) / np.maximum(count, 1), 1.0)
    apart = np.where(known, (relative - week) ** 2, 0.0).sum(axis=0)
    heard = (count >= LEAST_SUBSCRIBERS) & (week > 0)
    week = np.where(heard, week, 1.0)
    chance = apart / np.maximum(count * week, 1) ** 2
    return _Weeks(np.log(week), np.where(heard, chance + UNEXPLAINED**2, np.inf))


def _effects(weeks: _Weeks) -> np.ndarray:
    """The logarithm of each week's factor, [PAST]: mostly 0."""
    effect = np.zeros(len(weeks.log))
    at = np.flatnonzero(np.isfinite(weeks.variance))
    if len(at) >= LEAST_WEEKS:
        left, variance = _passing(at, weeks.log[at]), weeks.variance[at]
        wide = variance + WIDE**2
        for_slab = left**2 / 2 * (1 / variance - 1 / wide) + np.log(variance / wide) / 2
        believed = for_slab + np.log(RARE / (1 - RARE)) > 0
        effect[at] = np.where(believed, left * WIDE**2 / wide, 0.0)
    return effect


def _passing(at: np.ndarray, log: np.ndarray) -> np.ndarray:
    """What of the logarithms [n] of the weeks `at` [n] is neither growth nor lasts."""
    first, second = np.triu_indices(len(at), 1)
    slope = np.median((log[second] - log[first]) / (at[second] - at[first]))
    level = log - slope * at
    # At either end of as many weeks as elsewhere: all of the last few may be unlike the others.
    begin = np.clip(np.arange(len(at)) - LASTING // 2, 0, max(len(at) - LASTING, 0))
    return np.array([here - np.median(level[b : b + LASTING]) for here, b in zip(level, begin, strict=True)])


def _goes_on(effect: np.ndarray) -> float:
    """How much of a week's effect is left in the next one, shrunk to GOES_ON."""
    usual = AS_SURE * WIDE**2
    followed = float((effect[:-1] * effect[1:]).sum())
    return float(np.clip((followed + GOES_ON * usual) / ((effect[:-1] ** 2).sum() + usual), 0.0, 0.95))
