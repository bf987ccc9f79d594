from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from config.data import Data
from models.errors import ConfigError, DataError
from tests.training.data.shops import HEADER, NOON, orders_report, plain, read, write_csv
from training.data.orders import GUEST, read_orders
from training.data.products import build_catalogue
from training.data.shop import read_tables

GOOD = ("1", "anna", "tea", "2", "1.50", NOON)


def line(**changes: object) -> tuple[object, ...]:
    return tuple(changes.get(name, value) for name, value in zip(HEADER, GOOD, strict=True))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line(order_id=""), "missing_order_id"),
        (line(order_id="  "), "missing_order_id"),
        (line(product_id=""), "missing_product_id"),
        (line(product_id="x" * 129), "bad_id"),
        (line(order_id="a\x07b"), "bad_id"),
        (line(ordered_at="soon"), "bad_date"),
        (line(ordered_at=""), "bad_date"),
        (line(ordered_at="2062-09-03"), "future_date"),
        (line(ordered_at="2062-09-03T08:26:00Z", quantity="two"), "future_date"),
        (line(quantity="two"), "bad_quantity"),
        (line(quantity="inf"), "bad_quantity"),
        (line(quantity=""), "bad_quantity"),
        (line(unit_price="free"), "bad_price"),
        (line(unit_price="1e300"), "bad_price"),
        (line(product_id="POST"), "non_product"),
        (line(quantity="0"), "non_positive_quantity"),
        (line(quantity="-1", customer_id=""), "non_positive_quantity"),
        (line(unit_price="-0.01"), "negative_price"),
        (GOOD, "exact_duplicate"),
        (line(quantity="-1", product_id="never bought"), "cancellation_unmatched"),
    ],
)
def test_every_reason_to_reject_a_line(tmp_path: Path, bad: tuple[object, ...], reason: str) -> None:
    rest = [line(order_id=str(number), quantity="1") for number in range(2, 5)]
    shop = read(write_csv(tmp_path / "orders.csv", [GOOD, *rest, bad]), non_product_pattern="^POST$")
    report = orders_report(shop)
    assert report.rejected == {reason: 1}
    assert (report.rows_read, report.rows_kept) == (5, 4)


def test_the_first_reason_that_applies_is_counted(tmp_path: Path) -> None:
    worst = line(order_id="", product_id="", ordered_at="soon", quantity="two", unit_price="free")
    report = orders_report(read(write_csv(tmp_path / "orders.csv", [GOOD, line(order_id="2"), worst])))
    assert report.rejected == {"missing_order_id": 1}


