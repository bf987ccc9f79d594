"""The products table, and the catalogue a bundle carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter

import numpy as np
import polars as pl

from config.data import Data
from models.arrays import frozen
from models.catalogue import NO_PRICE, NO_STOCK_KNOWN, Catalogue
from models.errors import ConfigError, did_you_mean
from models.ids import UNKNOWN
from models.texts import Texts
from training.data.columns import PRODUCT_COLUMNS
from training.data.identifiers import found_in
from training.data.money import minor_digits, number, to_minor_units
from training.data.orders import Orders
from training.data.reasons import Reason
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.tables import read_text_table

PRICE_WINDOW_DAYS = 90  # a price older than the last window of a shop's orders says little about today's
NON_PRODUCT, EXCLUDED = Reason.NON_PRODUCT.label, Reason.EXCLUDED_CATEGORY.label
BAD_NUMBERS = {name: f"bad_{name}" for name in ("price", "unit_cost", "stock", "min_age")}  # column -> reason
TAG_SEPARATORS = re.compile("[;,|]")
_MOST_PIECES = 2**31 - 1


def read_products(
    data: Data, progress: Callable[[str], None] = lambda _: None, *, rejects: RejectsFile | None = None
) -> tuple[pl.DataFrame, frozenset[str], TableReport]:
    """Read `[data.products]`: the table, and the ids of the products in excluded categories.

    The table has one row per product, sorted by product_id, without excluded categories and codes
    that are no product. Columns, null where unknown: product_id, name, category, brand, size,
    variant_of, tags, url (String), price and unit_cost (Int64 minor units), stock and min_age
    (Int32). Values that cannot be used become null and are counted: bad_price, bad_unit_cost,
    bad_stock, bad_min_age. Raises ConfigError or DataError as every reader does.
    """
    if data.products is None:
        raise ConfigError("no products to read: set path, or url and query", key="data.products")
    started = perf_counter()
    table = read_text_table(data.products, PRODUCT_COLUMNS, progress, rejects, _unwanted(data))
    set_aside = table.set_aside.filter(pl.col("reason") == EXCLUDED)
    for category in sorted(set(data.products.exclude_categories) - set(set_aside["category"])):
        categories = table.frame["category"].drop_nulls().unique()
        progress(f"no product has the excluded category {category!r}; {did_you_mean(category, categories)}")
    frame, lost = _parse_numbers(table.frame, minor_digits(data.currency))
    report = TableReport(
        source=table.source,
        rows_read=table.rows_read,
        rows_kept=len(frame),
        seconds=perf_counter() - started,
        rejected=table.rejected,
        changed=lost,
        counts={"categories": frame["category"].drop_nulls().n_unique()},
    )
    return frame, frozenset(set_aside["product_id"]), report


def _unwanted(data: Data) -> dict[str, pl.Expr]:
    """Reason -> condition for the rows of products that must not be recommended."""
    pattern = data.orders.non_product_pattern if data.orders is not None else None
    excluded = data.products.exclude_categories if data.products is not None else ()
    no_product = pl.col("product_id").map_batches(
        lambda ids: found_in(ids, pattern), return_dtype=pl.Boolean, is_elementwise=True
    )
    return {NON_PRODUCT: no_product, EXCLUDED: pl.col("category").is_in(list(excluded))}


def _parse_numbers(table: pl.DataFrame, digits: int) -> tuple[pl.DataFrame, dict[str, int]]:
    """The table with its numbers parsed, and how many of each could not be."""
    text = pl.String()
    parsed = {
        "price": to_minor_units(number(pl.col("price"), text), digits),
        "unit_cost": to_minor_units(number(pl.col("unit_cost"), text), digits),
        "stock": number(pl.col("stock"), text).clip(-1, _MOST_PIECES).floor().cast(pl.Int32),
        "min_age": number(pl.col("min_age"), text).clip(-1, 1000).cast(pl.Int32),
    }
    frame = table.with_columns(pl.when(value >= 0).then(value).alias(name) for name, value in parsed.items())
    lost = {why: frame[name].null_count() - table[name].null_count() for name, why in BAD_NUMBERS.items()}
    return frame, {reason: count for reason, count in lost.items() if count}


def build_catalogue(orders: Orders, table: pl.DataFrame | None) -> Catalogue:
    """The catalogue in the order of `orders.products`.

    A name falls back on what order lines call the product, then on its id; a price on the median
    unit price of its order lines in the last 90 days of the data, a cost on that of their unit costs.
    Tags are separated by ; or , or |.
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
    categories, brands = (rows[name].drop_nulls().unique().sort() for name in ("category", "brand"))
    tags, tag_starts, tag = _tags(rows["tags"])
    return Catalogue(
        names=Texts.of(names),
        categories=Texts.of(categories),
        category=frozen(_positions(rows["category"], categories)),
        family=frozen(_families(orders, rows["variant_of"])),
        price=frozen(_amounts(rows["price"], _recent(orders, "price"))),
        cost=frozen(_amounts(rows["unit_cost"], _recent(orders, "cost"))),
        stock=frozen(rows["stock"].cast(pl.Int32).fill_null(NO_STOCK_KNOWN).to_numpy()),
        brands=Texts.of(brands),
        brand=frozen(_positions(rows["brand"], brands)),
        tags=tags,
        tag_starts=tag_starts,
        tag=tag,
    )


def _positions(values: pl.Series, names: pl.Series) -> np.ndarray:
    """int32 [n] the position of each value in `names`, UNKNOWN (-1) for null."""
    place = {name: position for position, name in enumerate(names)}
    return np.array([UNKNOWN if name is None else place[name] for name in values], dtype=np.int32)


def _tags(values: pl.Series) -> tuple[Texts, np.ndarray, np.ndarray]:
    """The names of tags, and which each product has, as Catalogue keeps them."""
    lists = [
        sorted({part.strip() for part in TAG_SEPARATORS.split(text or "")} - {""})
        for text in values.cast(pl.String)
    ]
    names = sorted({name for mine in lists for name in mine})
    place = {name: position for position, name in enumerate(names)}
    starts = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(mine) for mine in lists], out=starts[1:])
    codes = np.array([place[name] for mine in lists for name in mine], dtype=np.int32)
    return Texts.of(names), frozen(starts), frozen(codes)


def _amounts(listed: pl.Series, recent: pl.Series) -> np.ndarray:
    """int64 [n_products] amounts of the products table, else those of order lines, else NO_PRICE."""
    known = pl.DataFrame({"listed": listed.cast(pl.Int64), "recent": recent})
    return known.select(pl.coalesce("listed", "recent").fill_null(NO_PRICE)).to_series().to_numpy()


def _recent(orders: Orders, column: str) -> pl.Series:
    """Int64 [n_products] the median `column` of the last days' order lines, null where there is none."""
    every = pl.DataFrame({"product": np.arange(len(orders.products), dtype=np.int32)})
    medians = (
        orders.lines.lazy()
        .filter(pl.col("day") > pl.col("day").max() - PRICE_WINDOW_DAYS, pl.col(column).is_not_null())
        .group_by("product")
        .agg(pl.col(column).median().round(0, mode="half_to_even").cast(pl.Int64))
        .collect()
    )
    return every.join(medians, on="product", how="left", maintain_order="left")[column]


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
        path: list[int] = []
        here = start
        on_path: dict[int, int] = {}
        while roots[here] == UNKNOWN and here not in on_path:
            on_path[here] = len(path)
            path.append(here)
            here = base[here]
        roots[path] = roots[here] if roots[here] != UNKNOWN else min(path[on_path[here] :])
    return roots
