"""The ledger as one more source: what happened after the last line of the shop's own tables.

What the shop's tables tell of is theirs: a sale that was sent as an event and is exported later counts once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from config.data import Data, OrdersSource, UsageSource
from models.errors import DataError
from models.ids import IdMap
from models.subscriptions import DailyUsage
from training.data.money import minor_digits
from training.data.orders import GUEST, Orders, read_orders
from training.data.products import read_products
from training.data.provider import Provider
from training.data.report import ReadReport
from training.data.shop import Shop, Tables
from training.data.times import EPOCH as EPOCH_SECONDS
from training.data.usage import read_usage

DAY = 86_400_000_000  # microseconds
TABLES = frozenset({"events", "session_links", "erasures"})  # of a ledger that is up to date

# Numbers alone are put into these: moments in microseconds, powers of ten, and a currency of three letters.
PURCHASES = """
SELECT COALESCE(e.order_id, 'ledger-' || COALESCE(e.customer_id, l.customer_id, e.session_id, e.event_id)
         || '-' || CAST(e.occurred_at / {day} AS TEXT)) AS order_id,
       e.product_id AS product_id,
       COALESCE(e.customer_id, l.customer_id) AS customer_id,
       COALESCE(e.quantity, 1) AS quantity,
       CASE WHEN e.currency = '{currency}' THEN e.unit_price END / {scale}.0 AS unit_price,
       e.channel AS channel,
       e.occurred_at / 1000000.0 AS ordered_at
  FROM events e LEFT JOIN session_links l ON l.session_id = e.session_id AND e.customer_id IS NULL
 WHERE e.type = 'purchase' AND e.product_id IS NOT NULL AND e.occurred_at > {after}
 ORDER BY e.occurred_at, e.seq
"""
# A day's total that was sent again replaces the one before.
USAGE = """
SELECT e.customer_id AS customer_id, e.meter AS meter, e.quantity AS amount,
       e.occurred_at / 1000000.0 AS date
  FROM events e
 WHERE e.type = 'usage' AND e.customer_id IS NOT NULL AND e.occurred_at >= {after}
   AND NOT EXISTS (SELECT 1 FROM events n WHERE n.type = 'usage' AND n.customer_id = e.customer_id
                      AND n.meter = e.meter AND n.seq > e.seq
                      AND n.occurred_at / {day} = e.occurred_at / {day})
 ORDER BY e.seq
"""


def asked(url: str, question: Callable[[Connection], list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """What a question to the ledger at a URL finds: nothing where there is no ledger, or one without tables.

    Raises DataError for a ledger that is there and cannot be read.
    """
    where = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1)) if url else None
    if where is None or (where.get_backend_name() == "sqlite" and not Path(where.database or "").exists()):
        return []
    try:
        engine = create_engine(where)
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            found = question(connection) if there >= TABLES else []
        engine.dispose()
    except SQLAlchemyError as error:
        name = where.set(query={}).render_as_string(hide_password=True)
        raise DataError(f"the ledger cannot be read: {type(error).__name__}", source=name) from error
    return found


def with_ledger(
    tables: Tables,
    url: str,
    data: Data,
    progress: Callable[[str], None],
    *,
    now: datetime | None = None,
) -> Tables:
    """The tables with what the ledger at a URL knows besides: later purchases, and later days of usage.

    A configuration that names no table at all is trained on the ledger alone. What is dated after `now`,
    the clock of this machine unless given, is rejected. Raises DataError as the readers do.
    """
    shop, provider = tables.shop, tables.provider
    if shop is not None or provider is None:
        after = -1 if shop is None else _microseconds(shop.orders)
        if _has(url, "purchase", after):
            progress("purchases of the ledger")
            shop = _with_purchases(shop, url, after, data, progress, now)
    if provider is not None and data.usage is not None:
        after = provider.day_after * DAY
        if _has(url, "usage", after - 1):
            progress("usage of the ledger")
            provider = _with_usage(provider, url, after, data, progress, now)
    return Tables(shop, provider)


def _has(url: str, kind: str, after: int) -> bool:
    query = text("SELECT 1 FROM events WHERE type = :kind AND occurred_at > :after LIMIT 1")
    values = {"kind": kind, "after": after}
    return bool(asked(url, lambda connection: [tuple(row) for row in connection.execute(query, values)]))


def _with_purchases(
    shop: Shop | None,
    url: str,
    after: int,
    data: Data,
    progress: Callable[[str], None],
    now: datetime | None,
) -> Shop:
    scale = 10 ** minor_digits(data.currency)
    query = PURCHASES.format(day=DAY, currency=data.currency, scale=scale, after=after)
    plain: dict[str, Any] = {
        "path": None,
        "url": url,
        "query": query,
        "columns": {},
        "timestamp_format": EPOCH_SECONDS,
    }
    source = (data.orders or OrdersSource(path="none")).model_copy(update=plain)
    of_ledger = data.model_copy(update={"orders": source, "timezone": "UTC"})
    products, excluded, listed = None, frozenset[str](), None
    if data.products is not None:
        products, excluded, _ = read_products(data, lambda _: None)
        listed = products["product_id"]
    orders, report = read_orders(of_ledger, progress, listed=listed, excluded=excluded, now=now)
    if shop is None:
        return Shop(orders, products, None, ReadReport({"orders": report}))
    told = ReadReport({**shop.report.tables, "ledger": report})
    return replace(shop, orders=joined(shop.orders, orders), report=told)


def joined(first: Orders, then: Orders) -> Orders:
    """Orders, and those that came after the last of them."""
    products, customers = _both(first.products, then.products), _both(first.customers, then.customers)
    parts = [
        orders.lines.with_columns(
            pl.col("order") + offset,
            pl.Series("product", _place(orders.products, products)[orders.lines["product"].to_numpy()]),
            pl.Series("customer", _place(orders.customers, customers)[orders.lines["customer"].to_numpy()]),
            pl.col("channel").cast(pl.String),
        )
        for orders, offset in ((first, 0), (then, first.n_orders))
    ]
    lines = pl.concat(parts).with_columns(pl.col("channel").cast(pl.Categorical))
    names = {**then.product_names, **first.product_names}
    return Orders(lines, products, customers, names, first.n_orders + then.n_orders)


def _both(one: IdMap, other: IdMap) -> IdMap:
    return IdMap(np.union1d(one.ids, other.ids))


def _place(ids: IdMap, into: IdMap) -> np.ndarray:
    """Where each id is in another map, int32 [n_ids + 1]; the last entry serves GUEST."""
    return np.append(np.searchsorted(into.ids, ids.ids), GUEST).astype(np.int32)


def _microseconds(orders: Orders) -> int:
    """The moment of the last line."""
    last = orders.lines["ordered_at"].dt.epoch("us").max()
    return int(last) if isinstance(last, int) else -1


def _with_usage(
    provider: Provider,
    url: str,
    after: int,
    data: Data,
    progress: Callable[[str], None],
    now: datetime | None,
) -> Provider:
    query = USAGE.format(day=DAY, after=after)
    source = UsageSource(url=url, query=query, timestamp_format=EPOCH_SECONDS)
    of_ledger = data.model_copy(update={"usage": source, "timezone": "UTC"})
    days, report = read_usage(of_ledger, provider.book, provider.subscribers, progress, now=now)
    columns = {
        name: np.concatenate([getattr(provider.usage, name), getattr(days, name)])
        for name in DailyUsage.__slots__
    }
    return replace(
        provider, usage=DailyUsage.of(**columns), reports={**provider.reports, "ledger_usage": report}
    )