def test_zero_prices_are_kept_unless_asked_otherwise(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", [GOOD, line(order_id="2", unit_price="0.00")])
    assert orders_report(read(path)).rejected == {}
    assert orders_report(read(path, drop_zero_price=True)).rejected == {"zero_price": 1}


def test_unknown_prices_are_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", [GOOD, line(order_id="2", unit_price="")])
    assert read(path, drop_zero_price=True).orders.lines["price"].to_list() == [150, None]


def test_exact_duplicates_are_equal_in_every_column(tmp_path: Path) -> None:
    header = (*HEADER, "channel")
    rows = [
        (*GOOD, "web"),
        (*GOOD, "WEB "),
        (*GOOD, "store"),
        (*line(quantity="3"), "web"),
        (*line(customer_id=""), "web"),
    ]
    path = write_csv(tmp_path / "orders.csv", rows, header)
    assert orders_report(read(path)).rejected == {"exact_duplicate": 1}
    assert orders_report(read(path, drop_exact_duplicates=False)).rejected == {}


def test_the_pattern_of_no_products_is_searched_for(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", [GOOD, line(product_id="teapot"), line(product_id="milk")])
    assert orders_report(read(path, non_product_pattern="tea")).rejected == {"non_product": 2}
    assert orders_report(read(path, non_product_pattern="^tea$")).rejected == {"non_product": 1}


def test_cancellations_by_pattern(tmp_path: Path) -> None:
    rows = [
        line(order_id="1", quantity="5"),
        line(order_id="2", quantity="2", product_id="milk"),
        line(order_id="C3", quantity="-2", ordered_at="2026-03-02"),
        line(order_id="C4", quantity="-2", product_id="milk", ordered_at="2026-03-02"),
        line(order_id="C5", quantity="-2", customer_id="bob", ordered_at="2026-03-02"),
        line(order_id="C6", quantity="-2", customer_id="", ordered_at="2026-03-02"),
        line(order_id="7", quantity="-2", ordered_at="2026-03-02"),
    ]
    shop = read(write_csv(tmp_path / "orders.csv", rows), cancellation_pattern="^C")
    report = orders_report(shop)
    assert [(row["product"], row["quantity"]) for row in plain(shop.orders)] == [("tea", 3)]
    assert report.rejected == {"non_positive_quantity": 1, "cancellation_unmatched": 2}
    assert report.changed == {"cancellation_netted": 2, "cancelled_in_full": 1, "cancelled_in_part": 1}
    assert (report.rows_read, report.rows_kept, report.rows_netted) == (7, 1, 3)
    assert shop.orders.n_orders == 1
    assert len(shop.orders.products) == 1


def test_without_a_pattern_a_customers_negative_quantities_cancel(tmp_path: Path) -> None:
    rows = [line(quantity="5"), line(order_id="2", quantity="-4", ordered_at="2026-03-02")]
    shop = read(write_csv(tmp_path / "orders.csv", rows))
    assert shop.orders.lines["quantity"].to_list() == [1]


def test_guests_are_kept(tmp_path: Path) -> None:
    shop = read(write_csv(tmp_path / "orders.csv", [GOOD, line(order_id="2", customer_id="")]))
    assert shop.orders.lines["customer"].to_list() == [0, GUEST]
    assert orders_report(shop).guest_rows == 1
    assert len(shop.orders.customers) == 1


def test_an_unusable_customer_id_makes_a_guest_and_is_counted(tmp_path: Path) -> None:
    shop = read(write_csv(tmp_path / "orders.csv", [GOOD, line(order_id="2", customer_id="a\x07b")]))
    assert orders_report(shop).changed == {"bad_customer_id": 1}
    assert shop.orders.lines["customer"].to_list() == [0, GUEST]


def test_orders_are_numbered_by_time_and_lines_sorted(tmp_path: Path) -> None:
    rows = [
        line(order_id="late", ordered_at="2026-03-03"),
        line(order_id="b", ordered_at="2026-03-02", product_id="milk"),
        line(order_id="a", ordered_at="2026-03-02"),
        line(order_id="early", ordered_at="2026-03-01"),
        line(order_id="b", ordered_at="2026-03-02", product_id="eggs"),
    ]
    orders = read(write_csv(tmp_path / "orders.csv", rows)).orders
    assert orders.n_orders == 4
    assert [(row["order"], row["product"]) for row in plain(orders)] == [
        (0, "tea"),
        (1, "tea"),
        (2, "eggs"),
        (2, "milk"),
        (3, "tea"),
    ]
    lines = orders.lines
    assert lines.equals(lines.sort("ordered_at", "order", "product"))
    assert lines["day"].to_list() == [20513, 20514, 20514, 20514, 20515]  # 2026-03-01 is day 20513


def test_the_lines_of_an_order_share_its_first_moment(tmp_path: Path) -> None:
    rows = [
        line(order_id="1", ordered_at="2026-03-01T12:05"),
        line(order_id="1", ordered_at="2026-03-01T12:00", product_id="milk"),
        line(order_id="2", ordered_at="2026-03-01T12:03"),
    ]
    shop = read(write_csv(tmp_path / "orders.csv", rows))
    noon = datetime(2026, 3, 1, 12)
    assert shop.orders.lines["ordered_at"].to_list() == [noon, noon, noon + timedelta(minutes=3)]
    assert orders_report(shop).changed == {"order_time_unified": 1}


def test_types_and_optional_columns(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", [("1", "tea", NOON)], ("order_id", "product_id", "ordered_at"))
    lines = read(path).orders.lines
    assert dict(lines.schema) == {
        "order": pl.Int32,
        "customer": pl.Int32,
        "product": pl.Int32,
        "quantity": pl.Float32,
        "price": pl.Int64,
        "cost": pl.Int64,
        "channel": pl.Categorical,
        "ordered_at": pl.Datetime("us"),
        "day": pl.Int32,
    }
    assert lines.row(0) == (0, -1, 0, 1.0, None, None, None, datetime(2026, 3, 1, 12), 20513)


def test_prices_from_totals_costs_and_channels(tmp_path: Path) -> None:
    header = ("order_id", "product_id", "ordered_at", "quantity", "line_total", "unit_cost", "channel")
    rows = [
        ("1", "a", NOON, "3", "10.00", "2.00", " Web "),
        ("2", "b", NOON, "1", "", "cheap", "store"),
        ("3", "c", NOON, "2", "1.01", "-1", ""),
        ("4", "d", NOON, "1", "1", "1", ""),
        ("5", "d", NOON, "1", "1", "1", ""),
    ]
    shop = read(write_csv(tmp_path / "orders.csv", rows, header))
    lines = shop.orders.lines
    assert lines["price"].to_list() == [333, None, 50, 100, 100]  # 50.5 goes to the even 50
    assert lines["cost"].to_list() == [200, None, None, 100, 100]
    assert lines["channel"].to_list() == ["web", "store", None, None, None]
    assert orders_report(shop).changed == {"bad_cost": 2}


def test_a_unit_price_wins_over_a_total(tmp_path: Path) -> None:
    header = ("order_id", "product_id", "ordered_at", "quantity", "unit_price", "line_total")
    rows = [("1", "a", NOON, "2", "1.00", "5.00"), ("2", "a", NOON, "2", "", "5.00")]
    assert read(write_csv(tmp_path / "o.csv", rows, header)).orders.lines["price"].to_list() == [100, 250]


@pytest.mark.parametrize(("currency", "price"), [("USD", 1250), ("JPY", 12), ("KWD", 12500)])
def test_prices_are_minor_units_of_the_currency(tmp_path: Path, currency: str, price: int) -> None:
    path = write_csv(tmp_path / "orders.csv", [line(unit_price="12.500")])
    assert read(path, currency=currency).orders.lines["price"].to_list() == [price]


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    at = [datetime(2026, 3, 1)] * 3
    frame = pl.DataFrame(
        {
            "order_id": [1, 2, 3],
            "customer_id": [17850.0, float("nan"), None],
            "product_id": [7, 8, 7],
            "ordered_at": at,
        }
    )
    frame.write_parquet(path)
    orders = read(path).orders
    assert orders.products.take(orders.lines["product"].to_numpy()) == ["7", "8", "7"]
    assert orders.customers.take(orders.lines["customer"].to_numpy()[:1]) == ["17850"]
    assert orders.lines["customer"].to_list() == [0, GUEST, GUEST]


def test_names_are_the_most_frequent_on_order_lines(tmp_path: Path) -> None:
    header = ("order_id", "product_id", "ordered_at", "product_name")
    names = ["Black tea", " Black tea ", "black tea", "nan", "", ""]
    rows = [(str(number), "tea", NOON, name) for number, name in enumerate(names)]
    rows += [("8", "milk", NOON, "b"), ("9", "milk", NOON, "a"), ("9", "eggs", NOON, "nan")]
    orders = read(write_csv(tmp_path / "orders.csv", rows, header)).orders
    assert orders.product_names == {"tea": "Black tea", "milk": "a"}


def test_local_times(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", [line(ordered_at="2026-07-01 00:30:00")])
    lines = read(path, timezone="Europe/Berlin").orders.lines
    assert lines["ordered_at"].to_list() == [datetime(2026, 6, 30, 22, 30)]
    assert lines["day"].to_list() == [(datetime(2026, 6, 30) - datetime(1970, 1, 1)).days]


NOW = datetime(2026, 3, 1, 18, tzinfo=UTC)


def test_a_line_of_a_day_to_come_does_not_move_the_last_day(tmp_path: Path) -> None:
    rows = [GOOD, line(order_id="2"), line(order_id="2", product_id="wine", ordered_at="2062-09-03")]
    shop = read(write_csv(tmp_path / "orders.csv", rows), now=NOW)
    assert [(row["order"], row["product"]) for row in plain(shop.orders)] == [(0, "tea"), (1, "tea")]
    report = orders_report(shop)
    assert report.rejected == {"future_date": 1}
    assert report.last == datetime(2026, 3, 1, 12)
    assert len(shop.orders.products) == 1


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-10))])
def test_the_day_after_today_in_utc_is_no_future(tmp_path: Path, zone: timezone) -> None:
    rows = [
        GOOD,
        line(order_id="2"),
        line(order_id="3", ordered_at="2026-03-02T23:59:59.999999Z"),
        line(order_id="4", ordered_at="2026-03-03T00:00:00Z"),
    ]
    shop = read(write_csv(tmp_path / "orders.csv", rows), now=NOW.astimezone(zone))
    assert orders_report(shop).rejected == {"future_date": 1}
    assert orders_report(shop).last == datetime(2026, 3, 2, 23, 59, 59, 999_999)


