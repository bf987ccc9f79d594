"""Keep the last baskets of every customer, with what each product in them says of a cart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from models.arrays import frozen
from models.past_baskets import HALF_LIFE, PastBaskets
from training.matrices import GUEST, basket_matrix, order_table

LAST = 60  # baskets of a customer


def fit_past_baskets(lines: pl.DataFrame, n_customers: int, n_products: int, as_of_day: int) -> PastBaskets:
    """The last baskets of every customer, known on `as_of_day`; guests have none.

    Customer and day of an order are those of its last line, as for buy_again: what is proposed from a
    basket must be among the customer's purchases, which are asked for the reasons.

    The weight of an entry is ln(N / (1 + n_j)) for a product in n_j of N baskets, over the root of the
    basket's size, halved every HALF_LIFE days.
    """
    known = lines.select("customer", "order", "product", "day").filter(
        (pl.col("customer") != GUEST) & (pl.col("day") <= as_of_day)
    )
    n_orders = int(known["order"].to_numpy().max(initial=-1)) + 1
    baskets, orders = basket_matrix(known, n_orders, n_products), order_table(known, n_orders)
    del known
    counts = np.bincount(baskets.indices, minlength=n_products)
    n_baskets = int(np.count_nonzero(np.diff(baskets.indptr)))
    last = _last_orders(orders.customer, n_customers)
    kept = baskets[last.orders]
    sizes = np.diff(kept.indptr)
    entries = np.concatenate([[0], np.cumsum(sizes)])
    rarity = np.log(max(n_baskets, 1) / (1 + counts)).clip(min=0).astype(np.float32)
    age = (as_of_day - orders.day[last.orders]) / HALF_LIFE
    shares = np.exp2(-age) / np.sqrt(np.maximum(sizes, 1))
    return PastBaskets(
        starts=frozen(entries[last.starts].astype(np.int64)),
        products=frozen(kept.indices.astype(np.int32)),
        baskets=frozen(np.repeat(last.places, sizes)),
        weights=frozen(rarity[kept.indices] * np.repeat(shares.astype(np.float32), sizes)),
    )


class _LastOrders(NamedTuple):
    """The last orders of every customer, by customer, then by time.

    orders  [m] order index
    places  uint8 [m] 0 for the first of them of the customer
    starts  [n_customers + 1] where each customer's begin
    """

    orders: np.ndarray
    places: np.ndarray
    starts: np.ndarray


def _last_orders(customer: np.ndarray, n_customers: int) -> _LastOrders:
    """At most LAST of each customer; `customer` int32 [n_orders], GUEST where an order has none."""
    # Orders are numbered by time.
    orders = np.argsort(customer, kind="stable")
    orders = orders[customer[orders] != GUEST]
    owner = customer[orders]
    ends = owner.searchsorted(np.arange(n_customers), side="right")
    orders = orders[ends[owner] - np.arange(len(owner)) <= LAST]
    owner = customer[orders]
    starts = owner.searchsorted(np.arange(n_customers + 1))
    places = np.arange(len(owner)) - starts[owner]
    return _LastOrders(orders, places.astype(np.uint8), starts)
