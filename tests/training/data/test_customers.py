from __future__ import annotations

from pathlib import Path

import pytest

from config.data import Data
from models.errors import ConfigError
from tests.training.data.shops import NOON, read, write_csv
from training.data.customers import read_customers

HEADER = ("customer_id", "email", "phone", "consent_email")
ROWS = [
    ("anna", "anna@example.com", "+15550100", "true"),
    ("bob", "bob@example.com", "", "false"),
    ("", "nobody@example.com", "", ""),
    ("anna", "again@example.com", "", ""),
]


def test_registered_customers_with_and_without_orders(tmp_path: Path) -> None:
    orders = write_csv(
        tmp_path / "orders.csv", [("1", "anna", "tea", "1", "1", NOON), ("2", "carl", "tea", "1", "1", NOON)]
    )
    shop = read(orders, customers=write_csv(tmp_path / "customers.csv", ROWS, HEADER))
    report = shop.report.tables["customers"]
    assert report.rejected == {"duplicate_customer_id": 1, "missing_customer_id": 1}
    assert report.counts == {"registered": 2, "with_orders": 1, "without_orders": 1}
    assert shop.customers is not None
    assert shop.customers["customer_id"].to_list() == ["anna", "bob"]
    assert shop.customers["email"].to_list() == ["anna@example.com", "bob@example.com"]


def test_nothing_personal_is_shown(tmp_path: Path) -> None:
    orders = write_csv(tmp_path / "orders.csv", [("1", "anna", "tea", "1", "1", NOON)])
    shop = read(orders, customers=write_csv(tmp_path / "customers.csv", ROWS, HEADER))
    for shown in (repr(shop), str(shop.report.to_dict())):
        assert "example.com" not in shown
        assert "5550100" not in shown


def test_no_customers_configured() -> None:
    with pytest.raises(ConfigError, match="no customers to read"):
        read_customers(Data())
