"""Fit what is popular with customers by what they told when they registered."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from models.arrays import best, frozen
from models.buy_again import BuyAgain
from models.ids import IdMap
from models.newcomers import Newcomers

LENGTH = 50
DAMPING = 50.0  # customers of the whole shop that are added to each segment, so that few say little
AREA = re.compile(r"[A-Za-z]+|.{1,3}")  # of a postcode: its letters, or its first three signs
TOLD = ("age_band", "gender", "postcode", "first_interest")


def fit_newcomers(registered: pl.DataFrame, customers: IdMap, bought: BuyAgain) -> Newcomers | None:
    """The newcomers of a customers table (see `read_customers`); None where nobody new told anything.

    The expected share of buyers of a product is its share among all customers, times for each thing told
    the ratio of its shares (shrunk towards 1) among those who told it and among all: as if the things told
    did not depend on each other.
    """
    names = [name for name in TOLD if name in registered.columns]
    if not names or not len(customers):
        return None
    told = registered.select("customer_id", *names)
    if "postcode" in names:
        told = told.with_columns(pl.col("postcode").map_elements(_area, return_dtype=pl.String))
    place = customers.indices(told["customer_id"].to_list())
    is_new = (place < 0) & told.select(pl.any_horizontal(pl.col(names).is_not_null())).to_series().to_numpy()
    if not is_new.any():
        return None
    n, n_products = len(customers), int(bought.products.max(initial=-1)) + 1
    has = csr_matrix((np.ones(len(bought.products)), bought.products, bought.starts), shape=(n, n_products))
    known = told.filter(place >= 0)
    segments = {name: _segments(known[name], place[place >= 0], has) for name in names}
    newcomers = told.filter(is_new).sort(pl.col("customer_id").cast(pl.Binary))
    rows = newcomers.select(names).unique(maintain_order=True)
    lists = [_list(row, segments, has) for row in rows.iter_rows(named=True)]
    numbered = newcomers.join(rows.with_row_index("row"), on=names, how="left", nulls_equal=True)
    numbered = numbered.sort(pl.col("customer_id").cast(pl.Binary))
    products, scores, buyers, alike = zip(*lists, strict=True)
    return Newcomers(
        IdMap.of(numbered["customer_id"]),
        frozen(numbered["row"].to_numpy().astype(np.int32)),
        frozen(np.stack(products).astype(np.int32)),
        frozen(np.stack(scores).astype(np.float32)),
        frozen(np.stack(buyers).astype(np.int32)),
        frozen(np.array(alike, dtype=np.int32)),
    )


Segment = tuple[int, np.ndarray]  # customers of it, and how many of them bought each product


def _area(postcode: str) -> str | None:
    found = AREA.match(postcode.strip())
    return found.group().upper() if found else None


def _segments(told: pl.Series, customers: np.ndarray, has: csr_matrix) -> Mapping[str, Segment]:
    """By what was told: the customers who did, and what they bought."""
    found = {}
    values = told.to_numpy()
    for value in told.drop_nulls().unique().to_list():
        who = customers[values == value]
        found[value] = (len(who), np.asarray(has[who].sum(axis=0)).ravel())
    return found


def _list(
    row: Mapping[str, str | None], segments: Mapping[str, Mapping[str, Segment]], has: csr_matrix
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Products, expected shares, buyers alike, and how many are alike, for one row of things told."""
    share = np.bincount(has.indices, minlength=has.shape[1]) / has.shape[0]
    score, buyers, alike = share.copy(), np.zeros(has.shape[1]), 0
    for name, value in row.items():
        count, bought = segments[name].get(value or "", (0, np.zeros(has.shape[1])))
        score *= np.divide(
            bought + DAMPING * share, (count + DAMPING) * share, out=np.ones_like(share), where=share > 0
        )
        buyers, alike = buyers + bought, alike + count
    chosen = best(score, min(LENGTH, int((score > 0).sum())))
    return chosen, np.minimum(score[chosen], 1.0), buyers[chosen], alike
