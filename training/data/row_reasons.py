"""Why a subscription or a day of usage is not used: the first reason that applies, by row."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from training.data.columns import TableColumns
from training.data.rejects import RejectsFile

REASON = "reason"


def with_reasons(table: pl.DataFrame, conditions: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """The table with a column `reason`: the first of `conditions` that holds, null where none does.

    Rows that have a reason already keep it.
    """
    first = pl.coalesce(pl.when(condition).then(pl.lit(reason)) for reason, condition in conditions.items())
    earlier = pl.col(REASON) if REASON in table.columns else pl.lit(None, dtype=pl.String)
    return table.with_columns(pl.coalesce(earlier, first).alias(REASON))


def counted(table: pl.DataFrame) -> dict[str, int]:
    """Reason -> rows, of the rows that have one."""
    found = table.filter(pl.col(REASON).is_not_null())
    return dict(found.group_by(REASON).len().sort(REASON).iter_rows())


def tell_rejects(table: pl.DataFrame, columns: TableColumns, rejects: RejectsFile | None) -> None:
    """Write the rows with a reason to the rejects file, where one is asked for: their customer only."""
    if rejects is not None:
        found = table.filter(pl.col(REASON).is_not_null())
        row, action = pl.col("row").cast(pl.Int64), pl.lit("rejected").alias("action")
        rejects.add_rows(columns.table, found.select("part", row, action, REASON, "customer_id"))
