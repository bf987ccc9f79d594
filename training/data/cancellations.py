"""Cancellations set off against the purchases they take back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import polars as pl

from training.data.identifiers import MISSING


@dataclass(frozen=True, slots=True, eq=False)
class Netting:
    """What cancellations did, as positions in the lines given.

    netted      cancellations that found a purchase
    unmatched   cancellations that found none
    removed     purchases taken back whole
    reduced     purchases taken back in part, and `left`, their remaining quantities
    exceeding   how many of `netted` took back more than was bought
    """

    netted: np.ndarray
    unmatched: np.ndarray
    removed: np.ndarray
    reduced: np.ndarray
    left: np.ndarray
    exceeding: int


class _Line(NamedTuple):
    customer: int
    product: int
    ordered_at: int
    cancels: bool
    position: int
    quantity: float
    price: int | None


def net_cancellations(lines: pl.DataFrame, cancellation: np.ndarray) -> Netting:
    """Match each cancellation to earlier purchases of the same customer and product.

    lines          order, customer, product Int32, ordered_at, quantity Float32, optionally price Int64
    cancellation   bool [n_lines]

    In order of time; each cancellation takes back from the latest purchase at or before its own
    moment, those at its own price first, as much as it has quantity (its sign does not matter).
    Without a customer nothing can be matched.
    """
    anonymous = cancellation & (lines["customer"].to_numpy() == MISSING)
    unmatched: list[int] = np.flatnonzero(anonymous).tolist()
    left: dict[int, float] = {}
    netted: list[int] = []
    exceeding = 0
    for _, group in groupby(_involved(lines, cancellation & ~anonymous), key=itemgetter(0, 1)):
        purchases: list[_Line] = []
        for line in group:
            if not line.cancels:
                purchases.append(line)
                left[line.position] = line.quantity
                continue
            found, over = _take_back(line, purchases, left)
            (netted if found else unmatched).append(line.position)
            exceeding += found and over > 0
    bought = dict(zip(left, lines["quantity"].gather(list(left)).to_list(), strict=True))
    reduced = [position for position, quantity in left.items() if 0 < quantity < bought[position]]
    return Netting(
        netted=np.array(sorted(netted), dtype=np.int64),
        unmatched=np.array(sorted(unmatched), dtype=np.int64),
        removed=np.array(sorted(place for place, quantity in left.items() if quantity <= 0), dtype=np.int64),
        reduced=np.array(reduced, dtype=np.int64),
        left=np.array([left[position] for position in reduced], dtype=np.float32),
        exceeding=exceeding,
    )


def _involved(lines: pl.DataFrame, cancellation: np.ndarray) -> Iterator[_Line]:
    """Cancellations, and the lines of the same customers and products: all that slow code ever sees."""
    numbered = lines.select(
        "customer",
        "product",
        "ordered_at",
        "order",
        cancels=pl.Series(cancellation),
        position=pl.int_range(pl.len(), dtype=pl.Int64),
        quantity=pl.col("quantity").cast(pl.Float64).abs(),
        price=pl.col("price") if "price" in lines.columns else pl.lit(None, dtype=pl.Int64),
    )
    wanted = numbered.lazy().filter("cancels").select("customer", "product").unique()
    involved = (
        numbered.lazy()
        .filter(pl.col("customer") != MISSING)
        .join(wanted, on=["customer", "product"], how="semi")
        .sort("customer", "product", "ordered_at", "cancels", "order", "quantity", "price", "position")
        .select(
            pl.col("ordered_at").to_physical() if name == "ordered_at" else name for name in _Line._fields
        )
        .collect()
    )
    return map(_Line._make, involved.iter_rows())


def _take_back(cancellation: _Line, purchases: list[_Line], left: dict[int, float]) -> tuple[bool, float]:
    """Reduce `left` of the purchases, latest first; whether any was found, and the quantity left over."""
    over, found = cancellation.quantity, False
    same = [line for line in reversed(purchases) if line.price == cancellation.price]
    others = [line for line in reversed(purchases) if line.price != cancellation.price]
    for line in (*same, *others):
        taken = min(over, left[line.position])
        if taken > 0:
            found = True
            over -= taken
            left[line.position] -= taken
        if over <= 0:
            break
    return found, over
