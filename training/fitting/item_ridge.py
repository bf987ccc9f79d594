"""Fit item-to-item ridge regression (EASE; Steck, WWW 2019) on customers or on carts.

The weights B minimise |X - XB|^2 + regularization |B|^2 with a diagonal of zeros. In closed form, with
P = (X'X + regularization I)^-1, B_ij = -P_ij / P_jj. Dense float32 matrices [n, n] over the n most sold
products, four at the most, are held at a time, and of every column the highest positive weights are
kept: on the validation windows of two shops, lists from the best 100 a column were as good as from all.

Rows of X are customers, log1p of their decayed purchases; or baskets, each weighted size^-0.5, because
large ones hold many pairs by chance.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from models.arrays import frozen
from models.ids import UNKNOWN
from models.item_ridge import ItemRidge
from models.lists import TopLists
from training.fitting.pair_counts import pair_counts
from training.fitting.progress import Progress, silent
from training.matrices import with_variants

log = logging.getLogger(__name__)

# Scores held at one time by a thread: 2,000 customers x 5,000 products float32 are 40 MB.
BLOCK_SCORES = 10_000_000
COLUMNS = 256  # of the weights ordered at one time


@dataclass(frozen=True, slots=True, eq=False)
class Gram:
    """What one fit needs of the data, whatever its regularization.

    products  int32 [n] the most sold products, ascending
    matrix    float32 [n, n] X'X
    """

    products: np.ndarray
    matrix: np.ndarray


def customer_rows(purchases: csr_matrix) -> csr_matrix:
    """Decayed purchases [n_customers, n_products] as the rows of X: log1p, so that no habit is all."""
    return csr_matrix((np.log1p(purchases.data), purchases.indices, purchases.indptr), shape=purchases.shape)


def basket_rows(baskets: csr_matrix) -> csr_matrix:
    """Baskets [n_orders, n_products] as the rows of X: a basket counts size^-0.5 in X'X."""
    sizes = np.diff(baskets.indptr)
    roots = np.repeat(np.maximum(sizes, 1).astype(np.float32) ** -0.25, sizes)
    return csr_matrix((roots, baskets.indices, baskets.indptr), shape=baskets.shape)


def gram_of(rows: csr_matrix, max_products: int, threads: int) -> Gram:
    """X'X float32 of the `max_products` products in the most rows of X [n_rows, n_products].

    Products in no row are left out; of equally frequent ones the first are taken.
    """
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    top = np.argsort(-frequency, kind="stable")[:max_products]
    products = np.sort(top[frequency[top] > 0]).astype(np.int32)
    matrix = np.zeros((len(products), len(products)), dtype=np.float32)
    if len(products):
        for block in pair_counts(rows[:, products], threads, upper=True):
            last = block.first_row + block.counts.shape[0]
            matrix[block.first_row : last, block.first_column :] = block.counts.toarray()
    # Each pair is in the row of its first product at least.
    upper = np.triu(matrix)
    return Gram(products, upper + np.triu(upper, 1).T)


def fit_links(
    gram: Gram, n_products: int, regularization: float, top_k: int, threads: int, what: str = "item ridge"
) -> TopLists:
    """For every product the `top_k` that speak most for it, with their weights, [n_products, <= top_k].

    Products outside of the gram have empty lists. Where there is nothing to fit on, or no finite
    solution, all lists are empty and the log says so, naming `what`.
    """
    weights = _weights(gram, regularization, threads) if len(gram.products) > 1 else None
    if weights is None:
        log.warning("%s is left out: %s", what, _why_not(gram))
        return no_lists(n_products)
    length = min(top_k, len(gram.products) - 1)
    links = np.full((n_products, length), UNKNOWN, dtype=np.int32)
    scores = np.zeros((n_products, length), dtype=np.float32)
    for begin in range(0, len(gram.products), COLUMNS):
        columns = np.ascontiguousarray(weights[:, begin : begin + COLUMNS].T)
        found, values = _best_of_rows(columns, length)
        rows = gram.products[begin : begin + COLUMNS]
        links[rows] = np.where(values > 0, gram.products[found], UNKNOWN)
        scores[rows] = np.maximum(values, 0)
    return TopLists(frozen(links), frozen(scores))


def fit_cart_ridge(links: TopLists) -> ItemRidge:
    """The same weights by the product that speaks instead of the one spoken for."""
    by_product = _matrix(links)
    rows = np.repeat(np.arange(by_product.shape[0]), np.diff(by_product.indptr))
    order = np.lexsort((-by_product.data, rows))  # stable: equal weights stay ascending by product
    return ItemRidge(
        starts=frozen(by_product.indptr.astype(np.int64)),
        products=frozen(by_product.indices[order].astype(np.int32)),
        weights=frozen(by_product.data[order]),
    )


