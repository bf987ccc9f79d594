"""A column of which most values cannot be used: a wrong setting or clock, not millions of bad rows."""

from __future__ import annotations

import polars as pl

from models.errors import DataError
from training.data.encode import BAD_COST, BAD_DATE, BAD_PRICE, BAD_QUANTITY, FUTURE_DATE, Encoded
from training.data.sources import Opened
from training.data.times import Clock, up_to_today

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
        failing = _having(encoded, flaw)
        bad = int(failing.sum())
        if bad > encoded.lines[column].count():
            expected = clock.expected() if canonical == "ordered_at" else "plain numbers such as 12.50"
            raise _mostly(opened, encoded.part_rows, canonical, failing, bad, expected)


def refuse_mostly_future(opened: Opened, encoded: Encoded, latest: int) -> None:
    """Raises DataError, as refuse_wrong_types, if more than half of all moments are after day `latest`."""
    failing = _having(encoded, FUTURE_DATE)
    to_come = int(failing.sum())
    given = encoded.lines["ordered_at"].count() + int(_having(encoded, BAD_DATE).sum())
    if 2 * to_come > given:
        raise _mostly(opened, encoded.part_rows, "ordered_at", failing, to_come, up_to_today(latest))


def _having(encoded: Encoded, flaw: int) -> pl.Series:
    """Boolean [n_lines]: the line has this flaw."""
    return encoded.lines.select((pl.col("flaws") & flaw) > 0).to_series()


def _mostly(
    opened: Opened, part_rows: tuple[int, ...], canonical: str, failing: pl.Series, bad: int, expected: str
) -> DataError:
    position, number = int(failing.arg_max() or 0), 0
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
