"""How sure p_saves may be: what became of changes of plan that were told to be so likely to cost less."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from models.plan_certainty import probability_of

USUAL = 0.25  # standard deviation of the slope between providers
LEAST, MOST = 0.2, 1.0
LEAST_ROWS = 50


def fit_slope(above: np.ndarray, came: np.ndarray, weight: float) -> float:
    """The slope of log odds `above` what is asked for [n], such that they are those of what `came`, bool [n].

    A logistic regression with a pull to 1; `weight` is the part of a row that is new, because what came of
    one cycle stands in several.
    """
    if len(above) < LEAST_ROWS:
        return 1.0

    def loss(slope: float) -> float:
        p = probability_of(slope * above)
        likelihood = np.where(came, np.log(p), np.log1p(-p)).sum()
        return float(0.5 * ((slope - 1) / USUAL) ** 2 - weight * likelihood)

    return float(minimize_scalar(loss, bounds=(LEAST, MOST), method="bounded").x)