def fit_ridge_lists(
    links: TopLists,
    purchases: csr_matrix,
    *,
    length: int,
    family: np.ndarray,
    threads: int,
    progress: Progress = silent,
) -> TopLists:
    """For every customer the `length` best products new to them, [n_customers, <= length].

    `purchases` [n_customers, n_products] are decayed; variants (`family` int32 [n_products]) of what
    was bought count as bought. Products with a score of 0 are left out, so a list may be shorter.
    """
    n_customers = purchases.shape[0]
    candidates = (
        np.flatnonzero((links.products >= 0).any(axis=1)) if links.products.size else np.empty(0, int)
    )
    if not len(candidates):
        return no_lists(n_customers)
    length = min(length, len(candidates))
    weights = _matrix(links)[:, candidates]
    products = np.full((n_customers, length), UNKNOWN, dtype=np.int32)
    scores = np.zeros((n_customers, length), dtype=np.float32)

    def fill(begin: int, end: int) -> int:
        rows = purchases[begin:end]
        dense = (customer_rows(rows) @ weights).toarray()
        dense[with_variants(rows, family)[:, candidates].nonzero()] = 0
        found, values = _best_of_rows(dense, length)
        products[begin:end] = np.where(values > 0, candidates[found], UNKNOWN)
        scores[begin:end] = np.maximum(values, 0)
        return end

    with ThreadPoolExecutor(max_workers=threads) as pool:
        blocks = list(_blocks(n_customers, max(1, BLOCK_SCORES // len(candidates))))
        for done in pool.map(lambda block: fill(*block), blocks):
            progress(f"item ridge lists: {done:,} of {n_customers:,} customers")
    return TopLists(frozen(products), frozen(scores))


def no_lists(n_rows: int) -> TopLists:
    """Lists of length 0."""
    return TopLists(
        frozen(np.empty((n_rows, 0), dtype=np.int32)), frozen(np.empty((n_rows, 0), dtype=np.float32))
    )


def _weights(gram: Gram, regularization: float, threads: int) -> np.ndarray | None:
    """B float32 [n, n]; None where there is no finite solution.

    Inverted is the matrix scaled to a diagonal of ones, which keeps single precision good enough when
    some products sell ten thousand times as often as others.
    """
    left = gram.matrix.copy()
    diagonal = np.einsum("ii->i", left)
    diagonal += regularization
    roots = np.sqrt(diagonal)
    left /= roots
    left /= roots[:, None]
    with threadpool_limits(threads, user_api="blas"):
        factor, failed = lapack.spotrf(left.T, lower=1, overwrite_a=1)
        if failed:
            return None
        inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or not np.isfinite(inverse.diagonal()).all():
        return None
    inverse = inverse.T  # LAPACK's columns: the upper triangle is filled
    inverse += np.triu(inverse, 1).T - np.tril(inverse, -1)
    scale = -roots / inverse.diagonal()
    inverse *= scale
    inverse /= roots[:, None]
    np.fill_diagonal(inverse, 0)
    result: np.ndarray = inverse
    return result


def _why_not(gram: Gram) -> str:
    if len(gram.products) < 2:
        return f"{len(gram.products)} products were bought, 2 are needed"
    return "its equations have no finite solution"


def _best_of_rows(values: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """The places [n_rows, length] of the highest of each row [n_rows, n], best first, and their values."""
    if length < values.shape[1]:
        places = np.argpartition(-values, length - 1, axis=1)[:, :length]
        places.sort(axis=1)  # equal values stay in the order of the products
    else:
        places = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    found = np.take_along_axis(values, places, 1)
    order = np.argsort(-found, axis=1, kind="stable")
    return np.take_along_axis(places, order, 1), np.take_along_axis(found, order, 1)


def _matrix(links: TopLists) -> csr_matrix:
    """The weights float32 [n_products, n_products]: row i says what product i adds to others."""
    n_products, length = links.products.shape
    spoken_for = np.repeat(np.arange(n_products), length)
    known = links.products.ravel() != UNKNOWN
    entries = (links.scores.ravel()[known], (links.products.ravel()[known], spoken_for[known]))
    matrix = csr_matrix(entries, shape=(n_products, n_products))
    matrix.sort_indices()
    return matrix


def _blocks(n_rows: int, step: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(begin + step, n_rows)) for begin in range(0, n_rows, step))
