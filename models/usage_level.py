"""How much a subscriber uses: a level that is followed from cycle to cycle.

On the logarithm of use in a whole cycle, by subscriber and meter:

    level    l_c = l_(c-1) + growth + N(0, drift), and with probability `jump` also + N(0, far)
    cycle    z_c = l_c + N(0, cycle + log(1 + seen / W)), and with probability `odd` also + N(0, far)

W is how much of a usual cycle is known. Each step weighs three stories of what is seen (as usual, an
unusual cycle, a new level) by how well they tell it, and goes on with the normal distribution of the
same mean and variance (a Gaussian sum filter, collapsed at each step; Alspach and Sorenson, 1972). With the
probability TOGETHER all meters of a subscriber are in the same story: a new job changes minutes and data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.usage_level_one import OneCycle, OneDynamics, follow_one

LOG_TWO_PI = float(np.log(2 * np.pi))
TOGETHER = 0.7
TINY = 1e-300
FEW = 0.5  # cycles of days that differ as usual are mixed into a subscriber's own
MOST_SPREAD = 5.0  # of a subscriber over what is usual
ENDLESS = 1e30


@dataclass(frozen=True, slots=True, eq=False)
class Dynamics:
    """How use develops, by family and meter.

    All float64 [n_families, n_meters] of logarithms and their variances.

    between  variance of the level between subscribers of one plan
    cycle    variance from cycle to cycle around the level
    day      relative variance of use within a share W of a cycle, times W
    seen     the same of the rate that a share W is told by (`usage_rate`)
    drift    variance of the level's steps
    growth   mean of the level's steps
    jump     probability of a new level, a cycle; odd: of an unusual cycle
    far      variance of the size of both
    spread   how much single days usually differ (`usage_rate.spread_of`)
    heed     how far a subscriber whose days differ more or less than that has other `day` and `seen`: a power
    floor    logarithm below which use counts as this much: nobody's level is minus infinity
    start    float64 [n_plans, n_meters] mean level of subscribers of each plan, before their own use is known
    """

    between: np.ndarray
    cycle: np.ndarray
    day: np.ndarray
    seen: np.ndarray
    drift: np.ndarray
    growth: np.ndarray
    jump: np.ndarray
    odd: np.ndarray
    far: np.ndarray
    spread: np.ndarray
    heed: np.ndarray
    floor: np.ndarray
    start: np.ndarray

    def of(
        self, family: np.ndarray, plan: np.ndarray, days: tuple[np.ndarray, np.ndarray] | None = None
    ) -> Self:
        """The same with a row a subscriber, [n, n_meters], for their family and plan [n].

        `day` and `seen` by how much their own `days` differ: spread and spread_w [n, n_meters].
        """
        names = self.__slots__[:-1]
        rows = dict(zip(names, np.array([getattr(self, name) for name in names])[:, family], strict=True))
        if days is not None:
            times = relative_spread(*days, rows["spread"]) ** rows["heed"]
            rows["day"] *= times
            rows["seen"] *= times
        return type(self)(**rows, start=self.start[plan])

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


def relative_spread(spread: np.ndarray, spread_w: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """How much a subscriber's days differ over how much is `usual`, which is mixed in; [n, ...]."""
    own = (spread / usual + FEW) / (spread_w + FEW)
    relative: np.ndarray = np.minimum(np.maximum(own, 1 / MOST_SPREAD), MOST_SPREAD)
    return relative


class Level(NamedTuple):
    """What is known of the level, all [n, n_meters].

    mean, variance     after the finished cycles
    cycles             int64 the finished ones seen
    before, before_v   mean and variance before the last finished one
    """

    mean: np.ndarray
    variance: np.ndarray
    cycles: np.ndarray
    before: np.ndarray
    before_v: np.ndarray


def first_level(dynamics: Dynamics) -> Level:
    """What is known before any use is: `dynamics` by subscriber."""
    none = np.zeros(dynamics.start.shape, dtype=np.int64)
    return Level(dynamics.start, dynamics.between, none, dynamics.start, dynamics.between)


class Seen(NamedTuple):
    """What cycles were seen to use: all [..., n_meters].

    known   bool, was anything seen?
    log     its logarithm for a whole cycle; `noise` the variance of that from days alone, endless where
            nothing was seen: then nothing is learned from it
    """

    known: np.ndarray
    log: np.ndarray
    noise: np.ndarray


class _Prior(NamedTuple):
    """The three stories before a cycle is seen, [3, n, n_meters].

    chance   probability of each; `together` [3, n] the same of all meters at once
    level    what each adds to the variance of the level; `cycle` to that of the cycle's own use around it
    """

    chance: np.ndarray
    together: np.ndarray
    level: np.ndarray
    cycle: np.ndarray


class _Weighed(NamedTuple):
    """The stories weighed by what was seen: `share`, `level_v`, `total` variance [3, n, n_meters].

    gap          what was seen above the mean level, [n, n_meters]
    likelihood   its logarithm, up to what nothing but `total` of unseen cycles adds, [n, n_meters]
    """

    share: np.ndarray
    level_v: np.ndarray
    total: np.ndarray
    gap: np.ndarray
    likelihood: np.ndarray


