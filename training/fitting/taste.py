"""Fit taste with implicit's ALS, and compute the lists the service only looks up.

The one module that knows implicit. implicit threads by itself; BLAS below it must not, or both fight
for the same cores.
"""

from __future__ import annotations

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from models.arrays import frozen
from models.ids import UNKNOWN
from models.lists import TopLists
from models.taste import Taste
from training.fitting.progress import Progress, silent
from training.matrices import with_variants

# Rows whose scores for every product are held at one time: 512 x 50,000 float32 are 100 MB.
BLOCK_SCORES = 25_000_000
# Products that may be in a list: in shops with more, those that most customers bought. What a product of one
# buyer is near to is whatever else that buyer bought, and nobody's best hundred has it.
MOST_LISTED = 20_000
# Customers that the first rounds of ALS look at; where there are more, everybody is part of the last ones.
FIRST_CUSTOMERS, LAST_ROUNDS = 50_000, 2


def fit_taste(  # noqa: PLR0913  # every number of the fit is named by the caller
    purchases: csr_matrix,
    *,
    factors: int,
    iterations: int,
    regularization: float,
    alpha: float,
    seed: int,
    threads: int,
    progress: Progress = silent,
) -> Taste:
    """Factors of customers and products from decayed purchases float32 [n_customers, n_products].

    Alternating least squares for implicit feedback (Hu, Koren, Volinsky, ICDM 2008) by conjugate
    gradient (Takács, Pilászy, Tikk, RecSys 2011): exact solving costs several times more for the same
    lists. Of more than FIRST_CUSTOMERS a sample is fitted first, and all of them in the last rounds: products
    are where they belong by then. Customers without a purchase and products without a known buyer get rows
    of zeros.
    """
    n_customers, n_products = purchases.shape
    if purchases.nnz == 0:
        return _taste(
            np.zeros((n_customers, factors)), np.zeros((n_products, factors)), regularization, alpha
        )
    done = 0

    def told(round_: int, *_: object) -> None:
        progress(f"taste: {done + round_ + 1} of {iterations} iterations")

    with threadpool_limits(1, user_api="blas"):
        model = AlternatingLeastSquares(
            factors=factors,
            regularization=regularization,
            alpha=alpha,
            random_state=seed,
            num_threads=threads,
        )
        for rounds, some in _rounds(purchases, iterations, seed):
            # The factors of products go on, those of customers begin anew.
            model.user_factors, model.iterations = None, rounds
            model.fit(some, show_progress=False, callback=told)
            done += rounds
    model.item_factors[np.bincount(purchases.indices, minlength=n_products) == 0] = 0
    model.user_factors[np.diff(purchases.indptr) == 0] = 0
    return _taste(model.user_factors, model.item_factors, regularization, alpha)


def _rounds(purchases: csr_matrix, iterations: int, seed: int) -> list[tuple[int, csr_matrix]]:
    """How many rounds look at whose purchases CSR [n, n_products]; the last ones look at all."""
    customers = np.flatnonzero(np.diff(purchases.indptr))
    if len(customers) <= FIRST_CUSTOMERS or iterations <= LAST_ROUNDS:
        return [(iterations, purchases)]
    drawn = np.random.default_rng(seed).choice(customers, FIRST_CUSTOMERS, replace=False)
    return [(iterations - LAST_ROUNDS, purchases[np.sort(drawn)]), (LAST_ROUNDS, purchases)]


def most_bought(buyers: np.ndarray) -> np.ndarray:
    """Products that may be in lists: the MOST_LISTED with the most buyers (int [n_products]; those with none
    are left out), ascending; of equals the first.
    """
    known = np.flatnonzero(buyers)
    found: np.ndarray = np.sort(known[np.argsort(-buyers[known], kind="stable")[:MOST_LISTED]])
    return found


