"""The ledger as a source of training, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from config.data import Data
from config.identity import Identity
from config.settings import Settings
from models.contact_hashes import ContactHasher
from models.contact_rules import ContactRules
from models.errors import ConfigError, DataError
from service.contacts.book import ContactBook
from service.contacts.listener import ContactListener
from service.event_schemas import EventIn
from service.identity.erasures import Erasures
from service.identity.register import Register
from service.identity.sessions import link_by_events
from service.ledger.database import Database
from service.ledger.events import EventStore
from tests.service.ledger.conftest import database, ledger_url
from training.data.erasures import read_erasures, without_erased
from training.data.ledger import with_ledger
from training.data.shop import Shop, Tables, read_tables
from training.pipeline import run_training

__all__ = ["database", "ledger_url"]

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NUMBERS = count()
ORDERS = """order_id,product_id,customer_id,quantity,unit_price,ordered_at
1,bread,ana,1,2.00,2026-11-01T10:00:00
1,butter,ana,1,3.00,2026-11-01T10:00:00
2,bread,ben,2,2.00,2026-11-03T09:30:00
"""
PLANS = """
[[plans]]
plan_id = "small"
family = "mobile"
name = "Small"
fee = "10.00"
currency = "GBP"
meters = [{meter = "data_gb", quota = 100, overage_price = "5.00", overage_unit = 10}]
"""


@pytest.fixture
def data(tmp_path: Path) -> Data:
    (tmp_path / "orders.csv").write_text(ORDERS)
    return Data(orders={"path": str(tmp_path / "orders.csv")}, currency="GBP")


def tell(database: Database, *events: dict[str, Any]) -> None:
    rows = [EventIn.model_validate({"id": f"e-{next(NUMBERS)}", **each}).row(NOW) for each in events]
    listeners = [link_by_events, ContactListener(ContactBook(database, ContactRules()))]
    assert all(EventStore(database, listeners).append(rows))


def purchase(product: str, when: str, **more: Any) -> dict[str, Any]:
    return {"type": "purchase", "product_id": product, "occurred_at": f"{when}:00Z", **more}


def lines_of(shop: Shop | None) -> list[tuple[Any, ...]]:
    assert shop is not None
    orders, rows = shop.orders, []
    for row in shop.orders.lines.iter_rows(named=True):
        customer = orders.customers.id(row["customer"]) if row["customer"] >= 0 else None
        product = orders.products.id(row["product"])
        rows.append((row["order"], customer, product, row["quantity"], row["price"], row["channel"]))
    return rows


def read(data: Data, url: str, now: datetime | None = None) -> Tables:
    return with_ledger(read_tables(data, now=now), url, data, lambda _: None, now=now)


def test_later_purchases_are_added_and_earlier_ones_are_the_shops(
    database: Database, ledger_url: str, data: Data
) -> None:
    tell(
        database,
        purchase("bread", "2026-11-02T10:00", customer_id="ana", order_id="1"),
        purchase(
            "wine",
            "2026-11-03T09:31",
            customer_id="ben",
            order_id="3",
            quantity=2,
            channel="web",
            unit_price="7.50",
            currency="GBP",
        ),
        purchase(
            "butter", "2026-11-03T09:31", customer_id="ben", order_id="3", unit_price="9.99", currency="EUR"
        ),
        purchase("apple", "2026-11-04T08:00", session_id="visit"),
        purchase("bread", "2026-11-05T08:00", session_id="guest"),
        {
            "type": "view",
            "customer_id": "cai",
            "session_id": "visit",
            "product_id": "bread",
            "occurred_at": "2026-11-04T09:00:00Z",
        },
        {
            "type": "purchase",
            "plan_id": "small",
            "product_id": "sim",
            "quantity": 0,
            "customer_id": "ana",
            "occurred_at": "2026-11-04T09:00:00Z",
        },
    )
    tables = read(data, ledger_url)
    assert lines_of(tables.shop) == [
        (0, "ana", "bread", 1, 200, None),
        (0, "ana", "butter", 1, 300, None),
        (1, "ben", "bread", 2, 200, None),
        (2, "ben", "butter", 1, None, None),
        (2, "ben", "wine", 2, 750, "web"),
        (3, "cai", "apple", 1, None, None),
        (4, None, "bread", 1, None, None),
    ]
    shop = tables.shop
    assert shop is not None
    assert shop.orders.n_orders == 5
    assert shop.orders.lines["ordered_at"].is_sorted()
    assert shop.orders.lines.schema == read_orders_schema(data)
    report = shop.report.tables["ledger"]
    assert (report.rows_read, report.rows_kept) == (5, 4)
    assert report.rejected == {"non_positive_quantity": 1}


def test_purchases_of_days_to_come_are_counted_and_not_used(
    database: Database, ledger_url: str, data: Data
) -> None:
    days = ("2026-11-04T08:00", "2026-11-05T08:00", "2026-11-20T08:00")
    tell(database, *(purchase("bread", day, customer_id="ana", order_id=day) for day in days))
    shop = read(data, ledger_url, datetime(2026, 11, 5, tzinfo=UTC)).shop
    assert shop is not None
    assert len(shop.orders.lines) == 5
    assert shop.report.tables["ledger"].rejected == {"future_date": 1}
    with pytest.raises(
        DataError, match=r"2 of its values, more than half, .* today, 2026-11-03 by the clock"
    ):
        read(data, ledger_url, datetime(2026, 11, 3, tzinfo=UTC))


def test_a_line_of_the_shop_to_come_hides_no_purchase_of_the_ledger(
    database: Database, ledger_url: str, data: Data, tmp_path: Path
) -> None:
    (tmp_path / "orders.csv").write_text(f"{ORDERS}3,wine,ben,1,7.50,2062-09-03T00:00:00\n")
    tell(database, purchase("apple", "2026-11-04T08:00", customer_id="ana"))
    assert [row[2] for row in lines_of(read(data, ledger_url).shop)] == ["bread", "butter", "bread", "apple"]


def read_orders_schema(data: Data) -> pl.Schema:
    shop = read_tables(data).shop
    assert shop is not None
    return shop.orders.lines.schema


def test_without_orders_and_plans_the_ledger_alone_is_read(database: Database, ledger_url: str) -> None:
    nothing = Data(currency="GBP")
    found = read(nothing, ledger_url)
    assert found.shop is found.provider is None
    tell(
        database,
        purchase("bread", "2026-11-03T10:00", customer_id="ana"),
        purchase("butter", "2026-11-03T11:00", customer_id="ana"),
        purchase("bread", "2026-11-04T11:00", customer_id="ana"),
    )
    lines = lines_of(read(nothing, ledger_url).shop)
    assert [row[:3] for row in lines] == [(0, "ana", "bread"), (0, "ana", "butter"), (1, "ana", "bread")]


def test_a_shop_without_a_ledger_trains_as_before(data: Data, tmp_path: Path) -> None:
    for url in ("", f"sqlite:///{tmp_path}/none.sqlite3"):
        assert len(lines_of(read(data, url).shop)) == 3
        assert read_erasures(url) == {}
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_ledger_that_is_broken_is_named_and_nothing_trained(data: Data, tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"this is no database, however long one looks at it" * 9)
    with pytest.raises(DataError, match="the ledger cannot be read"):
        read(data, f"sqlite:///{tmp_path}/ledger.sqlite3")


def test_nothing_at_all_is_a_clear_error(tmp_path: Path) -> None:
    settings = Settings(artifacts={"dir": tmp_path}, ledger={"url": f"sqlite:///{tmp_path}/none.sqlite3"})
    with pytest.raises(ConfigError, match="nothing to train on"):
        run_training(settings, lambda _: None)


def test_whoever_is_erased_is_a_guest_up_to_then(database: Database, ledger_url: str, data: Data) -> None:
    identity = Identity(key="a key that is long enough")
    hasher = ContactHasher(identity.secret(), "GB")
    register = Register(database, hasher, Erasures(database, hasher))
    when = int(datetime(2026, 11, 3, 12, tzinfo=UTC).timestamp()) * 1_000_000
    register.erase("ben", when)
    tell(database, purchase("wine", "2026-11-05T10:00", customer_id="ben"))
    tables = without_erased(read(data, ledger_url), read_erasures(ledger_url), identity)
    assert [row[1] for row in lines_of(tables.shop)] == ["ana", "ana", None, "ben"]
    register.erase("ben", when * 2)
    tables = without_erased(read(data, ledger_url), read_erasures(ledger_url), identity)
    assert [row[1] for row in lines_of(tables.shop)][:3] == ["ana", "ana", None]
    assert tables.shop is not None
    assert tables.shop.orders.customers.index("ben") < 0
    assert tables.shop.report.tables["orders"].changed["erased_customer"] >= 1


def test_usage_of_later_days_is_added_the_last_total_of_a_day_counts(
    database: Database, ledger_url: str, tmp_path: Path
) -> None:
    (tmp_path / "plans.toml").write_text(PLANS)
    (tmp_path / "subscriptions.csv").write_text("customer_id,plan_id,started_on\nana,small,2026-10-01\n")
    (tmp_path / "usage.csv").write_text("customer_id,meter,date,amount\nana,data_gb,2026-11-01,4\n")
    sources = {name: {"path": str(tmp_path / f"{name}.csv")} for name in ("subscriptions", "usage")}
    data = Data(plans={"path": str(tmp_path / "plans.toml")}, currency="GBP", **sources)
    for day, amount in (("01", 9.0), ("02", 5.0), ("02", 6.0), ("03", 7.0)):
        when = f"2026-11-{day}T23:00:00Z"
        tell(
            database,
            {
                "type": "usage",
                "customer_id": "ana",
                "meter": "data_gb",
                "quantity": amount,
                "occurred_at": when,
            },
        )
    provider = read(data, ledger_url).provider
    assert provider is not None
    assert provider.usage.amount.tolist() == [4.0, 6.0, 7.0]
    assert provider.reports["ledger_usage"].rows_kept == 2
    earlier = read(data, ledger_url, datetime(2026, 11, 1, tzinfo=UTC)).provider
    assert earlier is not None
    assert earlier.usage.amount.tolist() == [4.0, 6.0]
    assert earlier.reports["ledger_usage"].rejected == {"future_date": 1}
