"""The recommender: what must hold of every answer, and the tiny world's answers by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.training import BoughtTogether as RuleSettings
from config.training import Popularity as PopularitySettings
from config.training import TradeUp as TradeUpSettings
from models.basket_rules import BasketRules
from models.bundle import Bundle
from models.candidates import PERSONAL
from models.cart_ranker import no_cart_ranker
from models.catalogue import NO_PRICE
from models.context import resolve
from models.ids import IdMap
from models.page_lists import no_page_lists
from models.past_baskets import no_past_baskets
from models.query import KINDS, Answer, Query
from models.ranked_lists import no_customer_lists
from models.recommender import bought_together, choose, recommend, similar
from models.sources import PERSONAL_SOURCES
from tests.models.tiny import tiny_bundle, tiny_facts
from tests.training.fitting.worlds import catalogue_of, lines_of
from training.fitting.bought_together import fit_bought_together
from training.fitting.buy_again import fit_buy_again
from training.fitting.item_ridge import (
    basket_rows,
    customer_rows,
    fit_cart_ridge,
    fit_links,
    fit_ridge_lists,
    gram_of,
)
from training.fitting.popularity import fit_popularity
from training.fitting.taste import fit_similar, fit_taste, fit_taste_lists
from training.fitting.trade_up import fit_trade_up
from training.matrices import basket_matrix, purchase_matrix

N_ORDERS, N_CUSTOMERS, N_PRODUCTS, LAST = 400, 25, 40, 20_100


@cache
def shop() -> Bundle:
    """A fitted bundle: every fourth product is a variant of the one before, every seventh is sold out."""
    random = np.random.default_rng(4)
    rows = []
    for order in range(N_ORDERS):
        customer, day = int(random.integers(-1, N_CUSTOMERS)), LAST - (N_ORDERS - order) // 4
        start = int(random.integers(0, N_PRODUCTS))
        basket = {(start + int(step)) % N_PRODUCTS for step in random.integers(0, 6, random.integers(1, 6))}
        rows += [(order, customer, product, day) for product in sorted(basket)]
    lines = lines_of(rows)
    family = [item - 1 if item % 4 == 3 else item for item in range(N_PRODUCTS)]
    catalogue = catalogue_of([item % 5 - 1 for item in range(N_PRODUCTS)], family)
    stock = np.array([0 if item % 7 == 6 else 5 for item in range(N_PRODUCTS)], dtype=np.int32)
    price = random.integers(80, 600, N_PRODUCTS)
    cost = np.where(np.arange(N_PRODUCTS) % 6 == 0, NO_PRICE, price * random.uniform(0.3, 0.9, N_PRODUCTS))
    catalogue = replace(catalogue, stock=stock, price=price, cost=cost.astype(np.int64))
    baskets = basket_matrix(lines, N_ORDERS, N_PRODUCTS)
    purchases = purchase_matrix(lines, N_CUSTOMERS, N_PRODUCTS, LAST, 90)
    taste = fit_taste(purchases, factors=6, iterations=5, regularization=1, alpha=2, seed=1, threads=2)
    popularity = fit_popularity(lines, catalogue, PopularitySettings(), LAST)
    similar_products = fit_similar(taste, np.bincount(purchases.indices, minlength=N_PRODUCTS), 10, threads=2)
    links = fit_links(gram_of(customer_rows(purchases), N_PRODUCTS, 2), N_PRODUCTS, 1.0, 20, 2)
    facts = tiny_facts()
    weights = {**facts.weights, "item_ridge": 0.5, "cart_ridge": 2.0}
    return Bundle(
        facts=replace(facts, weights=weights),
        products=IdMap.of(f"p{item:02}" for item in range(N_PRODUCTS)),
        customers=IdMap.of(f"c{item:02}" for item in range(N_CUSTOMERS)),
        catalogue=catalogue,
        bought_together=fit_bought_together(baskets, RuleSettings(top_k=12), threads=2),
        basket_rules=no_rules(),
        taste=taste,
        taste_lists=fit_taste_lists(taste, purchases, 20, 2, catalogue.family),
        similar=similar_products,
        ridge_lists=fit_ridge_lists(links, purchases, length=20, family=catalogue.family, threads=2),
        ridge_links=links,
        cart_ridge=fit_cart_ridge(
            fit_links(gram_of(basket_rows(baskets), N_PRODUCTS, 2), N_PRODUCTS, 5.0, 20, 2)
        ),
        popularity=popularity,
        buy_again=fit_buy_again(lines, N_CUSTOMERS, N_PRODUCTS, LAST, 60),
        trade_up=fit_trade_up(lines, catalogue, popularity, similar_products, TradeUpSettings()),
        customer_lists=no_customer_lists(N_CUSTOMERS),
        past_baskets=no_past_baskets(N_CUSTOMERS),
        page_lists=no_page_lists(N_PRODUCTS),
        cart_ranker=no_cart_ranker(N_PRODUCTS, N_CUSTOMERS),
    )


def no_rules() -> BasketRules:
    arrays = dict(tiny_bundle().basket_rules.to_arrays())
    return BasketRules(
        **{
            name: array if name in ("all_orders", "n_products") else array[:0]
            for name, array in arrays.items()
        }
    )


product_ids = st.sampled_from([*(f"p{item:02}" for item in range(N_PRODUCTS)), "unknown", "p99", "?"])
queries = st.builds(
    Query,
    customer_id=st.none() | st.sampled_from([*(f"c{item:02}" for item in range(N_CUSTOMERS)), "stranger"]),
    basket=st.lists(product_ids, max_size=8).map(tuple),
    viewing=st.none() | product_ids,
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True).map(tuple),
    limit=st.integers(1, 45),
    exclude=st.lists(product_ids, max_size=6).map(tuple),
    explain=st.booleans(),
)


def families(bundle: Bundle, ids: list[str]) -> list[int]:
    known = bundle.products.indices(ids)
    return [int(item) for item in bundle.catalogue.family[known[known >= 0]]]


@given(queries)
def test_every_answer_is_in_order(query: Query) -> None:
    answer = recommend(shop(), query)
    offered = answer.recommendations
    assert [item.rank for item in offered] == list(range(1, len(offered) + 1))
    scores = [item.score for item in offered]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(offered) <= query.limit
    assert answer.shortfall == query.limit - len(offered)


@given(queries)
def test_nothing_is_offered_that_must_not_be(query: Query) -> None:
    bundle = shop()
    answer = recommend(bundle, query)
    ids = [item.product_id for item in answer.recommendations]
    assert not set(ids) & set(query.exclude)
    assert all(bundle.catalogue.stock[bundle.products.index(item)] != 0 for item in ids)
    offered = families(bundle, ids)
    assert len(set(offered)) == len(offered) == len(ids)
    shown = [*query.basket, *([query.viewing] if query.viewing else [])]
    assert not set(offered) & set(families(bundle, shown))


@given(queries)
def test_buy_again_is_not_new_and_all_else_is(query: Query) -> None:
    bundle = shop()
    owned: list[str] = []
    if query.customer_id is not None:
        owned = bundle.products.take(bundle.buy_again.of(bundle.customers.index(query.customer_id)).products)
    for item in recommend(bundle, query).recommendations:
        assert item.kind in query.kinds
        if item.kind != "buy_again":
            assert not set(families(bundle, [item.product_id])) & set(families(bundle, owned))
        else:
            assert item.product_id in owned


@given(queries)
def test_up_sell_is_of_the_category_and_in_the_band_of_something_shown_or_bought(query: Query) -> None:
    bundle = shop()
    catalogue, settings = bundle.catalogue, TradeUpSettings()
    for item in recommend(bundle, replace(query, kinds=("up_sell",))).recommendations:
        evidence = item.reasons[0].evidence
        product, base = bundle.products.indices([item.product_id, evidence["product_id"]]).tolist()
        if bundle.products.index(query.viewing or "") >= 0:
            assert evidence["product_id"] == query.viewing
        elif (bundle.products.indices(list(query.basket)) >= 0).any():
            assert evidence["product_id"] in query.basket
        else:
            assert base in bundle.buy_again.of(bundle.customers.index(query.customer_id or "")).products
        assert item.source == "trade_up"
        assert catalogue.category[product] == catalogue.category[base]
        ratio = catalogue.price[product] / catalogue.price[base]
        assert settings.min_ratio <= ratio <= settings.max_ratio
        assert evidence["price_ratio"] == round(ratio, 2)
        if catalogue.cost[product] != NO_PRICE != catalogue.cost[base]:
            margins = catalogue.price - catalogue.cost
            assert margins[product] >= margins[base]
            assert evidence["gain"] == "margin"
        else:
            assert evidence["gain"] == "price"
        assert 0 <= evidence["later_customers"] <= evidence["customers"]


@given(queries)
def test_every_recommendation_says_why(query: Query) -> None:
    for item in recommend(shop(), query).recommendations:
        assert item.reasons
        assert all(reason.code and reason.text for reason in item.reasons)
        assert item.name == f"product {int(item.product_id[1:])}"


@given(queries)
def test_what_is_unknown_is_named_and_nothing_else(query: Query) -> None:
    answer = recommend(shop(), query)
    asked = [*query.basket, *([query.viewing] if query.viewing else []), *query.exclude]
    strange = [item for item in dict.fromkeys(asked) if shop().products.index(item) < 0]
    assert sorted(answer.unknown_ids) == sorted(strange)
    assert (answer.fallback == "unknown_customer") == (query.customer_id == "stranger")
    if not answer.fallback and query.customer_id is None:
        assert len(asked) > len(strange)


@given(queries)
def test_the_same_query_has_the_same_answer(query: Query) -> None:
    assert recommend(shop(), query) == recommend(shop(), query)


@given(queries)
def test_a_shorter_answer_is_drawn_from_a_longer_one(query: Query) -> None:
    one_kind = replace(query, kinds=query.kinds[:1], limit=40)
    longer = [item.product_id for item in recommend(shop(), one_kind).recommendations]
    shorter = recommend(shop(), replace(one_kind, limit=7))
    assert [item.product_id for item in shorter.recommendations] == longer[:7]


@given(queries)
def test_choosing_without_words_picks_the_same(query: Query) -> None:
    bundle = shop()
    picks = choose(bundle, resolve(query, bundle), query.kinds, query.limit)
    chosen = [(bundle.products.id(pick.product), pick.kind, pick.source) for pick in picks]
    answer = recommend(bundle, query)
    assert chosen == [(item.product_id, item.kind, item.source) for item in answer.recommendations]


@given(queries)
def test_explain_names_the_rule_that_removed_each(query: Query) -> None:
    answer = recommend(shop(), replace(query, explain=True))
    removed = {line.product_id for line in answer.candidates if line.removed_by}
    assert not removed & {item.product_id for item in answer.recommendations if len(query.kinds) == 1}
    for line in answer.candidates:
        if line.product_id in query.exclude:
            assert line.removed_by in ("excluded", "in_context")
    assert recommend(shop(), replace(query, explain=False)).candidates == ()


@given(product_ids, st.integers(1, 20), st.sampled_from([bought_together, similar]))
def test_pages_about_a_product_hold_the_same(product_id: str, limit: int, page: object) -> None:
    bundle = shop()
    answer: Answer = page(bundle, product_id, limit)  # type: ignore[operator]  # either function
    ids = [item.product_id for item in answer.recommendations]
    offered = families(bundle, ids)
    assert len(set(offered)) == len(ids) <= limit
    assert answer.shortfall == limit - len(ids)
    assert not set(offered) & set(families(bundle, [product_id]))
    assert all(bundle.catalogue.stock[bundle.products.index(item)] != 0 for item in ids)
    scores = [item.score for item in answer.recommendations]
    assert scores == sorted(scores, reverse=True)
    assert (answer.fallback == "unknown_products") == (bundle.products.index(product_id) < 0)
    if scores and not answer.fallback:
        assert scores[0] == 1


def test_a_source_without_weight_proposes_nothing() -> None:
    world, query = shop(), Query(basket=("p01", "p02"), limit=20, explain=True)
    assert tuple(PERSONAL) == PERSONAL_SOURCES
    for silent in PERSONAL:
        weights = {**world.facts.weights, silent: 0.0}
        answer = recommend(replace(world, facts=replace(world.facts, weights=weights)), query)
        assert silent not in {line.source for line in answer.candidates}


def tiny(query: Query) -> list[str]:
    return [item.product_id for item in recommend(tiny_bundle(), query).recommendations]


def test_a_guest_with_bread_is_offered_butter_with_its_evidence() -> None:
    answer = recommend(tiny_bundle(), Query(basket=("bread",), limit=1))
    first = answer.recommendations[0]
    assert (first.product_id, first.source) == ("butter", "bought_together")
    reason = first.reasons[0]
    assert reason.text == "Bought with Bread in 4 of 5 orders"
    assert reason.evidence["pair_orders"] == 4
    assert reason.evidence["lift"] == 1.6


def test_a_known_customer_is_offered_what_is_new_to_her() -> None:
    # ana owns bread (so bread-xl is no news), butter and cola; wine is sold out: pizza is left.
    assert tiny(Query(customer_id="ana")) == ["pizza"]


def test_buy_again_is_her_own_shares() -> None:
    answer = recommend(tiny_bundle(), Query(customer_id="ana", kinds=("buy_again",)))
    found = [(item.product_id, item.score) for item in answer.recommendations]
    # shares of her orders 3/3, 2/3, 1/3; the score is x / (1 + x)
    assert found == [("bread", 0.5), ("butter", 0.4), ("cola", 0.25)]
    reason = answer.recommendations[1].reasons[0]
    assert reason.text == "In 2 of your 3 orders, last on 2024-10-06"


def test_a_stranger_with_nothing_gets_what_is_popular_and_is_told_so() -> None:
    answer = recommend(tiny_bundle(), Query(limit=3))
    assert answer.fallback == "no_context"
    assert {item.source for item in answer.recommendations} <= {"popularity", "trending"}
    assert len(answer.recommendations) == 3


@pytest.mark.parametrize("change", [{"excluded": "butter"}, {"basket": "butter"}])
def test_what_is_excluded_or_in_the_basket_is_not_offered(change: dict[str, str]) -> None:
    query = Query(basket=("bread",), limit=10)
    if "excluded" in change:
        query = replace(query, exclude=("butter",))
    else:
        query = replace(query, basket=("bread", "butter"))
    assert "butter" not in tiny(query)


def test_a_rule_of_two_antecedents_gives_its_reason() -> None:
    # bread and cola are in 2 orders, both with butter
    answer = recommend(tiny_bundle(), Query(basket=("bread", "cola"), limit=1))
    first = answer.recommendations[0]
    assert first.product_id == "butter"
    assert first.reasons[0].text == "Bought with Bread and Cola in 2 of 2 orders"
    assert first.reasons[0].evidence["product_ids"] == ["bread", "cola"]


def test_item_ridge_names_the_product_that_speaks_most() -> None:
    bundle = tiny_bundle()
    bundle = replace(bundle, facts=replace(bundle.facts, weights={"item_ridge": 1.0, "cart_ridge": 1.0}))
    # cai has wine and pizza beside butter and bread: pizza says 0.3 of cola, butter 0.1
    known = recommend(bundle, Query(customer_id="cai", limit=1)).recommendations[0]
    assert (known.product_id, known.source) == ("cola", "item_ridge")
    assert known.reasons[0].code == "CUSTOMERS_ALSO_BUY"
    assert known.reasons[0].text == "Customers who buy Pizza Margherita often buy this too"
    assert known.reasons[0].evidence == {"product_id": "pizza", "weight": 0.3}
    # a guest with butter and pizza: butter says 0.2 of cola, pizza 0.3, and 0.4 of bread
    first, second = recommend(bundle, Query(basket=("butter", "pizza"), limit=2)).recommendations
    assert [first.product_id, second.product_id] == ["cola", "bread"]
    assert first.source == "cart_ridge"
    assert first.score == pytest.approx(0.5 / 1.5, abs=1e-4)
    assert [reason.code for reason in first.reasons] == ["BOUGHT_TOGETHER", "COMPLETES_BASKET"]
    assert first.reasons[1].evidence == {"product_id": "pizza", "weight": 0.3}


@pytest.mark.parametrize(("weight", "habits"), [(1000.0, 4), (0.001, 1)])
def test_kinds_meet_by_score_and_each_keeps_a_place(weight: float, habits: int) -> None:
    world = shop()
    weights = {**world.facts.weights, "buy_again": weight}
    bundle = replace(world, facts=replace(world.facts, weights=weights))
    answer = recommend(bundle, Query(customer_id="c01", kinds=("cross_sell", "buy_again"), limit=5))
    kinds = [item.kind for item in answer.recommendations]
    assert (kinds.count("buy_again"), kinds.count("cross_sell")) == (habits, 5 - habits)
    scores = [item.score for item in answer.recommendations]
    assert scores == sorted(scores, reverse=True)


def test_what_one_kind_lacks_the_other_fills() -> None:
    answer = recommend(shop(), Query(customer_id="stranger", kinds=("cross_sell", "buy_again"), limit=10))
    assert [item.kind for item in answer.recommendations] == ["cross_sell"] * 10
