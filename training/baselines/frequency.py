"""Frequencies: of everybody, of everybody lately, of the customer."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from training.baselines.history import (
    NOTHING_SAID,
    History,
    Scorer,
    customer_rows,
    dense_or_nothing,
)


def popularity(history: History, days: float) -> Scorer:
    """Baskets with the product in the last `days`, the same for everybody."""
    return same_for_all(history.product_orders(days))


def same_for_all(scores: np.ndarray) -> Scorer:
    """One ranking by `scores` [n_products]; products with 0 or less are not listed."""
    row = scores.astype(np.float32)
    row[row <= 0] = NOTHING_SAID
    return lambda asked: np.tile(row, (len(asked.customers), 1))


def by_ranking(products: np.ndarray, n_products: int) -> Scorer:
    """One ranking for everybody: `products` [n], best first."""
    scores = np.zeros(n_products)
    scores[products] = np.arange(len(products), 0, -1)
    return same_for_all(scores)


def personal_frequency(history: History, half_life: float) -> Scorer:
    """What the customer bought, each purchase counted 0.5^(age / half_life); nothing else."""
    frequencies = history.decayed(half_life)
    return lambda asked: dense_or_nothing(customer_rows(frequencies, asked.customers))


def gp_topfreq(history: History) -> Scorer:
    """The customer's products by how many of their baskets had them, then all others by popularity.

    GP-TopFreq of Hu et al. (SIGIR 2020) and Li et al. (TOIS 2023).
    """
    counts = history.per_customer(np.ones(len(history.customer)))
    orders = history.product_orders().astype(np.float32)
    shares = orders / (orders.max(initial=0) + 1)  # below 1, so that one basket of one's own counts more
    shares[orders == 0] = NOTHING_SAID
    return lambda asked: _dense(customer_rows(counts, asked.customers)) + shares


def _dense(matrix: csr_matrix) -> np.ndarray:
    dense: np.ndarray = matrix.toarray().astype(np.float32, copy=False)
    return dense
