"""The shop's orders: one clean row per order line, ids as positions, orders numbered by time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

import numpy as np
import polars as pl

from config.data import Data
from models.errors import ConfigError, DataError
from models.ids import IdMap
from training.data.clean import Cleaned, clean_lines
from training.data.columns import ORDER_COLUMNS
from training.data.encode import BAD_COST as BAD_COST_FLAW
from training.data.encode import encode_lines
from training.data.identifiers import CleanIds
from training.data.judge import Judged, judge_lines
from training.data.money import minor_digits
from training.data.reasons import BAD_COST, BAD_CUSTOMER_ID, NETTED, REJECTING, Reason
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.sources import open_source
from training.data.times import Clock, latest_day
from training.data.wrong_types import refuse_mostly_future, refuse_wrong_types

GUEST = -1
NO_NAME = ("", "nan", "none", "null", "n/a")  # what stands in a name column for no name, in lower case


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Order lines that can be used.

    lines           one row per order line, sorted by (ordered_at, order, product):
                    order        Int32, 0..n_orders-1 in order of time
                    customer     Int32, position in `customers`, GUEST (-1) for a guest
                    product      Int32, position in `products`
                    quantity     Float32, above 0
                    price        Int64, unit price in minor units, null where unknown
                    cost         Int64, unit cost in minor units, null where unknown
                    channel      Categorical, lower case, null where unknown
                    ordered_at   Datetime in microseconds, naive UTC, one moment per order
                    day          Int32, days since 1970-01-01 UTC
    products        products of the lines and of the products table
    customers       customers with at least one line
    product_names   product id -> the name most of its order lines give (none: no entry)
    """

    lines: pl.DataFrame
    products: IdMap
    customers: IdMap
    product_names: Mapping[str, str]
    n_orders: int


def read_orders(
    data: Data,
    progress: Callable[[str], None] = lambda _: None,
    *,
    listed: pl.Series | None = None,
    excluded: frozenset[str] = frozenset(),
    rejects: RejectsFile | None = None,
    now: datetime | None = None,
) -> tuple[Orders, TableReport]:
    """Read, clean and number the order lines of `[data.orders]`.

    `listed` are the ids of the products table, `excluded` those of excluded categories. Lines dated
    after `now`, the clock of this machine unless given, are rejected.
    Raises ConfigError for a setting, DataError for a source that cannot be used. Nothing may be left
    of it: see refuse_nothing_left.
    """
    if data.orders is None:
        raise ConfigError("no orders to read: set path, or url and query", key="data.orders")
    started = perf_counter()
    clock = Clock(data.timezone, data.orders.timestamp_format, data.day_first)
    with open_source(data.orders, ORDER_COLUMNS) as opened:
        latest = latest_day(now)
        encoded = encode_lines(opened, clock, minor_digits(data.currency), latest, progress)
        refuse_wrong_types(opened, encoded, clock)
        refuse_mostly_future(opened, encoded, latest)
        progress(f"cleaning {len(encoded.lines):,} order lines")
        names = encoded.name_counts
        judged = judge_lines(encoded.lines, encoded.dictionaries, data.orders, excluded)
        rows_with_bad_cost = encoded.lines["flaws"].to_numpy() & BAD_COST_FLAW > 0
        part_rows, dictionaries = encoded.part_rows, encoded.dictionaries
        del encoded
        cleaned = clean_lines(judged, drop_exact_duplicates=data.orders.drop_exact_duplicates)
        kept = judged.reason == Reason.KEPT
        changed = {
            **cleaned.changed,
            BAD_COST: np.flatnonzero(rows_with_bad_cost & kept),
            BAD_CUSTOMER_ID: np.flatnonzero(judged.bad_customer & kept),
        }
        if rejects is not None:
            progress("writing rejected and changed rows")
            rejects.add_order_lines(opened, part_rows, judged.reason, changed)
        source = opened.name
    report = _report(source, judged, cleaned, changed)
    orders = _assemble(
        judged, cleaned, listed, _names(names, dictionaries.names.clean_texts(), judged.products)
    )
    return orders, replace(report, seconds=perf_counter() - started)


