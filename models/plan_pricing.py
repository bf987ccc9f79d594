"""What plans are expected to cost, and how likely one costs less than another.

Use Y of a cycle is gamma distributed with mean `mean` and shape k. With Q the upper incomplete gamma
function and s the scale (Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, ch. 17):

    P(Y > q) = Q(k, q/s)        E[(Y - q)+] = mean Q(k+1, q/s) - q Q(k, q/s)

Overage is charged by started unit u, and E[ceil((Y - q)+ / u)] = sum over j >= 0 of P(Y > q + j u). Where u
is small beside the spread of Y the sum is an integral with end corrections (Euler and Maclaurin); where it is
large, its first terms are summed and the rest is the integral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import gammaincc, gammaincinv, gammaln

from models.arrays import Arrays, frozen
from models.plans import UNLIMITED, PlanBook
from models.usage_gamma import LEAST, LEAST_SHAPE, MOST_SHAPE, Gamma

STRATA = 64  # equally likely slices of a distribution
SHAPES = 192  # shapes k for which the slices' means are kept, evenly spaced in the logarithm
TINY = 1e-300
TERMS = 12  # of the sum that are added one by one where units are large
SMALL_UNIT = 0.6  # of the standard deviation: up to here the end corrections alone are exact enough


def exceeds(use: Gamma, quota: np.ndarray) -> np.ndarray:
    """P(Y > quota), elementwise."""
    p: np.ndarray = gammaincc(use.shape, np.maximum(quota, 0.0) / use.scale)
    return np.where(use.mean > LEAST, p, 0.0)


def mean_excess(use: Gamma, quota: np.ndarray) -> np.ndarray:
    """E[(Y - quota)+], elementwise, for quota of 0 or more."""
    at = quota / use.scale
    above: np.ndarray = gammaincc(use.shape, at)
    next_shape = np.minimum(above + _step(use.shape, at), 1.0)
    excess: np.ndarray = np.maximum(use.mean * next_shape - quota * above, 0.0)
    return excess


def started_units(use: Gamma, quota: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """E[ceil((Y - quota)+ / unit)], for arrays [n] of the same length, quota of 0 or more."""
    deviation = use.mean / np.sqrt(use.shape)
    # Near 0 the density may be infinite, where corrections by its value are none.
    coarse = (unit > SMALL_UNIT * deviation) | (quota < 2 * unit)
    rest = _smooth(use, quota + TERMS * unit * coarse, unit)
    if coarse.any():
        use, quota, unit = _some(use, coarse), quota[coarse], unit[coarse]
        terms = exceeds(Gamma(use.mean[:, None], use.shape[:, None]), quota[:, None] + unit[:, None] * _TERMS)
        rest[coarse] += terms.sum(axis=1)
    return rest


_TERMS = np.arange(TERMS)


def _smooth(use: Gamma, quota: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The sum by its integral, half the first term and the slope there, for quota above 0."""
    at = quota / use.scale
    above = gammaincc(use.shape, at)
    step = _step(use.shape, at)
    excess = np.maximum(use.mean * np.minimum(above + step, 1.0) - quota * above, 0.0)
    # The density x^(k-1) e^-x / Gamma(k), times x.
    density = step * use.shape
    total: np.ndarray = excess / unit + above / 2 + np.minimum(unit / quota * density / 12, 0.5)
    return total


