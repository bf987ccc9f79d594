"""How use develops: what is learned of it, and how far subscribers differ in it.

Subscribers differ in how restless they are: the variance of their cycles is lognormally distributed, alike
for all of their meters. Three tempers (calm, usual and restless) stand for all there are, weighed by how
well they tell a subscriber's cycles (Gauss-Hermite quadrature).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays

# In standard deviations of restlessness, and their chances.
TEMPERS = np.array([-(3**0.5), 0.0, 3**0.5])
LOG_CHANCE = np.log([1 / 6, 2 / 3, 1 / 6])
USUAL_TEMPER = 1
FEW = 0.5  # cycles of days that differ as usual are mixed into a subscriber's own
MOST_SPREAD = 5.0  # of a subscriber over what is usual


@dataclass(frozen=True, slots=True, eq=False)
class Dynamics:
    """How use develops, by family and meter.

    All float64 [n_families, n_meters] of logarithms and their variances.

    between   variance of the level between subscribers of one plan
    cycle     variance from cycle to cycle around the level, of a subscriber of usual temper
    restless  standard deviation of the logarithm of that between subscribers
    day       relative variance of use within a share W of a cycle, times W
    seen      the same of the rate that a share W is told by (`usage_rate`)
    drift     variance of the level's steps
    growth    mean of the level's steps
    jump      probability of a new level, a cycle; odd: of an unusual cycle
    far       variance of the size of both
    spread    how much single days usually differ (`usage_rate.spread_of`)
    heed      how far a subscriber whose days differ more or less has other `day` and `seen`: a power
    floor     logarithm below which use counts as this much: nobody's level is minus infinity
    start     float64 [n_plans, n_meters] mean level of a plan's subscribers, before their own use is known
    """

    between: np.ndarray
    cycle: np.ndarray
    restless: np.ndarray
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

    def by_temper(self) -> np.ndarray:
        """`cycle` by temper, [n_tempers, n, n_meters]."""
        by_temper: np.ndarray = self.cycle * np.exp(TEMPERS[:, None, None] * self.restless)
        return by_temper

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
