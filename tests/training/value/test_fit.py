"""The worth of a tiny shop's customers, reckoned by hand; and what must hold of every shop."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.data import Data
from config.training import Training
from config.value import TIERS, Tier, Value
from models.customer_value import CustomerValue
from training.commands.value import known_before
from training.data.products import build_catalogue
from training.data.shop import Shop, read_shop
from training.fitting.buy_again import fit_buy_again
from training.fitting.popularity import fit_popularity
from training.value.fit import Before, FittedValue, fit_customer_value, referrers
from training.value.fondness import fondness_of
from training.value.history import gaps_of, spending_of
from training.value.profit import money_of
from training.value.rfm import quintiles
from training.value.tiers import percentiles, tiers_of
from training.value.worth import captured, decayed, with_referrals

START = date(2026, 1, 1)
DAY = (START - date(1970, 1, 1)).days
# customer, day, order, product, quantity, unit price, unit cost
LINES = [
    ("ana", 0, 1, "bread", 2, "3.00", "1.00"),
    ("ana", 0, 1, "cola", 1, "2.00", ""),
    ("ana", 10, 2, "bread", 1, "3.00", "1.00"),
    ("ana", 30, 3, "bread", 1, "3.00", "1.00"),
    ("ben", 30, 4, "cola", 3, "2.00", ""),
    ("", 30, 5, "cola", 9, "2.00", ""),
]
PRODUCTS = "product_id,name,category,unit_price\nbread,Bread,bakery,3.00\ncola,Cola,drinks,2.00\n"


def shop_of(folder: Path, lines: list[tuple[Any, ...]], customers: str = "") -> Shop:
    rows = ["order_id,customer_id,product_id,quantity,unit_price,unit_cost,ordered_at"]
    for who, day, order, product, quantity, price, cost in lines:
        when = datetime.combine(START, datetime.min.time()) + timedelta(days=day, hours=9)
        rows.append(f"{order},{who},{product},{quantity},{price},{cost},{when.isoformat()}")
    (folder / "orders.csv").write_text("\n".join(rows) + "\n")
    (folder / "products.csv").write_text(PRODUCTS)
    sources: dict[str, Any] = {name: {"path": str(folder / f"{name}.csv")} for name in ("orders", "products")}
    if customers:
        (folder / "customers.csv").write_text(customers)
        sources["customers"] = {"path": str(folder / "customers.csv")}
    return read_shop(Data(currency="GBP", **sources))


def fitted(shop: Shop, as_of: int = 31, **settings: Any) -> FittedValue:
    catalogue = build_catalogue(shop.orders, shop.products)
    return fit_customer_value(
        shop.orders, catalogue, Value(**settings), DAY + as_of, registered=shop.customers
    )


def test_by_hand(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LINES)
    found = fitted(shop, half_life_days=10, margins={"drinks": 0.5})
    worth, basis = found.value, found.basis
    assert worth.revenue.tolist() == [1400, 600]
    # Bread brings 2.00 a piece; of drinks half the revenue is profit.
    assert worth.profit.tolist() == [2 * 200 + 100 + 200 + 200, 300]
    assert worth.orders.tolist() == [3, 1]
    assert worth.gap[0] == 15
    assert np.isnan(worth.gap[1])
    ana = 500 * 0.5**3.1 + 200 * 0.5**2.1 + 200 * 0.5**0.1
    assert worth.value.tolist() == pytest.approx([ana, 300 * 0.5**0.1])
    assert basis["unit_cost"] == pytest.approx(1200 / 3800)
    assert basis["category_margin"] == pytest.approx(2600 / 3800)
    assert worth.of(0).tier == "bronze"
    assert worth.of(0).percentile == 50
    assert worth.of(1).gap is None
    assert (worth.first_day[0], worth.last_day[0]) == (DAY, DAY + 30)
    assert found.half_life.shares == {}
    with pytest.raises(IndexError):
        worth.of(2)


def test_unknown_costs_take_the_mean_margin_and_none_at_all_the_revenue(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LINES)
    catalogue = build_catalogue(shop.orders, shop.products)
    money = money_of(shop.orders.lines, catalogue, {})
    assert set(money.basis) == {"unit_cost", "mean_margin"}
    assert money.profit.sum() == pytest.approx(3800 * 2 / 3)
    bare = shop.orders.lines.with_columns(pl.lit(None, dtype=pl.Int64).alias("cost"))
    assert money_of(bare, catalogue, {}).basis in ({"revenue": 1.0}, money.basis)


def test_before_a_day_nothing_later_counts(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LINES)
    orders = known_before(shop.orders, DAY + 11)
    assert orders.customers.take([0]) == ["ana"]
    assert len(orders.customers) == 1
    early = fit_customer_value(orders, build_catalogue(shop.orders, shop.products), Value(), DAY + 11)
    assert early.value.revenue.tolist() == [1100]


def test_whoever_brings_customers_is_worth_more_but_not_without_end(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LINES, "customer_id,referred_by\nben,ana\nana,ana\ncai,ben\n")
    assert shop.customers is not None
    assert referrers(shop.customers, shop.orders.customers).tolist() == [0, 0]
    alone = fitted(shop_of(tmp_path, LINES)).value.value
    assert fitted(shop, referral_share=0.5).value.value.tolist() == pytest.approx(
        [alone[0] + 0.5 * alone[1], alone[1]]
    )
    capped = with_referrals(np.array([10.0, 90.0]), np.array([-1, 0]), 1.0, 0.2)
    assert capped.tolist() == [20, 90]


def test_tiers_are_left_later_than_they_are_entered() -> None:
    percentile = np.array([95, 89, 89, 84, 84, 55, 55, 10], dtype=np.float32)
    before = np.array([-1, -1, 0, 0, 1, 1, 2, 0], dtype=np.int8)
    assert tiers_of(percentile, before, TIERS).tolist() == [0, 1, 0, 1, 1, 1, 2, 2]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(0, 2**32 - 1))
def test_a_second_training_on_the_same_moves_nobody(values: list[float], seed: int) -> None:
    percentile = percentiles(np.array(values))
    before = np.random.default_rng(seed).integers(-1, 3, len(values)).astype(np.int8)
    once = tiers_of(percentile, before, TIERS)
    assert (tiers_of(percentile, once, TIERS) == once).all()
    fresh = tiers_of(percentile, np.full(len(values), -1, dtype=np.int8), TIERS)
    assert (once <= fresh).all(), "whoever had a tier is never worse off by it"


def test_the_tiers_of_the_last_training_count(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LINES)
    first = fitted(shop)
    tiers = [Tier(name="top", enter=60, leave=40), Tier(name="rest", enter=0, leave=0)]
    once = fitted(shop, tiers=tiers)
    assert once.value.tier.tolist() == [1, 1]
    raised = CustomerValue.from_arrays({**once.value.to_arrays(), "tier": np.zeros(2, dtype=np.int8)})
    catalogue = build_catalogue(shop.orders, shop.products)
    again = fit_customer_value(
        shop.orders, catalogue, Value(tiers=tiers), DAY + 31, before=Before(shop.orders.customers, raised)
    )
    assert again.value.tier.tolist() == [0, 1]
    assert again.moved.tolist() == [[1, 1], [0, 0], [0, 0]]
    assert first.moved[-1].sum() == 2


def test_quintiles_of_equals_are_equal() -> None:
    assert quintiles(np.arange(10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert quintiles(np.array([1, 1, 1, 1, 9])).tolist() == [1, 1, 1, 1, 5]


def test_the_half_life_is_that_after_which_the_best_spent_most(tmp_path: Path) -> None:
    """Half of the customers stopped long ago, with more money than the others spend now."""
    lines: list[tuple[Any, ...]] = []
    for who in range(240):
        gone = who % 2
        for visit in range(12):
            day = visit * 15 if gone else 200 + visit * 15
            lines.append((f"c{who:03}", day, len(lines), "bread", 5 if gone else 2, "3.00", ""))
    found = fitted(shop_of(tmp_path, lines), 380, half_lives=(20, 2000), half_life_days=2000)
    assert found.half_life.half_life == 20
    spending = found.spending
    known = np.ones(spending.n_customers, dtype=np.bool_)
    later = (np.arange(240) % 2 == 0).astype(float)
    assert captured(decayed(spending, DAY + 380, 20), later, known) == pytest.approx(48 / 120)
    assert captured(decayed(spending, DAY + 380, 2000), later, known) == 0


def test_gaps_are_medians_over_days_not_orders(tmp_path: Path) -> None:
    days = [0, 0, 2, 10, 11]
    lines = [("ana", day, number, "bread", 1, "3.00", "") for number, day in enumerate(days)]
    shop = shop_of(
        tmp_path, [*lines, ("ben", 0, 99, "bread", 1, "3.00", ""), ("ben", 3, 98, "cola", 1, "2.00", "")]
    )
    spending = spending_of(shop.orders, money_of(shop.orders.lines, build_catalogue(shop.orders, None), {}))
    assert gaps_of(spending).tolist() == pytest.approx([2, np.nan], nan_ok=True)
    assert spending.orders.tolist() == [2, 1, 1, 1, 1, 1]


def test_what_the_best_love_is_found(tmp_path: Path) -> None:
    lines: list[tuple[Any, ...]] = []
    for who in range(200):
        best = who < 40
        lines.append((f"c{who:03}", 0, len(lines), "bread", 50 if best else 1, "3.00", ""))
        if (best and who % 4) or who % 10 == 0:
            lines.append((f"c{who:03}", 1, len(lines), "cola", 1, "2.00", ""))
    shop = shop_of(tmp_path, lines)
    catalogue = build_catalogue(shop.orders, shop.products)

    popularity = fit_popularity(shop.orders.lines, catalogue, Training().popularity, DAY + 1)
    n_customers, n_products = len(shop.orders.customers), len(shop.orders.products)
    bought = fit_buy_again(shop.orders.lines, n_customers, n_products, DAY + 1, 90)
    fond = fondness_of(bought, catalogue, popularity, fitted(shop, 3).value.value)
    assert [each.name for each in fond.products] == ["Cola"]
    assert [each.name for each in fond.categories] == ["drinks"]
    assert fond.products[0].low > 1
    assert fond.products[0].best == pytest.approx(0.85, abs=0.11)
