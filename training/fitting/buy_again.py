"""Fit buy_again: what each customer bought, how often, how lately."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from models.arrays import frozen
from models.buy_again import BuyAgain
from training.matrices import GUEST, OrderTable, basket_matrix, order_table

UINT16_MAX = np.iinfo(np.uint16).max


class _Purchases(NamedTuple):
    """Distinct (customer, product) pairs, customers ascending, products ascending within one; all [n]."""

    customers: np.ndarray
    products: np.ndarray
    weights: np.ndarray
    orders_with: np.ndarray
    last_day: np.ndarray


def fit_buy_again(
    lines: pl.DataFrame, n_customers: int, n_products: int, as_of_day: int, half_life_days: float
) -> BuyAgain:
    """Personal frequencies with decay, by `models.buy_again`; guests are left out.

    `lines` as in `training.matrices`; lines after `as_of_day` are left out. The score is a share of two
    sums with the same decay, so it does not depend on when it is looked at: the decay is counted from
    the customer's own last order, which keeps it from underflowing for those who left long ago.
    """
    lines = lines.filter((pl.col("customer") != GUEST) & (pl.col("day") <= as_of_day))
    n_orders = int(lines["order"].to_numpy().max()) + 1 if len(lines) else 0
    orders = order_table(lines, n_orders)
    real = np.flatnonzero(orders.customer != GUEST)
    weights = _order_weights(orders, real, n_customers, half_life_days)
    found = _purchases(basket_matrix(lines, n_orders, n_products), orders, weights, n_customers)
    totals = np.bincount(orders.customer[real], weights=weights[real], minlength=n_customers)
    # The two sums are added up in different orders: a share of 1 may come out a rounding error above.
    scores = np.minimum(found.weights / totals[found.customers], 1).astype(np.float32)
    order = np.lexsort((-scores, found.customers))  # stable: equal scores stay ascending by product
    starts = np.concatenate([[0], np.cumsum(np.bincount(found.customers, minlength=n_customers))])
    return BuyAgain(
        starts=frozen(starts.astype(np.int64)),
        products=frozen(found.products[order].astype(np.int32)),
        scores=frozen(scores[order]),
        orders_with=frozen(found.orders_with[order].clip(0, UINT16_MAX).astype(np.uint16)),
        last_day=frozen(found.last_day[order].clip(0, UINT16_MAX).astype(np.uint16)),
        customer_orders=frozen(np.bincount(orders.customer[real], minlength=n_customers).astype(np.int32)),
    )


def _order_weights(
    orders: OrderTable, real: np.ndarray, n_customers: int, half_life_days: float
) -> np.ndarray:
    """Decay of each order [n_orders], 1 for a customer's last one; 0 for those not `real`."""
    last = np.full(n_customers, np.iinfo(np.int32).min, dtype=np.int32)
    np.maximum.at(last, orders.customer[real], orders.day[real])
    weights = np.zeros(len(orders.day))
    weights[real] = np.exp2((orders.day[real] - last[orders.customer[real]]) / half_life_days)
    return weights


def _purchases(baskets: csr_matrix, orders: OrderTable, weights: np.ndarray, n_customers: int) -> _Purchases:
    """Baskets [n_orders, n_products] summed up by customer and product."""
    by_customer = np.argsort(orders.customer, kind="stable")
    by_customer = by_customer[orders.customer[by_customer] != GUEST]
    sizes = np.diff(baskets.indptr)[by_customer]
    # One row a customer, all baskets end to end: the data remember which order an entry came from.
    entry_orders = np.repeat(by_customer, sizes).astype(np.int32)
    entries = np.bincount(orders.customer[by_customer], weights=sizes, minlength=n_customers)
    starts = np.concatenate([[0], np.cumsum(entries)]).astype(np.int64)
    merged = csr_matrix(
        (entry_orders, baskets[by_customer].indices, starts), shape=(n_customers, baskets.shape[1])
    )
    merged.sort_indices()
    customers = np.repeat(np.arange(n_customers, dtype=np.int32), np.diff(merged.indptr))
    products, source = merged.indices, merged.data
    if not len(products):
        return _Purchases(customers, products, np.empty(0), np.empty(0, np.int64), np.empty(0, np.int32))
    new = np.concatenate([[True], (products[1:] != products[:-1]) | (customers[1:] != customers[:-1])])
    first = np.flatnonzero(new)
    return _Purchases(
        customers[first],
        products[first],
        np.add.reduceat(weights[source], first),
        np.diff(first, append=len(products)),
        np.maximum.reduceat(orders.day[source], first),
    )
