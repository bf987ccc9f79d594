from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from tests.training.demo_store.conftest import Store
from training.demo_store.orders import plan_dirt

COLUMNS = [
    "order_id",
    "customer_id",
    "product_id",
    "quantity",
    "unit_price",
    "unit_cost",
    "ordered_at",
    "channel",
]


def test_columns_and_texts(store: Store) -> None:
    orders = store.orders
    assert orders.columns == COLUMNS
    patterns = {
        "order_id": r"^C?\d{6}$",
        "customer_id": r"^\d{6}$",
        "product_id": r"^([A-Z]{3}-\d{3}|DELIVERY)$",
        "quantity": r"^-?\d+$",
        "unit_price": r"^\d+\.\d\d$",
        "unit_cost": r"^\d+\.\d\d$",
        "channel": r"^(web|store|phone)$",
    }
    for column, pattern in patterns.items():
        assert orders[column].drop_nulls().str.contains(pattern).all(), column
    for column in ("quantity", "unit_price", "unit_cost", "channel"):
        assert orders[column].null_count() == 0, column


def test_faults_are_those_that_truth_counts(store: Store) -> None:
    orders, dirt = store.orders, store.truth["dirt"]
    cancelled = pl.col("order_id").str.starts_with("C").fill_null(value=False)
    times = orders["ordered_at"].str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False)
    assert len(orders) - orders.unique().height == dirt["duplicate_line"]
    assert orders.filter(cancelled).height == dirt["cancellation"] + dirt["cancellation_unmatched"]
    assert times.null_count() == dirt["bad_date"]
    assert orders["order_id"].null_count() == dirt["missing_order_id"]
    assert orders["product_id"].null_count() == dirt["missing_product_id"]
    assert (
        orders.filter(~cancelled & (pl.col("quantity").cast(pl.Int64) <= 0)).height
        == dirt["non_positive_quantity"]
    )
    assert orders.filter(pl.col("product_id") == "DELIVERY").height == dirt["non_product"]
    assert all(count > 0 for count in dirt.values())
    assert sum(dirt.values()) < 0.03 * len(orders)


def test_cancellations_can_be_netted_against_their_order(store: Store) -> None:
    orders = store.orders.unique().with_columns(
        pl.col("quantity").cast(pl.Int64),
        pl.col("ordered_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False),
    )
    cancelled = orders.filter(pl.col("order_id").str.starts_with("C")).with_columns(
        pl.col("order_id").str.strip_prefix("C")
    )
    matched = cancelled.join(orders, on=["order_id", "customer_id", "product_id"], suffix="_of")
    assert len(matched) == store.truth["dirt"]["cancellation"]
    assert (matched["quantity"] < 0).all()
    assert (matched["quantity"] + matched["quantity_of"] >= 0).all()
    assert (matched["ordered_at"] > matched["ordered_at_of"]).all()
    assert (matched["unit_price"] == matched["unit_price_of"]).all()


def test_an_order_has_one_customer_one_time_one_channel(store: Store) -> None:
    lines = store.lines
    heads = lines.select("order_id", "customer_id", "ordered_at", "channel").unique()
    assert (
        len(heads) == lines.drop_nulls("order_id")["order_id"].n_unique() + lines["order_id"].is_null().sum()
    )
    baskets = lines.drop_nulls("order_id").group_by("order_id").agg(pl.len(), pl.n_unique("product_id"))
    assert (baskets["len"] == baskets["product_id"]).all()
    assert baskets["len"].max() <= 25
    assert 4 < baskets["len"].mean() < 7
    assert (baskets["len"] == 1).mean() > 0.03


def test_two_years_with_a_weekly_rhythm(store: Store) -> None:
    heads = store.lines.unique("order_id")
    days = heads["ordered_at"].dt.date()
    assert days.min() <= date(2024, 11, 10)
    assert days.max() == date(2026, 10, 31)
    by_weekday = heads.group_by(pl.col("ordered_at").dt.weekday()).len().sort("ordered_at")["len"]
    assert by_weekday[4] > 1.2 * by_weekday[1]  # Friday, Tuesday
    assert by_weekday[5] > 2 * by_weekday[6]  # Saturday, Sunday
    hours = heads["ordered_at"].dt.hour()
    assert hours.min() >= 8
    assert hours.max() <= 22


def test_a_fifth_of_the_orders_is_by_guests(store: Store) -> None:
    heads = store.lines.unique("order_id")
    assert heads["customer_id"].is_null().mean() == pytest.approx(0.2, abs=0.02)


def test_seasons_show(store: Store) -> None:
    month = pl.col("ordered_at").dt.month()
    ice = store.lines.group_by("category").agg(
        summer=month.is_in([6, 7, 8]).sum(), winter=month.is_in([12, 1, 2]).sum()
    )
    row = ice.filter(pl.col("category") == "ice cream").row(0, named=True)
    assert row["summer"] > 1.3 * row["winter"]


def test_prices_are_near_the_list_price(store: Store) -> None:
    listed = store.products.select("product_id", price=pl.col("price").cast(pl.Float64))
    ratio = (
        store.lines.join(listed, on="product_id").select(pl.col("unit_price") / pl.col("price")).to_series()
    )
    assert ratio.min() > 0.94 * 0.8 - 0.02  # the oldest price on offer, rounded to a cent
    assert ratio.max() <= 1.0
    assert 0.04 < (ratio < 0.9).mean() < 0.25
    assert (store.lines["unit_price"] > 0).all()


def test_popularity_has_a_long_tail(store: Store) -> None:
    sold = store.lines.group_by("product_id").len()["len"].sort(descending=True)
    top = sold.head(len(store.products) // 5).sum() / sold.sum()
    assert 0.4 < top < 0.8
    assert len(sold) > 0.95 * len(store.products)


def test_trending_products_rise(store: Store) -> None:
    end = datetime(2026, 11, 1)
    trending = store.lines.filter(pl.col("product_id").is_in(store.truth["trending_products"]))
    recent = trending.filter(pl.col("ordered_at") >= end - timedelta(days=28)).height
    usual = trending.filter(pl.col("ordered_at") < end - timedelta(days=84)).height / (646 / 28)
    assert recent > 2 * usual


def test_new_products_are_not_sold_before_their_launch(store: Store) -> None:
    launched = pl.DataFrame(
        {
            "product_id": list(store.truth["new_products"]),
            "launch": list(store.truth["new_products"].values()),
        }
    ).with_columns(pl.col("launch").str.to_date())
    sold = store.lines.join(launched, on="product_id")
    assert sold["product_id"].n_unique() == len(launched)
    assert (sold["ordered_at"].dt.date() >= sold["launch"]).all()


def test_planned_dirt_is_never_nothing() -> None:
    assert plan_dirt(200).bad_date == 1
    assert plan_dirt(150_000).cancellation == 750
    assert plan_dirt(10_000).added_lines() == 10 + 50 + 1
