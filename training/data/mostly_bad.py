"""A column of which most values are unusable: a wrong setting or a wrong file, not many bad rows."""

from __future__ import annotations

import polars as pl

from models.errors import DataError
from training.data.columns import TableName


def refuse_mostly_bad(
    table: pl.DataFrame, bad: pl.Expr, column: str, expected: str, table_name: TableName, source: str
) -> None:
    """Raises DataError if `bad` holds for more than half of the rows in which `column` has a value.

    `table` has the column as it was read, with `part` and `row`; the message has the first such value and
    its row, and what was `expected` instead.
    """
    given = table.filter(pl.col(column).is_not_null())
    wrong = given.filter(bad)
    if 2 * len(wrong) <= len(given):
        return
    first = wrong.row(0, named=True)
    raise DataError(
        f"{column} of [data.{table_name}]: {len(wrong)} of its {len(given)} values, more than half, are not "
        f"{expected}; the first is {first[column]!r} in {first['part']} row {first['row']}",
        source=source,
        column=column,
    )
