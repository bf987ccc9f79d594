"""EASE: item-to-item ridge regression without self-similarity, on customers or on baskets.

Steck: Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019. With P = (X'X + lam I)^-1 the
weights are B = I - P diag(P)^-1, and the scores of rows X are X B.

Written apart from `training.ranking.ridge`, so that what the blend is measured against shares no mistake with
what the blend is made of.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix, diags

from training.baselines.history import BLOCK_CELLS, NOTHING_SAID, History, Scorer, customer_rows

MAX_ROWS = 5_000  # of the dual form: its inverse is a square of them
# Of the closed form; in a shop with more, those in most baskets. Carts get more of them: on one grocer
# with 11,800 products, hit rate@10 on carts was 0.144 with 5,000 and 0.162 with 10,000.
MAX_PRODUCTS = 5_000
MAX_CART_PRODUCTS = 10_000


def ease_on_customers(history: History, half_life: float, ridge: float) -> Scorer:
    """EASE on the logarithm of one plus decayed purchase counts of customers.

    In the dual form where there are few customers, else in closed form over the top products.
    """
    purchases = history.decayed(half_life)
    purchases.data = np.log1p(purchases.data)
    few = history.n_customers <= MAX_ROWS and history.n_customers < history.n_products
    if few:
        return _dual(purchases, ridge)
    kept = _top(history.product_orders(), MAX_PRODUCTS)
    weights = item_weights(purchases[:, kept], ridge)
    return lambda asked: _closed(customer_rows(purchases, asked.customers), kept, weights)


def ease_on_baskets(history: History, size_power: float, ridge: float) -> Scorer:
    """EASE on baskets, each weighing size^-size_power, over the top products; for carts."""
    sizes = np.maximum(np.diff(history.baskets.indptr), 1).astype(np.float32)
    kept = _top(history.product_orders(), MAX_CART_PRODUCTS)
    scaled = (diags(sizes ** (-size_power / 2)) @ history.baskets).tocsr()[:, kept]
    weights = item_weights(scaled, ridge)
    return lambda asked: _closed(asked.baskets, kept, weights)


def item_weights(rows: csr_matrix, ridge: float) -> np.ndarray:
    """B of the closed form, float32 [n, n] with a diagonal of 0, of rows [n_rows, n].

    Raises numpy.linalg.LinAlgError where the Gram matrix cannot be inverted.
    """
    gram = np.ascontiguousarray((rows.T @ rows).toarray(), dtype=np.float32)
    gram[np.diag_indices_from(gram)] += ridge
    inverse = _inverse(gram)
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def _closed(rows: csr_matrix, kept: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Scores float32 [n, n_products] of rows; nothing is said of products that were not kept."""
    scores = np.full(rows.shape, NOTHING_SAID, dtype=np.float32)
    spoken = np.flatnonzero(np.diff(rows[:, kept].indptr))  # a row without a kept product says nothing
    for begin in range(0, len(spoken), _step(len(kept))):
        block = spoken[begin : begin + _step(len(kept))]
        scores[np.ix_(block, kept)] = rows[block][:, kept] @ weights
    return scores


def _dual(rows: csr_matrix, ridge: float) -> Scorer:
    """The same scores by the inverse over customers (Woodbury): P = (I - X'GX) / lam, G = (XX' + lam I)^-1.

    X P = G X and diag(P) = (1 - diag(X'GX)) / lam =: d / lam, so X B = X - lam G X / d.
    """
    gram = (rows @ rows.T).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    inverse = _inverse(gram).astype(np.float32)
    n_products = rows.shape[1]
    transposed = rows.T.tocsr()
    explained = np.zeros(n_products)
    step = _step(n_products)
    for begin in range(0, rows.shape[0], step):
        block = rows[begin : begin + step]
        smooth = (transposed @ inverse[:, begin : begin + step]).T
        explained += np.asarray(block.multiply(smooth).sum(axis=0)).ravel()
    scale = (ridge / np.maximum(1 - explained, 1e-9)).astype(np.float32)
    bought = np.diff(transposed.indptr) > 0

    def score(customers: np.ndarray) -> np.ndarray:
        known = customers >= 0
        smooth = (transposed @ inverse[:, np.maximum(customers, 0)]).T
        scores: np.ndarray = customer_rows(rows, customers).toarray() - smooth * scale
        scores[~known] = NOTHING_SAID
        scores[:, ~bought] = NOTHING_SAID
        return scores.astype(np.float32, copy=False)

    return lambda asked: score(asked.customers)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse of a symmetric positive definite matrix by Cholesky, in its own precision."""
    factor, inverse = (
        (lapack.spotrf, lapack.spotri) if matrix.dtype == np.float32 else (lapack.dpotrf, lapack.dpotri)
    )
    triangle, failed = factor(matrix.T, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError(f"no Cholesky factor of a {len(matrix)} x {len(matrix)} matrix")
    half, _ = inverse(triangle, lower=1, overwrite_c=1)
    whole: np.ndarray = np.tril(half) + np.tril(half, -1).T
    return whole


def _top(orders: np.ndarray, most: int) -> np.ndarray:
    """The `most` products with most orders, ascending, none without an order."""
    sold = np.flatnonzero(orders)
    return np.sort(sold[np.argsort(-orders[sold], kind="stable")[:most]])


def _step(width: int) -> int:
    return max(1, BLOCK_CELLS // max(width, 1))
