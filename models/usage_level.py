"""How much a subscriber uses: a level that is followed from cycle to cycle.

On the logarithm of use in a whole cycle, by subscriber and meter:

    level    l_c = l_(c-1) + growth + N(0, drift), and with probability `jump` also + N(0, far)
    cycle    z_c = l_c + N(0, cycle + log(1 + day / W)), and with probability `odd` also + N(0, far)

W is the share of the cycle that is known. Each step weighs three stories of what is seen (as usual, an
unusual cycle, a new level) by how well they tell it, and goes on with the normal distribution of the
same mean and variance (a Gaussian sum filter, collapsed at each step; Alspach and Sorenson, 1972). With the
probability TOGETHER all meters of a subscriber are in the same story: a new job changes minutes and data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays

LOG_TWO_PI = float(np.log(2 * np.pi))
TOGETHER = 0.7
TINY = 1e-300


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


class _Seen(NamedTuple):
    """What cycles were seen to use: all [..., n_meters].

    known   bool, was anything seen?
    log     its logarithm for a whole cycle; `noise` the variance of that from days alone
    """

    known: np.ndarray
    log: np.ndarray
    noise: np.ndarray


class _Prior(NamedTuple):
    """The three stories before a cycle is seen, [3, n, n_meters].

    chance   probability of each
    level    what each adds to the variance of the level; `cycle` to that of the cycle's own use around it
    """

    chance: np.ndarray
    level: np.ndarray
    cycle: np.ndarray


class _Weighed(NamedTuple):
    """The stories weighed by what was seen: `share`, `level_v`, `total` variance [3, n, n_meters].

    gap          what was seen above the mean level, 0 where nothing was, [n, n_meters]
    likelihood   its logarithm, 0 where nothing was seen, [n, n_meters]
    """

    share: np.ndarray
    level_v: np.ndarray
    total: np.ndarray
    gap: np.ndarray
    likelihood: np.ndarray


def stories(
    dynamics: Dynamics, level: Level, used: np.ndarray, share: np.ndarray
) -> tuple[Stories, np.ndarray]:
    """What a cycle's use [n, n_meters], known for a share W of it, says, and its log likelihood.

    `level` as before the cycle. W 0 says nothing: the stories keep their probabilities.
    """
    prior, seen = _prior(dynamics), _seen(dynamics.day, dynamics.floor, used, share)
    weighed = _weigh(prior, level, seen)
    cycle_v = weighed.level_v + prior.cycle
    gain = seen.known * cycle_v / weighed.total
    level_gain = seen.known * weighed.level_v / weighed.total
    told = Stories(
        weighed.share,
        level.mean + level_gain * weighed.gap,
        weighed.level_v * (1 - level_gain),
        level.mean + gain * weighed.gap,
        cycle_v * (1 - gain),
    )
    return told, weighed.likelihood


def seen_log(dynamics: Dynamics, used: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The logarithm [n, n_meters] of what use so far makes of a whole cycle, where the share W is known."""
    return _seen(dynamics.day, dynamics.floor, used, share).log


def follow(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> tuple[Level, np.ndarray]:
    """The level after the finished cycles [n, n_cycles, n_meters], oldest first.

    `dynamics` by subscriber. The log likelihood [n, n_meters] of all of it comes along, for fitting.
    """
    level, prior = first_level(dynamics), _prior(dynamics)
    likelihood = np.zeros(level.mean.shape)
    first = int(finished_w.any(axis=(0, 2)).argmax()) if finished_w.size else 0
    seen = _seen(dynamics.day[:, None], dynamics.floor[:, None], finished, finished_w)
    for cycle in range(first, finished.shape[1]):
        of_cycle = _Seen(*(each[:, cycle] for each in seen))
        weighed = _weigh(prior, level, of_cycle)
        level = _stepped(dynamics, level, of_cycle.known, weighed)
        likelihood += weighed.likelihood
    return level, likelihood


def _prior(dynamics: Dynamics) -> _Prior:
    chance = np.stack([1 - dynamics.jump - dynamics.odd, dynamics.odd, dynamics.jump])
    level, cycle = np.zeros(chance.shape), np.empty(chance.shape)  # one row may stand for all subscribers
    level[2] = dynamics.far
    cycle[:] = dynamics.cycle
    cycle[1] += dynamics.far
    return _Prior(chance, level, cycle)


def _seen(day: np.ndarray, floor: np.ndarray, used: np.ndarray, share: np.ndarray) -> _Seen:
    known = share > 0
    of_cycle = np.where(known, share, 1.0)
    noise = np.log1p(day / of_cycle)
    with np.errstate(divide="ignore"):
        log = np.log(used / of_cycle)
    return _Seen(known, np.maximum(log + noise / 2, floor), noise)


def _weigh(prior: _Prior, level: Level, seen: _Seen) -> _Weighed:
    level_v = level.variance + prior.level
    total = level_v + prior.cycle + seen.noise
    gap = seen.log - level.mean
    log_likelihood = -0.5 * (gap * gap / total + np.log(total) + LOG_TWO_PI)
    log_likelihood = np.where(seen.known, log_likelihood, 0.0)
    share, likelihood = _shares(prior.chance, log_likelihood)
    return _Weighed(share, level_v, total, np.where(seen.known, gap, 0.0), likelihood)


def _shares(chance: np.ndarray, log_likelihood: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How likely each story [3, n, n_meters] is after what was seen, and the log likelihood [n, n_meters].

    Every meter for itself, mixed with all in one story by how well the two tell it.
    """
    best = log_likelihood.max(axis=0)
    above = log_likelihood - best
    weight = chance * np.exp(above)
    each = weight.sum(axis=0)
    own, likelihood = weight / each, best + np.log(each)
    if log_likelihood.shape[-1] == 1:
        return own, likelihood
    together = chance.mean(axis=-1) * np.exp(above.sum(axis=-1))
    all_ = together.sum(axis=0) + TINY
    odds = TOGETHER / (1 - TOGETHER) * all_ / each.prod(axis=-1)
    part = (odds / (1 + odds))[:, None]
    share = own + part * ((together / all_)[..., None] - own)
    return share, likelihood


def _stepped(dynamics: Dynamics, level: Level, known: np.ndarray, weighed: _Weighed) -> Level:
    """The level before the next cycle: the three stories collapsed to one normal distribution, and a step."""
    gain = known * weighed.level_v / weighed.total
    away = gain * weighed.gap
    moved = (weighed.share * away).sum(axis=0)
    off = away - moved
    variance = (weighed.share * (weighed.level_v * (1 - gain) + off * off)).sum(axis=0)
    cycles = level.cycles + known
    begun = cycles > 0
    return Level(
        np.where(begun, level.mean + moved + dynamics.growth, level.mean),
        np.where(begun, variance + dynamics.drift, level.variance),
        cycles,
    )
