"""One medium store, generated once, that the tests of planted truth read as any reader would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from training.demo_store.store import DemoStoreOptions, DemoStoreSummary, write_demo_store


@dataclass(frozen=True)
class Store:
    """A written store: `orders` is orders.csv as text, `lines` its clean lines with numbers and times."""

    directory: Path
    summary: DemoStoreSummary
    truth: dict[str, Any]
    orders: pl.DataFrame
    lines: pl.DataFrame
    products: pl.DataFrame
    customers: pl.DataFrame
    subscriptions: pl.DataFrame
    usage: pl.DataFrame
    events: pl.DataFrame


def read_text(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    directory = tmp_path_factory.mktemp("shop") / "demo"
    summary = write_demo_store(directory, DemoStoreOptions(customers=2000, order_lines=75_000))
    orders = read_text(directory / "orders.csv")
    products = read_text(directory / "products.csv")
    yield Store(
        directory=directory,
        summary=summary,
        truth=json.loads((directory / "truth.json").read_text()),
        orders=orders,
        lines=_clean(orders, products),
        products=products,
        customers=read_text(directory / "customers.csv"),
        subscriptions=read_text(directory / "subscriptions.csv"),
        usage=pl.read_parquet(directory / "usage.parquet"),
        events=pl.read_parquet(directory / "events.parquet"),
    )


def _clean(orders: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Lines of known products with an id, a date and pieces, each once."""
    return (
        orders.unique(maintain_order=True)
        .filter(~pl.col("order_id").str.starts_with("C"))
        .with_columns(
            pl.col("quantity").cast(pl.Int64),
            pl.col("unit_price", "unit_cost").cast(pl.Float64),
            pl.col("ordered_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False),
        )
        .filter((pl.col("quantity") > 0) & pl.col("ordered_at").is_not_null())
        .join(products.select("product_id", "category", "tags"), on="product_id")
    )
