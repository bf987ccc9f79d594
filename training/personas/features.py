"""What customers are compared by: what they like and buy, when, how much, how cheaply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from models.bundle import Bundle
from models.catalogue import NO_CATEGORY
from training.data.orders import GUEST, Orders

LEAST_ORDERS = 3
TASTE_AXES = 8  # principal axes of the taste factors: more of them are noise between groups
PARTS_OF_DAY = (6, 11, 15, 19)  # hours at which morning, midday, afternoon and evening begin
HOUR = 3_600_000_000  # microseconds
THURSDAY, SATURDAY = 3, 5  # 1970-01-01 was a Thursday; days of the week count from Monday, 0
CHEAP = 0.95  # of a product's mean price, below which a piece was bought at a discount


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """Customers with enough orders, and what is known of how they buy.

    customers   int64 [n] positions in the bundle
    categories  float64 [n, n_categories] share of the distinct products bought that are of each
    times       float64 [n, 5] share of orders in night, morning, midday, afternoon, evening
    weekend     float64 [n] share of orders on Saturday and Sunday
    size        float64 [n] mean distinct products in an order
    discount    float64 [n] share of an order's lines below the product's mean price
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
    each = _orders_of(orders)
    n = len(bundle.customers)
    count = np.bincount(each.customer, minlength=n)

    def mean(amounts: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.bincount(each.customer, amounts, n)[customers] / count[customers]
        return found

    customers = np.flatnonzero(count >= LEAST_ORDERS)
    part = np.searchsorted(PARTS_OF_DAY, each.hour, side="right")
    parts = [mean(part == at) for at in range(len(PARTS_OF_DAY) + 1)]
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
        np.stack(parts, axis=1),
        mean(each.weekend),
        mean(each.size),
        mean(each.discount),
        _axes(bundle.taste.customer_factors[customers].astype(np.float64)),
    )


class _Orders(NamedTuple):
    """One row an order of a known customer, all [n_orders]."""

    customer: np.ndarray
    hour: np.ndarray
    weekend: np.ndarray
    size: np.ndarray
    discount: np.ndarray


def _orders_of(orders: Orders) -> _Orders:
    """Lines are sorted by moment, order and product: an order is a run of them."""
    columns = ("order", "customer", "product", "day")
    order, customer, product, day = (orders.lines[name].to_numpy() for name in columns)
    starts = np.flatnonzero(np.diff(order, prepend=-1))
    distinct = np.ones(len(order), dtype=np.bool_)
    distinct[1:] = (order[1:] != order[:-1]) | (product[1:] != product[:-1])
    lengths = np.diff(starts, append=len(order))
    size = np.add.reduceat(distinct.astype(np.float64), starts) if len(starts) else np.empty(0)
    cheap = _cheap(orders.lines["price"].cast(pl.Float64).to_numpy(), product)
    discount = np.add.reduceat(cheap.astype(np.float64), starts) / lengths if len(starts) else np.empty(0)
    moment = orders.lines["ordered_at"].dt.epoch("us").to_numpy()[starts]
    known = customer[starts] != GUEST
    rows = (
        customer[starts],
        moment // HOUR % 24,
        ((day[starts] + THURSDAY) % 7 >= SATURDAY).astype(np.float64),
        size,
        discount,
    )
    return _Orders(*(row[known] for row in rows))


def _cheap(price: np.ndarray, product: np.ndarray) -> np.ndarray:
    """Whether each line was below the mean price of its product; not where no price is known."""
    known = np.isfinite(price)
    paid = np.bincount(product, np.where(known, price, 0.0))
    mean = paid / np.maximum(np.bincount(product, known), 1)
    with np.errstate(invalid="ignore"):
        found: np.ndarray = known & (price < CHEAP * mean[product])
    return found


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