def follow(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> Level:
    """The level after the finished cycles [n, n_cycles, n_meters], oldest first.

    `dynamics` by subscriber.
    """
    if len(finished) == 1 and len(dynamics.start) == 1:
        return _followed_one(dynamics, finished, finished_w)
    level, _ = _followed(dynamics, finished, finished_w)
    return level


def _followed_one(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> Level:
    """The same for one subscriber, [1, n_cycles, n_meters]."""
    seen = seen_of(dynamics.seen[:, None], dynamics.floor[:, None], finished, finished_w)
    count = seen.known[0].cumsum(axis=0)
    columns = (seen.known[0].tolist(), (count > 0).tolist(), seen.log[0].tolist(), seen.noise[0].tolist())
    odd, jump = dynamics.odd[0].tolist(), dynamics.jump[0].tolist()
    own = OneDynamics(
        dynamics.cycle[0].tolist(),
        dynamics.far[0].tolist(),
        odd,
        jump,
        dynamics.growth[0].tolist(),
        dynamics.drift[0].tolist(),
        TOGETHER / (1 - TOGETHER),
    )
    mean, variance = dynamics.start[0].tolist(), dynamics.between[0].tolist()
    told = [OneCycle(*each) for each in zip(*columns, strict=True)]
    follow_one(own, told[:-1], mean, variance)
    before, before_v = np.array([mean]), np.array([variance])
    follow_one(own, told[-1:], mean, variance)
    cycles = count[-1:] if len(count) else np.zeros(dynamics.start.shape, dtype=np.int64)
    return Level(np.array([mean]), np.array([variance]), cycles, before, before_v)


def log_likelihood(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> np.ndarray:
    """The log likelihood [n, n_meters] of the finished cycles, up to a constant of the data: for fitting."""
    _, likelihood = _followed(dynamics, finished, finished_w)
    return likelihood


def _followed(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> tuple[Level, np.ndarray]:
    level, prior = first_level(dynamics), _prior(dynamics)
    first = int(finished_w.any(axis=(0, 2)).argmax()) if finished_w.size else 0
    finished, finished_w = finished[:, first:], finished_w[:, first:]
    seen = seen_of(dynamics.seen[:, None], dynamics.floor[:, None], finished, finished_w)
    count = seen.known.cumsum(axis=1)
    begun = count > 0
    growth, drift = begun * dynamics.growth[:, None], begun * dynamics.drift[:, None]
    around = prior.cycle[:, :, None] + seen.noise
    mean, variance = before, before_v = level.mean, level.variance
    likelihood = np.zeros(mean.shape)
    for cycle in range(finished.shape[1]):
        before, before_v = mean, variance
        weighed = _weigh(prior, mean, variance, seen.log[:, cycle], around[:, :, cycle])
        moved, after = _stepped(weighed)
        mean = mean + moved + growth[:, cycle]
        variance = np.where(begun[:, cycle], after + drift[:, cycle], variance)
        likelihood += np.where(seen.known[:, cycle], weighed.likelihood, 0.0)
    cycles = count[:, -1] if finished.shape[1] else level.cycles
    return Level(mean, variance, cycles, before, before_v), likelihood


def _prior(dynamics: Dynamics) -> _Prior:
    chance = np.stack([1 - dynamics.jump - dynamics.odd, dynamics.odd, dynamics.jump])
    level, cycle = np.zeros(chance.shape), np.empty(chance.shape)  # one row may stand for all subscribers
    level[2] = dynamics.far
    cycle[:] = dynamics.cycle
    cycle[1] += dynamics.far
    odds = TOGETHER / (1 - TOGETHER)
    return _Prior(chance, chance.mean(axis=-1) * odds, level, cycle)


def seen_of(variance: np.ndarray, floor: np.ndarray, used: np.ndarray, share: np.ndarray) -> Seen:
    known = share > 0
    of_cycle = np.where(known, share, 1.0)
    noise = np.log1p(variance / of_cycle)
    log = np.log(np.maximum(used / of_cycle, TINY))
    return Seen(known, np.maximum(log + noise / 2, floor), np.where(known, noise, ENDLESS))


def _weigh(
    prior: _Prior, mean: np.ndarray, variance: np.ndarray, log: np.ndarray, around: np.ndarray
) -> _Weighed:
    """`mean`, `variance` of the level, what was seen, and its variance `around` the level by story."""
    level_v = variance + prior.level
    total = level_v + around
    gap = log - mean
    unlike = gap * gap / total
    unlike += np.log(total)
    least = unlike.min(axis=0)
    unlike -= least
    unlike *= -0.5
    share = np.exp(unlike)
    share *= prior.chance
    each = share.sum(axis=0)
    share /= each
    if share.shape[-1] > 1:
        _put_together(share, prior, unlike, each)
    return _Weighed(share, level_v, total, gap, np.log(each) - 0.5 * (least + LOG_TWO_PI))


def _put_together(share: np.ndarray, prior: _Prior, log_likelihood: np.ndarray, each: np.ndarray) -> None:
    """Mix into the shares [3, n, n_meters] of every meter for itself those of all in one story.

    By how well the two tell it: `each` [n, n_meters] says how well the first does.
    """
    together = np.exp(log_likelihood.sum(axis=-1))
    together *= prior.together
    all_ = together.sum(axis=0)
    together /= all_ + TINY
    part = all_ / (all_ + each.prod(axis=-1))
    other = together[..., None] - share
    other *= part[:, None]
    share += other


def _stepped(weighed: _Weighed) -> tuple[np.ndarray, np.ndarray]:
    """How far the level moves, and its variance: the three stories collapsed to one normal distribution."""
    gain = weighed.level_v / weighed.total
    away = gain * weighed.gap
    moved: np.ndarray = (weighed.share * away).sum(axis=0)
    away -= moved
    away *= away
    away += weighed.level_v * (1 - gain)
    variance: np.ndarray = (weighed.share * away).sum(axis=0)
    return moved, variance