def fit_taste_lists(
    taste: Taste,
    owned: csr_matrix,
    length: int,
    threads: int,
    family: np.ndarray | None = None,
    progress: Progress = silent,
    *,
    among: np.ndarray | None = None,
) -> TopLists:
    """For every customer the `length` best products that are new to them, [n_customers, length].

    `owned` [n_customers, n_products] has an entry for every product a customer bought; with `family`
    int32 [n_products] (see `models.catalogue`) its variants count as bought too. Listed are products
    `among` these (int [n], ascending; all if None) with an estimated preference above 0, so that a list may
    be shorter.
    """
    if family is not None:
        owned = with_variants(owned, family)
    if among is None:
        among = np.arange(len(taste.product_factors))
    owned = owned[:, among].tocsr()
    model = _model_of(taste.customer_factors, taste.product_factors[among], threads)
    n_customers, n_products = owned.shape
    lists = _Lists(n_customers, min(length, n_products))
    step = max(1, BLOCK_SCORES // max(n_products, 1))
    # implicit would leave out what is owned customer by customer, which takes as long as the search. Asked
    # for that many products more it need not: customers who own about as many are asked about together.
    counts = np.diff(owned.indptr)
    by_count = np.argsort(counts, kind="stable")
    with threadpool_limits(1, user_api="blas"):
        for begin in range(0, n_customers, step) if lists.length else ():
            rows = by_count[begin : begin + step]
            n = min(lists.length + int(counts[rows[-1]]), n_products)
            found, scores = model.recommend(rows, None, N=n, filter_already_liked_items=False)
            theirs = np.take_along_axis(owned[rows].toarray() != 0, found, 1)
            found, scores = _without(theirs, found, scores)
            lists.put(rows, among[found[:, : lists.length]], scores[:, : lists.length])
            progress(f"taste lists: {begin + len(rows):,} of {n_customers:,} customers")
    return lists.frozen()


def fit_similar(
    taste: Taste, buyers: np.ndarray, length: int = 50, threads: int = 0, progress: Progress = silent
) -> TopLists:
    """For every product the `length` nearest others by cosine of their factors, [n_products, length].

    Others are the MOST_LISTED products with the most `buyers` int [n_products], of equals the first ones.
    The product itself, products without a known buyer and cosines of 0 or less are left out.
    `threads` 0 means all cores.
    """
    n_products = len(taste.product_factors)
    known = np.flatnonzero(taste.product_factors.any(axis=1))
    others = np.flatnonzero(np.isin(known, most_bought(buyers)))  # positions among the known
    lists = _Lists(n_products, min(length, max(n_products - 1, 0)))
    norms = np.linalg.norm(taste.product_factors[known], axis=1, keepdims=True)
    unit = taste.product_factors[known] / norms
    model = _model_of(unit, unit[others], threads)
    step = max(1, BLOCK_SCORES // max(len(others), 1))
    with threadpool_limits(1, user_api="blas"):
        for begin in range(0, len(known), step) if lists.length else ():
            rows = np.arange(begin, min(begin + step, len(known)))
            n = min(lists.length + 1, len(others))
            found, cosines = model.recommend(rows, None, N=n, filter_already_liked_items=False)
            near, cosines = _without(others[found] == rows[:, None], others[found], cosines)
            lists.put(known[rows], known[near[:, : lists.length]], cosines[:, : lists.length])
            progress(f"similar products: {rows[-1] + 1:,} of {len(known):,}")
    return lists.frozen()


def _without(left_out: np.ndarray, found: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lists [n, k] and their scores with those `left_out` (bool [n, k]) last, with a score of 0."""
    order = np.argsort(left_out, axis=1, kind="stable")
    return np.take_along_axis(found, order, 1), np.take_along_axis(np.where(left_out, 0, scores), order, 1)


class _Lists:
    """Lists being filled: UNKNOWN and 0 wherever nothing was put."""

    def __init__(self, n_rows: int, length: int) -> None:
        self.length = length
        self.products = np.full((n_rows, length), UNKNOWN, dtype=np.int32)
        self.scores = np.zeros((n_rows, length), dtype=np.float32)

    def put(self, rows: np.ndarray, products: np.ndarray, scores: np.ndarray) -> None:
        """Fill rows [n] with lists [n, k] that come best first; scores end where they stop being positive."""
        width = products.shape[1]
        positive = scores > 0
        self.products[rows, :width] = np.where(positive, products, UNKNOWN)
        self.scores[rows, :width] = np.where(positive, scores, 0)

    def frozen(self) -> TopLists:
        return TopLists(frozen(self.products), frozen(self.scores))


def _model_of(users: np.ndarray, items: np.ndarray, threads: int) -> AlternatingLeastSquares:
    """implicit's model around factors fitted before: used for its batched search alone."""
    with threadpool_limits(1, user_api="blas"):
        model = AlternatingLeastSquares(factors=items.shape[1], num_threads=threads)
    model.user_factors, model.item_factors = users, items
    return model


def _taste(customers: np.ndarray, products: np.ndarray, regularization: float, alpha: float) -> Taste:
    products = products.astype(np.float32)
    return Taste(
        customer_factors=frozen(customers.astype(np.float32)),
        product_factors=frozen(products),
        gram=frozen(products.T @ products),
        regularization=frozen(np.array([regularization], dtype=np.float64)),
        alpha=frozen(np.array([alpha], dtype=np.float64)),
    )
