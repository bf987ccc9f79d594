"""Order lines as sparse matrices: baskets by product, customers by product.

`lines` is the frame of `training.data.orders.Orders`: one row an order line in order of time, with
`order`, `customer` (-1 for a guest), `product` and `day` as integers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

GUEST = -1


class OrderTable(NamedTuple):
    """What holds for an order as a whole, by order index; an order without lines has GUEST and day 0.

    customer  int32 [n_orders] customer index, GUEST for none
    day       int32 [n_orders] days since 1970-01-01
    """

    customer: np.ndarray
    day: np.ndarray


def basket_matrix(lines: pl.DataFrame, n_orders: int, n_products: int) -> csr_matrix:
    """Which products are in which basket: int32 ones [n_orders, n_products], products ascending in a row.

    Lines of the same product in one order count once. Orders without lines are empty rows.
    """
    orders, products = _codes(lines, "order"), _codes(lines, "product")
    ones = np.ones(len(orders), dtype=np.int32)
    baskets = csr_matrix((ones, (orders, products)), shape=(n_orders, n_products))
    baskets.sum_duplicates()
    baskets.data[:] = 1
    return baskets


def order_table(lines: pl.DataFrame, n_orders: int) -> OrderTable:
    """Customer and day of every order: those of its last line."""
    customer = np.full(n_orders, GUEST, dtype=np.int32)
    day = np.zeros(n_orders, dtype=np.int32)
    orders = _codes(lines, "order")
    customer[orders] = _codes(lines, "customer")
    day[orders] = _codes(lines, "day")
    return OrderTable(customer, day)


def purchase_matrix(
    lines: pl.DataFrame, n_customers: int, n_products: int, as_of_day: int, half_life_days: float
) -> csr_matrix:
    """What each customer bought, decayed: float32 [n_customers, n_products].

    An entry is the sum of 0.5^(age / half_life_days) over the distinct orders with the product, age in
    days before `as_of_day`. Guests are left out.
    """
    n_orders = _n_orders(lines)
    baskets, orders = basket_matrix(lines, n_orders, n_products), order_table(lines, n_orders)
    weights = np.exp2((orders.day - as_of_day) / half_life_days).astype(np.float32)
    per_order = np.diff(baskets.indptr)
    known = np.repeat(orders.customer != GUEST, per_order)
    customers = np.repeat(orders.customer, per_order)[known]
    values = np.repeat(weights, per_order)[known]
    purchases = csr_matrix((values, (customers, baskets.indices[known])), shape=(n_customers, n_products))
    purchases.sum_duplicates()
    return purchases


def with_variants(owned: csr_matrix, family: np.ndarray) -> csr_matrix:
    """An entry for every product of a family (int32 [n_products]) of which the customer owns one."""
    n_products = len(family)
    member = csr_matrix(
        (np.ones(n_products, np.float32), (np.arange(n_products), family)), shape=(n_products,) * 2
    )
    structure = csr_matrix((np.ones(owned.nnz, np.float32), owned.indices, owned.indptr), shape=owned.shape)
    return (structure @ member @ member.T).tocsr()


def _n_orders(lines: pl.DataFrame) -> int:
    return int(_codes(lines, "order").max()) + 1 if len(lines) else 0


def _codes(lines: pl.DataFrame, column: str) -> np.ndarray:
    return lines[column].to_numpy()
