"""What could be forecast by one who knows how a world was made: the floor under any forecast.

The oracle knows every customer's level, rhythm, growth, regime so far, how restless they are and the law of
single days. It does not know the unrest of the running cycle nor the days to come: it follows the first on a
grid (a hidden Markov model), draws the second, and takes the median.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.billing_days import cycle_of

GRID = np.linspace(-3.2, 3.2, 33)  # of the unrest, in its standard deviations
PRIOR = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()
LOOK = 45  # days back
DRAWS = 120
NOTHING = 1e-9
EDGES = np.linspace(-7, 5, 241)  # of the logarithm of a day's chance


@dataclass(frozen=True, eq=False)
class Truth:
    """How a world was made. Use is base x regime x exp(sigma z - sigma^2 / 2) x chance, z the unrest.

    first   first day; base float64 [n, n_meters, n_days]; regime [n, n_days]; sigma [n, n_meters]
    keep    of yesterday's z, or None: z is drawn anew for each cycle
    anchor  int [n]
    chance  (generator, rows [k], shape) -> [k, *shape] chance of days of these customers
    """

    first: int
    base: np.ndarray
    regime: np.ndarray
    sigma: np.ndarray
    keep: float | None
    anchor: np.ndarray
    chance: Callable[[np.random.Generator, np.ndarray, tuple[int, ...]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Oracle:
    """Forecasts from the truth and from what was used, `amount` [n, n_meters, n_days].

    log_density float64 [n_bins] of the logarithm of a day's chance; `log_none` of a day without use
    """

    truth: Truth
    amount: np.ndarray
    log_density: np.ndarray
    log_none: float

    @classmethod
    def of(cls, truth: Truth, amount: np.ndarray) -> Oracle:
        """The oracle; the law of days is sampled."""
        drawn = truth.chance(np.random.default_rng(5), np.arange(len(truth.anchor)), (400,)).ravel()
        used = drawn[drawn > NOTHING]
        counts, _ = np.histogram(np.clip(np.log(used), EDGES[0], EDGES[-1] - 0.01), EDGES)
        smooth = np.convolve(counts, np.ones(3) / 3, "same") + 1e-4 * len(used) / len(counts)
        none = 1 - len(used) / len(drawn)
        density = np.log(smooth / smooth.sum() * max(1 - none, NOTHING))
        return cls(truth, amount, density, float(np.log(none + 1e-6)))

    def medians(self, customer: np.ndarray, begin: np.ndarray, day: int, end: np.ndarray) -> np.ndarray:
        """Median use [k, n_meters] of cycles from `begin` to the day before `end`, on their day `day`."""
        meters, last = range(self.amount.shape[1]), self.amount.shape[2] - 1
        used = np.zeros((len(customer), len(meters)))
        for step in range(day):
            at = begin - self.truth.first + step
            used += np.where(
                ((at >= 0) & (at <= last))[:, None], self.amount[customer, :, np.clip(at, 0, last)], 0
            )
        rest = [self._rest(customer, meter, begin + day, end) for meter in meters]
        return np.asarray(used + np.stack(rest, axis=1))

    def next_use(
        self, customer: np.ndarray, as_of: np.ndarray, cycle: tuple[np.ndarray, np.ndarray]
    ) -> np.ndarray:
        """Draws [k, n_meters, DRAWS] of the use of a coming cycle, as known on the days `as_of` [k].

        From the first day of `cycle` [k] to the day before its second.
        """
        begin, end = cycle
        meters = range(self.amount.shape[1])
        return np.stack([self._drawn(customer, meter, as_of, (begin, end)) for meter in meters], axis=1)

    def _rest(self, customer: np.ndarray, meter: int, as_of: np.ndarray, end: np.ndarray) -> np.ndarray:
        """The median [k] of what is used from `as_of` to the day before `end`."""
        return np.asarray(np.median(self._drawn(customer, meter, as_of, (as_of, end)), axis=1))

    def _drawn(
        self, customer: np.ndarray, meter: int, as_of: np.ndarray, days: tuple[np.ndarray, np.ndarray]
    ) -> np.ndarray:
        """Draws [k, DRAWS] of what is used on these days: the first, and the day after the last, [k] each."""
        truth, rng, (begin, end) = self.truth, np.random.default_rng(3), days
        chances = self._unrest(customer, meter, as_of)
        drawn = (chances.cumsum(axis=1)[:, None] < rng.random((len(customer), DRAWS, 1))).sum(axis=2)
        z = GRID[np.minimum(drawn, len(GRID) - 1)]
        if truth.keep is None:
            # The unrest of a cycle that has not begun is anybody's guess.
            anew = np.random.default_rng(4).normal(size=z.shape)
            z = np.where((begin > as_of)[:, None], anew, z)
        sigma = truth.sigma[customer, meter][:, None]
        last = self.amount.shape[2] - 1
        regime = truth.regime[customer, np.clip(as_of - truth.first - 1, 0, last)]
        total = np.zeros(z.shape)
        for step in range(int((end - as_of).max())):
            at = as_of - truth.first + step
            open_ = (as_of + step >= begin) & (as_of + step < end) & (at <= last)
            if truth.keep is not None:
                z = truth.keep * z + np.sqrt(1 - truth.keep**2) * rng.normal(size=z.shape)
            rate = np.where(open_, truth.base[customer, meter, np.minimum(at, last)] * regime, 0.0)
            total += rate[:, None] * np.exp(sigma * z - sigma**2 / 2) * truth.chance(rng, customer, (DRAWS,))
        return total

    def _unrest(self, customer: np.ndarray, meter: int, as_of: np.ndarray) -> np.ndarray:
        """How likely each point of GRID is [k, n_grid], after what was used before `as_of`."""
        truth, last = self.truth, self.amount.shape[2] - 1
        sigma, anchor = truth.sigma[customer, meter][:, None], truth.anchor[customer]
        chances = np.tile(PRIOR, (len(customer), 1))
        now = cycle_of(as_of, anchor)
        for back in range(LOOK, 0, -1):
            at = np.clip(as_of - truth.first - back, 0, last)
            if truth.keep is not None:
                chances = chances @ _steps(truth.keep)
            base = truth.base[customer, meter, at] * truth.regime[customer, at]
            used = self.amount[customer, meter, at]
            counts = (as_of - truth.first >= back) & (base > 0)
            if truth.keep is None:
                counts &= cycle_of(as_of - back, anchor) == now
            usual = np.log(np.maximum(base, NOTHING))[:, None] + sigma * GRID - sigma**2 / 2
            log = np.log(np.maximum(used, NOTHING))[:, None] - usual
            cell = np.clip(((log - EDGES[0]) / (EDGES[1] - EDGES[0])).astype(int), 0, len(EDGES) - 2)
            told = np.where(
                (used <= NOTHING)[:, None] | (log < EDGES[0]), self.log_none, self.log_density[cell]
            )
            told = np.where(counts[:, None], told - told.max(axis=1, keepdims=True), 0.0)
            chances = chances * np.exp(told) + 1e-12
            chances /= chances.sum(axis=1, keepdims=True)
        return chances


def _steps(keep: float) -> np.ndarray:
    """How likely unrest goes from one point of GRID to another in a day."""
    steps = np.exp(-((GRID[None] - keep * GRID[:, None]) ** 2) / 2 / (1 - keep**2))
    return np.asarray(steps / steps.sum(axis=1, keepdims=True))
