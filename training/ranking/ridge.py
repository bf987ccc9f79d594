"""Ridge regression as a source: from products to products, and from a history to what follows it.

`training.baselines.ease` is the same regression as a method of its own, tuned, for customers it was fitted
on and for carts. Sources are fitted on a sample, and score anybody's history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse
from scipy.sparse import csr_matrix

from training.ranking.history import History
from training.ranking.sources import dense, logs_of, weighted_sums


@dataclass(frozen=True, slots=True, eq=False)
class CustomerWeights:
    """Item-to-item ridge regression (EASE; Steck, WWW 2019) in terms of customers.

    With G = (XX' + lambda I)^-1, Woodbury gives (X'X + lambda I)^-1 = (I - X'GX) / lambda, and a row x
    scores  x - (x - x X' G X) / d,  d = 1 - diag(X'GX): exact, and cheap where customers are fewer than
    products.

    rows     float32 CSR [n_reference, n_columns], X
    inverse  float32 [n_reference, n_reference], G
    divisor  float32 [n_columns], d
    """

    columns: np.ndarray
    half_life: float
    rows: csr_matrix
    inverse: np.ndarray
    divisor: np.ndarray

    def scores(self, customers: History) -> np.ndarray:
        """The regression's estimate of each product, without its own part in it."""
        x = logs_of(customers, self.columns, self.half_life)
        inner = dense(x @ self.rows.T) @ self.inverse
        filled = dense(x)
        scores: np.ndarray = filled - (filled - weighted_sums(inner, self.rows)) / self.divisor
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class ItemWeights:
    """The same in terms of products, where they are fewer: float32 [n_columns, n_columns] weights B, x B."""

    columns: np.ndarray
    half_life: float
    weights: np.ndarray

    def scores(self, customers: History) -> np.ndarray:
        """What the products bought say of each product."""
        x = logs_of(customers, self.columns, self.half_life)
        return np.asarray(x @ self.weights, dtype=np.float32)


def fit_item_ridge(
    history: History, columns: np.ndarray, half_life: float, regularization: float
) -> CustomerWeights | ItemWeights:
    """Fit on all customers of the history: time min(n_customers, n_columns)^3."""
    if len(columns) < history.n_customers:
        return _by_items(history, columns, half_life, regularization)
    return _by_customers(history, columns, half_life, regularization)


def _by_items(history: History, columns: np.ndarray, half_life: float, regularization: float) -> ItemWeights:
    """B_ij = -P_ij / P_jj with P = (X'X + lambda I)^-1, and zeros on the diagonal."""
    rows = logs_of(history, columns, half_life)
    gram = dense(rows.T @ rows).astype(np.float64)
    gram[np.diag_indices_from(gram)] += regularization
    inverse = scipy.linalg.inv(gram, overwrite_a=True, check_finite=False)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return ItemWeights(columns, half_life, weights.astype(np.float32))


def _by_customers(
    history: History, columns: np.ndarray, half_life: float, regularization: float
) -> CustomerWeights:
    rows = logs_of(history, columns, half_life)
    kernel = dense(rows @ rows.T)
    kernel[np.diag_indices_from(kernel)] += regularization
    inverse = scipy.linalg.inv(kernel, overwrite_a=True, check_finite=False, assume_a="pos")
    divisor = np.ones(len(columns), dtype=np.float32)
    for begin in range(0, rows.shape[0], 512):  # G X in blocks: it is as large as all scores
        block = rows[begin : begin + 512]
        product = weighted_sums(inverse[begin : begin + 512], rows)
        divisor -= np.asarray(block.multiply(product).sum(axis=0), dtype=np.float32).ravel()
    return CustomerWeights(columns, half_life, rows, inverse, np.maximum(divisor, 1e-4))


@dataclass(frozen=True, slots=True, eq=False)
class KernelRidge:
    """Ridge regression from a history to what is bought in the window after it, in terms of customers.

    rows     float32 CSR [n_examples, n_columns] histories before earlier cuts
    factor   Cholesky factor of rows rows' + lambda I
    bought   float32 CSR [n_examples, n_columns] what followed each
    """

    columns: np.ndarray
    half_life: float
    rows: csr_matrix
    factor: tuple[np.ndarray, bool]
    bought: csr_matrix

    def scores(self, customers: History) -> np.ndarray:
        """x X' (X X' + lambda I)^-1 Y."""
        x = logs_of(customers, self.columns, self.half_life)
        inner = scipy.linalg.cho_solve(self.factor, dense(self.rows @ x.T), check_finite=False)
        return weighted_sums(inner.T, self.bought)


def fit_kernel_ridge(
    examples: list[tuple[csr_matrix, csr_matrix]],
    columns: np.ndarray,
    half_life: float,
    regularization: float,
) -> KernelRidge | ItemWeights:
    """Fit on (history, what followed) pairs of matrices [n, n_columns]; time min(n, n_columns)^3."""
    rows = scipy.sparse.vstack([x for x, _ in examples]).tocsr()
    bought = scipy.sparse.vstack([y for _, y in examples]).tocsr()
    if len(columns) < rows.shape[0]:
        gram = dense(rows.T @ rows)
        gram[np.diag_indices_from(gram)] += regularization
        weights = scipy.linalg.solve(gram, dense(rows.T @ bought), assume_a="pos", check_finite=False)
        return ItemWeights(columns, half_life, weights)
    kernel = dense(rows @ rows.T)
    kernel[np.diag_indices_from(kernel)] += regularization
    factor = scipy.linalg.cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    return KernelRidge(columns, half_life, rows, factor, bought)
