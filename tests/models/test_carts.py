"""Candidates for carts, their features, and answers that go by the learned order."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cart_links import COLUMNS as LINKS
from models.cart_proposals import MOST, NAMES, PROPOSE
from models.carts import CartTable, cart_table, is_cart, ranked_for_cart
from models.context import Context, resolve
from models.query import Kind, Query
from models.recommender import choose, recommend
from models.together import together
from tests.training.ranking.cart_worlds import N_CUSTOMERS, learned, ready, shop

BOTH: tuple[Kind, ...] = ("cross_sell", "buy_again")
IDS = tuple(shop().products.take(range(len(shop().products))))

carts = st.lists(st.sampled_from(IDS), min_size=1, max_size=6, unique=True).map(tuple)
customers = st.none() | st.sampled_from([*(f"c{number:02d}" for number in range(N_CUSTOMERS)), "stranger"])
queries = st.builds(Query, customer_id=customers, basket=carts, kinds=st.just(BOTH))


def context_of(query: Query) -> Context:
    return resolve(query, learned())


def table_of(query: Query) -> CartTable:
    context = context_of(query)
    return cart_table(learned(), context, together(learned(), context.shown))


def bought_by(customer_id: str | None) -> set[int]:
    customer = -1 if customer_id is None else learned().customers.index(customer_id)
    return set(learned().buy_again.of(customer).products.tolist())


@given(queries)
def test_candidates_are_distinct_and_none_of_the_cart(query: Query) -> None:
    table = table_of(query)
    assert (np.diff(table.products) > 0).all()
    assert not np.isin(table.products, context_of(query).shown).any()
    assert 0 < np.count_nonzero(~table.owned) <= MOST
    assert np.count_nonzero(table.owned) <= MOST


@given(queries)
def test_owned_is_what_the_customer_bought_before(query: Query) -> None:
    table = table_of(query)
    mine = bought_by(query.customer_id)
    assert table.owned.tolist() == [product in mine for product in table.products.tolist()]


@given(queries)
def test_features_have_one_width_for_customers_and_strangers(query: Query) -> None:
    table, guest = table_of(query), table_of(replace(query, customer_id=None))
    assert table.features.shape == (len(table.products), guest.features.shape[1])
    assert table.features.dtype == np.float32
    assert not np.isinf(table.features).any()
    known = query.customer_id not in (None, "stranger")
    owned = table.features[:, 2 * len(PROPOSE) + LINKS]
    assert np.isnan(owned).all() if not known else (owned == table.owned).all()


def test_scores_and_ranks_are_those_of_the_sources() -> None:
    query = Query(basket=("tea", "milk"))
    table, context = table_of(query), context_of(query)
    proposed = learned().cart_ridge.propose(context.shown, 300)
    at = int(table.products.searchsorted(proposed.products[0]))
    assert table.features[at, 0] == proposed.scores[0]
    assert table.features[at, len(PROPOSE)] == 0  # log(1 + rank) of the first
    assert NAMES[table.source[at]] == "cart_ridge"


def test_only_the_best_of_each_kind_are_ranked_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table_of(Query("c03", ("tea", "o05")))
    monkeypatch.setattr("models.carts.MOST", 3)
    few = table_of(Query("c03", ("tea", "o05")))
    assert few.owned.tolist().count(True) == few.owned.tolist().count(False) == 3
    places = whole.products.searchsorted(few.products)
    assert np.array_equal(whole.products[places], few.products)
    assert np.array_equal(whole.features[places], few.features, equal_nan=True)
    assert np.array_equal(whole.owned[places], few.owned)
    assert np.array_equal(whole.source[places], few.source)


@given(queries)
def test_one_kind_alone_is_ranked_as_beside_the_other(query: Query) -> None:
    context = context_of(query)
    rules = together(learned(), context.shown)
    both = ranked_for_cart(learned(), context, rules, BOTH)
    for kind in BOTH:
        alone = ranked_for_cart(learned(), context, rules, (kind,))[kind]
        assert alone.products.tolist() == both[kind].products.tolist()
        assert np.allclose(alone.scores, both[kind].scores)


def ranked_kinds(query: Query) -> set[Kind]:
    context = context_of(query)
    return set(ranked_for_cart(learned(), context, together(learned(), context.shown), query.kinds))


def test_what_is_a_cart() -> None:
    assert is_cart(context_of(Query(basket=("tea",))))
    assert is_cart(context_of(Query(basket=("tea",), viewing="milk")))
    assert not is_cart(context_of(Query(viewing="milk")))
    assert not is_cart(context_of(Query("c01")))
    assert not is_cart(context_of(Query(basket=("nothing known",), viewing="milk")))


def test_only_carts_are_ranked_and_only_what_is_asked_for() -> None:
    assert ranked_kinds(Query("c01", ("tea",), kinds=BOTH)) == set(BOTH)
    assert ranked_kinds(Query("c01", ("tea",), kinds=("cross_sell", "up_sell"))) == {"cross_sell"}
    assert ranked_kinds(Query("c01", ("tea",), kinds=("buy_again",))) == {"buy_again"}
    assert ranked_kinds(Query("c01", ("tea",), kinds=("up_sell",))) == set()
    assert ranked_kinds(Query("c01", viewing="tea", kinds=BOTH)) == set()
    assert ranked_kinds(Query("c01", kinds=BOTH)) == set()


def test_without_a_learned_order_nothing_is_ranked() -> None:
    context = context_of(Query("c01", ("tea",)))
    assert ranked_for_cart(ready(), context, together(ready(), context.shown), BOTH) == {}


@given(queries)
def test_new_products_are_cross_sold_and_owned_ones_bought_again(query: Query) -> None:
    context, mine = context_of(query), bought_by(query.customer_id)
    found = ranked_for_cart(learned(), context, together(learned(), context.shown), BOTH)
    assert mine.isdisjoint(found["cross_sell"].products.tolist())
    assert mine.issuperset(found["buy_again"].products.tolist())
    for candidates in found.values():
        assert set(candidates.leading.tolist()) <= set(range(len(candidates.names)))
        assert ((candidates.scores > 0) & (candidates.scores < 1)).all()


@given(queries, st.sampled_from([3, 10, 60]), st.booleans())
def test_every_answer_has_its_reasons(query: Query, limit: int, alone: bool) -> None:
    query = replace(query, limit=limit, kinds=("cross_sell",) if alone else BOTH)
    answer = recommend(learned(), query)
    offered = answer.recommendations
    assert offered
    assert all(item.reasons for item in offered)
    assert [item.score for item in offered] == sorted((item.score for item in offered), reverse=True)
    assert len({item.product_id for item in offered}) == len(offered)
    assert not {item.product_id for item in offered} & set(query.basket)
    picks = choose(learned(), context_of(query), query.kinds, limit)
    assert learned().products.take([pick.product for pick in picks]) == [item.product_id for item in offered]


def test_the_learned_order_is_what_answers() -> None:
    query = Query(basket=("tea", "milk"), limit=3)
    assert recommend(ready(), query).recommendations[0].product_id == "bread"
    assert recommend(learned(), query).recommendations[0].product_id == "sugar"


def test_a_long_answer_goes_on_behind_what_is_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.carts.MOST", 5)
    short = recommend(learned(), Query(basket=("tea", "milk"), limit=5)).recommendations
    answer = recommend(learned(), Query(basket=("tea", "milk"), limit=25)).recommendations
    ranked = [item.product_id for item in answer[:5]]
    assert ranked == [item.product_id for item in short]
    assert set(ranked) == set(learned().products.take(table_of(Query(basket=("tea", "milk"))).products))
    assert len(answer) == 25
    assert all(item.reasons for item in answer)


def test_a_cart_with_everything_in_it_is_answered() -> None:
    answer = recommend(learned(), Query("c01", IDS, kinds=BOTH))
    assert answer.recommendations == ()
    assert answer.shortfall == 10


def test_without_lightgbm_carts_are_answered_by_the_mix(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    query = Query("c01", ("tea", "milk"), kinds=BOTH)
    bundle = replace(learned(), cart_ranker=replace(learned().cart_ranker))  # has not loaded its trees yet
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with caplog.at_level(logging.WARNING):
        answers = [recommend(bundle, query) for _ in range(2)]
    assert answers == [recommend(ready(), query)] * 2
    assert len(caplog.records) == 1
    assert "libgomp1" in caplog.text