def test_what_is_to_come_is_told_in_utc(tmp_path: Path) -> None:
    rows = [GOOD, line(order_id="2", ordered_at="2026-03-03 12:59"), line(ordered_at="2026-03-03 13:00")]
    path = write_csv(tmp_path / "orders.csv", rows)
    assert orders_report(read(path, now=NOW, timezone="Pacific/Auckland")).rejected == {"future_date": 1}


@pytest.mark.parametrize(
    ("moments", "settings"),
    [
        ([datetime(2026, 3, 1), datetime(2026, 3, 2), datetime(2062, 9, 3)], {}),
        ([date(2026, 3, 1), date(2026, 3, 2), date(2062, 9, 3)], {}),
        ([1_772_323_200, 1_772_409_600, 2_925_331_200], {"timestamp_format": "epoch"}),
    ],
)
def test_moments_of_any_type_may_be_to_come(
    tmp_path: Path, moments: list[object], settings: dict[str, str]
) -> None:
    path = tmp_path / "orders.parquet"
    pl.DataFrame({"order_id": [1, 2, 3], "product_id": [7] * 3, "ordered_at": moments}).write_parquet(path)
    assert orders_report(read(path, now=NOW, **settings)).rejected == {"future_date": 1}


def test_without_a_moment_the_clock_of_the_machine_says_what_is_to_come(tmp_path: Path) -> None:
    to_come = line(order_id="3", ordered_at=f"{datetime.now(UTC).year + 2}-01-01")
    path = write_csv(tmp_path / "orders.csv", [GOOD, line(order_id="2"), to_come])
    assert orders_report(read(path)).rejected == {"future_date": 1}
    data = Data.model_validate({"orders": {"path": str(path)}})
    assert read_orders(data)[1].rejected == read_tables(data).report.tables["orders"].rejected
    assert read_tables(data, now=datetime(2099, 1, 1, tzinfo=UTC)).report.tables["orders"].rejected == {}


