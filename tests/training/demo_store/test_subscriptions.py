from __future__ import annotations

import polars as pl

from tests.training.demo_store.conftest import Store
from training.demo_store.plans import PLANS


def dated(store: Store) -> pl.DataFrame:
    return store.subscriptions.with_columns(
        pl.col("started_on", "ended_on", "locked_until").str.to_date(),
        pl.col("cycle_anchor_day").cast(pl.Int64),
    )


def test_columns_and_values(store: Store) -> None:
    table = dated(store)
    assert table.columns == [
        "customer_id",
        "plan_id",
        "started_on",
        "ended_on",
        "cycle_anchor_day",
        "locked_until",
    ]
    assert set(table["plan_id"]) == {plan.plan_id for plan in PLANS}
    assert set(table["customer_id"]) <= set(store.customers["customer_id"])
    assert table["cycle_anchor_day"].drop_nulls().is_between(1, 28).all()
    assert 0 < table["cycle_anchor_day"].null_count() < len(table) / 2
    assert 0 < table["locked_until"].drop_nulls().len() < len(table) / 2
    assert (table["ended_on"].drop_nulls() >= table.drop_nulls("ended_on")["started_on"]).all()


def test_nobody_has_two_plans_at_a_time(store: Store) -> None:
    table = dated(store).sort("customer_id", "started_on")
    next_start = pl.col("started_on").shift(-1).over("customer_id")
    overlapping = table.filter(
        next_start.is_not_null() & ~(pl.col("ended_on") < next_start).fill_null(value=False)
    )
    assert overlapping.height == 0
    assert table.filter(next_start.is_not_null()).height > 10  # plan changes exist


def test_subscriptions_begin_after_joining(store: Store) -> None:
    joined = store.customers.select("customer_id", pl.col("joined_on").str.to_date())
    both = dated(store).join(joined, on="customer_id")
    assert (both["started_on"] >= both["joined_on"]).all()


def test_those_interested_in_a_service_subscribe_more_often(store: Store) -> None:
    subscribers = store.subscriptions["customer_id"].unique().to_list()
    asked = store.customers.with_columns(
        asked=pl.col("first_interest").is_in(["broadband", "mobile"]),
        subscribed=pl.col("customer_id").is_in(subscribers),
    )
    share = dict(asked.group_by("asked").agg(pl.col("subscribed").mean()).drop_nulls().iter_rows())
    assert share[True] > 1.5 * share[False]
