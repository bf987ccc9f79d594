"""How often baskets of those who buy a thing at all have it, and who therefore does not buy it at all.

Customers are a mixture: a share `avoiding` never buys the thing; the others have rates that are beta(a, b)
distributed, and each of their baskets has it at their rate. Rates are fitted on those who bought it, by the
likelihood truncated at zero, so that those who avoid it do not bend them (J. G. Skellam, JRSS B 10, 1948, for
the beta-binomial; the truncation is Bayes' rule).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, digamma

ROUNDS = 200  # of expectation and maximisation, at most
CLOSE = 1e-6
FLAT = 1e-5  # of the slope in log a and log b: there the search has arrived
FAR = 10.0  # log a or log b that no habit has: the search ran away


class Habit(NamedTuple):
    """The rates of those who buy a thing, beta(a, b), and the share of customers who avoid it."""

    a: float
    b: float
    avoiding: float

    def log_none(self, baskets: np.ndarray) -> np.ndarray:
        """The logarithm of the chance that somebody who buys it has it in none of so many baskets."""
        found: np.ndarray = betaln(self.a, self.b + baskets) - betaln(self.a, self.b)
        return found

    def avoids(self, baskets: np.ndarray) -> np.ndarray:
        """The chance that somebody avoids it who had it in none of so many baskets, by Bayes' rule."""
        if self.avoiding <= 0:
            return np.zeros(len(baskets))
        chance: np.ndarray = self.avoiding / (
            self.avoiding + (1 - self.avoiding) * np.exp(self.log_none(baskets))
        )
        return chance

    @property
    def rate(self) -> float:
        """The mean share of baskets with it, of those who buy it."""
        return self.a / (self.a + self.b)


def fit_habit(baskets: np.ndarray, having: np.ndarray) -> Habit | None:
    """The habit of customers with int `baskets` [n_customers], `having` of which have the thing.

    None where too few bought it for a rate, or the search finds none.
    """
    bought = having > 0
    most = int(baskets.max(initial=0)) + 1
    pairs, counts = np.unique(baskets[bought] * most + having[bought], return_counts=True)
    n, k = (pairs // most).astype(np.float64), (pairs % most).astype(np.float64)

    with np.errstate(all="ignore"):
        found = minimize(
            _loss, np.log([1.0, 3.0]), args=(n, k, counts / counts.sum()), jac=True, method="L-BFGS-B",
            bounds=[(-FAR, FAR)] * 2, options={"ftol": 1e-12, "gtol": 1e-8},
        )  # fmt: skip
    # A line search that ends in the last digits of the loss calls itself failed, though nothing slopes.
    there = found.success or np.abs(found.jac).max() < FLAT
    if not there or not np.abs(found.x).max() < FAR:
        return None
    a, b = np.exp(found.x).tolist()
    return Habit(a, b, _avoiding(Habit(a, b, 0.0), baskets, bought))


def _loss(logs: np.ndarray, n: np.ndarray, k: np.ndarray, shares: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean negative log-likelihood of having k [n_pairs] of n [n_pairs] baskets, and its gradient [2] in
    log a and log b; `shares` [n_pairs] are those of the customers.
    """
    a, b = np.exp(logs)
    none = betaln(a, b + n) - betaln(a, b)
    each = betaln(a + k, b + n - k) - betaln(a, b) - np.log(-np.expm1(none))
    value = -float(shares @ each)
    if not np.isfinite(value):
        return 1e10, np.zeros(2)
    both, whole = digamma(a + b), digamma(a + b + n)
    odds = 1 / np.expm1(-none)  # of having none, among whom it is not known
    of_a = digamma(a + k) - digamma(a) + both - whole + odds * (both - whole)
    of_b = digamma(b + n - k) - digamma(b) + both - whole
    of_b += odds * (digamma(b + n) - digamma(b) + both - whole)
    return value, -np.array([a * (shares @ of_a), b * (shares @ of_b)])


def _avoiding(habit: Habit, baskets: np.ndarray, bought: np.ndarray) -> float:
    """The share who avoid it, by expectation and maximisation over those who never had it."""
    none = np.exp(habit.log_none(baskets[~bought].astype(np.float64)))
    share = 0.5 * float((~bought).mean())
    for _ in range(ROUNDS):
        mine = share / (share + (1 - share) * none) if share > 0 else np.zeros(len(none))
        now = float(mine.sum()) / len(baskets)
        if abs(now - share) < CLOSE:
            return now
        share = now
    return share
