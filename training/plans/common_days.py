"""Days on which everybody used less, or more: learned from how far all were from their own level.

The use of a week of a subscriber over its weight is taken as level x week x chance, and levels and weeks are
fitted in turns (a two-way analysis). Of the logarithm of the weeks a straight line is growth, and what lasts
is a level like any other: both are taken out, the line by the median of all slopes (Theil and Sen), the rest
by a running median. What is left is believed where it is far above what chance makes of it: a spike at
nothing and a wide slab (Mitchell and Beauchamp, 1988). In the weeks that are, and in those beside them, it is
then asked of each day. So where nothing is common, every day is exactly 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_history import UsageHistory
from models.usage_profile import PAST, WEEK, UsageProfile
from models.usage_spans import LEAST

LEAST_W = 3.5  # days of usual weight of a week, for it to be compared
LEAST_WEEKS = 8  # that are known of a subscriber, and of all
LEAST_SUBSCRIBERS = 30  # on a day, in a week
MOST = 4.0  # times a subscriber's own level
NEXT_TO_NOTHING = 0.02  # of what is usual: as little as an effect can be
ROUNDS = 6
LASTING = 17  # weeks of the running median: what lasts more than half of it is a new level
# Of logarithms, what day of the week and of the month leave: of a week, of a day.
UNEXPLAINED, UNEXPLAINED_DAY = 0.04, 0.08
RARE, WIDE = 0.05, 0.3  # share of weeks that are unlike others, and by how much: of logarithms
OFTEN = 0.5  # the same of days in such a week


class _Effects(NamedTuple):
    """Logarithms of what is common [n], and their variances; infinite where too little is known."""

    log: np.ndarray
    variance: np.ndarray


class _Use(NamedTuple):
    """Use and weight of subscribers by day [k, PAST * WEEK], both 0 where not known."""

    use: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, history: UsageHistory, rows: np.ndarray, meter: int, until: int) -> _Use:
        """Of those of `rows` of whom enough weeks before the day `until` are known."""
        edges = np.maximum(until - history.first + np.arange(-PAST * WEEK, 1), 0)
        use, weight = (np.diff(each[rows, meter][:, edges]) for each in (history.counted, history.counted_w))
        whole = (weight.reshape(-1, PAST, WEEK).sum(axis=2) >= LEAST_W).sum(axis=1)
        enough = (whole >= LEAST_WEEKS) & (use.sum(axis=1) > 0)
        return cls(use[enough], weight[enough])

    def by_week(self) -> _Use:
        """The same by week [k, PAST]; of weeks of which too little is known nothing."""
        use, weight = (each.reshape(-1, PAST, WEEK).sum(axis=2) for each in self)
        known = weight >= LEAST_W
        return _Use(use * known, weight * known)

    def common(self, level: np.ndarray, unexplained: float) -> _Effects:
        """What is common to all whose levels [k] are these."""
        known = self.weight > 0
        count = known.sum(axis=0)
        relative = np.minimum(self.use / np.maximum(self.weight * level[:, None], LEAST), MOST)
        mean = np.maximum(relative.sum(axis=0) / np.maximum(count, 1), NEXT_TO_NOTHING)
        apart = np.where(known, (relative - mean) ** 2, 0.0).sum(axis=0)
        heard = count >= LEAST_SUBSCRIBERS
        chance = apart / np.maximum(count * mean, 1) ** 2
        return _Effects(np.log(np.where(heard, mean, 1.0)), np.where(heard, chance + unexplained**2, np.inf))


def fit_common_days(history: UsageHistory, profile: UsageProfile, until: int) -> UsageProfile:
    """The profile with the days before `until` that were unlike others; itself where none was.

    `history` over `profile`, which knows of no such days.
    """
    days = np.ones((*profile.since.shape, PAST * WEEK))
    for family, meter in np.ndindex(profile.since.shape):
        rows = np.flatnonzero(history.running.family == family)
        days[family, meter] = np.exp(_days(_Use.of(history, rows, meter, until)))
    if (days == 1).all():
        return profile
    return profile.with_days(days, until - PAST * WEEK)


def _days(use: _Use) -> np.ndarray:
    """The logarithm of what is common to each day, [PAST * WEEK]: mostly 0."""
    effect = np.zeros(PAST * WEEK)
    weeks, level = _in_turns(use.by_week())
    at = np.flatnonzero(np.isfinite(weeks.variance))
    if len(at) < LEAST_WEEKS:
        return effect
    lasting = _lasting(at, weeks.log[at])
    unlike = np.zeros(PAST, dtype=np.bool_)
    unlike[at] = _believed(_Effects(weeks.log[at] - lasting, weeks.variance[at]), RARE) != 0
    if not unlike.any():
        return effect
    beside = np.convolve(unlike, np.ones(3), "same") > 0
    days = use.common(level, UNEXPLAINED_DAY)
    left = days.log - np.repeat(np.interp(np.arange(PAST), at, lasting), WEEK)
    # Giants are cut off, which takes more from the mean of days than from that of weeks.
    left -= np.median(left[np.isfinite(days.variance)])
    rare = np.repeat(np.where(unlike, OFTEN, RARE), WEEK)
    found = _believed(_Effects(left, days.variance), rare)
    return np.where(np.repeat(beside, WEEK), found, effect)


def _in_turns(weeks: _Use) -> tuple[_Effects, np.ndarray]:
    """What is common to weeks, and the levels [k] of subscribers."""
    level, found = np.ones(len(weeks.use)), _Effects(np.zeros(PAST), np.full(PAST, np.inf))
    for _ in range(ROUNDS if len(level) else 0):
        level = weeks.use.sum(axis=1) / np.maximum(weeks.weight @ np.exp(found.log), LEAST)
        found = weeks.common(level, UNEXPLAINED)
    return found, level


def _lasting(at: np.ndarray, log: np.ndarray) -> np.ndarray:
    """What of the logarithms [n] of the weeks `at` [n] is growth, or lasts."""
    first, second = np.triu_indices(len(at), 1)
    slope = np.median((log[second] - log[first]) / (at[second] - at[first]))
    level = log - slope * at
    # At either end of as many weeks as elsewhere: all of the last few may be unlike the others.
    begin = np.clip(np.arange(len(at)) - LASTING // 2, 0, max(len(at) - LASTING, 0))
    lasting: np.ndarray = slope * at + [np.median(level[low : low + LASTING]) for low in begin.tolist()]
    return lasting


def _believed(effects: _Effects, rare: np.ndarray | float) -> np.ndarray:
    """The effects [n] where it is likelier that there is one, shrunk; otherwise 0."""
    log, variance = effects.log, np.minimum(effects.variance, 1 / LEAST)
    wide = variance + WIDE**2
    for_slab = log**2 / 2 * (1 / variance - 1 / wide) + np.log(variance / wide) / 2
    likelier = for_slab + np.log(rare / (1 - rare)) > 0
    return np.where(likelier & np.isfinite(effects.variance), log * WIDE**2 / wide, 0.0)
