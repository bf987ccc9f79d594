from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from models.errors import ConfigError, DataError
from tests.training.data.shops import HEADER, NOON, read, write_csv

ROWS = [
    ("1", "anna", "tea", "2", "1.50", NOON),
    ("1", "anna", "tea", "2", "1.50", NOON),
    ("2", "anna", "tea", "two", "1.50", NOON),
    ("3", "anna", "POST", "1", "1.50", NOON),
    ("4", "anna", "tea", "-1", "1.50", "2026-03-02"),
    ("5", "bob", "", "1", "1.50", NOON),
    ("6", "bob", "tea", "1", "1.50", "2062-09-03"),
]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_rejected_and_changed_rows_as_they_were(tmp_path: Path, ending: str) -> None:
    write_csv(tmp_path / "a.csv", ROWS[:3])
    write_csv(tmp_path / "b.csv", ROWS[3:])
    target = tmp_path / "out" / f"rejects{ending}"
    read(tmp_path / "?.csv", rejects=target, non_product_pattern="^POST$")
    frame = pl.read_csv(target, infer_schema=False) if ending == ".csv" else pl.read_parquet(target)
    told = frame.select(
        pl.col("source").str.slice(-5), pl.col("row").cast(pl.Int64), "action", "reason"
    ).rows()
    assert told == [
        ("a.csv", 1, "changed", "cancelled_in_part"),
        ("a.csv", 2, "rejected", "exact_duplicate"),
        ("a.csv", 3, "rejected", "bad_quantity"),
        ("b.csv", 1, "rejected", "non_product"),
        ("b.csv", 2, "changed", "cancellation_netted"),
        ("b.csv", 3, "rejected", "missing_product_id"),
        ("b.csv", 4, "rejected", "future_date"),
    ]
    originals = frame.select(HEADER).rows()
    assert [tuple(cell or "" for cell in row) for row in originals] == ROWS
    assert list(target.parent.iterdir()) == [target]


def test_rows_of_every_table_but_nothing_personal(tmp_path: Path) -> None:
    orders = write_csv(tmp_path / "orders.csv", ROWS[:1])
    products = write_csv(
        tmp_path / "products.csv", [("tea", "Tea"), ("tea", "Tea"), ("", "?")], ("product_id", "name")
    )
    customers = write_csv(
        tmp_path / "customers.csv", [("anna", "a@example.com")] * 2, ("customer_id", "email")
    )
    target = tmp_path / "rejects.csv"
    read(orders, products=products, customers=customers, rejects=target)
    frame = pl.read_csv(target, infer_schema=False)
    assert frame.select("table", "row", "reason", "product_id", "customer_id").rows() == [
        ("products", "2", "duplicate_product_id", "tea", None),
        ("products", "3", "missing_product_id", None, None),
        ("customers", "2", "duplicate_customer_id", None, "anna"),
    ]
    assert "example.com" not in target.read_text()


def test_the_file_is_whole_also_when_nothing_is_left(tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    with pytest.raises(DataError, match="nothing is left"):
        read(write_csv(tmp_path / "orders.csv", [("1", "anna", "tea", "0", "1.50", NOON)]), rejects=target)
    assert pl.read_csv(target).height == 1


def test_nothing_is_written_when_reading_fails(tmp_path: Path) -> None:
    orders = write_csv(tmp_path / "orders.csv", [("1", "anna", "tea", "many", "1.50", NOON)])
    with pytest.raises(DataError, match="column 'quantity'"):
        read(orders, rejects=tmp_path / "rejects.csv")
    assert list(tmp_path.iterdir()) == [orders]


def test_an_unknown_ending_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"data\.rejects: .*valid endings: \.csv, \.parquet"):
        read(tmp_path / "nowhere.csv", rejects=tmp_path / "rejects.xlsx")
