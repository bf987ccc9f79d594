"""The products table, and the catalogue a bundle carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter

import numpy as np
import polars as pl

from config.data import Data
from models.arrays import frozen
from models.catalogue import NO_CATEGORY, NO_PRICE, NO_STOCK_KNOWN, Catalogue
from models.ids import UNKNOWN
from models.texts import Texts
from training.data.columns import PRODUCT_COLUMNS
from training.data.money import minor_digits, number, to_minor_units
from training.data.orders import Orders
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.tables import read_text_table

PRICE_WINDOW_DAYS = 90  # a price older than the last window of a shop's orders says little about today's
_STOCK_LIMIT = 2**31 - 1


def read_products(
    data: Data, progress: Callable[[str], None] = lambda _: None, *, rejects: RejectsFile | None = None
) -> tuple[pl.DataFrame, TableReport]:
    """Read `[data.products]`: one row per product, sorted by product_id.

    Columns, null where unknown: product_id, name, category, brand, size, variant_of, tags, url
    (String), price and unit_cost (Int64 minor units), stock and min_age (Int32). Values that
    cannot be used become null and are counted: bad_price, bad_cost, bad_stock, bad_min_age.
    Raises ConfigError or DataError as every reader does.
    """
    assert data.products is not None
    started = perf_counter()
    table = read_text_table(data.products, PRODUCT_COLUMNS, progress, rejects)
    digits = minor_digits(data.currency)
    text = pl.String()
    parsed = {
        "price": to_minor_units(number(pl.col("price"), text), digits),
        "unit_cost": to_minor_units(number(pl.col("unit_cost"), text), digits),
        "stock": number(pl.col("stock"), text).clip(0, _STOCK_LIMIT).floor().cast(pl.Int32),
        "min_age": number(pl.col("min_age"), text).clip(-1, 1000).cast(pl.Int32),
    }
    whole = table.frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in PRODUCT_COLUMNS.all
        if name not in table.frame.columns
    )
    frame = whole.with_columns(pl.when(value >= 0).then(value).alias(name) for name, value in parsed.items())
    labels = {"price": "bad_price", "unit_cost": "bad_cost", "stock": "bad_stock", "min_age": "bad_min_age"}
    lost = {label: frame[name].null_count() - whole[name].null_count() for name, label in labels.items()}
    report = TableReport(
        source=table.source,
        rows_read=table.rows_read,
        rows_kept=len(frame),
        seconds=perf_counter() - started,
        rejected=table.rejected,
        changed={label: count for label, count in lost.items() if count},
        counts={"categories": frame["category"].drop_nulls().n_unique()},
    )
    return frame.select(PRODUCT_COLUMNS.all), report


def products_of_categories(table: pl.DataFrame, categories: Iterable[str]) -> frozenset[str]:
    """The ids of the products in these categories (compared exactly)."""
    return frozenset(table.filter(pl.col("category").is_in(list(categories)))["product_id"])


def build_catalogue(orders: Orders, table: pl.DataFrame | None) -> Catalogue:
    """The catalogue in the order of `orders.products`.

    A name falls back on what order lines call the product, then on its id; a price on the median
    unit price of its order lines in the last 90 days of the data.
    """
    ids = pl.DataFrame({"product_id": orders.products.take(np.arange(len(orders.products)))})
    known = table if table is not None else pl.DataFrame(schema=dict.fromkeys(PRODUCT_COLUMNS.all, pl.String))
    rows = ids.join(known, on="product_id", how="left", maintain_order="left")
    from_lines = pl.DataFrame(
        {"product_id": list(orders.product_names), "line_name": list(orders.product_names.values())},
        schema={"product_id": pl.String, "line_name": pl.String},
    )
    rows = rows.join(from_lines, on="product_id", how="left", maintain_order="left")
    names = rows.select(pl.coalesce("name", "line_name", "product_id")).to_series()
    categories = rows["category"].drop_nulls().unique().sort()
    listed = pl.Series(_recent_prices(orders))
    price = rows.select(pl.coalesce(pl.col("price").cast(pl.Int64), listed).fill_null(NO_PRICE)).to_series()
    return Catalogue(
        names=Texts.of(names),
        categories=Texts.of(categories),
        category=frozen(_positions(rows["category"], categories)),
        family=frozen(_families(orders, rows["variant_of"])),
        price=frozen(price.to_numpy()),
        stock=frozen(rows["stock"].cast(pl.Int32).fill_null(NO_STOCK_KNOWN).to_numpy()),
    )


def _positions(values: pl.Series, categories: pl.Series) -> np.ndarray:
    place = {name: position for position, name in enumerate(categories)}
    return np.array([NO_CATEGORY if name is None else place[name] for name in values], dtype=np.int32)


def _recent_prices(orders: Orders) -> pl.Series:
    """Int64 [n_products] the median price of the last days' order lines, null where there is none."""
    every = pl.DataFrame({"product": np.arange(len(orders.products), dtype=np.int32)})
    medians = (
        orders.lines.lazy()
        .filter(pl.col("day") > pl.col("day").max() - PRICE_WINDOW_DAYS, pl.col("price").is_not_null())
        .group_by("product")
        .agg(pl.col("price").median().round(0, mode="half_to_even").cast(pl.Int64))
        .collect()
    )
    return every.join(medians, on="product", how="left", maintain_order="left")["price"]


def _families(orders: Orders, variant_of: pl.Series) -> np.ndarray:
    """int32 [n_products] the product at the end of each chain of `variant_of`.

    A chain that runs in a circle ends at the smallest product of the circle; one that ends at an
    id the shop does not list ends at the smallest product that names it.
    """
    bases = variant_of.to_list()
    base = [position if name is None else orders.products.index(name) for position, name in enumerate(bases)]
    stand_in: dict[str, int] = {}
    for position, name in enumerate(bases):
        if base[position] == UNKNOWN:
            base[position] = stand_in.setdefault(str(name), position)
    roots = np.full(len(base), UNKNOWN, dtype=np.int32)
    for start in range(len(base)):
        path, here = [], start
        on_path: dict[int, int] = {}
        while roots[here] == UNKNOWN and here not in on_path:
            on_path[here] = len(path)
            path.append(here)
            here = base[here]
        roots[path] = roots[here] if roots[here] != UNKNOWN else min(path[on_path[here] :])
    return roots
