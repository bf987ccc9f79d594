"""How much a subscriber uses: a level that is followed from cycle to cycle.

On the logarithm of use in a whole cycle, by subscriber and meter:

    level    l_c = l_(c-1) + growth + N(0, drift), and with probability `jump` also + N(0, far)
    cycle    z_c = l_c + N(0, cycle + log(1 + seen / W)), and with probability `odd` also + N(0, far)

W is how much of a usual cycle is known. Each step weighs three stories of what is seen (as usual, an
unusual cycle, a new level) by how well they tell it, and goes on with the normal distribution of the
same mean and variance (a Gaussian sum filter, collapsed at each step; Alspach and Sorenson, 1972). With the
probability TOGETHER all meters of a subscriber are in the same story: a new job changes minutes and data.
It is followed for each temper of `models.usage_dynamics`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_dynamics import Dynamics

TOGETHER = 0.7
TINY = 1e-300
ENDLESS = 1e30
MOST_BETTER = 600.0  # of the logarithm of how much better stories tell a cycle of all meters than the usual


class Level(NamedTuple):
    """What is known of the level.

    mean, variance     after the finished cycles, [n, n_meters]
    cycles             int64 [n, n_meters] the finished ones seen
    before, before_v   mean and variance before the last finished one, [n_tempers, n, n_meters]
    told               log of how likely each temper is after the cycles before that, up to a constant of the
                       subscriber, [n_tempers, n]
    """

    mean: np.ndarray
    variance: np.ndarray
    cycles: np.ndarray
    before: np.ndarray
    before_v: np.ndarray
    told: np.ndarray


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
    """What holds before a cycle is seen; all [n, n_meters] but for the first and the last two.

    around    variance of cycles around the level, [n_tempers, n, n_meters]
    far       as in Dynamics
    usual     probability of the usual story, and `changed` of the two others
    to_level  of these, the part that is a new level, times `far`; `to_cycle` the other part, times it
    either    their product: what it adds to the variance that a change may be either
    all_usual, all_changed   [n] the probabilities of all meters in the same story
    """

    around: np.ndarray
    far: np.ndarray
    usual: np.ndarray
    changed: np.ndarray
    to_level: np.ndarray
    to_cycle: np.ndarray
    either: np.ndarray
    all_usual: np.ndarray
    all_changed: np.ndarray

    @classmethod
    def of(cls, dynamics: Dynamics) -> _Prior:
        changed, far = dynamics.odd + dynamics.jump, dynamics.far
        to_level = dynamics.jump / np.maximum(changed, TINY) * far
        to_cycle = far - to_level
        all_changed = TOGETHER * changed.mean(axis=-1)
        return cls(
            dynamics.cycle_by_temper(),
            far,
            1 - changed,
            changed,
            to_level,
            to_cycle,
            to_level * to_cycle,
            TOGETHER - all_changed,
            all_changed,
        )


class _State(NamedTuple):
    """Mean and variance of the level [n_tempers, n, n_meters], and what was `told`, as in Level."""

    mean: np.ndarray
    variance: np.ndarray
    told: np.ndarray

    @classmethod
    def first(cls, dynamics: Dynamics) -> _State:
        """What is known before any use is."""
        chance = dynamics.log_chance
        shape = (len(chance), *dynamics.start.shape)
        told = np.broadcast_to(chance[:, None], shape[:2])
        return cls(np.broadcast_to(dynamics.start, shape), np.broadcast_to(dynamics.between, shape), told)


def follow(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> Level:
    """The level after the finished cycles [n, n_cycles, n_meters], oldest first.

    `dynamics` by subscriber.
    """
    state, before, cycles = _followed(dynamics, finished, finished_w)
    share = shares_of(state.told)[..., None]
    mean = (share * state.mean).sum(axis=0)
    away = state.mean - mean
    return Level(mean, (share * (state.variance + away * away)).sum(axis=0), cycles, *before)


def log_likelihood(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> np.ndarray:
    """The log likelihood [n] of the finished cycles, up to a constant of the data: for fitting."""
    state, _, _ = _followed(dynamics, finished, finished_w)
    most = state.told.max(axis=0)
    likelihood: np.ndarray = np.log(np.exp(state.told - most).sum(axis=0)) + most
    return likelihood


def shares_of(told: np.ndarray) -> np.ndarray:
    """The probability of each temper, of what was told [n_tempers, n]."""
    share: np.ndarray = np.exp(told - told.max(axis=0))
    share /= share.sum(axis=0)
    return share


def seen_of(variance: np.ndarray, floor: np.ndarray, used: np.ndarray, share: np.ndarray) -> Seen:
    known = share > 0
    of_cycle = np.where(known, share, 1.0)
    noise = np.log1p(variance / of_cycle)
    log = np.log(np.maximum(used / of_cycle, TINY))
    return Seen(known, np.maximum(log + noise / 2, floor), np.where(known, noise, ENDLESS))


def _followed(
    dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray
) -> tuple[_State, _State, np.ndarray]:
    """What is known after the finished cycles, and before the last; how many were seen, [n, n_meters]."""
    seen = seen_of(dynamics.seen[:, None], dynamics.floor[:, None], finished, finished_w)
    count = seen.known.cumsum(axis=1)
    begun = count > 0
    drift = begun * dynamics.drift[:, None]
    prior, state = _Prior.of(dynamics), _State.first(dynamics)
    before, cycles = state, np.zeros(dynamics.start.shape, dtype=np.int64)
    some, all_ = np.any(begun, axis=(0, 2)).tolist(), np.all(begun, axis=(0, 2)).tolist()
    for cycle, (anybody, everybody) in enumerate(zip(some, all_, strict=True)):
        before, cycles = state, count[:, cycle]
        if anybody:
            mean, variance, told = _moved(prior, state, seen.log[:, cycle], seen.noise[:, cycle])
            growth = dynamics.growth_by_temper(cycles)
            mean += growth if everybody else begun[:, cycle] * growth
            variance += drift[:, cycle]
            if not everybody:
                variance = np.where(begun[:, cycle], variance, state.variance)
            state = _State(mean, variance, told)
    return state, before, cycles


def _moved(prior: _Prior, state: _State, log: np.ndarray, noise: np.ndarray) -> _State:
    """The level after a cycle, of which `log` and `noise` [n, n_meters] were seen.

    An unusual cycle and a new level tell equally well what is seen: both are weighed as one. Then all three
    stories are collapsed to one normal distribution.
    """
    level_v = state.variance
    around = prior.around + noise
    total = level_v + around
    by, wide_by = 1 / total, 1 / (total + prior.far)
    gap = log - state.mean
    squared = gap * gap
    better = squared * (by - wide_by)
    better *= 0.5
    np.minimum(better, MOST_BETTER / gap.shape[-1], out=better)
    np.exp(better, out=better)
    better *= np.sqrt(wide_by * total)
    changed, both = _changed(prior, better)
    gain = level_v * by
    more = (level_v + prior.to_level) * wide_by - gain  # of the gain, on average over both
    pull = gain + changed * more
    variance = (1 - changed) * more * more
    variance += prior.either * wide_by * wide_by
    variance *= squared
    variance += prior.to_cycle * wide_by * level_v
    variance *= changed
    variance += pull * around
    squared *= by
    squared -= np.log(by)
    told = np.add.reduce(squared, axis=-1)
    told *= -0.5
    told += state.told
    told += np.log(both)
    pull *= gap
    pull += state.mean
    return _State(pull, variance, told)


def _changed(prior: _Prior, better: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The probability [n_tempers, n, n_meters] that a cycle is not as usual, and likelihoods [n_tempers, n].

    `better` is how much better that tells each meter; likelihoods are over those of the usual story. Every
    meter is for itself, or all are in one story: by how well both tell what is seen.
    """
    own = prior.changed * better
    each = prior.usual + own
    together = prior.all_changed * np.multiply.reduce(better, axis=-1)
    apart = (1 - TOGETHER) * np.multiply.reduce(each, axis=-1)
    both = together + prior.all_usual + apart
    own /= each
    own *= (apart / both)[..., None]
    own += (together / both)[..., None]
    return own, both
