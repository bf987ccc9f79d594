"""Order lines as they come, turned into narrow typed columns: codes for ids, minor units, UTC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from training.data.identifiers import Dictionary
from training.data.money import number, to_minor_units
from training.data.part import Part
from training.data.sources import Opened, refuse_no_rows
from training.data.times import UTC_NAIVE, Clock

# Flaws of a line's values, as bits of the column `flaws`. EMPTY_*: nothing there, rather than nonsense.
BAD_DATE, EMPTY_DATE, BAD_QUANTITY, EMPTY_QUANTITY, BAD_PRICE, BAD_COST, FUTURE_DATE = 1, 2, 4, 8, 16, 32, 64


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
    name_counts    product, name (raw codes) and len, how many lines say so
    """

    lines: pl.DataFrame
    part_rows: tuple[int, ...]
    dictionaries: Dictionaries
    name_counts: pl.DataFrame


def encode_lines(
    opened: Opened, clock: Clock, digits: int, latest: int, progress: Callable[[str], None]
) -> Encoded:
    """Read and encode every part of the orders source.

    `digits` are the decimals of the minor unit; what is dated after the day `latest` is still to come.
    Raises DataError if a part is unreadable or if there are no rows.
    """
    dictionaries = Dictionaries()
    frames = []
    names = [pl.DataFrame(schema={"product": pl.UInt32, "name": pl.UInt32, "len": pl.UInt32})]
    for part in opened.parts:
        progress(f"reading {part.name}")
        columns = _PartColumns(opened, part, dictionaries, clock, digits)
        frame = opened.collect(part, part.frame.select(columns.all()).with_columns(_with_future(latest)))
        if "name" in frame.columns:
            names.append(frame.group_by("product", "name").agg(pl.len().cast(pl.UInt32).alias("len")))
            frame = frame.drop("name")
        frames.append(frame)
    part_rows = tuple(len(frame) for frame in frames)
    refuse_no_rows(opened, sum(part_rows))
    counts = pl.concat(names).drop_nulls().group_by("product", "name").agg(pl.col("len").sum())
    return Encoded(pl.concat(frames), part_rows, dictionaries, counts)


def _with_future(latest: int) -> pl.Expr:
    """The column `flaws` with FUTURE_DATE, from the moments as they were read: no text is parsed again."""
    end = datetime(1970, 1, 1) + timedelta(days=latest + 1)
    to_come = pl.col("ordered_at") >= pl.lit(end, dtype=UTC_NAIVE)
    return pl.col("flaws") | pl.when(to_come).then(FUTURE_DATE).otherwise(0).cast(pl.UInt8)


@dataclass(frozen=True, slots=True, eq=False)
class _PartColumns:
    """The expressions that encode the columns of one part."""

    opened: Opened
    part: Part
    dictionaries: Dictionaries
    clock: Clock
    digits: int

    def all(self) -> list[pl.Expr]:
        quantity, quantity_flaw = self._quantity()
        moment, date_flaw = self._moment()
        prices, price_flaw = self._price(quantity)
        costs, cost_flaw = self._cost()
        flaws = (date_flaw + quantity_flaw + price_flaw + cost_flaw).cast(pl.UInt8)
        return [
            self.dictionaries.orders.encode(self._raw("order_id")).alias("order"),
            self.dictionaries.products.encode(self._raw("product_id")).alias("product"),
            self._customer().alias("customer"),
            moment.alias("ordered_at"),
            quantity.alias("quantity"),
            *prices,
            *costs,
            *self._texts(),
            flaws.alias("flaws"),
        ]

    def _has(self, canonical: str) -> bool:
        return canonical in self.opened.columns

    def _dtype(self, canonical: str) -> pl.DataType:
        return self.part.columns[self.opened.columns[canonical]]

    def _raw(self, canonical: str) -> pl.Expr:
        column = pl.col(self.opened.columns[canonical])
        return column.fill_nan(None) if self._dtype(canonical).is_float() else column

    def _number(self, canonical: str) -> pl.Expr:
        return number(self._raw(canonical), self._dtype(canonical))

    def _is_empty(self, canonical: str) -> pl.Expr:
        raw = self._raw(canonical)
        missing = raw.is_null()
        return missing | (raw.str.strip_chars() == "") if self._dtype(canonical) == pl.String else missing

    def _flaw(self, canonical: str, parsed: pl.Expr, bad: int, empty: int = 0) -> pl.Expr:
        """`bad` where there is something that could not be parsed, `empty` where there is nothing."""
        kind = pl.when(self._is_empty(canonical)).then(empty).otherwise(bad)
        return pl.when(parsed.is_null()).then(kind).otherwise(0).cast(pl.UInt8)

    def _customer(self) -> pl.Expr:
        if not self._has("customer_id"):
            return pl.lit(None, dtype=pl.UInt32)
        return self.dictionaries.customers.encode(self._raw("customer_id"))

    def _moment(self) -> tuple[pl.Expr, pl.Expr]:
        moment = self.clock.read(self._raw("ordered_at"), self._dtype("ordered_at"))
        return moment, self._flaw("ordered_at", moment, BAD_DATE, EMPTY_DATE)

    def _quantity(self) -> tuple[pl.Expr, pl.Expr]:
        if not self._has("quantity"):
            return pl.lit(1.0, dtype=pl.Float32), pl.lit(0, dtype=pl.UInt8)
        narrow = self._number("quantity").cast(pl.Float32)
        quantity = pl.when(narrow.is_finite()).then(narrow)
        return quantity, self._flaw("quantity", quantity, BAD_QUANTITY, EMPTY_QUANTITY)

    def _price(self, quantity: pl.Expr) -> tuple[list[pl.Expr], pl.Expr]:
        """The unit price; where it is missing, the line's total divided by the quantity."""
        prices = []
        bad = pl.lit(0, dtype=pl.UInt8)
        if self._has("unit_price"):
            prices.append(to_minor_units(self._number("unit_price"), self.digits))
            bad = bad | self._flaw("unit_price", prices[-1], BAD_PRICE)
        if self._has("line_total"):
            total = self._number("line_total")
            each = pl.when(quantity != 0).then(total / quantity.cast(pl.Float64))
            prices.append(to_minor_units(each, self.digits))
            bad = bad | self._flaw("line_total", total, BAD_PRICE)
        return ([pl.coalesce(prices).alias("price")] if prices else []), bad

    def _cost(self) -> tuple[list[pl.Expr], pl.Expr]:
        if not self._has("unit_cost"):
            return [], pl.lit(0, dtype=pl.UInt8)
        cost = to_minor_units(self._number("unit_cost"), self.digits)
        usable = pl.when(cost >= 0).then(cost)
        return [usable.alias("cost")], self._flaw("unit_cost", usable, BAD_COST)

    def _texts(self) -> list[pl.Expr]:
        columns = []
        if self._has("channel"):
            text = self._raw("channel").cast(pl.String).str.strip_chars().str.to_lowercase()
            columns.append(pl.when(text != "").then(text).cast(pl.Categorical).alias("channel"))
        if self._has("product_name"):
            columns.append(self.dictionaries.names.encode(self._raw("product_name")).alias("name"))
        return columns
