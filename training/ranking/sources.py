"""Sources of candidates: each is fitted on a history and scores any customers of any history.

Scores are float32 [n_rows, n_columns], a row a customer, a column one of the `columns` (products that can
be proposed). They rank within a row; scales differ from source to source.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.sparse import csr_matrix

from training.ranking.history import History

# All there are, in the order of their features. One that could not be fitted keeps its columns, empty:
# rankers learn from several cuts, and ask for the same columns of all.
SOURCE_NAMES = (
    "item_ridge",
    "item_ridge_long",
    "kernel_ridge",
    "taste",
    "neighbours",
    "user_wise",
    "cooccurrence",
    "transitions",
)


class Source(Protocol):
    """Anything that scores customers."""

    def scores(self, customers: History) -> np.ndarray:
        """float32 [n_customers, n_columns]."""
        ...


def logs_of(history: History, columns: np.ndarray, half_life: float) -> csr_matrix:
    """log1p of decayed purchases [n_customers, n_columns]: so that no habit is everything."""
    purchases = history.decayed(half_life)[:, columns]
    purchases.data = np.log1p(purchases.data)
    return purchases


def dense(matrix: csr_matrix) -> np.ndarray:
    """float32, whatever came in."""
    return np.asarray(matrix.toarray(), dtype=np.float32)


def weighted_sums(weights: np.ndarray, matrix: csr_matrix) -> np.ndarray:
    """float32 [n, n_columns]: weights [n, n_rows] @ matrix [n_rows, n_columns], sparse.

    scipy takes a third of the time where the sparse operand is on the left and stored by its own rows.
    """
    return np.ascontiguousarray((matrix.T.tocsr() @ weights.T).T, dtype=np.float32)
