"""Small worlds of order lines to fit models on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from models.catalogue import NO_BRAND, NO_CATEGORY, NO_PRICE, NO_STOCK_KNOWN, Catalogue
from models.texts import Texts
from tests.models import tiny
from tests.models.tiny_names import CUSTOMERS, FIRST_DAY, PRODUCTS
from training.matrices import GUEST

CODES = ("order", "customer", "product", "day")


def lines_of(rows: Sequence[tuple[int, int, int, int]], channels: Sequence[str | None] = ()) -> pl.DataFrame:
    """Order lines from (order, customer, product, day), as reading gives them."""
    columns = {name: [row[position] for row in rows] for position, name in enumerate(CODES)}
    lines = pl.DataFrame(columns, schema=dict.fromkeys(CODES, pl.Int32))
    named = list(channels) or [None] * len(rows)
    return lines.with_columns(pl.Series("channel", named, dtype=pl.String))


def tiny_lines() -> pl.DataFrame:
    """The ten orders of the tiny world; odd ones by web, even ones in the store."""
    customers, products = CUSTOMERS, PRODUCTS
    rows = [
        (
            order,
            GUEST if customer is None else customers.index(customer),
            products.index(item),
            FIRST_DAY + order,
        )
        for order, (customer, basket) in enumerate(tiny.ORDERS)
        for item in basket
    ]
    return lines_of(rows, ["store" if row[0] % 2 else "web" for row in rows])


def catalogue_of(categories: Sequence[int], family: Sequence[int] | None = None) -> Catalogue:
    """A catalogue of products p0, p1, ... with these category codes."""
    n = len(categories)
    named = max([code for code in categories if code != NO_CATEGORY], default=-1) + 1
    return Catalogue(
        names=Texts.of(f"product {position}" for position in range(n)),
        categories=Texts.of(f"category {position}" for position in range(named)),
        category=np.array(categories, dtype=np.int32),
        family=np.array(range(n) if family is None else family, dtype=np.int32),
        price=np.full(n, NO_PRICE, dtype=np.int64),
        cost=np.full(n, NO_PRICE, dtype=np.int64),
        stock=np.full(n, NO_STOCK_KNOWN, dtype=np.int32),
        brands=Texts.of([]),
        brand=np.full(n, NO_BRAND, dtype=np.int32),
        tags=Texts.of([]),
        tag_starts=np.zeros(n + 1, dtype=np.int64),
        tag=np.empty(0, dtype=np.int32),
    )


def basket_csr(baskets: Sequence[Sequence[int]], n_products: int) -> csr_matrix:
    """Baskets of product indices as the matrix fit functions take."""
    rows = [row for row, basket in enumerate(baskets) for _ in set(basket)]
    columns = [item for basket in baskets for item in sorted(set(basket))]
    ones = np.ones(len(rows), dtype=np.int32)
    return csr_matrix((ones, (rows, columns)), shape=(len(baskets), n_products))


def random_baskets(max_products: int = 8, max_baskets: int = 30) -> st.SearchStrategy[list[list[int]]]:
    """Baskets of any size, empty ones and repeats too."""
    products = st.integers(0, max_products - 1)
    return st.lists(st.lists(products, max_size=max_products), max_size=max_baskets)
