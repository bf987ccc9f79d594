"""What a forecast says of use: ranges, and the probability of more than a quota."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_gamma import LEAST, Gamma

# Probabilities at which shapes are learned: of what hardly ever happens, how rare it is.
SHAPE_AT = np.concatenate(
    [[0, 0.01, 0.025], np.linspace(0.05, 0.95, 19), [0.975, 0.99, 0.997, 0.999, 0.9999, 1]]
)
SHAPE_KNOTS = len(SHAPE_AT)
_APART = np.diff(SHAPE_AT)
HALF = 0.5  # of a unit


class Forecast(NamedTuple):
    """Use of the running and the next cycle; all by subscriber and meter, [n, n_meters].

    used    what is used already
    rest    what is still to come in the running cycle (and was used on days without a record)
    next    the next cycle
    shape   [n, n_meters, SHAPE_KNOTS] see Faults.shape
    jumped  is the running cycle unusual, or on a new level?
    cycles  finished cycles known
    half    half a unit where use is counted in whole ones, otherwise 0
    """

    used: np.ndarray
    rest: Gamma
    next: Gamma
    shape: np.ndarray
    jumped: np.ndarray
    cycles: np.ndarray
    half: np.ndarray

    def p_exceed(self, quota: np.ndarray) -> np.ndarray:
        """P(use of the running cycle > quota [n, n_meters])."""
        left = quota - self.used
        p = 1 - self._straightened(self.rest.cdf(np.where(self.half > 0, np.floor(left), left) + self.half))
        return np.where(left < 0, 1.0, p)

    def quantiles(self, *probabilities: float) -> np.ndarray:
        """Use at the end of the running cycle that is not exceeded with these probabilities.

        float64 [n_probabilities, n, n_meters].
        """
        rest = self.rest.quantile(self._bent(np.array(probabilities)[:, None, None]))
        values: np.ndarray = self.used + self._in_units(rest)
        return values

    def next_quantiles(self, *probabilities: float) -> np.ndarray:
        """Use of the next cycle that is not exceeded with these probabilities, of the same shape."""
        return self._in_units(self.next.quantile(np.array(probabilities)[:, None, None]))

    def _in_units(self, values: np.ndarray) -> np.ndarray:
        """Values [..., n, n_meters]; where units are whole the least whole number that is as likely enough.

        A whole number k stands for all between k - 1/2 and k + 1/2 of the continuous distribution.
        """
        whole = np.maximum(np.ceil(values - self.half), 0.0)
        return np.where(self.half > 0, whole, values)

    def _straightened(self, p: np.ndarray) -> np.ndarray:
        """The learned probability for what the gamma distribution calls p."""
        low = np.minimum(SHAPE_AT.searchsorted(p, "right") - 1, SHAPE_KNOTS - 2)
        left, right = self._knots(low)
        straight: np.ndarray = left + (right - left) * ((p - SHAPE_AT[low]) / _APART[low])
        return straight

    def _bent(self, probability: np.ndarray) -> np.ndarray:
        """What the gamma distribution has to be asked for to get the learned probability."""
        below = (self.shape <= probability[..., None]).sum(axis=-1)
        low = np.minimum(np.maximum(below - 1, 0), SHAPE_KNOTS - 2)
        left, right = self._knots(low)
        part = np.minimum(np.maximum((probability - left) / np.maximum(right - left, LEAST), 0), 1)
        bent: np.ndarray = np.minimum(np.maximum(SHAPE_AT[low] + part * _APART[low], 1e-6), 1 - 1e-6)
        return bent

    def _knots(self, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The learned probabilities at these knots [..., n, n_meters], and at the knots after them."""
        n, n_meters, _ = self.shape.shape
        rows, meters = np.arange(n)[:, None], np.arange(n_meters)
        return self.shape[rows, meters, low], self.shape[rows, meters, low + 1]
