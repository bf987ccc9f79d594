"""From judged order lines to clean ones: in order of time, without duplicates and cancellations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from training.data.cancellations import net_cancellations
from training.data.judge import Judged
from training.data.reasons import CANCELLED_IN_PART, ORDER_TIME_UNIFIED, Reason
from training.data.times import UTC_NAIVE


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """Lines that are used.

    lines      as Judged.lines, with `row` (UInt32, the line's position in the source) and `order` numbered
               0..n_orders-1 by time, sorted by (order, product); ordered_at is one moment per order
    changed    reason -> rows (positions in the source) of used lines that were altered
    exceeding  cancellations that took back more than was bought
    """

    lines: pl.DataFrame
    n_orders: int
    changed: dict[str, np.ndarray]
    exceeding: int


def clean_lines(judged: Judged, *, drop_exact_duplicates: bool) -> Cleaned:
    """Sort, drop duplicates, net cancellations. Writes what became of lines into `judged.reason`."""
    good = judged.reason == Reason.KEPT
    lines = judged.lines.with_row_index("row").drop("flaws").filter(pl.Series(good))
    cancellation = judged.cancellation[good]
    lines, cancellation, first = _in_order(lines, cancellation, len(judged.orders.ids))
    gone = np.zeros(len(lines), dtype=np.bool_)
    row = lines["row"].to_numpy()

    def remove(positions: np.ndarray, why: Reason) -> None:
        gone[positions] = True
        judged.reason[row[positions]] = why

    if drop_exact_duplicates:
        remove(_duplicates(lines), Reason.EXACT_DUPLICATE)
    changed: dict[str, np.ndarray] = {}
    exceeding = 0
    if cancellation.any():
        kept = np.flatnonzero(~gone)
        netting = net_cancellations(lines[kept], cancellation[kept])
        exceeding = netting.exceeding
        remove(kept[netting.netted], Reason.CANCELLATION_NETTED)
        remove(kept[netting.unmatched], Reason.CANCELLATION_UNMATCHED)
        remove(kept[netting.removed], Reason.CANCELLED_IN_FULL)
        quantity = lines["quantity"].to_numpy().copy()
        quantity[kept[netting.reduced]] = netting.left
        lines = lines.with_columns(pl.Series("quantity", quantity))
        changed[CANCELLED_IN_PART] = row[kept[netting.reduced]]
    if gone.any():
        lines = lines.filter(pl.Series(~gone))
    lines, moved = _one_moment(lines, first)
    changed[ORDER_TIME_UNIFIED] = moved
    lines, n_orders = _renumber(lines)
    return Cleaned(lines, n_orders, changed, exceeding)


def _in_order(
    lines: pl.DataFrame, cancellation: np.ndarray, n_ids: int
) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Lines sorted by (first moment of the order, order id, product), their order renumbered so.

    Also the cancellation flags in that order, and the first moment of each order: int64 [n_ids]
    microseconds by new number.
    """
    order = lines["order"].to_numpy()
    never = np.iinfo(np.int64).max
    first = np.full(n_ids, never)
    np.minimum.at(first, order, lines["ordered_at"].to_physical().to_numpy())
    by_time = np.argsort(first, kind="stable")  # codes are in order of the ids: ties go by id
    rank = np.empty(n_ids, dtype=np.int32)
    rank[by_time] = np.arange(n_ids, dtype=np.int32)
    order = rank[order]
    lines = lines.with_columns(pl.Series("order", order))
    key = (order.astype(np.int64) << 32) | lines["product"].to_numpy()
    if not bool((key[1:] >= key[:-1]).all()):
        positions = np.argsort(key, kind="stable")
        lines, cancellation = lines[positions], cancellation[positions]
    return lines, cancellation, first[by_time]


def _duplicates(lines: pl.DataFrame) -> np.ndarray:
    """Positions of lines equal to an earlier one in every column.

    In sorted lines only neighbours with the same order and product can be equal: few, so the
    comparison of every column is spent on those alone.
    """
    order, product = lines["order"].to_numpy(), lines["product"].to_numpy()
    same = (order[1:] == order[:-1]) & (product[1:] == product[:-1])
    near = np.flatnonzero(np.append(same, False) | np.append(False, same))
    first = lines[near].select(pl.struct(pl.exclude("row")).is_first_distinct()).to_series().to_numpy()
    repeats: np.ndarray = near[~first]
    return repeats


def _one_moment(lines: pl.DataFrame, first: np.ndarray) -> tuple[pl.DataFrame, np.ndarray]:
    """Every line at the first moment of its order, and the rows of those that were not.

    Tills stamp the lines of one order minutes apart; a basket has one time, and no split by time
    may cut it.
    """
    moments = first[lines["order"].to_numpy()]
    moved = moments != lines["ordered_at"].to_physical().to_numpy()
    if moved.any():
        lines = lines.with_columns(pl.Series("ordered_at", moments).cast(UTC_NAIVE))
    return lines, lines["row"].to_numpy()[moved]


def _renumber(lines: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Orders numbered without gaps, their order unchanged."""
    if lines.is_empty():
        return lines, 0
    order = lines["order"].to_numpy()
    number = np.zeros(len(order), dtype=np.int32)
    np.cumsum(order[1:] != order[:-1], out=number[1:])
    return lines.with_columns(pl.Series("order", number)), int(number[-1]) + 1
