from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.training.demo_store.conftest import Store
from training.demo_store.usage import running_cycle
from training.demo_store.window import Window

END = date(2026, 10, 31)


def test_columns_and_values(store: Store) -> None:
    usage = store.usage
    assert usage.schema == {
        "customer_id": pl.String,
        "meter": pl.String,
        "date": pl.Date,
        "amount": pl.Float64,
    }
    assert set(usage["meter"]) == {"data_gb", "minutes"}
    assert usage["amount"].is_finite().all()
    assert usage["amount"].min() >= 0
    assert usage["date"].max() == END
    assert usage["date"].min() == END - timedelta(days=364)
    assert usage.select("customer_id", "meter", "date").is_duplicated().sum() == 0
    assert set(usage["customer_id"]) <= set(store.subscriptions["customer_id"])


def test_meters_are_those_of_the_family(store: Store) -> None:
    mobile = store.subscriptions.filter(pl.col("plan_id").str.starts_with("mo-"))["customer_id"]
    talkers = store.usage.filter(pl.col("meter") == "minutes")["customer_id"].unique()
    assert set(talkers) == set(mobile)


def test_some_days_are_missing(store: Store) -> None:
    span = store.usage.group_by("customer_id", "meter").agg(
        days=pl.len(), span=(pl.col("date").max() - pl.col("date").min()).dt.total_days() + 1
    )
    assert 0.01 < 1 - span["days"].sum() / span["span"].sum() < 0.05


def test_usage_lies_within_the_subscription(store: Store) -> None:
    held = store.subscriptions.group_by("customer_id").agg(
        pl.col("started_on").str.to_date().min(),
        ended=pl.when(pl.col("ended_on").is_null().any())
        .then(None)
        .otherwise(pl.col("ended_on").str.to_date().max()),
    )
    both = store.usage.join(held, on="customer_id")
    assert (both["date"] >= both["started_on"]).all()
    assert (both["date"] <= both["ended"]).drop_nulls().all()


def test_weekends_and_heavy_tails(store: Store) -> None:
    data = store.usage.filter(pl.col("meter") == "data_gb")
    relative = data.with_columns(share=pl.col("amount") / pl.col("amount").mean().over("customer_id"))
    by_weekend = dict(
        relative.group_by(weekend=pl.col("date").dt.weekday() >= 6).agg(pl.col("share").mean()).iter_rows()
    )
    assert by_weekend[True] > 1.2 * by_weekend[False]
    assert relative["share"].quantile(0.999) > 4
    calls = store.usage.filter(pl.col("meter") == "minutes")
    assert (calls["amount"] == 0).mean() > 0.05


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)))
def test_the_running_cycle_began_on_the_last_22nd(end: date) -> None:
    window = Window(end)
    begin = window.date_of(running_cycle(window))
    assert begin.day == 22
    assert begin <= end
    assert (end - begin).days < 31
