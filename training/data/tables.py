"""The small tables: read whole, as text; products and customers have one row per id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from config.data import Source
from models.ids import MAX_ID_BYTES
from training.data.columns import TableColumns
from training.data.rejects import RejectsFile
from training.data.sources import Opened, open_source, refuse_no_rows


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """Rows with a usable id, the first of each.

    frame       every canonical column, as text without surrounding spaces, null where empty or absent;
                sorted by id
    set_aside   the rows not used, with their `reason`
    """

    source: str
    frame: pl.DataFrame
    set_aside: pl.DataFrame
    rows_read: int

    @property
    def rejected(self) -> dict[str, int]:
        """Reason -> rows not used."""
        return dict(self.set_aside.group_by("reason").len().sort("reason").iter_rows())


def read_text_table(
    source: Source,
    columns: TableColumns,
    progress: Callable[[str], None],
    rejects: RejectsFile | None,
    unwanted: dict[str, pl.Expr] | None = None,
) -> TextTable:
    """Read a table and set aside the rows without a usable id, repeated ids, and `unwanted` rows.

    `unwanted` is reason -> condition on the canonical columns. Raises ConfigError or DataError as
    open_source does, and DataError if there is no row.
    """
    key = columns.required[0]
    with open_source(source, columns) as opened:
        table = read_texts(opened, progress)
        name = opened.name
    table = table.with_columns(reason=_reason(key, unwanted or {}))
    set_aside = table.filter(pl.col("reason").is_not_null())
    if rejects is not None:
        row, action = pl.col("row").cast(pl.Int64), pl.lit("rejected").alias("action")
        rejects.add_rows(columns.table, set_aside.select("part", row, action, "reason", key))
    kept = table.filter(pl.col("reason").is_null()).select(columns.all).sort(key)
    return TextTable(name, kept, set_aside, len(table))


def read_texts(opened: Opened, progress: Callable[[str], None]) -> pl.DataFrame:
    """Every row of a source: every canonical column as text, null where empty or absent.

    Beside them `part`, the name of the file or query, and `row`, from 1. Raises DataError if a part is
    unreadable or if there is no row.
    """
    frames = []
    for part in opened.parts:
        progress(f"reading {part.name}")
        texts = [_text(theirs, part.columns[theirs]).alias(name) for name, theirs in opened.columns.items()]
        frame = opened.collect(part, part.frame.select(texts)).with_row_index("row", offset=1)
        frames.append(frame.with_columns(part=pl.lit(part.name)))
    table = pl.concat(frames)
    refuse_no_rows(opened, len(table))
    return table.with_columns(
        pl.lit(None, dtype=pl.String).alias(column)
        for column in opened.table.all
        if column not in table.columns
    )


def reasons_of_ids(key: str) -> dict[str, pl.Expr]:
    """Reason -> condition for a row whose id, in the column `key`, cannot be used."""
    id_ = pl.col(key)
    return {
        f"missing_{key}": id_.is_null(),
        "bad_id": (id_.str.len_bytes() > MAX_ID_BYTES) | id_.str.contains(r"\p{Cc}"),
        f"duplicate_{key}": ~id_.is_first_distinct(),
    }


def _reason(key: str, unwanted: dict[str, pl.Expr]) -> pl.Expr:
    conditions = {**reasons_of_ids(key), **unwanted}
    return pl.coalesce(pl.when(condition).then(pl.lit(reason)) for reason, condition in conditions.items())


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    """A column as text: whole floats without .0 (ids and counts that went through a spreadsheet)."""
    expr = pl.col(column).fill_nan(None) if dtype.is_float() else pl.col(column)
    text = expr.cast(pl.String).str.strip_chars().str.replace(r"^(-?\d+)\.0+$", "$1")
    return pl.when(text != "").then(text)
