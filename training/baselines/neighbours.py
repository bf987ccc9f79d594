"""Neighbours of customers: TIFU-KNN and UP-CF.

Written apart from `training.ranking.neighbours`, so that what the blend is measured against shares no mistake
with what the blend is made of.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from training.baselines.history import (
    BLOCK_CELLS,
    NOTHING_SAID,
    History,
    Scorer,
    customer_rows,
    dense_or_nothing,
)
from training.matrices import GUEST

MAX_NEIGHBOURS = 900


def tifu_vectors(history: History, group: int, within: float, between: float) -> csr_matrix:
    """Personalised item frequencies of TIFU-KNN, CSR float32 [n_customers, n_products].

    Hu, He, Gao, Zhang: Modeling Personalized Item Frequency Information for Next-basket
    Recommendation, SIGIR 2020. A customer's baskets are cut into groups of `group`, counted back
    from the last one, so that the oldest group may be smaller. A basket weighs within^(baskets after
    it in its group), averaged over the group; a group weighs between^(groups after it), averaged
    over the groups.
    """
    later, own = history.recency(), np.flatnonzero(history.customer != GUEST)
    customer = history.customer[own]
    orders = history.order_counts()[customer]
    number = later[own] // group
    size = np.minimum(group, orders - number * group)
    groups = -(-orders // group)
    weights = np.zeros(len(history.customer))
    weights[own] = within ** (later[own] % group) / size * between**number / groups
    return history.per_customer(weights)


def nearest(vectors: csr_matrix, customers: np.ndarray, most: int) -> np.ndarray:
    """The `most` nearest other customers by Euclidean distance, int32 [n, min(most, n_customers - 1)].

    Nearest first; `customers` [n] are rows of `vectors` [n_customers, n_products].
    """
    n_customers = vectors.shape[0]
    most = min(most, n_customers - 1)
    found = np.empty((len(customers), most), dtype=np.int32)
    squares = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()
    transposed = vectors.T.tocsr()
    step = max(1, BLOCK_CELLS // n_customers)
    for begin in range(0, len(customers) if most else 0, step):
        rows = customers[begin : begin + step]
        closeness = (
            2 * (vectors[rows] @ transposed).toarray() - squares
        )  # minus distance^2, but for a constant
        closeness[np.arange(len(rows)), rows] = -np.inf
        kept = np.argpartition(closeness, n_customers - most, axis=1)[:, n_customers - most :]
        order = np.argsort(-np.take_along_axis(closeness, kept, 1), axis=1, kind="stable")
        found[begin : begin + step] = np.take_along_axis(kept, order, 1)
    return found


def tifu(vectors: csr_matrix, asked_customers: np.ndarray, near: np.ndarray, k: int, alpha: float) -> Scorer:
    """TIFU-KNN: alpha * the customer's vector + (1 - alpha) * the mean of their k nearest neighbours.

    `near` int32 [n, most] are the neighbours of `asked_customers` [n], ascending, nearest first.
    """
    k = min(k, near.shape[1])
    mixing = csr_matrix(
        (
            np.full(len(near) * k, (1 - alpha) / max(k, 1), dtype=np.float32),
            near[:, :k].ravel(),
            np.arange(len(near) + 1) * k,
        ),
        shape=(len(near), vectors.shape[0]),
    )
    own = csr_matrix(
        (np.full(len(near), alpha, dtype=np.float32), (np.arange(len(near)), asked_customers)),
        shape=mixing.shape,
    )
    weights = (mixing + own).tocsr()

    def score(customers: np.ndarray) -> np.ndarray:
        rows = np.where(customers >= 0, asked_customers.searchsorted(customers), -1)
        return dense_or_nothing((customer_rows(weights, rows) @ vectors).tocsr())

    return lambda asked: score(asked.customers)


def up_cf(history: History, recent: int, locality: float, asymmetry: float) -> Scorer:
    """UP-CF: customers' recent popularity of a product, averaged over similar customers.

    Faggioli, Polato, Aiolli: Recency Aware Collaborative Filtering for Next Basket Recommendation,
    UMAP 2020. The popularity is the share of a customer's last `recent` baskets with the product;
    the similarity of customers a and u, who bought the sets A and U, is the asymmetric cosine
    |A n U| / (|A|^asymmetry |U|^(1 - asymmetry)), to the power of `locality`.
    """
    own = np.flatnonzero(history.customer != GUEST)
    last = np.minimum(history.order_counts(), recent)
    weights = np.zeros(len(history.customer), dtype=np.float64)
    weights[own] = (history.recency()[own] < recent) / last[history.customer[own]]
    shares = history.per_customer(weights)
    bought = history.per_customer(np.ones(len(history.customer)))
    bought.data[:] = 1
    sizes = np.maximum(np.diff(bought.indptr), 1).astype(np.float32)
    transposed = bought.T.tocsr()
    step = max(1, BLOCK_CELLS // max(history.n_customers, 1))

    def score(customers: np.ndarray) -> np.ndarray:
        scores = np.empty((len(customers), history.n_products), dtype=np.float32)
        for begin in range(0, len(customers), step):
            rows = customers[begin : begin + step]
            common = (customer_rows(bought, rows) @ transposed).toarray()
            mine = np.where(rows >= 0, sizes[rows], 1)[:, None]
            similar = (common / (mine**asymmetry * sizes ** (1 - asymmetry))) ** locality
            scores[begin : begin + step] = similar @ shares
        scores[scores <= 0] = NOTHING_SAID
        return scores

    return lambda asked: score(asked.customers)
