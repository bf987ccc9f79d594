"""A known customer on a product's page: the page's list and their own together say what the mix says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bundle import Bundle
from models.context import resolve
from models.page_lists import PAGE_SOURCES, PageLists
from models.pages import listed_for_page
from models.query import Kind, Query
from models.recommender import choose, recommend
from tests.models.test_recommender import N_CUSTOMERS, N_PRODUCTS, queries, shop
from tests.models.tiny import tiny_bundle, tiny_facts
from tests.models.tiny_names import ANA, PRODUCTS
from training.fitting.page_lists import fit_page_lists

SHORT = 5
CROSS: tuple[Kind, ...] = ("cross_sell",)


@cache
def listed_shop(length: int = N_PRODUCTS) -> Bundle:
    """The fitted shop with lists of its pages, by default of everything."""
    return replace(shop(), page_lists=fit_page_lists(shop(), length))


@given(st.integers(0, N_CUSTOMERS - 1), st.integers(0, N_PRODUCTS - 1), st.integers(1, 12))
def test_whole_lists_answer_as_the_mix_does(customer: int, page: int, limit: int) -> None:
    query = Query(customer_id=f"c{customer:02}", viewing=f"p{page:02}", limit=limit)
    listed, mixed = recommend(listed_shop(), query), recommend(shop(), query)
    scores = [item.score for item in listed.recommendations]
    assert scores == pytest.approx([item.score for item in mixed.recommendations], abs=2e-4)
    of_mix = {item.product_id: item for item in mixed.recommendations}
    for item in listed.recommendations:
        # Equal scores may come in another order, and be cut off by the limit.
        assert item.product_id in of_mix or item.score == pytest.approx(scores[-1], abs=2e-4)
        assert item.reasons


@given(queries)
def test_short_lists_cost_no_recommendation(query: Query) -> None:
    short, mixed = recommend(listed_shop(SHORT), query), recommend(shop(), query)
    assert short.shortfall == mixed.shortfall
    scores = [item.score for item in short.recommendations]
    assert scores == sorted(scores, reverse=True)
    assert not {item.product_id for item in short.recommendations} & set(query.exclude)
    picks = choose(listed_shop(SHORT), resolve(query, shop()), query.kinds, query.limit)
    ids = [shop().products.id(pick.product) for pick in picks]
    assert ids == [item.product_id for item in short.recommendations]


@pytest.mark.parametrize(
    "query",
    [
        Query(viewing="bread"),
        Query(customer_id="stranger", viewing="bread"),
        Query(customer_id="ana", viewing="nothing known"),
        Query(customer_id="ana", viewing="bread", basket=("cola",)),
        Query(customer_id="ana", basket=("bread",)),
        Query(customer_id="ana"),
        Query(customer_id="ana", viewing="bread", kinds=("up_sell", "buy_again")),
    ],
    ids=str,
)
def test_strangers_carts_and_other_kinds_have_no_list(query: Query) -> None:
    bundle = replace(tiny_bundle(), page_lists=fit_page_lists(tiny_bundle()))
    assert listed_for_page(bundle, resolve(query, bundle), query.kinds) == {}
    assert recommend(bundle, query) == recommend(tiny_bundle(), query)


def test_the_basket_of_the_page_alone_is_the_page() -> None:
    bundle = replace(tiny_bundle(), page_lists=fit_page_lists(tiny_bundle()))
    query = Query(customer_id="ana", viewing="bread", basket=("bread",))
    assert set(listed_for_page(bundle, resolve(query, bundle), ("cross_sell",))) == {"cross_sell"}


@pytest.mark.parametrize(("strength", "source"), [(50.0, "popularity"), (0.001, "item_ridge")])
def test_of_the_page_and_the_customer_who_says_more_is_named(strength: float, source: str) -> None:
    weights = {**tiny_bundle().facts.weights, "item_ridge": 1.0, "taste": 0.0}
    product = int(tiny_bundle().ridge_lists.of(ANA).products[0])  # what leads a customer's list says 1
    page = PageLists(
        np.full((len(PRODUCTS), 1), product, dtype=np.int32),
        np.full((len(PRODUCTS), 1), strength, dtype=np.float32),
        np.full((len(PRODUCTS), 1), PAGE_SOURCES.index("popularity"), dtype=np.uint8),
    )
    bundle = replace(tiny_bundle(), page_lists=page, facts=replace(tiny_facts(), weights=weights))
    found = listed_for_page(bundle, resolve(Query(customer_id="ana", viewing="bread"), bundle), CROSS)[
        CROSS[0]
    ]
    at = found.products.tolist().index(product)
    assert found.scores[at] == pytest.approx((1 + strength) / (2 + strength))
    assert found.names[found.leading[at]] == source
