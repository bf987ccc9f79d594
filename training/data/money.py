"""Prices of a source as integer minor units."""

from __future__ import annotations

import polars as pl
from babel.numbers import get_currency_precision

MOST_MINOR_UNITS = 2**53  # beyond it a float no longer tells neighbouring integers apart


def minor_digits(currency: str) -> int:
    """How many decimals the minor unit of an ISO 4217 currency has: 2 for USD, 0 for JPY, 3 for KWD."""
    return int(get_currency_precision(currency))


def number(expr: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A column as Float64: null where it is empty, not a number, not finite.

    Text must be a plain decimal (`12`, `-3.50`, `1e3`); no thousands marks, no decimal comma.
    """
    raw = expr if dtype.is_numeric() else expr.cast(pl.String).str.strip_chars()
    value = raw.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def to_minor_units(value: pl.Expr, digits: int) -> pl.Expr:
    """Float64 major units -> Int64 minor units, rounded half to even; null beyond 2^53.

    The first rounding, to a millionth of a minor unit, takes away what binary floats add to a
    decimal (1.015 * 100 = 101.49999999999999), so that halves are seen as halves.
    """
    exact = (value * 10**digits).round(6)
    minor = exact.round(0, mode="half_to_even")
    return pl.when(minor.abs() <= MOST_MINOR_UNITS).then(minor).cast(pl.Int64)
