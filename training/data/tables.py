"""The small tables, products and customers: read whole, as text, one row per id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from config.data import Source
from models.ids import MAX_ID_BYTES
from training.data.columns import TableColumns
from training.data.rejects import RejectsFile
from training.data.sources import open_source, refuse_no_rows


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """Rows with a usable id, the first of each.

    frame      every canonical column that the source has, as text without surrounding spaces, null
               where empty; sorted by id
    rejected   reason -> rows not used
    """

    source: str
    frame: pl.DataFrame
    rows_read: int
    rejected: dict[str, int]


def read_text_table(
    source: Source, columns: TableColumns, progress: Callable[[str], None], rejects: RejectsFile | None
) -> TextTable:
    """Read a table. Raises ConfigError or DataError as open_source does, DataError if it has no row."""
    key = columns.required[0]
    with open_source(source, columns) as opened:
        frames = []
        for part in opened.parts:
            progress(f"reading {part.name}")
            expressions = [
                _text(theirs, part.columns[theirs]).alias(name) for name, theirs in opened.columns.items()
            ]
            frames.append(
                opened.collect(part, part.frame.select(expressions)).with_row_index("row", offset=1)
            )
        table = pl.concat(frames)
        refuse_no_rows(opened, len(table))
        name = opened.name
    reason = (
        pl.when(pl.col(key).is_null())
        .then(pl.lit(f"missing_{key}"))
        .when((pl.col(key).str.len_bytes() > MAX_ID_BYTES) | pl.col(key).str.contains(r"\p{Cc}"))
        .then(pl.lit("bad_id"))
        .when(~pl.col(key).is_first_distinct())
        .then(pl.lit(f"duplicate_{key}"))
    )
    table = table.with_columns(reason=reason)
    rejected = table.filter(pl.col("reason").is_not_null())
    if rejects is not None:
        rows = rejected.select(
            pl.col("row").cast(pl.Int64), pl.lit("rejected").alias("action"), "reason", key
        )
        rejects.add_ids(columns.table, name, rows.rename({key: key}))
    counts = dict(rejected.group_by("reason").len().sort("reason").iter_rows())
    kept = table.filter(pl.col("reason").is_null()).drop("reason", "row").sort(key)
    return TextTable(name, kept, len(table), counts)


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    """A column as text: whole floats without .0 (ids and counts that went through a spreadsheet)."""
    expr = pl.col(column).fill_nan(None) if dtype.is_float() else pl.col(column)
    text = expr.cast(pl.String).str.strip_chars().str.replace(r"^(-?\d+)\.0+$", "$1")
    return pl.when(text != "").then(text)
