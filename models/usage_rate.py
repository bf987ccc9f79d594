"""How much a span of days says of the level: a rate that single giant days, and days without use, sway less.

The mean of days that are gamma distributed is all they say of their level; where days have heavy tails, come
in sessions or stay empty, the mean is swayed by what the next days will not repeat. With x the use of a day
and w its weight, the power mean is M_p = (sum v (x/w)^p / sum v)^(1/p). A day's chance is a factor of its
use, so that busy days and quiet ones say as much, v = 1; only those of next to no weight say less, with
v = w / QUIET. The logarithm of the rate is

    log M_1 + c (1 - 1/days) + a log(M_1/2 / M_1) + b log(M_1/4 / M_1)
            + d min(0, log(M_1/2 / M_1) - knee (1 - 1/days))

whose weights a to d are learned from what came on other days of the same cycles: the best estimate of a
scale that does not depend on the unit is any one of them, less what the days' shape tells of its error
(Pitman, 1939, Biometrika 30), and these are close to it for gamma, lognormal, Pareto and session-made days.
The last is 0 but for one in ten spans, those whose days are most unlike: mostly one giant day is most of the
mean there, and has to be left out nearly whole, where of usual days nothing has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen

TERMS = 3  # see `shapes_of`
MOST = 2.0  # of the logarithm of what the weights do to a mean
LEAST = 1e-300
QUIET = 0.5  # weight of a day from which on it says as much as any other


@dataclass(frozen=True, slots=True, eq=False)
class UsageRates:
    """How the rate is told; until learned it is the mean.

    weights  float64 [n_families, n_meters, TERMS + 1] c, a, b, d
    knee     float64 [n_families, n_meters] see `bent`
    """

    weights: np.ndarray
    knee: np.ndarray

    @classmethod
    def plain(cls, n_families: int, n_meters: int) -> Self:
        """The mean of the days is the rate."""
        shape = n_families, n_meters
        return cls(frozen(np.zeros((*shape, TERMS + 1))), frozen(np.zeros(shape)))

    def factors(self, family: np.ndarray, shapes: np.ndarray) -> np.ndarray:
        """Rate over mean, for family [n] and shapes [n, n_spans, n_meters, TERMS]: [n, n_spans, n_meters]."""
        weights = self.weights[family][:, None]
        moved = (weights[..., :TERMS] * shapes).sum(axis=-1)
        moved += weights[..., TERMS] * bent(shapes, self.knee[family][:, None])
        factors: np.ndarray = np.exp(np.minimum(np.maximum(moved, -MOST), MOST))
        return factors

    def to_arrays(self) -> Arrays:
        return {"weights": self.weights, "knee": self.knee}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(arrays["weights"], arrays["knee"])


def bent(shapes: np.ndarray, knee: np.ndarray) -> np.ndarray:
    """By how much days are more unlike than at the `knee`: 0 or less, [...] of `shapes` [..., TERMS]."""
    beyond: np.ndarray = np.minimum(shapes[..., 1] - knee * shapes[..., 0], 0.0)
    return beyond


def spread_of(shapes: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much days differ, log(M_1 / M_1/2), and by what to divide it to compare it: both [n, n_meters].

    Sums over spans of `shapes` [n, n_spans, n_meters, TERMS], by their W: `share` [n, n_spans, n_meters]. Few
    days differ less than many, by 1 - 1/days. Of gamma days the quotient is about a quarter of their relative
    variance, of lognormal days a quarter of that of their logarithm.
    """
    return -(share * shapes[..., 1]).sum(axis=1), (share * shapes[..., 0]).sum(axis=1)


def levels_of(use: np.ndarray, counts: np.ndarray, weight: np.ndarray, out: np.ndarray) -> None:
    """Put v x/w, v, and v (x/w)^p for p of a half and of a quarter of each day into `out` [4, ...].

    `use` x [...] and `weight` w; `counts` [...] 1 where the day counts, otherwise 0, as `use` is there.
    """
    level, days, root, quarter = out
    np.minimum(weight / QUIET, 1.0, out=days)
    days *= counts
    np.divide(use, weight, out=level)
    np.sqrt(level, out=root)
    np.sqrt(root, out=quarter)
    level *= days
    root *= days
    quarter *= days


def shapes_of(sums: np.ndarray) -> np.ndarray:
    """What the weights weigh [..., TERMS]: 1 - 1/days, and both logarithms; 0 where nothing was used.

    `sums` [4, ...] over the days of a span, see `levels_of`.
    """
    used = np.asarray(sums.min(axis=0) > 0)
    level, days, root, quarter = np.log(np.where(used, sums, 1.0))
    mean = level - days
    shapes = np.zeros((*used.shape, TERMS))
    shapes[..., 0] = (1 - 1 / np.maximum(sums[1], 1.0)) * used
    shapes[..., 1] = 2 * (root - days) - mean
    shapes[..., 2] = 4 * (quarter - days) - mean
    return shapes
