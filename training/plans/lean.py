"""Where forecasts lean: by which of their signs what came was more or less than they said."""

from __future__ import annotations

import numpy as np

MOST = 2.0  # of the logarithm of what came over what was expected
LEAST_APART = 0.15  # residuals smaller than this weigh alike
SHRINK = 40.0  # rows that say a sign means what it usually does
LEAST_SIGN = 0.01  # pull on each sign beside that, where signs are all alike
ROUNDS = 5


def fit_lean(signs: np.ndarray, mean: np.ndarray, came: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Coefficients [n_signs] of `signs` [n, n_signs], such that mean exp(signs coefficients) is a median.

    Least absolute deviations of the logarithm, by reweighted least squares, with a pull to the
    `usual` ones: `mean` what was expected, `came` what was used, both [n].
    """
    with np.errstate(divide="ignore"):
        above = np.clip(np.log(came / np.maximum(mean, 1e-9)), -MOST, MOST)
    # As many rows more as SHRINK, with the same signs, of which the usual ones are right.
    pull = signs.T @ signs * (SHRINK / len(signs)) + LEAST_SIGN * np.eye(signs.shape[1])
    weight = np.ones(len(above))
    found = usual
    for _ in range(ROUNDS):
        weighed = signs * weight[:, None]
        found = np.linalg.solve(
            weighed.T @ signs + weight.mean() * pull, weighed.T @ above + weight.mean() * (pull @ usual)
        )
        weight = 1 / np.maximum(np.abs(above - signs @ found), LEAST_APART)
    return found
