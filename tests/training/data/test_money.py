from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.money import minor_digits, number, to_minor_units


def minor(texts: list[str], digits: int = 2) -> list[int | None]:
    frame = pl.DataFrame({"x": texts}, schema={"x": pl.String})
    return frame.select(to_minor_units(number(pl.col("x"), pl.String()), digits)).to_series().to_list()


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("GBP", 2), ("JPY", 0), ("KWD", 3)])
def test_minor_units_follow_the_currency(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


def test_halves_go_to_the_even_neighbour() -> None:
    assert minor(["1.005", "1.015", "1.025", "-1.005", "0.005", "2.675"]) == [100, 102, 102, -100, 0, 268]
    assert minor(["2.5", "3.5"], digits=0) == [2, 4]


def test_what_is_no_price_becomes_null() -> None:
    assert minor(["", "  ", "abc", "1,50", "nan", "inf", "-inf", "1e30"]) == [None] * 8
    assert minor([" 12.5 ", "+3", "1e2"]) == [1250, 300, 10000]


@given(st.decimals(min_value=-10_000_000, max_value=10_000_000, places=4), st.sampled_from([0, 2, 3]))
def test_agrees_with_decimal_arithmetic(value: Decimal, digits: int) -> None:
    exact = (value * 10**digits).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    assert minor([str(value)], digits) == [int(exact)]


def test_numbers_need_no_text() -> None:
    frame = pl.DataFrame({"x": [0.1 + 0.2, None, float("inf")]})
    result = frame.select(to_minor_units(number(pl.col("x"), pl.Float64()), 2)).to_series()
    assert result.to_list() == [30, None, None]
