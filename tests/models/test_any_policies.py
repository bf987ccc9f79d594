"""The arrangement of answers: what must hold whatever the policies."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import arrangement
from models.ids import UNKNOWN
from models.policies import Policy, compiled
from models.query import KINDS, Query
from models.recommender import recommend
from tests.models.test_arrangement import ids
from tests.models.test_recommender import N_PRODUCTS, families, queries, shop

# Products p00 to p39, categories "category 0" to "category 3".
product_lists = st.lists(
    st.sampled_from([f"p{item:02}" for item in range(N_PRODUCTS)]), max_size=6, unique=True
)
matching: dict[str, Any] = {
    "product_ids": product_lists.map(tuple),
    "categories": st.lists(st.sampled_from([f"category {n}" for n in range(4)]), max_size=2, unique=True).map(
        tuple
    ),
    "same_category": st.sampled_from([None, None, True, False]),
}
excludes = st.builds(Policy, st.just("exclude"), st.just("exclude"), **matching)
limits = st.builds(
    Policy,
    st.just("limit"),
    st.just("limit"),
    at_most=st.integers(1, 4),
    attribute=st.sampled_from([None, "category"]),
    **matching,
)
boosts = st.builds(Policy, st.just("boost"), st.just("boost"), factor=st.floats(0.01, 100), **matching)
pins = st.builds(Policy, st.just("pin"), st.just("pin"), position=st.integers(1, 20), **matching)
includes = st.builds(Policy, st.just("include"), st.just("include"), at_most=st.integers(1, 5), **matching)
some_policies = st.lists(excludes | limits | boosts | pins | includes, min_size=1, max_size=6)


@given(queries, some_policies)
def test_what_is_hard_holds_whatever_the_policies(query: Query, policies: list[Policy]) -> None:
    bundle = shop()
    ready = compiled(policies, bundle)
    answer = recommend(bundle, query, ready)
    offered = bundle.products.indices(ids(answer))
    viewing = UNKNOWN if query.viewing is None else bundle.products.index(query.viewing)
    for one in ready:
        matched = one.matches(bundle.catalogue, offered, viewing)
        if one.policy.action == "exclude":
            assert not matched.any()
        if one.policy.action == "limit":
            groups = one.groups[offered[matched]]
            assert max(Counter(groups[groups >= 0].tolist()).values(), default=0) <= one.policy.at_most
    assert (bundle.catalogue.stock[offered] != 0).all()
    assert not set(ids(answer)) & set(query.exclude)
    mine = families(bundle, ids(answer))
    shown = [*query.basket, *([query.viewing] if query.viewing else [])]
    assert len(set(mine)) == len(mine) <= query.limit
    assert not set(mine) & set(families(bundle, shown))
    assert answer.shortfall == query.limit - len(mine)
    assert [item.rank for item in answer.recommendations] == list(range(1, len(mine) + 1))
    assert all(item.reasons and 0 <= item.score <= 1 for item in answer.recommendations)
    assert all(item.kind in query.kinds for item in answer.recommendations)
    free = [item.score for item in answer.recommendations if item.reasons[-1].code != "POLICY"]
    assert free == sorted(free, reverse=True)
    assert recommend(bundle, query, ready) == answer


@given(queries, st.sampled_from([f"p{item:02}" for item in range(N_PRODUCTS)]), st.integers(1, 45), boosts)
def test_a_pin_is_at_its_place_if_it_may_be_there_at_all(
    query: Query, product: str, position: int, boost: Policy
) -> None:
    bundle = shop()
    pin = Policy("pinned", "pin", product_ids=(product,), position=position)
    answer = recommend(bundle, query, compiled([boost, pin], bundle))
    everything = recommend(bundle, replace(query, limit=45))
    if product in ids(everything) and position <= query.limit:
        assert ids(answer).index(product) == min(position, len(answer.recommendations)) - 1


@given(queries, st.sampled_from(["exclude", "boost", "limit", "pin", "include"]))
def test_policies_that_match_nothing_change_nothing(query: Query, action: Any) -> None:
    bundle = shop()
    nothing = compiled([Policy("n", action, product_ids=("gone",), factor=3.0)], bundle)
    with_them = recommend(bundle, query, nothing)
    assert with_them._replace(policies=()) == recommend(bundle, query)


@given(queries, st.lists(excludes | limits | boosts, min_size=1, max_size=4))
def test_a_first_look_at_the_best_finds_what_looking_at_all_finds(
    query: Query, policies: list[Policy]
) -> None:
    bundle = shop()
    ready = compiled(policies, bundle)
    short = recommend(bundle, replace(query, explain=False), ready)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrangement, "FIRST_LOOK", 1000)
        assert recommend(bundle, replace(query, explain=False), ready) == short


@given(queries, includes)
def test_an_include_adds_no_more_than_it_says(query: Query, include: Policy) -> None:
    bundle = shop()
    answer = recommend(bundle, replace(query, kinds=KINDS), compiled([include], bundle))
    added = [item for item in answer.recommendations if item.source == "policy"]
    assert len(added) <= include.at_most
    assert all(item.reasons[-1].evidence == {"policy": "include"} for item in added)