def _step(shape: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Q(k+1, x) - Q(k, x): x^k e^-x / Gamma(k+1). Where x is 0, and Q is 1, a little more than none."""
    step: np.ndarray = np.exp(shape * np.log(np.maximum(at, TINY)) - at - gammaln(shape + 1))
    return step


def _some(use: Gamma, rows: np.ndarray) -> Gamma:
    return Gamma(use.mean[rows], use.shape[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Means of equally likely slices of gamma distributions of mean 1.

    means   float64 [SHAPES, STRATA] by shape, from the lowest slice to the highest
    order   int64 [n_meters, STRATA] which slice of each meter meets which of the others: fixed shuffles,
            the same for every subscriber and plan, so that plans are compared on the same draws
    """

    means: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, n_meters: int, seed: int = 1) -> Self:
        """The slices, for books of `n_meters` meters, which are independent given the level."""
        shapes = np.exp(np.linspace(np.log(LEAST_SHAPE), np.log(MOST_SHAPE), SHAPES))[:, None]
        edges = gammaincinv(shapes, np.arange(1, STRATA) / STRATA)
        # The mean of a slice: k (F_(k+1)(b) - F_(k+1)(a)) per slice's probability, over the mean k.
        above = np.hstack([np.ones((SHAPES, 1)), gammaincc(shapes + 1, edges), np.zeros((SHAPES, 1))])
        means = (above[:, :-1] - above[:, 1:]) * STRATA
        rng = np.random.default_rng(seed)
        order = np.stack([np.arange(STRATA), *(rng.permutation(STRATA) for _ in range(n_meters - 1))])
        return cls(frozen(means), frozen(order))

    def draws(self, use: Gamma) -> np.ndarray:
        """Draws [..., STRATA] of distributions [...], from the lowest to the highest."""
        at = np.log(use.shape / LEAST_SHAPE) * ((SHAPES - 1) / np.log(MOST_SHAPE / LEAST_SHAPE))
        low = np.minimum(np.maximum(at.astype(np.int64), 0), SHAPES - 2)
        part = (at - low)[..., None]
        drawn: np.ndarray = self.means[low] * (1 - part)
        drawn += self.means[low + 1] * part
        drawn *= use.mean[..., None]
        return drawn

    def to_arrays(self) -> Arrays:
        return {"means": self.means, "order": self.order}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(arrays["means"], arrays["order"])


def expected_costs(book: PlanBook, use: Gamma, comparable: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected cost of a cycle on every plan, and the priced throttling in it, both [n, n_plans] minor units.

    `use` [n, n_meters]; `comparable` bool [n, n_plans], NaN elsewhere.
    """
    costs = np.where(comparable, book.fee.astype(np.float64), np.nan)
    limited = comparable[:, :, None] & (book.quota < UNLIMITED)
    rows, plan, meter, each = _priced(use, limited & (book.price > 0))
    units = started_units(each, book.quota[plan, meter], book.unit[plan, meter])
    costs += _by_plan(units * book.price[plan, meter], rows, plan, costs.shape)
    if not book.penalty.any():
        return costs, np.zeros(costs.shape)
    rows, plan, meter, each = _priced(use, limited & (book.penalty > 0))
    penalty = exceeds(each, book.quota[plan, meter]) * book.penalty[plan, meter]
    throttling = _by_plan(penalty, rows, plan, costs.shape)
    return costs + throttling, throttling


def _priced(use: Gamma, where: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, Gamma]:
    """Rows, plans, meters and use [m] where bool [n, n_plans, n_meters] holds."""
    rows, plan, meter = np.nonzero(where)
    return rows, plan, meter, Gamma(use.mean[rows, meter], use.shape[rows, meter])


def _by_plan(cost: np.ndarray, rows: np.ndarray, plan: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Costs [m] of one meter each, added up to [n, n_plans]."""
    total: np.ndarray = np.bincount(rows * shape[1] + plan, cost, shape[0] * shape[1])
    return total.reshape(shape)


def p_cheaper(
    book: PlanBook, strata: Strata, use: Gamma, current: np.ndarray, comparable: np.ndarray
) -> np.ndarray:
    """P(the plan costs less than the current one) [n, n_plans] in a cycle; 0 where not `comparable`.

    From STRATA draws of every meter's use, shared by all plans. `current` int [n].
    """
    draws = strata.draws(use)
    costs = np.empty((len(current), len(book), STRATA))
    costs[:] = book.fee[:, None]
    quota, unit, price, penalty = (
        each.T[..., None] for each in (book.quota, book.unit, book.price, book.penalty)
    )
    throttled, priced = (np.asarray(each.any(axis=0)) for each in (book.penalty, book.price))
    for meter, order in enumerate(strata.order):
        over = draws[:, meter, order][:, None] - quota[meter]
        if throttled[meter]:
            costs += (over > 0) * penalty[meter]
        if priced[meter]:
            over /= unit[meter]
            np.ceil(over, out=over)
            np.maximum(over, 0.0, out=over)
            over *= price[meter]
            costs += over
    now = costs[np.arange(len(current)), current] - LEAST
    p: np.ndarray = (costs < now[:, None]).sum(axis=-1) / STRATA
    return np.where(comparable, p, 0.0)
