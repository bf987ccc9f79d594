"""Item-to-item counts as sources: products of the same basket, products of the next one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from training.ranking.history import History
from training.ranking.sources import dense


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Sums over what a customer bought lately: item-to-item weights, float32 CSR [n_products, n_columns]."""

    weights: csr_matrix
    half_life: float
    last_basket_only: bool = False
    logarithmic: bool = False

    def scores(self, customers: History) -> np.ndarray:
        """Weights of the products bought, times how lately and how often."""
        if self.last_basket_only:
            last = customers.places()[customers.basket] == 0
            ones = np.ones(int(last.sum()), dtype=np.float32)
            shape = (customers.n_customers, customers.n_products)
            bought = csr_matrix((ones, (customers.customer[last], customers.product[last])), shape=shape)
        else:
            bought = customers.decayed(self.half_life)
        if self.logarithmic:
            bought.data = np.log1p(bought.data)
        return dense(bought @ self.weights)


def fit_cooccurrence(history: History, columns: np.ndarray, top: int, discount: float = 0.7) -> Links:
    """Products of the same baskets: c_ij / (n_i^0.5 n_j^discount), the `top` of every row."""
    baskets = history.baskets()
    counts = np.maximum(np.asarray(baskets.sum(axis=0)).ravel(), 1)
    right = baskets[:, columns].tocsr()
    together = _best_of_rows(baskets.T.tocsr(), right, counts, counts[columns], discount, top)
    return Links(_without_self(together, columns), half_life=30.0)


def fit_transitions(history: History, columns: np.ndarray, top: int, discount: float = 0.5) -> Links:
    """Products of the next basket of the same customer: t_ij / (n_i^0.5 n_j^discount), the `top` of a row."""
    baskets = history.baskets()
    followed = np.flatnonzero(history.basket_customer[1:] == history.basket_customer[:-1])
    before, after = baskets[followed], baskets[followed + 1][:, columns]
    n_before = np.maximum(np.asarray(before.sum(axis=0)).ravel(), 1)
    n_after = np.maximum(np.asarray(after.sum(axis=0)).ravel(), 1)
    weights = _best_of_rows(before.T.tocsr(), after.tocsr(), n_before, n_after, discount, top)
    return Links(weights, half_life=1.0, last_basket_only=True)


def _best_of_rows(
    left: csr_matrix, right: csr_matrix, n_left: np.ndarray, n_right: np.ndarray, discount: float, top: int
) -> csr_matrix:
    """The `top` highest of each row of left @ right, each count divided by its products' frequencies."""
    of_row, of_column = n_left.astype(np.float32) ** -0.5, n_right.astype(np.float32) ** -discount
    kept = []
    for begin in range(0, left.shape[0], 1000):
        block = (left[begin : begin + 1000] @ right).tocsr()
        block.data *= np.repeat(of_row[begin : begin + 1000], np.diff(block.indptr))
        block.data *= of_column[block.indices]
        kept.append(_top_of(block, top))
    parts = [part for part in kept if part.shape[0]]
    indptr = np.concatenate([[0], np.cumsum(np.concatenate([np.diff(part.indptr) for part in parts]))])
    data = np.concatenate([part.data for part in parts])
    indices = np.concatenate([part.indices for part in parts])
    return csr_matrix((data, indices, indptr), shape=(left.shape[0], right.shape[1]))


def _top_of(block: csr_matrix, top: int) -> csr_matrix:
    """The `top` highest entries of each row; of equals the first ones."""
    kept = np.ones(len(block.data), dtype=bool)
    for row in np.flatnonzero(np.diff(block.indptr) > top):
        entries = slice(block.indptr[row], block.indptr[row + 1])
        kept[entries] = among_highest(block.data[entries], top)
    starts = np.concatenate([[0], np.cumsum(kept)])[block.indptr]
    return csr_matrix((block.data[kept], block.indices[kept], starts), shape=block.shape)


def among_highest(values: np.ndarray, n: int) -> np.ndarray:
    """bool [n_values]: the n highest (fewer than there are values); of equals the first ones.

    Which of equals a partition alone would keep depends on the machine.
    """
    least = np.partition(values, len(values) - n)[len(values) - n]
    kept: np.ndarray = values > least
    kept[np.flatnonzero(values == least)[: n - int(kept.sum())]] = True
    return kept


def _without_self(weights: csr_matrix, columns: np.ndarray) -> csr_matrix:
    """No product speaks for itself."""
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    weights.data[columns[weights.indices] == rows] = 0
    weights.eliminate_zeros()
    return weights
