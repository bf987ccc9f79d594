"""ALS as a source: factors of products fitted on some customers, customers folded in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from training.ranking.history import History
from training.ranking.sources import logs_of

FACTORS = 64
ITERATIONS = 10
HALF_LIFE = 120.0
BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Product factors float32 [n_columns, n_factors] of an ALS model with alpha 1."""

    columns: np.ndarray
    products: np.ndarray
    gram: np.ndarray
    regularization: float

    def scores(self, customers: History) -> np.ndarray:
        """Preferences after one ALS step for every customer (see models.taste.Taste.fold_in)."""
        scores: np.ndarray = self._fold_in(customers) @ self.products.T
        return scores

    def _fold_in(self, customers: History) -> np.ndarray:
        weights = logs_of(customers, self.columns, HALF_LIFE)
        n_factors = self.products.shape[1]
        left = np.empty((weights.shape[0], n_factors, n_factors))
        right = np.empty((weights.shape[0], n_factors))
        base = self.gram + self.regularization * np.eye(n_factors)
        for row in range(weights.shape[0]):
            entries = slice(weights.indptr[row], weights.indptr[row + 1])
            rows, confidence = self.products[weights.indices[entries]], weights.data[entries]
            # implicit counts what is not bought with confidence 1, and so what is with 1 + (c - 1).
            left[row] = base + (rows.T * (confidence - 1)) @ rows
            right[row] = confidence @ rows
        factors: np.ndarray = np.linalg.solve(left, right[..., None])[..., 0].astype(np.float32)
        return factors


def fit_factors(history: History, columns: np.ndarray, regularization: float, seed: int) -> Factors:
    """ALS on log1p of decayed purchases, in one thread: sources are fitted side by side."""
    from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415  # slow to import, and not always wanted

    with threadpool_limits(1, user_api="blas"):
        model = AlternatingLeastSquares(
            factors=FACTORS,
            regularization=regularization,
            alpha=1.0,
            iterations=ITERATIONS,
            random_state=seed,
            num_threads=1,
        )
        model.fit(logs_of(history, columns, HALF_LIFE), show_progress=False)
    products = np.asarray(model.item_factors, dtype=np.float32)
    return Factors(columns, products, products.T @ products, regularization)
