"""Item-to-item counts as sources: products of the same basket, products of the next one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, diags

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
    scale = diags(n_right.astype(np.float32) ** -discount)
    kept = []
    for begin in range(0, left.shape[0], 1000):
        block = (left[begin : begin + 1000] @ right).tocsr()
        block = (diags(n_left[begin : begin + 1000].astype(np.float32) ** -0.5) @ block @ scale).tocsr()
        kept.append(_top_of(block, top))
    parts = [part for part in kept if part.shape[0]]
    indptr = np.concatenate([[0], np.cumsum(np.concatenate([np.diff(part.indptr) for part in parts]))])
    data = np.concatenate([part.data for part in parts])
    indices = np.concatenate([part.indices for part in parts])
    return csr_matrix((data, indices, indptr), shape=(left.shape[0], right.shape[1]))


def _top_of(block: csr_matrix, top: int) -> csr_matrix:
    """The `top` highest entries of each row."""
    rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    order = np.lexsort((-block.data, rows))
    place = np.arange(len(order)) - block.indptr[rows[order]]
    kept = order[place < top]
    return csr_matrix((block.data[kept], (rows[kept], block.indices[kept])), shape=block.shape)


def _without_self(weights: csr_matrix, columns: np.ndarray) -> csr_matrix:
    """No product speaks for itself."""
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    weights.data[columns[weights.indices] == rows] = 0
    weights.eliminate_zeros()
    return weights
