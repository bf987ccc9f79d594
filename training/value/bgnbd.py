"""How often customers will buy again, and for how much: BG/NBD and Gamma-Gamma in closed form.

Sources: P. Fader, B. Hardie, K. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005);
P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value" (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

START = 1.0  # of every parameter; they are searched as logarithms, for all are positive


class Repeats(NamedTuple):
    """What the model of purchases needs of each customer, float64 [n_customers] each, in one unit of time.

    x    purchases after the first
    t_x  time of the last one since the first, 0 where there is none
    T    time since the first
    """

    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray


class BgNbd(NamedTuple):
    """Purchases come at gamma(r, alpha) distributed rates; after each, some beta(a, b) share never return."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, seen: Repeats) -> float:
        """Of all customers together (equation 6 of the paper, in the form of its appendix)."""
        r, alpha, a, b = self
        x, t_x, whole = seen
        common = (
            gammaln(r + x)
            - gammaln(r)
            + r * np.log(alpha)
            + gammaln(a + b)
            + gammaln(b + x)
            - gammaln(b)
            - gammaln(a + b + x)
        )
        alive = -(r + x) * np.log(alpha + whole)
        again = x > 0
        gone = np.full(len(x), -np.inf)
        gone[again] = np.log(a) - np.log(b + x[again] - 1) - (r + x[again]) * np.log(alpha + t_x[again])
        return float((common + np.logaddexp(alive, gone)).sum())

    def expected(self, seen: Repeats, horizon: float) -> np.ndarray:
        """Purchases expected of each customer within the next `horizon` (equation 10)."""
        r, alpha, a, b = self
        x, t_x, whole = seen
        z = horizon / (alpha + whole + horizon)
        shrunk = ((alpha + whole) / (alpha + whole + horizon)) ** (r + x)
        numerator = (a + b + x - 1) / (a - 1) * (1 - shrunk * hyp2f1(r + x, b + x, a + b + x - 1, z))
        odds = np.zeros(len(x))
        again = x > 0
        odds[again] = (
            a / (b + x[again] - 1) * ((alpha + whole[again]) / (alpha + t_x[again])) ** (r + x[again])
        )
        found: np.ndarray = numerator / (1 + odds)
        return found


class GammaGamma(NamedTuple):
    """Amounts of a customer are gamma(p, nu) distributed, nu gamma(q, v) over customers."""

    p: float
    q: float
    v: float

    def log_likelihood(self, x: np.ndarray, mean: np.ndarray) -> float:
        """Of the mean amounts [n_customers] of x purchases each, all above 0."""
        p, q, v = self
        each = (
            gammaln(p * x + q)
            - gammaln(p * x)
            - gammaln(q)
            + q * np.log(v)
            + (p * x - 1) * np.log(mean)
            + p * x * np.log(x)
            - (p * x + q) * np.log(v + mean * x)
        )
        return float(each.sum())

    def expected(self, x: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """The mean amount expected of each customer: their own, drawn to that of all."""
        p, q, v = self
        found: np.ndarray = p * (v + mean * x) / (p * x + q - 1)
        return found


def fit_bgnbd(seen: Repeats) -> BgNbd | None:
    """The parameters of greatest likelihood; None where the search finds none."""
    found = _search(lambda at: BgNbd(*at).log_likelihood(seen), 4, len(seen.x))
    return None if found is None or not found[2] > 0 else BgNbd(*found)


def fit_gamma_gamma(x: np.ndarray, mean: np.ndarray) -> GammaGamma | None:
    """The parameters of greatest likelihood; None where there are none, or an infinite mean."""
    scale = float(mean.mean())  # amounts near 1, so that the search starts near its end
    found = _search(lambda at: GammaGamma(*at).log_likelihood(x, mean / scale), 3, len(x))
    return None if found is None or found[1] <= 1 else GammaGamma(found[0], found[1], found[2] * scale)


def _search(likelihood: Callable[[np.ndarray], float], count: int, n: int) -> list[float] | None:
    def loss(logs: np.ndarray) -> float:
        with np.errstate(all="ignore"):
            value = -likelihood(np.exp(logs)) / n
        return value if np.isfinite(value) else 1e10

    found = minimize(
        loss,
        np.full(count, np.log(START)),
        method="Nelder-Mead",
        options={"maxiter": 2000, "xatol": 1e-4, "fatol": 1e-8, "adaptive": True},
    )
    return np.exp(found.x).tolist() if found.success else None