def test_nothing_left_lists_the_counts(tmp_path: Path) -> None:
    rows = [line(quantity="0"), line(quantity="0"), line(product_id="")]
    with pytest.raises(
        DataError,
        match=r"nothing is left of its 3 order lines: 1 missing_product_id, 2 non_positive_quantity",
    ):
        read(write_csv(tmp_path / "orders.csv", rows))
    with pytest.raises(DataError, match=r"2 order lines: 1 cancellation_netted, 1 cancelled_in_full"):
        read(
            write_csv(
                tmp_path / "orders.csv", [line(), line(order_id="2", quantity="-2", ordered_at="2026-03-02")]
            )
        )


def test_no_orders_configured() -> None:
    with pytest.raises(ConfigError, match="no orders to read"):
        read_orders(Data())


def test_what_is_being_done_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    path = write_csv(tmp_path / "orders.csv", [GOOD])
    read_orders(Data.model_validate({"orders": {"path": str(path)}}), told.append)
    assert told == [f"reading {path}", "cleaning 1 order lines"]


def test_a_catalogue_of_orders_alone(tmp_path: Path) -> None:
    header: tuple[Any, ...] = ("order_id", "product_id", "ordered_at", "unit_price", "product_name")
    rows = [
        ("1", "tea", "2026-01-01", "9.00", "Tea"),  # older than 90 days
        ("2", "tea", "2026-05-01", "1.00", "Tea"),
        ("3", "tea", "2026-05-02", "2.00", "Tea"),
        ("4", "tea", "2026-05-03", "4.00", "Tea"),
        ("5", "milk", "2026-01-01", "1.00", ""),
    ]
    orders = read(write_csv(tmp_path / "orders.csv", rows, header)).orders
    catalogue = build_catalogue(orders, None)
    assert [catalogue.names[position] for position in range(2)] == ["milk", "Tea"]
    assert catalogue.price.tolist() == [-1, 200]
    assert catalogue.family.tolist() == [0, 1]
    assert catalogue.category.tolist() == catalogue.stock.tolist() == [-1, -1]
