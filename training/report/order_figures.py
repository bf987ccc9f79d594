"""Counts of the cleaned order lines: when, how much, by whom, and which products."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from training.report.content import Band, BestSeller, Money, OrderFigures, Pareto, Period

RARE_BELOW = 5
BEST_SELLERS = 10
BASKET_SIZES = (1, 2, 3, 4, 5, 6, 8, 11, 16, 21, 31, 51)
CUSTOMER_ORDERS = (1, 2, 3, 4, 5, 6, 11, 21)


@dataclass(frozen=True, slots=True)
class ProductLabels:
    """How to write a product index: its id, its display name."""

    id: Callable[[int], str]
    name: Callable[[int], str]


def order_figures(lines: pl.DataFrame, labels: ProductLabels, *, timezone: str, digits: int) -> OrderFigures:
    """The figures of cleaned order lines (columns as in `training.data.orders.Orders.lines`).

    `digits` is the number of decimal places of the currency's minor unit. The lines are gone
    through three times, by polars: once by order, once by product, once for distinct products.
    Raises ValueError where there is not one line.
    """
    if lines.is_empty():
        raise ValueError("there are no order lines to report on")
    priced = lines.height - lines["price"].null_count()
    money = priced * 2 >= lines.height
    orders = _by_order(lines, timezone)
    distinct = _distinct(lines)
    sizes = distinct["order"].value_counts(name="size")["size"].to_numpy()
    products = _by_product(lines, distinct)
    days = (orders["local_day"].min(), orders["local_day"].max())
    first_day, last_day = _as_date(days[0]), _as_date(days[1])
    customers = orders.filter(pl.col("customer") >= 0)["customer"].value_counts()["count"].to_numpy()
    period = _period(first_day, last_day)
    return OrderFigures(
        first_day=first_day,
        last_day=last_day,
        days=(last_day - first_day).days + 1,
        timezone=timezone,
        order_lines=lines.height,
        priced_lines=priced,
        orders=orders.height,
        guest_orders=int((orders["customer"] < 0).sum()),
        customers=len(customers),
        returning_customers=int((customers > 1).sum()),
        products_sold=products.height,
        rare_products=int((products["orders"] < RARE_BELOW).sum()),
        rare_below=RARE_BELOW,
        revenue=_money(orders["value"].sum(), digits) if money else None,
        median_order_value=_money(orders["value"].median(), digits) if money else None,
        mean_basket=float(sizes.mean()),
        median_basket=float(np.median(sizes)),
        period=period,
        periods=_periods(orders, period, first_day, last_day, digits if money else None),
        basket_sizes=_bands(sizes, BASKET_SIZES),
        customer_orders=_bands(customers, CUSTOMER_ORDERS),
        weekdays=_weekdays(orders),
        hours=_hours(orders),
        pareto=_pareto(products, "revenue" if money and products["value"].sum() > 0 else "orders"),
        best_sellers=_best_sellers(products, labels, digits if money else None),
    )


def _by_order(lines: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """One row an order: customer, value (minor units), local_time, local_day."""
    value = pl.col("quantity").cast(pl.Float64) * pl.col("price")
    local = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    return (
        lines.lazy()
        .group_by("order")
        .agg(pl.col("customer").first(), pl.col("ordered_at").min().alias("at"), value.sum().alias("value"))
        .with_columns(local.alias("local_time"))
        .with_columns(pl.col("local_time").dt.date().alias("local_day"))
        .collect()
    )


def _distinct(lines: pl.DataFrame) -> pl.DataFrame:
    """The distinct pairs of order and product: a basket holds a product once, in however many lines."""
    both = pl.col("order").cast(pl.Int64) * 2**32 + pl.col("product")
    keys = lines.select(both.alias("key"))["key"]
    if not keys.is_sorted():  # order lines come sorted; looking costs far less than sorting them again
        keys = keys.sort()
    first = keys != keys.shift(1)
    kept = keys.filter(first.fill_null(value=True))
    return pl.DataFrame({"order": (kept // 2**32).cast(pl.Int32), "product": (kept % 2**32).cast(pl.Int32)})


def _by_product(lines: pl.DataFrame, distinct: pl.DataFrame) -> pl.DataFrame:
    """One row a product sold: orders, quantity, value (minor units), priced (lines with a price)."""
    value = pl.col("quantity").cast(pl.Float64) * pl.col("price")
    quantity = pl.col("quantity").cast(pl.Float64).sum()
    priced = pl.col("price").count().alias("priced")
    sums = lines.lazy().group_by("product").agg(quantity, priced, value.sum().alias("value"))
    orders = distinct.lazy().group_by("product").agg(pl.len().alias("orders"))
    return sums.join(orders, on="product").sort("product").collect()


def _as_date(day: object) -> date:
    if not isinstance(day, date):
        raise TypeError(f"{day!r} is no day")
    return day


def _money(minor: object, digits: int) -> Money:
    return Money(round(minor) if isinstance(minor, int | float) else 0, digits)


def _period(first: date, last: date) -> Literal["day", "week", "month"]:
    """Bars that are neither too few to show a course nor too many to be told apart."""
    days = (last - first).days + 1
    if days <= 42:
        return "day"
    return "week" if days <= 3 * 366 else "month"


def _periods(
    orders: pl.DataFrame,
    period: Literal["day", "week", "month"],
    first: date,
    last: date,
    digits: int | None,
) -> tuple[Period, ...]:
    """Orders by period, periods without any order included."""
    every = {"day": "1d", "week": "1w", "month": "1mo"}[period]
    counted = (
        orders.lazy()
        .group_by(pl.col("local_day").dt.truncate(every).alias("start"))
        .agg(pl.len().alias("orders"), (pl.col("customer") < 0).sum().alias("guests"), pl.col("value").sum())
        .collect()
    )
    starts = pl.date_range(first, last, "1d", eager=True).dt.truncate(every).unique().sort().alias("start")
    rows = starts.to_frame().join(counted, on="start", how="left").sort("start").fill_null(0)
    return tuple(
        Period(
            start=row["start"],
            orders=row["orders"],
            guest_orders=row["guests"],
            revenue=None if digits is None else _money(row["value"], digits),
            whole=row["start"] >= first and _end(row["start"], period) <= last,
        )
        for row in rows.iter_rows(named=True)
    )


def _end(start: date, period: Literal["day", "week", "month"]) -> date:
    """The last day of the period that starts here."""
    if period == "month":
        return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return start + timedelta(days=6 if period == "week" else 0)


def _bands(counts: np.ndarray, firsts: tuple[int, ...]) -> tuple[Band, ...]:
    """How many of `counts` [n] lie in each band; `firsts` are the lower ends, the last band is open."""
    if not len(counts):
        return ()
    held = np.bincount(np.searchsorted(firsts, counts, side="right") - 1, minlength=len(firsts))
    used = int(np.flatnonzero(held)[-1]) + 1
    lasts = [*(first - 1 for first in firsts[1:]), None]
    return tuple(
        Band(first, last, int(count))
        for first, last, count in zip(firsts[:used], lasts[:used], held[:used], strict=True)
    )


def _weekdays(orders: pl.DataFrame) -> tuple[int, ...]:
    weekday = orders["local_day"].dt.weekday().to_numpy() - 1
    return tuple(int(count) for count in np.bincount(weekday, minlength=7))


def _hours(orders: pl.DataFrame) -> tuple[tuple[int, ...], ...] | None:
    """Orders by weekday and hour; None where every order was at midnight UTC or midnight local time."""
    midnight = [(column.dt.time() == pl.time(0)) for column in (pl.col("at"), pl.col("local_time"))]
    if any(orders.select(test.all()).item() for test in midnight):
        return None
    weekday = orders["local_time"].dt.weekday().to_numpy().astype(np.int64) - 1
    cell = weekday * 24 + orders["local_time"].dt.hour().to_numpy()
    table = np.bincount(cell, minlength=168).reshape(7, 24)
    return tuple(tuple(int(count) for count in row) for row in table)


def _pareto(products: pl.DataFrame, by: Literal["revenue", "orders"]) -> Pareto:
    """The curve at every hundredth of the products, a share of a product rounded up to a whole one."""
    amounts = np.sort(products["value" if by == "revenue" else "orders"].to_numpy())[::-1].astype(np.float64)
    cumulated = np.concatenate([[0.0], np.cumsum(amounts) / amounts.sum()])
    n = len(amounts)
    curve = tuple(round(float(cumulated[math.ceil(n * percent / 100)]), 6) for percent in range(101))
    enough = int(np.searchsorted(cumulated, 0.8 - 1e-9))
    return Pareto(by, curve, curve[20], round(enough / n, 6))


def _best_sellers(
    products: pl.DataFrame, labels: ProductLabels, digits: int | None
) -> tuple[BestSeller, ...]:
    by = ["orders", "value"] if digits is None else ["value", "orders"]
    best = products.sort([*by, "product"], descending=[True, True, False]).head(BEST_SELLERS)
    return tuple(
        BestSeller(
            product_id=labels.id(row["product"]),
            name=labels.name(row["product"]),
            orders=row["orders"],
            quantity=round(row["quantity"], 3),
            revenue=None if digits is None or not row["priced"] else _money(row["value"], digits),
        )
        for row in best.iter_rows(named=True)
    )
