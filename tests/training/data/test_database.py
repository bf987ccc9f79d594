from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.data import Data
from models.errors import ConfigError, DataError
from tests.training.data.shops import plain
from training.data import database
from training.data.shop import Shop, read_shop

QUERY = "SELECT * FROM order_lines"
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXPECTED = [
    {
        "order": 0,
        "customer": "7",
        "product": "milk",
        "quantity": 2.5,
        "price": 99,
        "ordered_at": datetime(2026, 3, 1, 12),
    },
    {
        "order": 0,
        "customer": "7",
        "product": "tea",
        "quantity": 1.0,
        "price": 150,
        "ordered_at": datetime(2026, 3, 1, 12),
    },
    {
        "order": 1,
        "customer": None,
        "product": "tea",
        "quantity": 1.0,
        "price": 150,
        "ordered_at": datetime(2026, 3, 1, 12),
    },
]


def read(url: str, query: str = QUERY, **settings: Any) -> Shop:
    return read_shop(Data.model_validate({"orders": {"url": url, "query": query, **settings}}))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE order_lines (order_id, customer_id, product_id, quantity, unit_price, ordered_at)"
        )
        connection.executemany(
            "INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?)",
            [
                (100, 7, "tea", 1, 1.5, "2026-03-01 12:00:00"),
                (100, 7, "milk", 2.5, "0.99", "2026-03-01T12:00:00Z"),  # mixed types: SQLite allows it
                (101, None, "tea", 1, 1.5, "2026-03-01 12:00:00"),
            ],
        )
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_orders(postgres_url: str) -> str:
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS order_lines"))
        connection.execute(
            sa.text(
                "CREATE TABLE order_lines (order_id bigint, customer_id int, product_id text, "
                "quantity numeric(8, 2), unit_price numeric(8, 2), ordered_at timestamptz)"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO order_lines VALUES (100, 7, 'tea', 1, 1.50, :t), "
                "(100, 7, 'milk', 2.5, 0.99, :t), (101, NULL, 'tea', 1, 1.5, :t)"
            ),
            {"t": MOMENT},
        )
    engine.dispose()
    return postgres_url


def test_sqlite(sqlite_url: str) -> None:
    shop = read(sqlite_url)
    assert plain(shop.orders) == EXPECTED
    assert shop.report.tables["orders"].source == sqlite_url


def test_postgresql(postgres_orders: str) -> None:
    assert plain(read(postgres_orders).orders) == EXPECTED
    # The time zone of the server's session does not matter, nor does a URL that names no driver.
    zoned = postgres_orders.replace("+psycopg", "") + "&options=-c%20timezone%3DAsia/Tokyo"
    assert plain(read(zoned).orders) == EXPECTED


def test_a_query_may_hold_colons_and_percent_signs(postgres_orders: str) -> None:
    query = (
        QUERY
        + " WHERE product_id LIKE 't%' AND product_id <> ' :x' AND ordered_at::text NOT LIKE '%07:07:07%'"
    )
    assert [line["product"] for line in plain(read(postgres_orders, query).orders)] == ["tea", "tea"]


@pytest.mark.parametrize("fixture", ["sqlite_url", "postgres_orders"])
def test_batches_are_spooled_one_after_the_other(
    fixture: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(database, "ROWS_AT_A_TIME", 2)
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    assert plain(read(request.getfixturevalue(fixture)).orders) == EXPECTED
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize("fixture", ["sqlite_url", "postgres_orders"])
def test_a_batch_is_as_many_rows_as_are_fetched_at_a_time(
    fixture: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a file for every row, which takes its time, nor the whole answer in memory."""
    monkeypatch.setattr(database, "ROWS_AT_A_TIME", 2)
    with database.open_query(request.getfixturevalue(fixture), QUERY, "orders") as parts:
        assert [len(part.frame.collect()) for part in parts] == [2, 1]


def test_columns_are_mapped(sqlite_url: str) -> None:
    query = "SELECT order_id AS o, product_id AS p, ordered_at AS t, quantity AS q FROM order_lines"
    shop = read(
        sqlite_url, query, columns={"order_id": "o", "product_id": "p", "ordered_at": "t", "quantity": "q"}
    )
    assert [line["quantity"] for line in plain(shop.orders)] == [2.5, 1.0, 1.0]


def test_no_rows_and_missing_columns(sqlite_url: str) -> None:
    with pytest.raises(DataError, match=r"has a header .* and no rows"):
        read(sqlite_url, QUERY + " WHERE 1 = 0")
    with pytest.raises(DataError, match="no column 'product_id'"):
        read(sqlite_url, "SELECT order_id, ordered_at FROM order_lines")
    with pytest.raises(DataError, match="returns order_id more than once"):
        read(sqlite_url, "SELECT order_id, order_id FROM order_lines")


def test_sql_errors_are_told_in_the_databases_words(sqlite_url: str, postgres_orders: str) -> None:
    with pytest.raises(DataError, match=r"data\.orders\.query failed: no such table: nowhere"):
        read(sqlite_url, "SELECT * FROM nowhere")
    with pytest.raises(DataError, match=r"data\.orders\.query failed: .*\"nowhere\" does not exist"):
        read(postgres_orders, "SELECT * FROM nowhere")
    with pytest.raises(DataError, match=r"data\.orders\.query failed: "):
        read(sqlite_url, "UPDATE order_lines SET quantity = 0")
    assert plain(read(sqlite_url).orders) == EXPECTED  # and nothing was changed


def test_a_missing_sqlite_file_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.db"
    with pytest.raises(DataError, match=r"nowhere\.db: no such database file"):
        read(f"sqlite:///{path}")
    assert not path.exists()


@pytest.mark.parametrize(
    "url",
    ["postgresql://shop:s3cret@127.0.0.1:1/shop", "postgresql://127.0.0.1:1/shop?user=shop&password=s3cret"],
)
def test_an_unreachable_database_is_told_without_the_password(url: str) -> None:
    with pytest.raises(DataError, match=r"127\.0\.0\.1:1/shop: data\.orders\.query failed: ") as caught:
        read(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["orders.csv", "nosuchdb://s3cret@host/shop", "postgresql://shop:s3cret@host:port/shop"]
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ConfigError, match=r"data\.orders\.url is no SQLAlchemy URL") as caught:
        read(url)
    assert "s3cret" not in str(caught.value)
