from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from tests.training.demo_store.conftest import Store

END = datetime(2026, 11, 1, tzinfo=UTC)


def test_columns_and_values(store: Store) -> None:
    events = store.events
    assert events.schema == {
        "event_id": pl.String,
        "customer_id": pl.String,
        "session_id": pl.String,
        "type": pl.String,
        "product_id": pl.String,
        "at": pl.Datetime("us", "UTC"),
    }
    assert events["event_id"].n_unique() == len(events)
    assert set(events["type"]) == {"view", "cart", "wishlist"}
    assert set(events["product_id"]) <= set(store.products["product_id"])
    assert set(events["customer_id"].drop_nulls()) <= set(store.customers["customer_id"])
    assert events["at"].is_sorted()
    assert events["at"].min() >= END - timedelta(days=90)
    assert events["at"].max() < END
    assert 0.05 < events["customer_id"].is_null().mean() < 0.4


def test_a_session_belongs_to_one_customer(store: Store) -> None:
    owners = store.events.select("session_id", "customer_id").unique()
    assert owners["session_id"].n_unique() == len(owners)


def test_what_is_put_in_the_cart_is_often_bought_soon_after(store: Store) -> None:
    carts = store.events.filter(pl.col("type") == "cart").drop_nulls("customer_id")
    lines = store.lines.select("customer_id", "product_id", "ordered_at").drop_nulls()
    both = carts.join(lines, on=["customer_id", "product_id"])
    soon = (both["ordered_at"] - both["at"].dt.replace_time_zone(None)).dt.total_minutes().is_between(0, 60)
    bought = both.filter(soon)["event_id"].n_unique() / len(carts)
    assert 0.3 < bought < 0.98


def test_views_follow_taste(store: Store) -> None:
    meat = store.products.filter(pl.col("tags").str.split(";").list.contains("meat"))["product_id"].to_list()
    seen = store.events.filter(pl.col("customer_id").is_in(store.truth["vegetarians"]))
    assert len(seen) > 50
    assert not seen["product_id"].is_in(meat).any()


def test_customers_without_an_order_look_around(store: Store) -> None:
    seen = store.events.filter(pl.col("customer_id").is_in(store.truth["without_order"]))
    assert seen["customer_id"].n_unique() > 0.2 * len(store.truth["without_order"])


def test_nobody_looks_at_what_is_not_sold_yet(store: Store) -> None:
    for product_id, launched in store.truth["new_products"].items():
        seen = store.events.filter(pl.col("product_id") == product_id)["at"]
        assert (seen.dt.date() >= pl.Series([launched]).str.to_date()[0]).all()
