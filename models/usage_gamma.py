"""Gamma distributions, by which use still to come is described."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammainc, gammaincinv

LEAST_SHAPE, MOST_SHAPE = 0.02, 1e5  # beyond: nothing is known, everything is
LEAST = 1e-9  # of a mean: then nothing is expected, and no quota is exceeded, not even one of 0
MOST = 1e280  # of a value, even of an unlimited quota: over the least scale it is still a number


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
        below: np.ndarray = gammainc(self.shape, np.minimum(np.maximum(values, 0.0), MOST) / self.scale)
        return np.where(values < 0, 0.0, np.where(self.mean > LEAST, below, 1.0))

    def quantile(self, probability: np.ndarray) -> np.ndarray:
        """The value that is not exceeded with these probabilities [n, n_meters]."""
        value = gammaincinv(self.shape, probability) * self.scale
        return np.where(self.mean > LEAST, value, 0.0)


def gamma_of(mean: np.ndarray, variance: np.ndarray) -> Gamma:
    """The gamma distributions of these means and variances [n, n_meters]."""
    least = np.maximum(mean, LEAST)
    shape = least * least / np.maximum(variance, LEAST * LEAST)
    return Gamma(least, np.minimum(np.maximum(shape, LEAST_SHAPE), MOST_SHAPE))
