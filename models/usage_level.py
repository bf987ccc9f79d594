"""How much a subscriber uses: a level that is followed from cycle to cycle.

On the logarithm of use in a whole cycle, by subscriber and meter:

    level    l_c = l_(c-1) + growth + N(0, drift), and with probability `jump` also + N(0, far)
    cycle    z_c = l_c + N(0, cycle + log(1 + day / W)), and with probability `odd` also + N(0, far)

W is the share of the cycle that is known. Each step weighs three stories of what is seen (as usual, an
unusual cycle, a new level) by how well they tell it, and goes on with the normal distribution of the
same mean and variance (a Gaussian sum filter, collapsed at each step; Alspach and Sorenson, 1972).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays

LOG_TWO_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Dynamics:
    """How use develops, by family and meter.

    All float64 [n_families, n_meters] of logarithms and their variances.

    between  variance of the level between subscribers of one plan
    cycle    variance from cycle to cycle around the level
    day      relative variance of use within a share W of a cycle, times W
    drift    variance of the level's steps
    growth   mean of the level's steps
    jump     probability of a new level, a cycle; odd: of an unusual cycle
    far      variance of the size of both
    floor    logarithm below which use counts as this much: nobody's level is minus infinity
    start    float64 [n_plans, n_meters] mean level of subscribers of each plan, before their own use is known
    """

    between: np.ndarray
    cycle: np.ndarray
    day: np.ndarray
    drift: np.ndarray
    growth: np.ndarray
    jump: np.ndarray
    odd: np.ndarray
    far: np.ndarray
    floor: np.ndarray
    start: np.ndarray

    def of(self, family: np.ndarray, plan: np.ndarray) -> Self:
        """The same with a row a subscriber, [n, n_meters], for their family and plan [n]."""
        rows = {name: getattr(self, name)[family] for name in self.__slots__ if name != "start"}
        return type(self)(**rows, start=self.start[plan])

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


class Level(NamedTuple):
    """What is known of the level: mean and variance [n, n_meters]; `cycles` int64 the finished ones seen."""

    mean: np.ndarray
    variance: np.ndarray
    cycles: np.ndarray


class Stories(NamedTuple):
    """Three stories of one cycle: as usual, unusual, new level; all [3, n, n_meters].

    share           probability of each, after what is seen
    level, level_v  mean and variance of the level in each
    cycle, cycle_v  mean and variance of this cycle's own logarithm of use in each
    """

    share: np.ndarray
    level: np.ndarray
    level_v: np.ndarray
    cycle: np.ndarray
    cycle_v: np.ndarray


def first_level(dynamics: Dynamics) -> Level:
    """What is known before any use is: `dynamics` by subscriber."""
    return Level(dynamics.start, dynamics.between, np.zeros(dynamics.start.shape, dtype=np.int64))


def stories(
    dynamics: Dynamics, level: Level, used: np.ndarray, share: np.ndarray
) -> tuple[Stories, np.ndarray]:
    """What a cycle's use [n, n_meters], known for a share W of it, says, and its log likelihood.

    `level` as before the cycle. W 0 says nothing: the stories keep their probabilities.
    """
    known = share > 0
    with np.errstate(divide="ignore"):
        seen = np.log(used / np.where(known, share, 1.0))
    noise = np.log1p(dynamics.day / np.where(known, share, 1.0))
    seen = np.maximum(seen + noise / 2, dynamics.floor)
    chance = np.stack([1 - dynamics.jump - dynamics.odd, dynamics.odd, dynamics.jump])
    zero = np.zeros_like(dynamics.far)
    level_v = level.variance + np.stack([zero, zero, dynamics.far])
    cycle_v = level_v + dynamics.cycle + np.stack([zero, dynamics.far, zero])
    total = cycle_v + noise
    gap = seen - level.mean
    log_likelihood = -0.5 * (gap * gap / total + np.log(total) + LOG_TWO_PI)
    best = log_likelihood.max(axis=0)
    weight = chance * np.where(known, np.exp(log_likelihood - best), 1.0)
    sum_ = weight.sum(axis=0)
    gap = np.where(known, gap, 0.0)
    gain, level_gain = known * cycle_v / total, known * level_v / total
    told = Stories(
        weight / sum_,
        level.mean + level_gain * gap,
        level_v * (1 - level_gain),
        level.mean + gain * gap,
        cycle_v * (1 - gain),
    )
    return told, np.where(known, best + np.log(sum_), 0.0)


def after(dynamics: Dynamics, level: Level, used: np.ndarray, share: np.ndarray) -> tuple[Level, np.ndarray]:
    """The level before the next cycle, once this one is known; and the log likelihood of what was seen."""
    told, likelihood = stories(dynamics, level, used, share)
    mean = (told.share * told.level).sum(axis=0)
    spread = told.level - mean
    variance = (told.share * (told.level_v + spread * spread)).sum(axis=0)
    known = share > 0
    stepped = Level(
        np.where(level.cycles + known > 0, mean + dynamics.growth, level.mean),
        np.where(level.cycles + known > 0, variance + dynamics.drift, level.variance),
        level.cycles + known,
    )
    return stepped, likelihood


def follow(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> tuple[Level, np.ndarray]:
    """The level after the finished cycles [n, n_cycles, n_meters], oldest first.

    `dynamics` by subscriber. The log likelihood [n, n_meters] of all of it comes along, for fitting.
    """
    level = first_level(dynamics)
    likelihood = np.zeros(level.mean.shape)
    first = int(finished_w.any(axis=(0, 2)).argmax()) if finished_w.size else 0
    for cycle in range(first, finished.shape[1]):
        level, each = after(dynamics, level, finished[:, cycle], finished_w[:, cycle])
        likelihood += each
    return level, likelihood
