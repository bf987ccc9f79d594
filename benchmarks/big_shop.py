"""A generated shop of any size, with the shape of a grocer that delivers: by default 3.2 million baskets.

Each customer has a pool of favourites drawn from a few tastes (clusters of products) and from what
everybody buys; three of five lines of a basket come from the pool. Popularity has a long tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

POOL = 60  # favourites of a customer
FROM_POOL = 0.6  # share of lines that repeat a favourite
CLUSTERS = 500
DAYS = 365
CHUNK = 400_000  # baskets generated at a time


@dataclass(frozen=True)
class BigShop:
    """How big: `fraction` scales baskets and customers, the catalogue stays."""

    fraction: float = 1.0
    baskets: int = 3_200_000
    customers: int = 200_000
    products: int = 50_000
    lines_per_basket: float = 10.75
    seed: int = 11


def write_orders(shop: BigShop, path: Path) -> int:
    """Write order lines as Parquet files `path`/NNN.parquet; returns the number of lines."""
    rng = np.random.default_rng(shop.seed)
    n_customers = int(shop.customers * shop.fraction)
    n_baskets = int(shop.baskets * shop.fraction)
    draw = _Shelf(rng, shop.products)
    pools = _pools(rng, draw, n_customers)
    activity = rng.gamma(1.2, size=n_customers)
    activity /= activity.sum()
    path.mkdir(parents=True, exist_ok=True)
    lines = 0
    for number, first in enumerate(range(0, n_baskets, CHUNK)):
        count = min(CHUNK, n_baskets - first)
        customer = rng.choice(n_customers, size=count, p=activity).astype(np.int32)
        frame = _baskets(rng, shop, draw, pools, customer, first)
        frame.write_parquet(path / f"{number:03}.parquet", compression="zstd", compression_level=1)
        lines += len(frame)
    return lines


class _Shelf:
    """Draws products: by popularity overall, or by popularity within a cluster."""

    def __init__(self, rng: np.random.Generator, n_products: int) -> None:
        weights = 1.0 / np.arange(2, n_products + 2) ** 0.85
        self.order = rng.permutation(n_products).astype(np.int32)
        self.cumulative = np.cumsum(weights / weights.sum())
        self.n_clusters = max(1, min(CLUSTERS, n_products // 20))
        self.rng = rng

    def popular(self, shape: tuple[int, ...]) -> np.ndarray:
        ranks = self.cumulative.searchsorted(self.rng.random(shape)).clip(max=len(self.order) - 1)
        return self.order[ranks]

    def of_cluster(self, cluster: np.ndarray) -> np.ndarray:
        """Popular draws, moved to the nearest rank that belongs to the cluster."""
        ranks = self.cumulative.searchsorted(self.rng.random(cluster.shape))
        ranks = ranks - ranks % self.n_clusters + cluster
        return self.order[ranks.clip(max=len(self.order) - 1)]


def _pools(rng: np.random.Generator, draw: _Shelf, n_customers: int) -> np.ndarray:
    tastes = rng.integers(0, draw.n_clusters, (n_customers, 4))
    cluster = np.take_along_axis(tastes, rng.integers(0, 4, (n_customers, POOL)), axis=1)
    own = draw.of_cluster(cluster)
    common = draw.popular((n_customers, POOL))
    return np.where(rng.random((n_customers, POOL)) < 0.7, own, common).astype(np.int32)


def _baskets(
    rng: np.random.Generator,
    shop: BigShop,
    draw: _Shelf,
    pools: np.ndarray,
    customer: np.ndarray,
    first: int,
) -> pl.DataFrame:
    count = len(customer)
    size = 1 + rng.negative_binomial(2, 2 / (1 + shop.lines_per_basket), count).clip(max=99)
    when = np.sort(rng.integers(0, DAYS * 86_400, count))
    order = np.repeat(np.arange(first, first + count, dtype=np.int32), size)
    buyer = np.repeat(customer, size)
    # Favourites are not equally dear: the square of a uniform draw prefers the first of the pool.
    favourite = pools[buyer, (rng.random(len(buyer)) ** 2 * POOL).astype(np.int32)]
    other = draw.popular((len(buyer),))
    product = np.where(rng.random(len(buyer)) < FROM_POOL, favourite, other)
    return (
        pl.DataFrame(
            {"order": order, "customer": buyer, "product": product, "second": np.repeat(when, size)},
        )
        .unique(["order", "product"], maintain_order=True)
        .select(
            order_id=pl.format("o{}", "order"),
            customer_id=pl.format("c{}", "customer"),
            product_id=pl.format("p{}", "product"),
            quantity=pl.lit(1, pl.Int32),
            unit_price=(pl.col("product") % 997 + 99) / 100,
            ordered_at=pl.from_epoch(pl.col("second") + 1_735_689_600, time_unit="s"),
        )
    )
