from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.errors import DataError
from tests.training.data.shops import NOON, orders_report, read, write_csv


def orders(tmp_path: Path, **columns: list[Any]) -> Path:
    table = {"order_id": ["1", "2", "3"], "product_id": ["tea"] * 3, "ordered_at": [NOON] * 3, **columns}
    return write_csv(tmp_path / "orders.csv", list(zip(*table.values(), strict=True)), list(table))


@pytest.mark.parametrize("column", ["quantity", "unit_price", "line_total", "unit_cost"])
def test_a_column_of_which_most_is_no_number(tmp_path: Path, column: str) -> None:
    path = orders(tmp_path, **{column: ["1", "1.234;50", "many"]})
    with pytest.raises(DataError) as caught:
        read(path)
    assert caught.value.column == column
    for words in (
        f"column '{column}'",
        "2 of its values",
        "plain numbers such as 12.50",
        "'1.234;50' in row 2",
    ):
        assert words in str(caught.value)


def test_dates_of_the_wrong_kind(tmp_path: Path) -> None:
    path = orders(tmp_path, ordered_at=["31/12/2011", "30/12/2011", "1/12/2011"])
    with pytest.raises(
        DataError, match=r"column 'ordered_at' .*data\.day_first is false.* '31/12/2011' in row 1"
    ):
        read(path)
    assert orders_report(read(path, day_first=True)).rows_kept == 3
    with pytest.raises(DataError, match=r"are not a moment written as %Y%m%d"):
        read(path, timestamp_format="%Y%m%d")


def test_numbers_as_dates_want_a_format(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    pl.DataFrame({"order_id": [1], "product_id": [2], "ordered_at": [1_325_319_960]}).write_parquet(path)
    with pytest.raises(
        DataError, match=r"column 'ordered_at' of type Int64.*'epoch' for seconds.* 1325319960 in row 1"
    ):
        read(path)
    assert orders_report(read(path, timestamp_format="epoch")).rows_kept == 1


NOW = datetime(2026, 3, 1, 18, tzinfo=UTC)


def test_more_than_half_of_days_to_come_name_today(tmp_path: Path) -> None:
    path = orders(tmp_path, ordered_at=[NOON, "2062-09-03", "2062-09-04"])
    with pytest.raises(DataError) as caught:
        read(path, now=NOW)
    assert caught.value.column == "ordered_at"
    assert (
        "column 'ordered_at' of type String: 2 of its values, more than half, are not a day up to today, "
        "2026-03-01 by the clock of this machine; the first is '2062-09-03' in row 2"
    ) in str(caught.value)


def test_days_to_come_are_compared_with_all_that_is_there(tmp_path: Path) -> None:
    days = [NOON, NOON, "2062-09-03", "2062-09-03", "2062-09-04", "soon"]
    table = {"order_id": list("123456"), "product_id": ["tea"] * 6, "ordered_at": days}
    report = orders_report(read(orders(tmp_path, **table), now=NOW))
    assert report.rejected == {"future_date": 3, "bad_date": 1}
    table["ordered_at"][1] = ""
    with pytest.raises(DataError, match="3 of its values, more than half, are not a day up to today"):
        read(orders(tmp_path, **table), now=NOW)


def test_the_row_is_counted_within_its_file(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "a.csv",
        [("1", "tea", "1", NOON)] * 2,
        ("order_id", "product_id", "quantity", "ordered_at"),
    )
    write_csv(
        tmp_path / "b.csv",
        [("1", "tea", quantity, NOON) for quantity in ("1", "x", "y", "z", "w")],
        ("order_id", "product_id", "quantity", "ordered_at"),
    )
    with pytest.raises(DataError, match=r"b\.csv: column 'quantity' .*'x' in row 2"):
        read(tmp_path / "*.csv")


def test_half_is_not_more_than_half(tmp_path: Path) -> None:
    path = orders(tmp_path, quantity=["1", "x", ""])
    assert orders_report(read(path)).rejected == {"bad_quantity": 2}
