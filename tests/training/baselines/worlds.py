"""A history of three customers and a guest, small enough to work out on paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from training.baselines.history import Asked, History

# (customer or -1 for a guest, age in days, products) in order of time.
Order = tuple[int, int, tuple[int, ...]]
ORDERS: tuple[Order, ...] = (
    (0, 40, (0, 1)),
    (1, 30, (0, 2)),
    (0, 20, (0,)),
    (-1, 15, (1, 2)),
    (2, 12, (3,)),
    (0, 10, (0, 2)),
    (1, 0, (2,)),
)
N_PRODUCTS = 5  # nobody ever bought the last one


def matrix(rows: Sequence[Sequence[int]], n_products: int = N_PRODUCTS) -> csr_matrix:
    """These sets of products as float32 ones, CSR."""
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    products = np.array([product for row in rows for product in sorted(row)], dtype=np.int32)
    return csr_matrix((np.ones(len(products), np.float32), products, starts), shape=(len(rows), n_products))


def history(orders: Sequence[Order] = ORDERS, n_products: int = N_PRODUCTS) -> History:
    """The history of these orders, in which every customer may be asked about."""
    customer = np.array([order[0] for order in orders], dtype=np.int32)
    n_customers = int(customer.max()) + 1
    return History(
        matrix([order[2] for order in orders], n_products),
        customer,
        np.array([order[1] for order in orders], dtype=np.int32),
        n_customers,
        np.arange(n_customers, dtype=np.int32),
    )


def ask(
    customers: Sequence[int], baskets: Sequence[Sequence[int]] = (), n_products: int = N_PRODUCTS
) -> Asked:
    """These customers, with these baskets (empty ones where none are given)."""
    rows = baskets or [()] * len(customers)
    return Asked(np.array(customers, dtype=np.int32), matrix(rows, n_products))
