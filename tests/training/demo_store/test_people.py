from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from tests.training.demo_store.conftest import Store
from training.demo_store.people import draw_rows
from training.demo_store.personas import AGE_BANDS

END = date(2026, 10, 31)


def test_draw_rows_follows_the_weights_of_each_row() -> None:
    rng = np.random.default_rng(1)
    weights = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 5.0], [2.0, 0.0, 0.0]])
    assert draw_rows(rng, weights).tolist() == [1, 2, 0]
    many = draw_rows(rng, np.tile([1.0, 3.0], (20_000, 1)))
    assert abs(many.mean() - 0.75) < 0.02


def test_columns_and_contacts(store: Store) -> None:
    customers = store.customers
    assert customers.columns == [
        "customer_id",
        "name",
        "email",
        "phone",
        "consent_email",
        "consent_phone",
        "consent_web",
        "age_band",
        "gender",
        "postcode",
        "first_interest",
        "referred_by",
        "joined_on",
        "birthday",
        "channel",
    ]
    assert customers["customer_id"].n_unique() == len(customers)
    for column, pattern in (
        ("email", r"^[a-z]+\.[a-z]+\d*@example\.(com|org|net)$"),
        ("phone", r"^\+1[2-9]\d{2}55501\d{2}$"),
    ):
        given = customers[column].drop_nulls()
        assert given.str.contains(pattern).all(), column
        assert given.n_unique() == len(given), column
        assert 0.8 < len(given) / len(customers) < 1, column
    for channel in ("email", "phone", "web"):
        assert set(customers[f"consent_{channel}"]) == {"true", "false"}
    assert customers["postcode"].str.contains(r"^213\d\d$").all()


def test_birthdays_fit_the_age_band(store: Store) -> None:
    known = store.customers.drop_nulls("birthday")
    assert len(known) > 0.7 * len(store.customers)
    for band, text in known.select("age_band", "birthday").iter_rows():
        birthday = date.fromisoformat(text)
        age = END.year - birthday.year - ((END.month, END.day) < (birthday.month, birthday.day))
        low, _, high = band.partition("-")
        assert int(low.rstrip("+")) <= age
        assert not high or age <= int(high)
    assert set(known["age_band"]) == set(AGE_BANDS)


def test_minors_buy_no_alcohol(store: Store) -> None:
    minors = store.customers.filter(pl.col("age_band") == "16-17")["customer_id"].to_list()
    assert set(minors) <= set(store.truth["never_buys"]["alcohol"])


def test_who_refers_joined_before(store: Store) -> None:
    joined = dict(store.customers.select("customer_id", "joined_on").iter_rows())
    referred = store.customers.drop_nulls("referred_by")
    assert 0.1 < len(referred) / len(store.customers) < 0.2
    for referrer, joined_on in referred.select("referred_by", "joined_on").iter_rows():
        assert joined[referrer] < joined_on
    assert referred.group_by("referred_by").len()["len"].max() >= 4


def test_nobody_orders_before_joining(store: Store) -> None:
    joined = store.customers.select("customer_id", pl.col("joined_on").str.to_date())
    lines = store.lines.join(joined, on="customer_id")
    assert (lines["ordered_at"].dt.date() >= lines["joined_on"]).all()


def test_customers_join_and_lapse(store: Store) -> None:
    last = (
        store.lines.drop_nulls("customer_id")
        .group_by("customer_id")
        .agg(pl.col("ordered_at").max().dt.date(), n=pl.n_unique("order_id"))
    )
    regulars = last.filter(pl.col("n") >= 6)
    quiet = (regulars["ordered_at"] < date(2026, 5, 1)).mean()
    assert 0.05 < quiet < 0.4
