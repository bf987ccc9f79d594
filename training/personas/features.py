"""What customers are compared by: what they like and buy, when, how much, how cheaply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from models.bundle import Bundle
from models.catalogue import NO_CATEGORY
from training.data.orders import GUEST, Orders

LEAST_ORDERS = 3
TASTE_AXES = 8  # principal axes of the taste factors: more of them are noise between groups
PARTS_OF_DAY = (6, 11, 15, 19)  # hours at which morning, midday, afternoon and evening begin
CHEAP = 0.95  # of a product's usual price, below which a piece was bought at a discount


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """Customers with enough orders, and what is known of how they buy.

    customers   int64 [n] positions in the bundle
    categories  float64 [n, n_categories] share of the distinct products bought that are of each
    times       float64 [n, 5] share of orders in night, morning, midday, afternoon, evening
    weekend     float64 [n] share of orders on Saturday and Sunday
    size        float64 [n] mean distinct products in an order
    discount    float64 [n] share of lines below the product's usual price
    taste       float64 [n, TASTE_AXES] position along the principal axes of taste
    """

    customers: np.ndarray
    categories: np.ndarray
    times: np.ndarray
    weekend: np.ndarray
    size: np.ndarray
    discount: np.ndarray
    taste: np.ndarray

    def matrix(self) -> np.ndarray:
        """float64 [n, n_features]: every block weighs the same, whatever its width."""
        blocks = [
            np.sqrt(self.categories),  # Hellinger: a share of 10 % against none says more than 60 against 50
            self.times,
            self.weekend[:, None],
            np.log(self.size)[:, None],
            self.discount[:, None],
            self.taste,
        ]
        return np.concatenate([_weighed(block) for block in blocks], axis=1)


def habits_of(orders: Orders, bundle: Bundle) -> Habits:
    """The habits of the customers of some orders with LEAST_ORDERS or more."""
    lines = orders.lines.filter(pl.col("customer") != GUEST)
    usual = pl.col("price").median().over("product")
    each = (
        lines.with_columns(
            cheap=(pl.col("price") < CHEAP * usual).fill_null(value=False),
            hour=pl.col("ordered_at").dt.hour(),
            weekend=pl.col("ordered_at").dt.weekday() >= 6,
        )
        .group_by("customer", "order")
        .agg(pl.col("product").n_unique(), pl.col("cheap").mean(), pl.first("hour"), pl.first("weekend"))
    )
    begins, ends = (0, *PARTS_OF_DAY), (*PARTS_OF_DAY, 24)
    parts = [
        pl.col("hour").is_between(start, end - 1).mean() for start, end in zip(begins, ends, strict=True)
    ]
    found = (
        each.group_by("customer")
        .agg(
            pl.len().alias("orders"),
            pl.col("product").mean().alias("size"),
            pl.col("cheap").mean(),
            pl.col("weekend").mean(),
            *(part.alias(f"part{at}") for at, part in enumerate(parts)),
        )
        .filter(pl.col("orders") >= LEAST_ORDERS)
        .sort("customer")
    )
    customers = found["customer"].to_numpy().astype(np.int64)
    again, catalogue = bundle.buy_again, bundle.catalogue
    ones = np.ones(len(again.products))
    has = csr_matrix((ones, again.products, again.starts), shape=(len(bundle.customers), len(catalogue)))
    has = has[customers]
    per_customer = np.maximum(np.asarray(has.sum(axis=1)).ravel(), 1)
    known = np.flatnonzero(catalogue.category != NO_CATEGORY)
    of = csr_matrix(
        (np.ones(len(known)), (known, catalogue.category[known])),
        shape=(len(catalogue), len(catalogue.categories)),
    )
    return Habits(
        customers,
        (has @ of).toarray() / per_customer[:, None],
        found.select(f"part{at}" for at in range(len(parts))).to_numpy().astype(np.float64),
        found["weekend"].to_numpy().astype(np.float64),
        found["size"].to_numpy().astype(np.float64),
        found["cheap"].to_numpy().astype(np.float64),
        _axes(bundle.taste.customer_factors[customers].astype(np.float64)),
    )


def _axes(factors: np.ndarray) -> np.ndarray:
    """Factors [n, n_factors] of length 1 along the principal axes of most variance; none without taste."""
    if not factors.shape[1] or len(factors) < 2:
        return np.empty((len(factors), 0))
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    factors = factors / np.maximum(lengths, 1e-12)
    centred = factors - factors.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    axes: np.ndarray = centred @ vectors[:, np.argsort(-values)[:TASTE_AXES]]
    return axes


def _weighed(block: np.ndarray) -> np.ndarray:
    """Centred, with a total variance of 1; a block that says nothing is left at 0."""
    centred = block - block.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=1).mean()) if len(block) else 0.0
    weighed: np.ndarray = centred / spread if spread > 1e-12 else np.zeros_like(centred)
    return weighed