def refuse_nothing_left(report: TableReport) -> None:
    """Raises DataError, listing the counts, if no order line is left."""
    if report.rows_kept == 0:
        reasons = {
            **report.rejected,
            **{label: report.changed.get(label, 0) for label in (r.label for r in NETTED)},
        }
        told = ", ".join(f"{count} {reason}" for reason, count in reasons.items() if count)
        raise DataError(
            f"nothing is left of its {report.rows_read} order lines: {told}", source=report.source
        )


def _report(source: str, judged: Judged, cleaned: Cleaned, changed: Mapping[str, np.ndarray]) -> TableReport:
    counts = np.bincount(judged.reason, minlength=len(Reason))
    netted = {reason.label: int(counts[reason]) for reason in NETTED if counts[reason]}
    lines = cleaned.lines
    first, last = (lines["ordered_at"][0], lines["ordered_at"][-1]) if len(lines) else (None, None)
    return TableReport(
        source=source,
        rows_read=len(judged.reason),
        rows_kept=len(lines),
        seconds=0.0,
        rejected={reason.label: int(counts[reason]) for reason in REJECTING if counts[reason]},
        changed={**netted, **{reason: len(rows) for reason, rows in changed.items() if len(rows)}},
        rows_netted=sum(netted.values()),
        guest_rows=int((lines["customer"] == GUEST).sum()),
        first=first,
        last=last,
        counts={
            "orders": cleaned.n_orders,
            "customers": lines.filter(pl.col("customer") != GUEST)["customer"].n_unique(),
            "products": lines["product"].n_unique(),
            "cancellations_over_purchases": cleaned.exceeding,
        },
    )


def _assemble(
    judged: Judged, cleaned: Cleaned, listed: pl.Series | None, product_names: Mapping[str, str]
) -> Orders:
    lines = cleaned.lines.drop("row")
    products, product = _compact(judged.products, lines["product"].to_numpy(), listed)
    customers, customer = _compact(judged.customers, lines["customer"].to_numpy(), None)
    unknown = {"price": pl.Int64(), "cost": pl.Int64(), "channel": pl.Categorical()}
    lines = lines.with_columns(
        pl.Series("product", product),
        pl.Series("customer", customer),
        pl.col("ordered_at").dt.date().cast(pl.Int32).alias("day"),
        *(
            pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in unknown.items()
            if name not in lines.columns
        ),
    ).select("order", "customer", "product", "quantity", "price", "cost", "channel", "ordered_at", "day")
    ids = IdMap.of(products)
    known = {item: product_names[item] for item in products if item in product_names}
    return Orders(lines, ids, IdMap.of(customers), known, cleaned.n_orders)


def _compact(ids: CleanIds, codes: np.ndarray, more: pl.Series | None) -> tuple[list[str], np.ndarray]:
    """Only the ids that are in use (and `more`), sorted, and the codes as positions in them."""
    used = np.zeros(len(ids.ids), dtype=np.bool_)
    used[codes[codes >= 0]] = True
    kept = ids.ids.filter(pl.Series(used))
    union = kept if more is None else pl.concat([kept, more.alias(kept.name)]).unique().sort()
    place = np.full(len(ids.ids) + 1, GUEST, dtype=np.int32)  # the last entry serves the code -1
    place[:-1][used] = union.search_sorted(kept).to_numpy() if more is not None else np.arange(len(kept))
    return union.to_list(), place[codes]


def _names(counts: pl.DataFrame, names: CleanIds, products: CleanIds) -> dict[str, str]:
    """Product id -> its most frequent name; of equally frequent ones the first in alphabetical order."""
    if counts.is_empty():
        return {}
    coded = counts.select(
        product=pl.Series(products.codes[counts["product"].to_numpy()]),
        name=pl.Series(names.codes[counts["name"].to_numpy()]),
        lines="len",
    ).filter((pl.col("product") >= 0) & (pl.col("name") >= 0))
    best = (
        coded.with_columns(
            id=products.ids.gather(coded["product"]),
            text=names.ids.gather(coded["name"]),
        )
        .filter(~pl.col("text").str.to_lowercase().is_in(NO_NAME))
        .group_by("id", "text")
        .agg(pl.col("lines").sum())
        .sort("id", "lines", "text", descending=[False, True, False])
        .unique("id", keep="first", maintain_order=True)
    )
    return dict(zip(best["id"], best["text"], strict=True))
