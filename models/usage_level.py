"""How much a subscriber uses: a level that is followed from cycle to cycle.

On the logarithm of use in a whole cycle, by subscriber and meter:

    level    l_c = l_(c-1) + growth + N(0, drift), and with probability `jump` also + N(0, far)
    cycle    z_c = l_c + N(0, cycle + log(1 + seen / W)), and with probability `odd` also + N(0, far)

W is the share of the cycle that is known. When the level last changed is not known: the level is followed for
each answer apart, each weighed by how well it tells what came (Adams and MacKay, 2007, Bayesian online
changepoint detection), the oldest taken together as one (a Gaussian sum filter; Alspach and Sorenson, 1972).
With the probability TOGETHER all meters of a subscriber change at once: a new job changes minutes and data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.usage_level_one import MOST, RUNS, TINY, TOGETHER, OneCycle, OneDynamics, OneLevel

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


class _Runs(NamedTuple):
    """Runs: when the last change of level was, newest last. Of each, what the level is then.

    mean, variance  of the level, [n_runs, n, n_meters]
    own             probability of the run by each meter for itself, [n_runs, n, n_meters]
    joint           the same by all meters at once, [n_runs, n]
    evidence        how much better the second tells all that was seen, [n]
    """

    mean: np.ndarray
    variance: np.ndarray
    own: np.ndarray
    joint: np.ndarray
    evidence: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """The probability of each run [n_runs, n, n_meters], of both mixed."""
        if self.own.shape[-1] == 1:
            return self.own
        part = (self.evidence / (1 + self.evidence))[:, None]
        share: np.ndarray = self.own + part * (self.joint[..., None] - self.own)
        return share


def follow(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> Level:
    """The level after the finished cycles [n, n_cycles, n_meters], oldest first.

    `dynamics` by subscriber.
    """
    first = int(finished_w.any(axis=(0, 2)).argmax()) if finished_w.size else 0
    finished, finished_w = finished[:, first:], finished_w[:, first:]
    if finished.shape[1] == 0:
        return first_level(dynamics)
    seen = seen_of(dynamics.seen[:, None], dynamics.floor[:, None], finished, finished_w)
    if len(finished) == 1 and len(dynamics.start) == 1:
        return _followed_one(dynamics, seen)
    return _followed(dynamics, seen)


def _followed_one(dynamics: Dynamics, seen: Seen) -> Level:
    """The same for one subscriber, [1, n_cycles, n_meters]."""
    count = seen.known[0].cumsum(axis=0)
    columns = (
        seen.known[0].tolist(), (count > seen.known[0]).tolist(), seen.log[0].tolist(), seen.noise[0].tolist()
    )  # fmt: skip
    one = OneLevel(
        OneDynamics(
            dynamics.cycle[0].tolist(),
            dynamics.far[0].tolist(),
            dynamics.odd[0].tolist(),
            dynamics.jump[0].tolist(),
            dynamics.growth[0].tolist(),
            dynamics.drift[0].tolist(),
        ),
        dynamics.start[0].tolist(),
        dynamics.between[0].tolist(),
    )
    told = [OneCycle(*each) for each in zip(*columns, strict=True)]
    for cycle in told:
        before, before_v = one.mean, one.variance
        one.hear(cycle)
    values = (one.mean, one.variance, before, before_v)
    mean, variance, *others = (np.array([each]) for each in values)
    return Level(mean, variance, count[-1:], *others)


def _followed(dynamics: Dynamics, seen: Seen) -> Level:
    count = seen.known.cumsum(axis=1)
    begun, earlier = count > 0, count > seen.known
    growth, drift = begun * dynamics.growth[:, None], begun * dynamics.drift[:, None]
    around = dynamics.cycle[:, None] + seen.noise
    mean, variance = dynamics.start, dynamics.between
    certain = np.ones((1, *mean.shape))
    evidence = np.full(len(mean), TOGETHER / (1 - TOGETHER))
    runs = _Runs(mean[None].copy(), variance[None].copy(), certain, certain[..., 0].copy(), evidence)
    for cycle in range(seen.log.shape[1]):
        before, before_v = mean, variance
        runs = _with_change(runs, dynamics, (mean, variance), earlier[:, cycle])
        runs = _heard(runs, dynamics, seen.log[:, cycle], around[:, cycle])
        runs.mean[:] += growth[:, cycle]
        runs.variance[:] += drift[:, cycle]
        share = runs.share
        mean = (share * runs.mean).sum(axis=0)
        variance = (share * (runs.variance + (runs.mean - mean) ** 2)).sum(axis=0)
    return Level(mean, variance, count[:, -1], before, before_v)


def _with_change(
    runs: _Runs, dynamics: Dynamics, level: tuple[np.ndarray, np.ndarray], earlier: np.ndarray
) -> _Runs:
    """One run more: the level changes now, from wherever it is; `earlier` where one was known before."""
    if len(runs.mean) == RUNS:
        runs = _oldest_merged(runs)
    jump = np.where(earlier, dynamics.jump, 0.0)
    every = jump.mean(axis=-1)
    return _Runs(
        np.concatenate([runs.mean, level[0][None]]),
        np.concatenate([runs.variance, (level[1] + dynamics.far)[None]]),
        np.concatenate([runs.own * (1 - jump), jump[None]]),
        np.concatenate([runs.joint * (1 - every), every[None]]),
        runs.evidence,
    )


def _oldest_merged(runs: _Runs) -> _Runs:
    """The two oldest runs as one with their mean and variance: the data has long told them apart."""
    share = runs.share[:2] + TINY
    share /= share.sum(axis=0)
    mean = (share * runs.mean[:2]).sum(axis=0)
    variance = (share * (runs.variance[:2] + (runs.mean[:2] - mean) ** 2)).sum(axis=0)
    own, joint = runs.own[:2].sum(axis=0), runs.joint[:2].sum(axis=0)
    return _Runs(
        np.concatenate([mean[None], runs.mean[2:]]),
        np.concatenate([variance[None], runs.variance[2:]]),
        np.concatenate([own[None], runs.own[2:]]),
        np.concatenate([joint[None], runs.joint[2:]]),
        runs.evidence,
    )


def _heard(runs: _Runs, dynamics: Dynamics, log: np.ndarray, around: np.ndarray) -> _Runs:
    """Every run moved and weighed by what was seen, as usual or in an unusual cycle."""
    total = runs.variance + around
    wide = total + dynamics.far
    gap = log - runs.mean
    square = gap * gap
    usual, odd = square / total, square / wide
    usual += np.log(total)
    odd += np.log(wide)
    least = np.minimum(usual, odd).min(axis=0)
    usual = np.exp(0.5 * (least - usual)) * (1 - dynamics.odd)
    odd = np.exp(0.5 * (least - odd)) * dynamics.odd
    told = usual + odd + TINY
    odd /= told
    gain = runs.variance / total
    less = gain - runs.variance / wide
    moved = gain - odd * less
    variance = runs.variance * (1 - moved) + odd * (1 - odd) * less * less * square
    own, joint = runs.own * told, runs.joint * told.prod(axis=-1)
    each, every = own.sum(axis=0), joint.sum(axis=0) + TINY
    evidence = np.minimum(np.maximum(runs.evidence * every / each.prod(axis=-1), 1 / MOST), MOST)
    return _Runs(runs.mean + moved * gap, variance, own / each, joint / every, evidence)


def seen_of(day: np.ndarray, floor: np.ndarray, used: np.ndarray, share: np.ndarray) -> Seen:
    known = share > 0
    of_cycle = np.where(known, share, 1.0)
    noise = np.log1p(day / of_cycle)
    with np.errstate(divide="ignore"):
        log = np.log(used / of_cycle)
    return Seen(known, np.maximum(log + noise / 2, floor), np.where(known, noise, ENDLESS))
