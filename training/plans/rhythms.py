"""How far subscribers' rhythms differ from that of everybody, learned from two halves of their days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.usage_history import UsageHistory
from models.usage_profile import CLASSES, WEEK, UsageProfile
from models.usage_rhythm import RHYTHM_DAYS, Calendar, ClassMeans, class_means, relative_days

LEAST_NOISE = 0.02  # variance by chance from which on subscribers weigh alike
LEAST_SUBSCRIBERS = 50
MONTH_DAYS = 28  # a part of the days, in turns one half and the other


def fit_rhythms(history: UsageHistory, profile: UsageProfile, until: int) -> UsageProfile:
    """The profile with `trust`. What both halves of a subscriber's days say of a class is no chance.

    `history` of the days before `until`, over `profile`. The mean product of both halves' distances from
    everybody is the variance between subscribers, less a standard error of it; how far halves are from each
    other is what is chance.
    """
    trust = np.zeros(profile.trust.shape)
    whole, *halves = _means(history, until)
    for family, meter in np.ndindex(trust.shape[:2]):
        mine = history.running.family == family
        for each in range(CLASSES):
            at = mine, meter, each
            away = halves[0].ratio[at] - 1, halves[1].ratio[at] - 1
            by_chance = halves[0].noise[at] + halves[1].noise[at]
            trust[family, meter, each] = _trust(whole.noise[at], away, by_chance)
    return replace(profile, trust=frozen(trust))


def _means(history: UsageHistory, until: int) -> list[ClassMeans]:
    """Of all days, and of every second four weeks: those and the others."""
    last = until - history.first
    past = slice(max(last % WEEK, last - RHYTHM_DAYS), last)
    use, weighed = (np.diff(sums, axis=-1)[..., past] for sums in (history.counted, history.counted_w))
    weight = np.diff(history.weight, axis=-1)[..., past][history.kind]
    relative = relative_days(use, weighed > 0, weight)
    calendar = Calendar.of(np.arange(history.first, until)[past])
    of_first = np.arange(relative.shape[-1]) // MONTH_DAYS % 2 == 0
    parts = (relative, np.where(of_first, relative, np.nan), np.where(of_first, np.nan, relative))
    return [class_means(part, calendar) for part in parts]


def _trust(noise: np.ndarray, away: tuple[np.ndarray, np.ndarray], apart: np.ndarray) -> float:
    """Variance between subscribers over how much larger chance is than `noise` [n] says; 0 if there is none.

    `away`: how far both halves are from everybody, [n]; `apart` [n] the variance of their difference.
    """
    one, other = away
    known = np.isfinite(noise) & np.isfinite(apart)
    if known.sum() < LEAST_SUBSCRIBERS:
        return 0.0
    weight = 1 / (noise[known] + LEAST_NOISE)
    weight /= weight.sum()
    both = one[known] * other[known]
    between = weight @ both
    between -= np.sqrt(weight**2 @ (both - between) ** 2)
    chance = (weight @ (one - other)[known] ** 2) / (weight @ apart[known])
    return float(max(between, 0.0) / max(chance, 0.1))
