"""Keep the last baskets of every customer, with what each product in them says of a cart."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.arrays import frozen
from models.past_baskets import HALF_LIFE, PastBaskets
from training.matrices import GUEST, order_table

LAST = 60  # baskets of a customer


def fit_past_baskets(lines: pl.DataFrame, n_customers: int, n_products: int, as_of_day: int) -> PastBaskets:
    """The last baskets of every customer, known on `as_of_day`; guests have none.

    Customer and day of an order are those of its last line, as for buy_again: what is proposed from a
    basket must be among the customer's purchases, which are asked for the reasons.

    The weight of an entry is ln(N / (1 + n_j)) for a product in n_j of N baskets, over the root of the
    basket's size, halved every HALF_LIFE days.
    """
    known = _entries(lines.filter((pl.col("customer") != GUEST) & (pl.col("day") <= as_of_day)))
    counts = np.bincount(known["product"].to_numpy(), minlength=n_products)
    # Orders are numbered by time.
    latest = pl.col("order").rank("dense", descending=True).over("customer") <= LAST
    kept = known.filter(latest).sort("customer", "order", "product")
    kept = kept.with_columns(
        basket=(pl.col("order").rank("dense").over("customer") - 1).cast(pl.UInt8),
        size=pl.len().over("order"),
    )
    customer, product = kept["customer"].to_numpy(), kept["product"].to_numpy()
    rarity = np.log(max(known["order"].n_unique(), 1) / (1 + counts[product]))
    age = as_of_day - kept["day"].to_numpy()
    weights = np.maximum(rarity, 0) / np.sqrt(kept["size"].to_numpy()) * np.exp2(-age / HALF_LIFE)
    return PastBaskets(
        starts=frozen(customer.searchsorted(np.arange(n_customers + 1)).astype(np.int64)),
        products=frozen(product.astype(np.int32)),
        baskets=frozen(kept["basket"].to_numpy()),
        weights=frozen(weights.astype(np.float32)),
    )


def _entries(lines: pl.DataFrame) -> pl.DataFrame:
    """Customer, order, product and day, once for each product of an order."""
    order = lines["order"].to_numpy()
    orders = order_table(lines, int(order.max(initial=-1)) + 1)
    return lines.select(
        pl.Series("customer", orders.customer[order]), "order", "product", pl.Series("day", orders.day[order])
    ).unique()
