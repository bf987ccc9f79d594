"""Sources of candidates: each is fitted on a history and scores any customers of any history.

Scores are float32 [n_rows, n_columns], a row a customer, a column one of the `columns` (products that can
be proposed). They rank within a row; scales differ from source to source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.linalg
from scipy.sparse import csr_matrix, diags

from training.ranking.history import History


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


@dataclass(frozen=True, slots=True, eq=False)
class ItemRidgeDual:
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
        scores: np.ndarray = filled - (filled - np.asarray((self.rows.T @ inner.T).T)) / self.divisor
        return scores


def fit_item_ridge_dual(
    history: History, columns: np.ndarray, half_life: float, regularization: float
) -> ItemRidgeDual:
    """Fit on all customers of the history: time n_customers^3."""
    rows = logs_of(history, columns, half_life)
    kernel = dense(rows @ rows.T).astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += regularization
    inverse = scipy.linalg.inv(kernel, overwrite_a=True, check_finite=False).astype(np.float32)
    divisor = np.ones(len(columns), dtype=np.float32)
    for begin in range(0, rows.shape[0], 512):  # G X in blocks: it is as large as all scores
        block = rows[begin : begin + 512]
        product = np.asarray((rows.T @ inverse[begin : begin + 512].T).T)
        divisor -= np.asarray(block.multiply(product).sum(axis=0), dtype=np.float32).ravel()
    return ItemRidgeDual(columns, half_life, rows, inverse, np.maximum(divisor, 1e-4))


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


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """What customers with similar baskets buy (TIFU-KNN; Hu et al., SIGIR 2020).

    vectors  float32 CSR [n_reference, n_columns] of reference customers, norms float32 [n_reference]
    """

    columns: np.ndarray
    vectors: csr_matrix
    norms: np.ndarray
    n_neighbours: int
    share: float

    def scores(self, customers: History) -> np.ndarray:
        """share * own vector + (1 - share) * mean vector of the nearest reference customers."""
        own = tifu_vectors(customers, self.columns)
        squares = np.asarray(own.multiply(own).sum(axis=1)).ravel()
        distance = squares[:, None] + self.norms - 2 * dense(own @ self.vectors.T)
        distance[distance < 1e-9] = np.inf  # the customer is no neighbour of theirs
        n = min(self.n_neighbours, distance.shape[1])
        nearest = np.argpartition(distance, n - 1, axis=1)[:, :n]
        shape = (len(nearest), distance.shape[1])
        ones = np.full(nearest.size, 1 / n, dtype=np.float32)
        mean = csr_matrix((ones, (np.repeat(np.arange(len(nearest)), n), nearest.ravel())), shape=shape)
        scores: np.ndarray = self.share * dense(own) + (1 - self.share) * dense(mean @ self.vectors)
        return scores


def tifu_vectors(
    history: History, columns: np.ndarray, group: int = 7, within: float = 0.9, between: float = 0.7
) -> csr_matrix:
    """float32 [n_customers, n_columns]: baskets in groups of `group` from the newest, weights
    within^(place in the group) / baskets in it, times between^(place of the group) / groups."""
    places, counts = history.places(), history.basket_counts()
    number, inside = places // group, places % group
    total = counts[history.basket_customer]
    size = np.minimum(group, total - number * group)
    weights = within**inside / size * between**number / np.ceil(total / group)
    entries = (weights[history.basket].astype(np.float32), (history.customer, history.product))
    return csr_matrix(entries, shape=(history.n_customers, history.n_products))[:, columns]


def fit_neighbours(
    history: History, columns: np.ndarray, n_neighbours: int = 300, share: float = 0.5
) -> Neighbours:
    """The customers of the history are the reference."""
    vectors = tifu_vectors(history, columns)
    norms = np.asarray(vectors.multiply(vectors).sum(axis=1), dtype=np.float32).ravel()
    return Neighbours(columns, vectors, norms, n_neighbours, share)


@dataclass(frozen=True, slots=True, eq=False)
class UserWise:
    """What customers with similar products bought in their last baskets (UP-CF; Faggioli et al., UMAP 2020).

    owned   float32 CSR [n_reference, n_products] ones; recent float32 CSR [n_reference, n_columns]
    """

    owned: csr_matrix
    recent: csr_matrix
    locality: float
    asymmetry: float

    def scores(self, customers: History) -> np.ndarray:
        """Sum over reference customers of similarity^locality times their recent shares."""
        mine = customers.owned()
        n_mine = np.maximum(np.diff(mine.indptr), 1).astype(np.float32)
        n_theirs = np.maximum(np.diff(self.owned.indptr), 1).astype(np.float32)
        common = dense(mine @ self.owned.T)
        common /= n_mine[:, None] ** self.asymmetry * n_theirs[None] ** (1 - self.asymmetry)
        return np.asarray((self.recent.T @ (common**self.locality).T).T, dtype=np.float32)


def fit_user_wise(
    history: History, columns: np.ndarray, baskets: int = 25, locality: float = 3, asymmetry: float = 0.25
) -> UserWise:
    """Shares of the last `baskets` baskets of every customer."""
    places = history.places()[history.basket]
    counts = np.minimum(history.basket_counts(), baskets)
    recent = places < baskets
    shares = (1 / np.maximum(counts, 1))[history.customer[recent]].astype(np.float32)
    shape = (history.n_customers, history.n_products)
    matrix = csr_matrix((shares, (history.customer[recent], history.product[recent])), shape=shape)
    return UserWise(history.owned(), matrix[:, columns], locality, asymmetry)


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
        return np.asarray((self.bought.T @ inner).T, dtype=np.float32)


def fit_kernel_ridge(
    examples: list[tuple[csr_matrix, csr_matrix]],
    columns: np.ndarray,
    half_life: float,
    regularization: float,
) -> KernelRidge:
    """Fit on (history, what followed) pairs of matrices [n, n_columns]."""
    rows = scipy.sparse.vstack([x for x, _ in examples]).tocsr()
    bought = scipy.sparse.vstack([y for _, y in examples]).tocsr()
    kernel = dense(rows @ rows.T)
    kernel[np.diag_indices_from(kernel)] += regularization
    factor = scipy.linalg.cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    return KernelRidge(columns, half_life, rows, factor, bought)
