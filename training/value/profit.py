"""The profit of order lines: from unit costs, else from margins by category, else revenue, and it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.catalogue import NO_CATEGORY, NO_PRICE, Catalogue


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """Revenue and profit of order lines, in minor units.

    revenue, profit  float64 [n_lines]
    basis            share of the revenue whose profit is known from each: `unit_cost`, `category_margin`,
                     `mean_margin` (of the lines where it is known), `revenue` (taken for profit)
    """

    revenue: np.ndarray
    profit: np.ndarray
    basis: Mapping[str, float]


def money_of(lines: pl.DataFrame, catalogue: Catalogue, margins: Mapping[str, float]) -> Money:
    """The money of order lines (see `training.data.orders.Orders`); `margins` are shares by category.

    A price that is unknown on a line is the catalogue's; where that is unknown too, the line counts nothing.
    """
    product = lines["product"].to_numpy()
    quantity = lines["quantity"].to_numpy().astype(np.float64)
    price = _filled(lines["price"], catalogue.price[product])
    cost = _filled(lines["cost"], catalogue.cost[product])
    revenue = np.nan_to_num(price * quantity)
    by_cost = np.isfinite(cost) & np.isfinite(price)
    share = _margins(catalogue, margins)[product]
    by_margin = ~by_cost & np.isfinite(share)
    profit = np.where(by_cost, np.nan_to_num((price - cost) * quantity), np.nan_to_num(share) * revenue)
    known = by_cost | by_margin
    rest = revenue[~known].sum()
    whole = revenue.sum()
    mean = profit[known].sum() / revenue[known].sum() if revenue[known].sum() > 0 else None
    profit[~known] = revenue[~known] * (1.0 if mean is None else mean)
    parts = {
        "unit_cost": revenue[by_cost].sum(),
        "category_margin": revenue[by_margin].sum(),
        "mean_margin": 0.0 if mean is None else rest,
        "revenue": rest if mean is None else 0.0,
    }
    basis = {name: float(part / whole) for name, part in parts.items() if whole > 0 and part > 0}
    return Money(revenue, profit, basis)


def _filled(known: pl.Series, listed: np.ndarray) -> np.ndarray:
    """What a line says, else what the catalogue says, else NaN."""
    said = known.cast(pl.Float64).fill_null(np.nan).to_numpy()
    fallback = np.where(listed == NO_PRICE, np.nan, listed.astype(np.float64))
    filled: np.ndarray = np.where(np.isfinite(said), said, fallback)
    return filled


def _margins(catalogue: Catalogue, margins: Mapping[str, float]) -> np.ndarray:
    """The margin of each product's category, float64 [n_products], NaN where none is configured."""
    found = np.full(len(catalogue.categories) + 1, np.nan)  # the last entry serves NO_CATEGORY
    for code in range(len(catalogue.categories)):
        found[code] = margins.get(catalogue.categories[code], np.nan)
    at = np.where(catalogue.category == NO_CATEGORY, len(catalogue.categories), catalogue.category)
    by_product: np.ndarray = found[at]
    return by_product
