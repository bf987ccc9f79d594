"""Small shops to rank in: baskets as (customer or GUEST, day, products), all of them positions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from models.catalogue import Catalogue
from models.ids import IdMap
from tests.training.fitting.worlds import catalogue_of
from training.data.orders import Orders
from training.matrices import GUEST
from training.ranking.history import History
from training.ranking.snapshot import Snapshot, fit_snapshot

Basket = tuple[int, int, Sequence[int]]

WINDOW = 28


def orders_of(
    baskets: Iterable[Basket], n_customers: int, n_products: int, prices: Mapping[int, int] | None = None
) -> Orders:
    """Orders of these baskets, numbered by day; `prices` in minor units by product."""
    ordered = sorted(baskets, key=lambda basket: basket[1])
    rows = [
        (order, customer, product, day, (prices or {}).get(product))
        for order, (customer, day, products) in enumerate(ordered)
        for product in products
    ]
    names = {"order": pl.Int32, "customer": pl.Int32, "product": pl.Int32, "day": pl.Int32, "price": pl.Int64}
    lines = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        quantity=pl.lit(1.0, dtype=pl.Float32),
        cost=pl.lit(None, dtype=pl.Int64),
        channel=pl.lit(None, dtype=pl.Categorical()),
        ordered_at=pl.Series(
            [datetime(1970, 1, 1) + timedelta(days=row[3]) for row in rows], dtype=pl.Datetime("us")
        ),
    )
    customers = IdMap.of(f"c{number:03}" for number in range(n_customers))
    products = IdMap.of(f"p{number:03}" for number in range(n_products))
    return Orders(lines, products, customers, {}, len(ordered))


def history_of(
    baskets: Iterable[Basket],
    n_customers: int,
    n_products: int,
    as_of: int,
    prices: Mapping[int, int] | None = None,
) -> History:
    """The history of these baskets."""
    return History.of_orders(orders_of(baskets, n_customers, n_products, prices), as_of)


def random_baskets(
    seed: int, *, n_customers: int = 12, n_products: int = 15, days: int = 150, most: int = 12
) -> list[Basket]:
    """Customers with 1 to `most` baskets of 1 to 4 products on any days, and some guests."""
    random = np.random.default_rng(seed)
    baskets: list[Basket] = []
    for customer in (*range(n_customers), GUEST):
        for day in random.integers(0, days, random.integers(1, most + 1)).tolist():
            size = int(random.integers(1, 5))
            baskets.append((customer, day, random.choice(n_products, size, replace=False).tolist()))
    return baskets


def random_history(seed: int, **sizes: int) -> History:
    """The history of random baskets, up to the last of the days."""
    n_customers, n_products = sizes.get("n_customers", 12), sizes.get("n_products", 15)
    return history_of(random_baskets(seed, **sizes), n_customers, n_products, sizes.get("days", 150))


def snapshot_of(history: History) -> Snapshot:
    """All sources fitted on the history, without groups of products."""
    return fit_snapshot(history, (), WINDOW, seed=1, threads=1)


def plain_catalogue(n_products: int) -> Catalogue:
    """Products that share nothing: no categories, no variants."""
    return catalogue_of([-1] * n_products)


def fashion_shop(seed: int = 5) -> list[Basket]:
    """80 customers who buy weekly: the first 40 from products 0 to 49, the others from 50 to 99.

    In the last 70 of 210 days product 0 spreads among the first 40: each week every tenth or so of them
    buys it for the first time. Nobody else ever does.
    """
    random = np.random.default_rng(seed)
    baskets: list[Basket] = []
    for customer in range(80):
        shelf = np.arange(1, 50) if customer < 40 else np.arange(50, 100)
        waits = True
        for day in range(customer % 7, 210, 7):
            bought = set(random.choice(shelf, 2, replace=False).tolist())
            if customer < 40 and waits and day >= 140 and random.random() < 0.1:
                bought.add(0)
                waits = False
            baskets.append((customer, day, sorted(bought)))
    return baskets


def habit_shop(seed: int = 6) -> list[Basket]:
    """60 customers with four products of their own, each bought again every 20 days or so.

    A basket is made where a product is due; every other one has something of 60 other products too.
    """
    random = np.random.default_rng(seed)
    baskets: list[Basket] = []
    for customer in range(60):
        own = random.choice(30, 4, replace=False)
        days: dict[int, set[int]] = {}
        for place, product in enumerate(own.tolist()):
            day = place * 5 + int(random.integers(0, 3))
            while day < 200:
                days.setdefault(day, set()).add(product)
                day += int(random.integers(19, 22))
        for day, bought in days.items():
            if random.random() < 0.5:
                bought.add(int(random.integers(30, 90)))
            baskets.append((customer, day, sorted(bought)))
    return baskets
