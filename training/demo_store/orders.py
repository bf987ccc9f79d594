"""orders.csv: the lines of every order with quantity, price and time, and the dirt among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.demo_store.baskets import Lines, Shop
from training.demo_store.people import FIRST_CUSTOMER_ID
from training.demo_store.prices import decimal_text
from training.demo_store.visits import CHANNELS, FIRST_ORDER_ID, GUEST, Visits
from training.demo_store.window import Window

DELIVERY = "DELIVERY"  # the product id of a delivery fee, which is no product
_DELIVERED = (0.12, 0.0, 0.4)  # share of orders by CHANNELS
_DELIVERY_PRICE, _DELIVERY_COST = 390, 300  # cents
_DAY = 86_400
_BAD_DATES = ("2026-02-30T10:15:00Z", "not recorded", "31/12", "")
_COLUMNS = (
    "order_id",
    "customer_id",
    "product_id",
    "quantity",
    "unit_price",
    "unit_cost",
    "ordered_at",
    "channel",
)


@dataclass(frozen=True)
class Dirt:
    """How many lines of each fault are planted, as counted by reason in truth.json."""

    duplicate_line: int
    cancellation: int
    cancellation_unmatched: int
    bad_date: int
    missing_order_id: int
    missing_product_id: int
    non_positive_quantity: int

    def added_lines(self) -> int:
        """Lines that come on top; the other faults damage lines that were fine."""
        return self.duplicate_line + self.cancellation + self.cancellation_unmatched


def plan_dirt(order_lines: int) -> Dirt:
    """Small shares of `order_lines`, at least one line of each fault."""

    def share(of_ten_thousand: float) -> int:
        return max(1, round(order_lines * of_ten_thousand / 10_000))

    return Dirt(share(10), share(50), share(1), share(2), share(1), share(2), share(2))


def choose_delivered(rng: np.random.Generator, visits: Visits) -> NDArray[np.int64]:
    """Indices of the orders that are delivered, for a fee."""
    return np.flatnonzero(rng.random(len(visits)) < np.array(_DELIVERED)[visits.channel])


def build_orders(
    rng: np.random.Generator, shop: Shop, visits: Visits, lines: Lines, delivered: NDArray[np.int64]
) -> pl.DataFrame:
    """Clean order lines and delivery fees, sorted by order.

    Columns: `order`, `customer`, `product` (indices; product -1 is the delivery fee), `quantity`,
    `unit_price` and `unit_cost` in cents, `second` since the start of the window, `channel`.
    """
    order, product = lines
    price, cost = shop.prices.at(product, visits.day[order])
    extra = shop.catalogue.extra[product] * np.sqrt(visits.basket[order])
    quantity = np.minimum(1 + rng.poisson(extra), 12)
    fees = np.intersect1d(delivered, order)
    full = np.full(len(fees), 1)
    order = np.concatenate([order, fees])
    table = pl.DataFrame(
        {
            "order": order,
            "customer": visits.customer[order],
            "product": np.concatenate([product, full * -1]),
            "quantity": np.concatenate([quantity, full]),
            "unit_price": np.concatenate([price, full * _DELIVERY_PRICE]),
            "unit_cost": np.concatenate([cost, full * _DELIVERY_COST]),
            "second": visits.day[order] * _DAY + visits.second[order],
            "channel": visits.channel[order],
        }
    )
    return table.sort("order", maintain_order=True)


def with_dirt(rng: np.random.Generator, clean: pl.DataFrame, dirt: Dirt, window: Window) -> pl.DataFrame:
    """`clean` with every fault planted, as orders.csv holds it apart from texts.

    Adds the columns `prefix` ("C" for a cancellation), `fault` (empty: none) and `sequence`,
    by which the lines are sorted within a second.
    """
    table = clean.with_columns(
        prefix=pl.lit(""), fault=pl.lit(""), sequence=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    by_member = (clean["customer"] != GUEST) & (clean["product"] >= 0) & (clean["second"] >= _DAY)
    candidates = rng.permutation(np.flatnonzero(by_member.to_numpy()))
    counts = [
        dirt.duplicate_line,
        dirt.cancellation,
        dirt.cancellation_unmatched,
        dirt.bad_date,
        dirt.missing_order_id,
        dirt.missing_product_id,
        dirt.non_positive_quantity,
    ]
    parts = np.split(candidates[: sum(counts)], np.cumsum(counts)[:-1])
    duplicates, cancelled, unmatched, *damaged = parts
    fault = np.full(len(table), "", dtype=object)
    for name, rows in zip(
        ("bad_date", "missing_order_id", "missing_product_id", "non_positive_quantity"), damaged, strict=True
    ):
        fault[rows] = name
    table = table.with_columns(fault=pl.Series(fault.tolist(), dtype=pl.String))
    zero_or_less = -(pl.int_range(pl.len(), dtype=pl.Int64) % 2)
    table = table.with_columns(
        quantity=pl.when(pl.col("fault") == "non_positive_quantity")
        .then(zero_or_less)
        .otherwise(pl.col("quantity"))
    )
    added = [
        table[np.sort(duplicates)],
        _cancellations(rng, table[np.sort(cancelled)], window),
        _unmatched(table[np.sort(unmatched)]),
    ]
    return pl.concat([table, *added]).sort("second", "sequence", "prefix", maintain_order=True)


def orders_text(table: pl.DataFrame, product_ids: list[str], window: Window) -> pl.DataFrame:
    """orders.csv as it is written: canonical columns, ids and money as text, times in ISO 8601 UTC."""
    ids = pl.Series("product_ids", [*product_ids, DELIVERY])
    start = datetime.combine(window.start, time(), tzinfo=UTC)
    fault = pl.col("fault")
    ordered_at = (pl.lit(start) + pl.duration(seconds=pl.col("second"))).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    bad_dates = pl.Series("bad_dates", _BAD_DATES)
    number = pl.col("order") + FIRST_ORDER_ID
    texts = table.with_columns(
        decimal_text("unit_price"),
        decimal_text("unit_cost"),
        order_id=pl.when(fault == "missing_order_id")
        .then(None)
        .otherwise(pl.col("prefix") + number.cast(pl.String)),
        customer_id=pl.when(pl.col("customer") == GUEST)
        .then(None)
        .otherwise((pl.col("customer") + FIRST_CUSTOMER_ID).cast(pl.String)),
        product_id=pl.when(fault == "missing_product_id")
        .then(None)
        .otherwise(pl.lit(ids).gather(pl.col("product") % len(ids))),
        ordered_at=pl.when(fault == "bad_date")
        .then(pl.lit(bad_dates).gather(pl.col("order") % len(bad_dates)))
        .otherwise(ordered_at),
        channel=pl.lit(pl.Series("channels", CHANNELS)).gather(pl.col("channel")),
    )
    return texts.select(_COLUMNS)


def _cancellations(rng: np.random.Generator, lines: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Negative lines, an hour to five days later, for all pieces or some of them."""
    quantity = lines["quantity"].to_numpy()
    partly = rng.random(len(lines)) < 0.2
    pieces = np.where(partly, np.ceil(quantity / 2), quantity).astype(np.int64)
    later = lines["second"].to_numpy() + rng.integers(3600, 5 * _DAY, len(lines))
    return lines.with_columns(
        prefix=pl.lit("C"),
        quantity=pl.Series(-pieces),
        second=pl.Series(np.minimum(later, window.days * _DAY - 1)),
    )


def _unmatched(lines: pl.DataFrame) -> pl.DataFrame:
    """Cancellations of orders from before the window, in its first hour, before the shop opens."""
    return lines.with_columns(
        prefix=pl.lit("C"),
        order=-100_000 + pl.int_range(pl.len(), dtype=pl.Int64),
        quantity=pl.lit(-1, dtype=pl.Int64),
        second=pl.int_range(pl.len(), dtype=pl.Int64),
    )
