"""Small shops for tests: files written as a shop would, read as `train` would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from config.data import Data
from training.data.orders import Orders
from training.data.report import TableReport
from training.data.shop import Shop, read_shop

HEADER = ("order_id", "customer_id", "product_id", "quantity", "unit_price", "ordered_at")
NOON = "2026-03-01T12:00:00Z"


def write_csv(path: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> Path:
    """Plain cells without quotes, None as an empty cell."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(
    path: Path | str,
    *,
    products: Path | None = None,
    customers: Path | None = None,
    now: datetime | None = None,
    **settings: Any,
) -> Shop:
    """Read orders of `path`; keys of [data] are taken as such, all others belong to [data.orders]."""
    general = {
        key: settings.pop(key) for key in ("currency", "timezone", "day_first", "rejects") if key in settings
    }
    tables: dict[str, Any] = {"orders": {"path": str(path), **settings}}
    if products is not None:
        tables["products"] = {"path": str(products)}
    if customers is not None:
        tables["customers"] = {"path": str(customers)}
    return read_shop(Data.model_validate({**general, **tables}), now=now)


def orders_report(shop: Shop) -> TableReport:
    return shop.report.tables["orders"]


def plain(orders: Orders) -> list[dict[str, Any]]:
    """Order lines with their ids spelled out, without the numbering of orders."""
    lines = orders.lines.with_columns(
        product=pl.Series(orders.products.take(orders.lines["product"].to_numpy()), dtype=pl.String),
        customer=pl.Series(
            [None if code < 0 else orders.customers.id(code) for code in orders.lines["customer"]],
            dtype=pl.String,
        ),
    )
    return lines.select("order", "customer", "product", "quantity", "price", "ordered_at").to_dicts()
