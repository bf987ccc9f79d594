from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.training import BoughtTogether
from models.bundle import Bundle, Facts, parts_of
from models.query import Query
from models.recommender import recommend
from models.texts import Texts
from tests.training.evaluation.worlds import SETTINGS, catalogue_of, combo_shop, orders_of
from training.bundle_fit import Shortcuts, fit_bundle
from training.choices import default_choices
from training.data.orders import Orders

CHOICES = default_choices(SETTINGS.taste)


def facts_for(orders: Orders) -> Facts:
    return Facts(
        "v1", "2025-03-21T00:00:00Z", "EUR", 2, int(orders.lines["day"].to_numpy().max()), {}, {"a": 1}
    )


def fit(orders: Orders, shortcuts: Shortcuts | None = None) -> Bundle:
    return fit_bundle(orders, catalogue_of(orders), SETTINGS, CHOICES, facts_for(orders), shortcuts=shortcuts)


@pytest.fixture(scope="module")
def shop() -> Orders:
    return orders_of(combo_shop())


@pytest.fixture(scope="module")
def bundle(shop: Orders) -> Bundle:
    return fit(shop)


def test_all_parts_speak_of_the_same_products_and_customers(shop: Orders, bundle: Bundle) -> None:
    n_products, n_customers = len(shop.products), len(shop.customers)
    assert len(bundle.catalogue) == n_products
    assert len(bundle.bought_together.product_orders) == n_products
    assert bundle.taste.product_factors.shape == (n_products, SETTINGS.taste.factors)
    assert bundle.taste.customer_factors.shape == (n_customers, SETTINGS.taste.factors)
    assert len(bundle.taste_lists.products) == len(bundle.buy_again.customer_orders) == n_customers
    assert len(bundle.similar.products) == len(bundle.popularity.recent_orders) == n_products
    assert bundle.bought_together.all_orders[0] == shop.n_orders


def test_facts_are_those_given_with_the_weights_chosen(shop: Orders, bundle: Bundle) -> None:
    assert bundle.facts == replace(facts_for(shop), weights=dict(CHOICES.weights))


def test_the_planted_pair_is_what_is_recommended_with_it(bundle: Bundle) -> None:
    for number in range(20):
        answer = recommend(bundle, Query(basket=(f"a{number:02d}",), limit=1))
        assert answer.recommendations[0].product_id == f"b{number:02d}"
        assert answer.recommendations[0].source == "bought_together"


def test_the_same_orders_give_the_same_arrays(shop: Orders, bundle: Bundle) -> None:
    for name, arrays in parts_of(fit(shop)).items():
        for key, array in parts_of(bundle)[name].items():
            assert np.array_equal(array, arrays[key]), f"{name}.{key}"


def test_parts_fitted_beside_the_rest_are_those_fitted_in_turn() -> None:
    """Two products together call for a third, and each costs half as much again as the one before."""
    baskets = [
        (f"c{number % 30}", number // 4, ("ale", "bun", "cod") if number % 3 else ("ale", f"dip{number % 5}"))
        for number in range(300)
    ] + [(f"c{number % 30}", 80, ("bun", f"dip{number % 5}")) for number in range(100)]
    orders = orders_of(baskets)
    catalogue = replace(
        catalogue_of(orders),
        categories=Texts.of(["food"]),
        category=np.zeros(len(orders.products), dtype=np.int32),
        price=np.array([round(100 * 1.5**place) for place in range(len(orders.products))]),
    )
    settings = SETTINGS.model_copy(update={"bought_together": BoughtTogether(min_pair_orders=3)})
    beside, in_turn = (
        parts_of(
            fit_bundle(
                orders,
                catalogue,
                settings.model_copy(update={"threads": threads}),
                CHOICES,
                facts_for(orders),
            )
        )
        for threads in (2, 1)
    )
    for name in ("basket_rules", "trade_up"):
        assert len(beside[name]["scores"]) > 0
        for key, array in in_turn[name].items():
            assert np.array_equal(array, beside[name][key]), f"{name}.{key}"


def test_skipped_parts_are_empty_and_taste_is_taken_as_it_is(shop: Orders, bundle: Bundle) -> None:
    skipping = Shortcuts(taste=bundle.taste, skip=frozenset({"similar", "basket_rules"}))
    quick = fit(shop, skipping)
    assert quick.taste is bundle.taste
    assert len(quick.basket_rules) == 0
    assert len(quick.similar.of(0).products) == 0
    query = Query(customer_id="c00", basket=("a01", "s1"), kinds=("cross_sell", "buy_again"))
    assert _ranking(quick, query) == _ranking(bundle, query)  # reasons may name similar products


def _ranking(bundle: Bundle, query: Query) -> list[tuple[str, float]]:
    return [(item.product_id, item.score) for item in recommend(bundle, query).recommendations]


def test_a_shop_of_guests_alone_is_fitted() -> None:
    guests = orders_of([(None, day, bought) for _, day, bought in combo_shop()])
    bundle = fit(guests)
    assert len(bundle.customers) == 0
    assert recommend(bundle, Query(basket=("a03",), limit=1)).recommendations[0].product_id == "b03"


def test_one_order_is_fitted() -> None:
    bundle = fit(orders_of([("ana", 20_000, ("tea",))]))
    assert (
        recommend(bundle, Query(customer_id="ana", kinds=("buy_again",))).recommendations[0].product_id
        == "tea"
    )
