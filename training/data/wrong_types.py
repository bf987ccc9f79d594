"""A column of which most values cannot be cast: a wrong setting, not millions of bad rows."""

from __future__ import annotations

import polars as pl

from models.errors import DataError
from training.data.encode import BAD_COST, BAD_DATE, BAD_PRICE, BAD_QUANTITY, Encoded
from training.data.sources import Opened
from training.data.times import Clock

# canonical column -> its encoded column, the flaw of a value that cannot be cast
_JUDGED = {
    "ordered_at": ("ordered_at", BAD_DATE),
    "quantity": ("quantity", BAD_QUANTITY),
    "unit_price": ("price", BAD_PRICE),
    "line_total": ("price", BAD_PRICE),
    "unit_cost": ("cost", BAD_COST),
}


def refuse_wrong_types(opened: Opened, encoded: Encoded, clock: Clock) -> None:
    """Raises DataError if more than half of a column's non-empty values are not what it should hold.

    The message has the first such value, its row (1 is the first after the header) and what was
    expected instead.
    """
    for canonical, (column, flaw) in _JUDGED.items():
        if canonical not in opened.columns or (canonical == "line_total" and "unit_price" in opened.columns):
            continue
        failing = encoded.lines.select((pl.col("flaws") & flaw) > 0).to_series()
        bad = int(failing.sum())
        if bad > encoded.lines[column].count():
            expected = clock.expected() if canonical == "ordered_at" else "plain numbers such as 12.50"
            raise _wrong_type(
                opened, encoded.part_rows, canonical, int(failing.arg_max() or 0), bad, expected
            )


def _wrong_type(
    opened: Opened, part_rows: tuple[int, ...], canonical: str, position: int, bad: int, expected: str
) -> DataError:
    number = 0
    while position >= part_rows[number]:
        position -= part_rows[number]
        number += 1
    part = opened.parts[number]
    theirs = opened.columns[canonical]
    value = opened.collect(part, part.frame.select(theirs).slice(position, 1)).item()
    named = repr(theirs) if theirs == canonical else f"{theirs!r} ({canonical})"
    return DataError(
        f"column {named} of type {part.columns[theirs]}: {bad} of its values, more than half, are not "
        f"{expected}; the first is {value!r} in row {position + 1}",
        source=part.name,
        column=theirs,
    )
