"""Groups of rows that are found again on other halves of the data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

HALVES = 4  # pairs of halves a number of groups is tried on
NEARLY = 0.1  # less stable than the stablest by so much, more groups are still better than fewer
MOST_ROWS = 20_000  # that groups are found on; all rows are assigned to them


class Clusters(NamedTuple):
    """The group of each row int64 [n], and how well the groups are found again, up to 1."""

    groups: np.ndarray
    stability: float


def clusters_of(matrix: np.ndarray, numbers: range, seed: int, threads: int) -> Clusters:
    """The largest number of groups that is nearly as stable as the stablest.

    Stable are groups that k-means finds alike on two random halves of the rows: rows are assigned by both,
    and the assignments compared (adjusted Rand index, Hubert and Arabie, J. of Classification 2, 1985).
    """
    rng = np.random.default_rng(seed)
    rows = matrix
    if len(matrix) > MOST_ROWS:
        rows = matrix[np.sort(rng.choice(len(matrix), MOST_ROWS, replace=False))]
    with threadpool_limits(threads):
        tried = {number: _stability(rows, number, rng) for number in numbers}
        most = max(tried.values())
        best = max(number for number, found in tried.items() if found >= most - NEARLY)
        groups = _fit(rows, best, int(rng.integers(2**31))).predict(matrix)
    return Clusters(groups.astype(np.int64), tried[best])


def _stability(rows: np.ndarray, number: int, rng: np.random.Generator) -> float:
    found = []
    for _ in range(HALVES):
        order = rng.permutation(len(rows))
        seeds = rng.integers(2**31, size=2).tolist()
        halves = order[: len(rows) // 2], order[len(rows) // 2 :]
        one, other = (
            _fit(rows[half], number, seed).predict(rows) for half, seed in zip(halves, seeds, strict=True)
        )
        found.append(adjusted_rand_score(one, other))
    return float(np.mean(found))


def _fit(rows: np.ndarray, number: int, seed: int) -> KMeans:
    return KMeans(number, n_init=4, random_state=seed).fit(rows)
