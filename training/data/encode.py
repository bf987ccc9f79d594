"""Order lines as they come, turned into narrow typed columns: codes for ids, minor units, UTC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from config.data import Data
from models.errors import DataError
from training.data.identifiers import Dictionary
from training.data.money import minor_digits, number, to_minor_units
from training.data.part import Part
from training.data.sources import Opened, refuse_no_rows
from training.data.times import Clock

# Flaws of a line's values, as bits of the column `flaws`. EMPTY_*: nothing there, rather than nonsense.
BAD_DATE, EMPTY_DATE, BAD_QUANTITY, EMPTY_QUANTITY, BAD_PRICE, BAD_COST = 1, 2, 4, 8, 16, 32

_JUDGED = {  # canonical columns -> the flaw of a value that cannot be cast
    "ordered_at": BAD_DATE,
    "quantity": BAD_QUANTITY,
    "unit_price": BAD_PRICE,
    "line_total": BAD_PRICE,
    "unit_cost": BAD_COST,
}


@dataclass(frozen=True, slots=True, eq=False)
class Dictionaries:
    """The distinct raw ids seen so far."""

    orders: Dictionary = field(default_factory=Dictionary)
    products: Dictionary = field(default_factory=Dictionary)
    customers: Dictionary = field(default_factory=Dictionary)
    names: Dictionary = field(default_factory=Dictionary)


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Every line of the source, in its order.

    lines          order, product, customer UInt32 raw codes (customer null: guest), ordered_at naive
                   UTC, quantity Float32, price and cost Int64 minor units, channel Categorical,
                   flaws UInt8. price, cost, channel only where the source has them.
    part_rows      rows of each part, in order
    dictionaries   what the raw codes stand for
    name_counts    product, name (raw codes) and how many lines say so
    """

    lines: pl.DataFrame
    part_rows: tuple[int, ...]
    dictionaries: Dictionaries
    name_counts: pl.DataFrame


def encode_lines(opened: Opened, data: Data, progress: Callable[[str], None]) -> Encoded:
    """Read and encode every part of the orders source.

    Raises DataError if a part is unreadable, if there are no rows, or if more than half of a
    column's non-empty values are not what the column should hold.
    """
    assert data.orders is not None
    clock = Clock(data.timezone, data.orders.timestamp_format, data.day_first)
    dictionaries = Dictionaries()
    frames, names = [], []
    for part in opened.parts:
        progress(f"reading {part.name}")
        frame = opened.collect(
            part, part.frame.select(_columns(opened, part, dictionaries, clock, data.currency))
        )
        if "name" in frame.columns:
            names.append(frame.group_by("product", "name").len().drop_nulls())
            frame = frame.drop("name")
        frames.append(frame)
    lines = pl.concat(frames)
    refuse_no_rows(opened, len(lines))
    part_rows = tuple(len(frame) for frame in frames)
    del frames
    _refuse_wrong_types(opened, lines, part_rows, clock)
    return Encoded(lines, part_rows, dictionaries, _merge_names(names))


