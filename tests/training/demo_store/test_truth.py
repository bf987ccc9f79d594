"""What was planted holds in the written data."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from tests.training.demo_store.conftest import Store
from training.demo_store.plans import plan_by_id

END = date(2026, 10, 31)


def orders_with(store: Store, product_id: str) -> set[str]:
    lines = store.lines.filter(pl.col("product_id") == product_id).drop_nulls("order_id")
    return set(lines["order_id"])


def test_combos_go_together_and_only_as_a_whole(store: Store) -> None:
    total = store.lines["order_id"].n_unique()
    seen = 0
    for combo in store.truth["combos"]:
        antecedents = [orders_with(store, product) for product in combo["antecedents"]]
        consequent = orders_with(store, combo["consequent"])
        together = set.intersection(*antecedents)
        if len(together) < 50:  # too few to judge at this size
            continue
        seen += 1
        confidence = len(together & consequent) / len(together)
        assert confidence == pytest.approx(combo["strength"], abs=0.2), combo
        assert confidence / (len(consequent) / total) > 5, combo
        if len(antecedents) > 1:
            pairs = max(len(orders & consequent) / len(orders) for orders in antecedents)
            assert confidence > 1.4 * pairs, combo
    assert seen >= 10
    assert sum(len(combo["antecedents"]) > 1 for combo in store.truth["combos"]) >= 5


def test_nobody_buys_what_they_never_buy(store: Store) -> None:
    for tag, customers in store.truth["never_buys"].items():
        lines = store.lines.filter(pl.col("tags").str.split(";").list.contains(tag))
        assert lines.filter(pl.col("customer_id").is_in(customers)).height == 0, tag
        assert lines.height > 0, tag
    assert store.truth["vegetarians"] == store.truth["never_buys"]["meat"]


def test_vegetarians_are_few_and_everyone_else_eats_meat(store: Store) -> None:
    assert 0.06 < len(store.truth["vegetarians"]) / store.summary.customers < 0.1
    meat = pl.col("tags").str.split(";").list.contains("meat")
    baskets = (
        store.lines.filter(~pl.col("customer_id").is_in(store.truth["vegetarians"]))
        .group_by("customer_id", "order_id")
        .agg(meat=meat.any())
        .group_by("customer_id")
        .agg(orders=pl.len(), share=pl.col("meat").mean())
        .filter(pl.col("orders") >= 8)
    )
    assert len(baskets) > 200
    assert baskets["share"].min() > 0.1
    assert baskets["share"].mean() > 0.6


def test_the_most_valuable_fifth_brings_most_of_the_profit(store: Store) -> None:
    top = store.truth["most_valuable_fifth"]
    profit = (
        store.lines.drop_nulls("customer_id")
        .group_by("customer_id")
        .agg(profit=(pl.col("quantity") * (pl.col("unit_price") - pl.col("unit_cost"))).sum())
    )
    assert len(top) == pytest.approx(0.2 * len(profit), rel=0.02)
    share = profit.filter(pl.col("customer_id").is_in(top))["profit"].sum() / profit["profit"].sum()
    assert 0.55 < share < 0.8
    best = profit.sort("profit", descending=True).head(len(top))
    assert 0.6 < best["profit"].sum() / profit["profit"].sum() < 0.8
    assert best["customer_id"].is_in(top).mean() > 0.7


def test_customers_without_an_order_have_none(store: Store) -> None:
    without = store.truth["without_order"]
    assert 0.08 < len(without) / store.summary.customers < 0.25
    assert store.orders.filter(pl.col("customer_id").is_in(without)).height == 0


def test_staples_are_bought_again_in_their_own_rhythm(store: Store) -> None:
    keen = store.lines.group_by("customer_id").agg(n=pl.n_unique("order_id")).filter(pl.col("n") >= 30)
    lines = store.lines.join(keen, on="customer_id").sort("customer_id", "product_id", "ordered_at")
    gaps = (
        lines.with_columns(
            gap=pl.col("ordered_at").diff().over("customer_id", "product_id").dt.total_days(),
            times=pl.len().over("customer_id", "product_id"),
        )
        .filter((pl.col("times") >= 5) & pl.col("gap").is_not_null())
        .group_by("category")
        .agg(pl.col("gap").median(), pl.len())
        .filter(pl.col("len") >= 30)
    )
    by_category = dict(gaps.select("category", "gap").iter_rows())
    assert by_category["paper goods"] > by_category["milk and yogurt"]


def test_who_trades_up_pays_more_for_the_same_article(store: Store) -> None:
    changes = pl.DataFrame(
        {"customer_id": list(store.truth["trading_up"]), "on": list(store.truth["trading_up"].values())}
    ).with_columns(pl.col("on").str.to_date())
    premium = store.products.with_columns(
        rank=pl.col("price").cast(pl.Float64).rank("dense").over("category", "size")
    ).select("product_id", "rank")
    lines = store.lines.join(changes, on="customer_id").join(premium, on="product_id")
    after = pl.col("ordered_at").dt.date() >= pl.col("on")
    assert lines.filter(after)["rank"].mean() > lines.filter(~after)["rank"].mean() + 0.15


def use_in_days(store: Store, customer_id: str, first: date, last: date) -> float:
    usage = store.usage.filter(
        (pl.col("customer_id") == customer_id)
        & (pl.col("meter") == "data_gb")
        & pl.col("date").is_between(first, last)
    )
    return float(usage["amount"].sum())


def test_outgrowing_households_exceed_their_quota_and_grow(store: Store) -> None:
    households = store.truth["outgrowing_households"]
    assert len(households) >= 20
    for household in households:
        plan, fitting = plan_by_id(household["plan_id"]), plan_by_id(household["fitting_plan_id"])
        customer_id = household["customer_id"]
        now = use_in_days(store, customer_id, END - timedelta(days=29), END)
        lately = use_in_days(store, customer_id, END - timedelta(days=59), END)
        earlier = use_in_days(store, customer_id, END - timedelta(days=269), END - timedelta(days=210))
        quota = plan.quota("data_gb")
        assert quota is not None
        assert now > quota
        assert lately > 1.1 * earlier
        assert fitting.family == plan.family
        assert not fitting.retired
        assert fitting.cost({"data_gb": now}) < plan.cost({"data_gb": now})


def test_overpaying_households_could_pay_less(store: Store) -> None:
    for household in store.truth["overpaying_households"]:
        plan, fitting = plan_by_id(household["plan_id"]), plan_by_id(household["fitting_plan_id"])
        assert fitting.fee < plan.fee
        assert use_in_days(store, household["customer_id"], END - timedelta(days=89), END) > 0


def test_one_unusual_cycle_is_unlike_those_before(store: Store) -> None:
    households = store.truth["one_unusual_cycle"]
    assert len(households) >= 10
    ratios = []
    for household in households:
        running = use_in_days(store, household["customer_id"], date(2026, 10, 22), END) / 10
        before = use_in_days(store, household["customer_id"], date(2026, 7, 22), date(2026, 10, 21)) / 92
        ratios.append(running / before)
        plan = plan_by_id(household["plan_id"])
        quota = plan.quota("data_gb")
        assert quota is not None
        assert before * 30 < quota
        assert household["fitting_plan_id"] == household["plan_id"]
    assert min(ratios) > 1.2
    assert sum(ratios) / len(ratios) > 1.8


def test_planted_subscribers_have_the_plan_that_truth_names(store: Store) -> None:
    current = store.subscriptions.filter(pl.col("ended_on").is_null()).select("customer_id", "plan_id")
    held = dict(current.iter_rows())
    for name in ("outgrowing_households", "overpaying_households", "one_unusual_cycle"):
        for household in store.truth[name]:
            assert held[household["customer_id"]] == household["plan_id"]


def test_personas_shop_differently(store: Store) -> None:
    personas = pl.DataFrame(
        {"customer_id": list(store.truth["personas"]), "persona": list(store.truth["personas"].values())}
    )
    lines = store.lines.join(personas, on="customer_id")
    shares = lines.group_by("persona").agg(
        pizza=(pl.col("category") == "pizza").mean(),
        lunch=(pl.col("category") == "lunch to go").mean(),
        hour=pl.col("ordered_at").dt.hour().median(),
    )
    by_name = {row["persona"]: row for row in shares.iter_rows(named=True)}
    assert by_name["pizza evening"]["pizza"] > 3 * by_name["early regular"]["pizza"]
    assert by_name["quick lunch"]["lunch"] > 3 * by_name["family shop"]["lunch"]
    assert by_name["pizza evening"]["hour"] >= 18
    assert by_name["early regular"]["hour"] <= 11


def test_who_joins_with_an_interest_buys_more_of_it(store: Store) -> None:
    interest = store.customers.select("customer_id", "first_interest").drop_nulls()
    lines = store.lines.join(interest, on="customer_id")
    liked = (lines["category"] == lines["first_interest"]).mean()
    popular = store.lines.group_by("category").agg(share=pl.len() / store.lines.height)
    by_interest = lines.join(popular, left_on="first_interest", right_on="category")
    assert liked > 1.3 * by_interest["share"].mean()
