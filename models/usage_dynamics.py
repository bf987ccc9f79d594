"""How use develops: what is learned of it, and how far subscribers differ in it.

Subscribers differ in how restless they are: the variance of their cycles is lognormally distributed, alike
for all of their meters. And they differ in their pace: how much faster or more slowly than others' their use
grows is normally distributed, and fades with the cycles. Five tempers (calm, usual and restless ones, those
who grow more slowly, and faster) stand for all there are, weighed by how well they tell a subscriber's cycles
(Gauss-Hermite quadrature along each of the two; Stroud, 1971, for both). Where all grow alike the last two
are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays

# Tempers in standard deviations of restlessness and of pace, and their chances: without pace, and with it.
RESTLESS_AT = np.array([-(3**0.5), 0.0, 3**0.5, 0.0, 0.0])
PACE_AT = np.array([0.0, 0.0, 0.0, -(3**0.5), 3**0.5])
WITHOUT_PACE, WITH_PACE = np.log([1 / 6, 2 / 3, 1 / 6]), np.log([1 / 6, 1 / 3, 1 / 6, 1 / 6, 1 / 6])
USUAL_TEMPER = 1
DAMPED = 0.95  # so much of a pace is left after each cycle
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
    pace      standard deviation of that between subscribers
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
    pace: np.ndarray
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

    @property
    def log_chance(self) -> np.ndarray:
        """Of each temper, [n_tempers]."""
        return WITH_PACE if self.pace.any() else WITHOUT_PACE

    def cycle_by_temper(self) -> np.ndarray:
        """`cycle` [n_tempers, n, n_meters]."""
        at = RESTLESS_AT[: len(self.log_chance), None, None]
        by_temper: np.ndarray = self.cycle * np.exp(at * self.restless)
        return by_temper

    def growth_by_temper(self, cycles: np.ndarray) -> np.ndarray:
        """`growth` after so many `cycles` [n, n_meters], [n_tempers, n, n_meters].

        [1, n, n_meters] where all grow alike. Whose use grows faster or more slowly than others' does so by
        less with each cycle (a damped trend; Gardner and McKenzie, 1985).
        """
        if not self.pace.any():
            return self.growth[None]
        by_temper: np.ndarray = self.growth + PACE_AT[:, None, None] * (self.pace * DAMPED**cycles)
        return by_temper

    def faster(self, share: np.ndarray) -> np.ndarray:
        """How much faster than others' use grows, [n, n_meters].

        `share` [n_stories, n_tempers, n, n_meters] says how likely stories and tempers are.
        """
        if not self.pace.any():
            return np.zeros(self.pace.shape)
        faster: np.ndarray = (share.sum(axis=0) * PACE_AT[:, None, None]).sum(axis=0) * self.pace
        return faster

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