def _columns(
    opened: Opened, part: Part, dictionaries: Dictionaries, clock: Clock, currency: str
) -> list[pl.Expr]:
    theirs = opened.columns

    def types(canonical: str) -> pl.DataType:
        return part.columns[theirs[canonical]]

    def column(canonical: str) -> pl.Expr:
        expr = pl.col(theirs[canonical])
        return expr.fill_nan(None) if types(canonical).is_float() else expr

    moment = clock.read(column("ordered_at"), types("ordered_at"))
    quantity, total = pl.lit(1.0), None
    flaws = _flaw(column("ordered_at"), types("ordered_at"), moment, BAD_DATE, EMPTY_DATE)
    if "quantity" in theirs:
        quantity = number(column("quantity"), types("quantity")).cast(pl.Float32)
        quantity = pl.when(quantity.is_finite()).then(quantity)
        flaws += _flaw(column("quantity"), types("quantity"), quantity, BAD_QUANTITY, EMPTY_QUANTITY)
    columns = [
        dictionaries.orders.encode(column("order_id")).alias("order"),
        dictionaries.products.encode(column("product_id")).alias("product"),
        (
            dictionaries.customers.encode(column("customer_id"))
            if "customer_id" in theirs
            else pl.lit(None, dtype=pl.UInt32)
        ).alias("customer"),
        moment.alias("ordered_at"),
        quantity.cast(pl.Float32).alias("quantity"),
    ]
    digits = minor_digits(currency)
    prices, bad_price = [], pl.lit(False)
    if "unit_price" in theirs:
        price = to_minor_units(number(column("unit_price"), types("unit_price")), digits)
        bad_price |= _is_bad(column("unit_price"), types("unit_price"), price)
        prices.append(price)
    if "line_total" in theirs:
        total = number(column("line_total"), types("line_total"))
        bad_price |= _is_bad(column("line_total"), types("line_total"), total)
        share = pl.when(quantity != 0).then(total / quantity.cast(pl.Float64))
        prices.append(to_minor_units(share, digits))
    if prices:
        columns.append(pl.coalesce(prices).alias("price"))
        flaws += bad_price.cast(pl.UInt8) * BAD_PRICE
    if "unit_cost" in theirs:
        cost = to_minor_units(number(column("unit_cost"), types("unit_cost")), digits)
        cost = pl.when(cost >= 0).then(cost)
        columns.append(cost.alias("cost"))
        flaws += _is_bad(column("unit_cost"), types("unit_cost"), cost).cast(pl.UInt8) * BAD_COST
    if "channel" in theirs:
        channel = column("channel").cast(pl.String).str.strip_chars().str.to_lowercase()
        columns.append(pl.when(channel != "").then(channel).cast(pl.Categorical).alias("channel"))
    if "product_name" in theirs:
        columns.append(dictionaries.names.encode(column("product_name")).alias("name"))
    return [*columns, flaws.cast(pl.UInt8).alias("flaws")]


def _is_empty(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return column.is_null() | (column.str.strip_chars() == "") if dtype == pl.String else column.is_null()


def _is_bad(column: pl.Expr, dtype: pl.DataType, parsed: pl.Expr) -> pl.Expr:
    return parsed.is_null() & ~_is_empty(column, dtype)


def _flaw(column: pl.Expr, dtype: pl.DataType, parsed: pl.Expr, bad: int, empty: int) -> pl.Expr:
    missing = _is_empty(column, dtype)
    flaw = pl.when(parsed.is_null()).then(pl.when(missing).then(empty).otherwise(bad)).otherwise(0)
    return flaw.cast(pl.UInt8)


def _merge_names(counts: list[pl.DataFrame]) -> pl.DataFrame:
    if not counts:
        return pl.DataFrame(schema={"product": pl.UInt32, "name": pl.UInt32, "len": pl.UInt32})
    return pl.concat(counts).group_by("product", "name").agg(pl.col("len").sum())


def _refuse_wrong_types(
    opened: Opened, lines: pl.DataFrame, part_rows: tuple[int, ...], clock: Clock
) -> None:
    """A column of which most values cannot be cast is a wrong setting, not millions of bad rows."""
    expected = {"ordered_at": clock.expected()}
    for canonical, flaw in _JUDGED.items():
        if canonical not in opened.columns or (canonical == "line_total" and "unit_price" in opened.columns):
            continue
        failing = lines.select((pl.col("flaws") & flaw) > 0).to_series()
        bad = int(failing.sum())
        if bad and bad > (bad + _cast(lines, canonical)) / 2:
            row = int(failing.arg_max() or 0)
            raise _wrong_type(
                opened, part_rows, canonical, row, bad, expected.get(canonical, "a number such as 12.50")
            )


def _cast(lines: pl.DataFrame, canonical: str) -> int:
    """How many values of a canonical column were cast."""
    name = {"unit_price": "price", "line_total": "price", "unit_cost": "cost"}.get(canonical, canonical)
    return lines[name].count()


def _wrong_type(
    opened: Opened, part_rows: tuple[int, ...], canonical: str, row: int, bad: int, expected: str
) -> DataError:
    number_, part = 0, opened.parts[0]
    for number_, part in enumerate(opened.parts):
        if row < part_rows[number_]:
            break
        row -= part_rows[number_]
    theirs = opened.columns[canonical]
    value = opened.collect(part, part.frame.select(theirs).slice(row, 1)).item()
    return DataError(
        f"column {theirs!r} ({canonical}) of type {part.columns[theirs]} cannot be used: {bad} of its values, "
        f"more than half, are not {expected}; the first is {value!r} in row {row + 1}",
        source=part.name,
        column=theirs,
    )
