"""What will be used: in the rest of the running cycle and in the next, as gamma distributions.

The moments come from the stories of `models.usage_level`; what finished cycles showed the moments to be
wrong by (their bias, their width, the shape of the distribution) is learned and taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from scipy.special import gammainc, gammaincinv

from models.arrays import Arrays, frozen
from models.usage_cycles import UsageCycles
from models.usage_level import Dynamics, Level, stories

KNOTS = 5  # elapsed shares of the cycle at which factors are learned: 0.1, 0.3, 0.5, 0.7, 0.9
SHAPE_KNOTS = 21  # probabilities 0, 0.05, ..., 1
LEAST_SHAPE, MOST_SHAPE = 0.02, 1e5  # beyond: nothing is known, everything is
JUMP = 0.5  # of this probability on, a cycle counts as unusual
JUMP_RATIO = 2.0  # of the usual level: from here on a cycle is called a jump, however noisy use is
JUMP_CYCLES = 2  # finished cycles without which nothing is usual
MORE = 0.6  # of the variance of the rest of an unusual cycle: what made it so may go on or end
LEAST = 1e-9


class Gamma(NamedTuple):
    """Gamma distributions by mean and shape k, both [n, n_meters]; the scale is mean / k."""

    mean: np.ndarray
    shape: np.ndarray

    @property
    def scale(self) -> np.ndarray:
        scale: np.ndarray = self.mean / self.shape
        return scale

    def cdf(self, values: np.ndarray) -> np.ndarray:
        """P(Y <= value), for values [n, n_meters]."""
        with np.errstate(over="ignore"):  # an unlimited quota
            below: np.ndarray = gammainc(self.shape, np.maximum(values, 0.0) / self.scale)
        return np.where(values < 0, 0.0, below)

    def quantile(self, probability: np.ndarray) -> np.ndarray:
        """The value that is not exceeded with these probabilities [n, n_meters]."""
        value: np.ndarray = gammaincinv(self.shape, probability) * self.scale
        return value


class Moments(NamedTuple):
    """Means and variances [n, n_meters], before what was learned of their faults."""

    rest: np.ndarray
    rest_v: np.ndarray
    next: np.ndarray
    next_v: np.ndarray
    jumped: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """What the moments were wrong by in finished cycles, by family and meter; 1 or straight if not learned.

    bias, width            float64 [n_families, n_meters, 2, KNOTS] factors of mean and standard deviation of
                           the rest of the cycle: [.., 0, :] without, [.., 1, :] with a finished cycle
    next_bias, next_width  the same of the next cycle
    shape                  float64 [n_families, n_meters, SHAPE_KNOTS] how often the use of the rest was below
                           what the gamma distribution puts at probability 0, 0.05, ... 1; not falling
    saving                 float64 [n_families, 2] realised over expected saving of upgrades and downgrades:
                           who is chosen for a large one is more often overestimated (winner's curse)
    """

    bias: np.ndarray
    width: np.ndarray
    next_bias: np.ndarray
    next_width: np.ndarray
    shape: np.ndarray
    saving: np.ndarray

    @classmethod
    def none(cls, n_families: int, n_meters: int) -> Self:
        """Nothing is wrong."""
        ones = frozen(np.ones((n_families, n_meters, 2, KNOTS)))
        straight = np.tile(np.linspace(0, 1, SHAPE_KNOTS), (n_families, n_meters, 1))
        return cls(ones, ones, ones, ones, frozen(straight), frozen(np.ones((n_families, 2))))

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


class Forecast(NamedTuple):
    """Use of the running and the next cycle; all by subscriber and meter, [n, n_meters].

    used    what is used already
    rest    what is still to come in the running cycle (and was used on days without a record)
    next    the next cycle
    shape   [n, n_meters, SHAPE_KNOTS] see Faults.shape
    jumped  is the running cycle unusual, or on a new level?
    cycles  finished cycles known
    """

    used: np.ndarray
    rest: Gamma
    next: Gamma
    shape: np.ndarray
    jumped: np.ndarray
    cycles: np.ndarray

    def p_exceed(self, quota: np.ndarray) -> np.ndarray:
        """P(use of the running cycle > quota [n, n_meters])."""
        left = quota - self.used
        p = 1 - self._straightened(self.rest.cdf(left))
        return np.where(left < 0, 1.0, p)

    def quantiles(self, *probabilities: float) -> np.ndarray:
        """Use at the end of the running cycle that is not exceeded with these probabilities.

        float64 [n_probabilities, n, n_meters].
        """
        values: np.ndarray = self.used + self.rest.quantile(
            self._bent(np.array(probabilities)[:, None, None])
        )
        return values

    def _straightened(self, p: np.ndarray) -> np.ndarray:
        """The learned probability for what the gamma distribution calls p."""
        at = np.minimum(np.maximum(p, 0), 1) * (SHAPE_KNOTS - 1)
        low = np.minimum(at.astype(np.int64), SHAPE_KNOTS - 2)
        left, right = self._knots(low)
        straight: np.ndarray = left + (right - left) * (at - low)
        return straight

    def _bent(self, probability: np.ndarray) -> np.ndarray:
        """What the gamma distribution has to be asked for to get the learned probability."""
        below = (self.shape <= probability[..., None]).sum(axis=-1)
        low = np.minimum(np.maximum(below - 1, 0), SHAPE_KNOTS - 2)
        left, right = self._knots(low)
        part = np.minimum(np.maximum((probability - left) / np.maximum(right - left, LEAST), 0), 1)
        bent: np.ndarray = np.minimum(np.maximum((low + part) / (SHAPE_KNOTS - 1), 1e-6), 1 - 1e-6)
        return bent

    def _knots(self, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The learned probabilities at these knots [..., n, n_meters], and at the knots after them."""
        n, n_meters, _ = self.shape.shape
        rows, meters = np.arange(n)[:, None], np.arange(n_meters)
        return self.shape[rows, meters, low], self.shape[rows, meters, low + 1]


def moments(
    dynamics: Dynamics, level: Level, exposed: np.ndarray, exposed_w: np.ndarray, open_w: np.ndarray
) -> Moments:
    """What to expect once `exposed` [n, n_meters] was used in the share W of the cycle; open_w is left.

    `dynamics` by subscriber, `level` as before the running cycle.
    """
    told, _ = stories(dynamics, level, exposed, exposed_w)
    rate, rate_2 = _mixed(told.share, told.cycle, told.cycle_v)
    rest_v = open_w * open_w * (rate_2 - rate * rate) + dynamics.day * open_w * rate_2
    following = told.level_v + dynamics.drift + dynamics.cycle
    next_, next_2 = _mixed(told.share, told.level + dynamics.growth, following)
    jumped = np.where(exposed_w > 0, 1 - told.share[0], 0.0)
    return Moments(open_w * rate, rest_v, next_, next_2 * (1 + dynamics.day) - next_ * next_, jumped)


def forecast(
    dynamics: Dynamics, faults: Faults, level: Level, cycles: UsageCycles, family: np.ndarray
) -> Forecast:
    """The forecast for these subscribers; `dynamics` by subscriber, `family` int [n]."""
    raw = moments(dynamics, level, cycles.exposed, cycles.exposed_w, cycles.open_w)
    elapsed = (cycles.as_of - cycles.start) / np.maximum(cycles.end - cycles.start, 1)
    jumped = (raw.jumped > JUMP) | _doubled(cycles, level)
    unusual = np.where(level.cycles > 0, raw.jumped, 0.0)
    factors = _factors(faults, family, level.cycles > 0, elapsed)
    return Forecast(
        cycles.used,
        gamma_of(raw.rest * factors[0], raw.rest_v * (1 + MORE * unusual) * factors[1] ** 2),
        gamma_of(raw.next * factors[2], raw.next_v * factors[3] ** 2),
        faults.shape[family],
        jumped,
        level.cycles,
    )


def _doubled(cycles: UsageCycles, level: Level) -> np.ndarray:
    """Is the running cycle's rate [n, n_meters] far above a level that several cycles have shown?"""
    usual = np.exp(level.mean) * cycles.exposed_w
    doubled: np.ndarray = (level.cycles >= JUMP_CYCLES) & (
        cycles.exposed > np.maximum(JUMP_RATIO * usual, 0.0)
    )
    return doubled & (cycles.exposed_w > 0)


def gamma_of(mean: np.ndarray, variance: np.ndarray) -> Gamma:
    """The gamma distributions of these means and variances [n, n_meters]."""
    least = np.maximum(mean, LEAST)
    shape = least * least / np.maximum(variance, LEAST * LEAST)
    return Gamma(least, np.minimum(np.maximum(shape, LEAST_SHAPE), MOST_SHAPE))


def _factors(
    faults: Faults, family: np.ndarray, known: np.ndarray, elapsed: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The learned bias, width, next_bias and next_width [n, n_meters], between knots on a line.

    `known` bool [n, n_meters], is there a finished cycle? `elapsed` [n] share of the running one.
    """
    at = np.minimum(np.maximum(elapsed * KNOTS - 0.5, 0), KNOTS - 1)[:, None]
    low = np.minimum(at.astype(np.int64), KNOTS - 2)
    part = at - low
    cell = (family[:, None], np.arange(known.shape[1]), known.astype(np.int64))
    tables = (faults.bias, faults.width, faults.next_bias, faults.next_width)
    return tuple(table[(*cell, low)] * (1 - part) + table[(*cell, low + 1)] * part for table in tables)


def _mixed(share: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second moment [n, n_meters] of a mixture of lognormals, by story."""
    first = np.exp(np.minimum(mean + variance / 2, 80.0))
    return (share * first).sum(axis=0), (share * first * first * np.exp(variance)).sum(axis=0)
