"""Known customers' lists in answers: looked up, continued where filters eat them, and for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.arrays import frozen
from models.bundle import Bundle
from models.candidates import Candidates, alone
from models.context import resolve
from models.known_customers import followed, listed
from models.query import Answer, Query
from models.ranked_lists import SOURCES, CustomerLists, RankedLists, no_ranked_lists
from models.recommender import choose, recommend
from tests.models.test_recommender import N_CUSTOMERS, N_PRODUCTS, queries, shop
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import ANA, BEN, BREAD, BUTTER, CAI, COLA, CUSTOMERS, PIZZA, WINE

BUY_AGAIN, ITEM_RIDGE, TASTE = range(3)
Lines = dict[int, Sequence[tuple[int, float, int]]]


def lists_of(customers: Lines, n_customers: int = len(CUSTOMERS), length: int = 3) -> RankedLists:
    """Lists of (product, score, source) for some customers."""
    lists = no_ranked_lists(n_customers, length)
    for customer, lines in customers.items():
        for place, (product, score, source) in enumerate(lines):
            lists.products[customer, place] = product
            lists.scores[customer, place] = score
            lists.sources[customer, place] = source
    return RankedLists(frozen(lists.products), frozen(lists.scores), frozen(lists.sources))


NEW: Lines = {
    ANA: [(PIZZA, 0.3, ITEM_RIDGE)],
    BEN: [(BREAD, 0.4, ITEM_RIDGE), (BUTTER, 0.2, TASTE)],
    CAI: [(COLA, 0.2, TASTE)],
}
MIXED: Lines = {
    ANA: [(PIZZA, 0.05, ITEM_RIDGE)],
    BEN: [(BUTTER, 0.1, TASTE), (BREAD, 0.09, ITEM_RIDGE)],
    CAI: [(COLA, 0.5, TASTE)],
}
AGAIN: Lines = {
    ANA: [(COLA, 0.6, BUY_AGAIN), (BREAD, 0.25, BUY_AGAIN), (BUTTER, 0.125, BUY_AGAIN)],
    BEN: [(WINE, 0.9, BUY_AGAIN), (COLA, 0.08, BUY_AGAIN), (PIZZA, 0.04, BUY_AGAIN)],
}


def tiny() -> Bundle:
    """The tiny bundle with lists in orders that no source would give; dora has none."""
    return replace(
        tiny_bundle(), customer_lists=CustomerLists(lists_of(NEW), lists_of(MIXED), lists_of(AGAIN))
    )


def offered(answer: Answer) -> list[tuple[str, float]]:
    return [(item.product_id, item.score) for item in answer.recommendations]


def test_what_is_new_is_looked_up_with_its_chances() -> None:
    answer = recommend(tiny(), Query(customer_id="ben", limit=2))
    assert offered(answer) == [("bread", 0.4), ("butter", 0.2)]
    assert [item.source for item in answer.recommendations] == ["item_ridge", "taste"]
    assert all(item.reasons for item in answer.recommendations)
    assert answer.fallback is None


def test_what_was_bought_before_is_looked_up() -> None:
    answer = recommend(tiny(), Query(customer_id="ana", kinds=("buy_again",), limit=3))
    assert offered(answer) == [("cola", 0.6), ("bread", 0.25), ("butter", 0.125)]
    assert answer.recommendations[1].reasons[0].text == "In 3 of your 3 orders, last on 2024-10-07"


def test_kinds_meet_on_the_scale_of_the_next_basket() -> None:
    """By themselves new products may score 0.4; beside habits they have the chance of the next basket."""
    both = Query(customer_id="ben", kinds=("buy_again", "cross_sell"), limit=4)
    # Wine is sold out.
    assert offered(recommend(tiny(), both)) == [
        ("butter", 0.1),
        ("bread", 0.09),
        ("cola", 0.08),
        ("pizza", 0.04),
    ]
    kinds = [item.kind for item in recommend(tiny(), both).recommendations]
    assert kinds == ["cross_sell", "cross_sell", "buy_again", "buy_again"]


def test_where_filters_eat_the_list_the_mix_continues_it() -> None:
    query = Query(customer_id="ben", exclude=("butter",), limit=2)
    answer = recommend(tiny(), query)
    ids = [item.product_id for item in answer.recommendations]
    assert ids[0] == "bread"  # bread-xl is a variant of it, and all else ben bought
    assert answer.shortfall == 1
    longer = recommend(tiny(), Query(customer_id="cai", limit=2))
    assert longer.recommendations[0].product_id == "cola"
    without = recommend(tiny(), Query(customer_id="cai", exclude=("cola",), limit=2))
    mixed = recommend(tiny_bundle(), Query(customer_id="cai", exclude=("cola",), limit=2))
    assert [item.product_id for item in without.recommendations] == [
        item.product_id for item in mixed.recommendations
    ]


def test_a_list_that_is_long_enough_is_not_continued() -> None:
    answer = recommend(tiny(), Query(customer_id="ben", limit=2, explain=True))
    assert {line.product_id for line in answer.candidates} == {"bread", "butter"}
    answer = recommend(tiny(), Query(customer_id="ben", limit=3, explain=True))
    assert {line.product_id for line in answer.candidates} > {"bread", "butter"}


@pytest.mark.parametrize(
    "query",
    [
        Query(customer_id="ben", basket=("bread",)),
        Query(customer_id="ben", viewing="butter"),
        Query(customer_id="stranger"),
        Query(customer_id="stranger", kinds=("buy_again", "cross_sell")),
        Query(basket=("bread",)),
        Query(),
        Query(customer_id="dora"),
        Query(customer_id="dora", kinds=("buy_again", "cross_sell")),
        Query(customer_id="ana", kinds=("up_sell",)),
    ],
    ids=str,
)
def test_carts_pages_strangers_and_who_has_no_list_are_answered_as_without(query: Query) -> None:
    assert recommend(tiny(), query) == recommend(tiny_bundle(), query)


def test_an_unknown_product_in_the_cart_is_no_context() -> None:
    query = Query(customer_id="ben", basket=("nothing known",), limit=2)
    answer = recommend(tiny(), query)
    assert offered(answer) == [("bread", 0.4), ("butter", 0.2)]
    assert answer.fallback == "unknown_products"
    assert answer.unknown_ids == ("nothing known",)


def test_only_the_kinds_asked_for_are_listed() -> None:
    bundle = tiny()
    context = resolve(Query(customer_id="ana"), bundle)
    assert listed(bundle, context, ()) == {}
    assert listed(bundle, context, ("up_sell",)) == {}
    assert set(listed(bundle, context, ("buy_again", "up_sell"))) == {"buy_again"}
    by_itself = listed(bundle, context, ("cross_sell",))["cross_sell"]
    beside = listed(bundle, context, ("cross_sell", "buy_again"))["cross_sell"]
    assert by_itself.scores == pytest.approx([0.3])
    assert beside.scores == pytest.approx([0.05])
    assert by_itself.names == SOURCES
    assert by_itself.names[by_itself.leading[0]] == "item_ridge"


def test_what_follows_comes_behind_and_once() -> None:
    def of(products: list[int], scores: list[float], name: str) -> Candidates:
        return alone(np.array(products, dtype=np.int32), np.array(scores), name)

    found = followed(of([3, 1], [0.5, 0.2], "taste"), of([0, 1, 2], [0.9, 0.8, 0.1], "popularity"))
    assert found.products.tolist() == [3, 1, 0, 2]
    assert found.scores == pytest.approx([0.5, 0.2, 0.18, 0.02])
    assert [found.names[at] for at in found.leading] == ["taste", "taste", "popularity", "popularity"]
    none = followed(of([], [], "taste"), of([0, 1], [0.9, 0.8], "popularity"))
    assert none.scores == pytest.approx([0.9, 0.8])


@cache
def ranked_shop() -> Bundle:
    """The fitted shop with lists drawn at random; every fifth customer has none."""
    bundle, random = shop(), np.random.default_rng(9)
    family = bundle.catalogue.family
    lines: dict[str, Lines] = {"new": {}, "mixed": {}, "again": {}}
    for customer in range(N_CUSTOMERS):
        owned = bundle.buy_again.of(customer).products
        new = np.flatnonzero(~np.isin(family, family[owned]))
        if customer % 5 == 4:
            continue
        for name, pool in (("new", new), ("mixed", new), ("again", owned)):
            chosen = random.permutation(pool)[: int(random.integers(1, 9))].tolist()
            scores = np.sort(random.random(len(chosen)))[::-1].tolist()
            sources = [BUY_AGAIN] * 8 if name == "again" else random.integers(1, 3, 8).tolist()
            lines[name][customer] = list(zip(chosen, scores, sources, strict=False))
    lists = (lists_of(lines[name], N_CUSTOMERS, 8) for name in ("new", "mixed", "again"))
    return replace(bundle, customer_lists=CustomerLists(*lists))


@given(queries)
def test_answers_from_lists_hold_what_all_answers_hold(query: Query) -> None:
    bundle = ranked_shop()
    family = bundle.catalogue.family
    answer = recommend(bundle, query)
    items = answer.recommendations
    scores = [item.score for item in items]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert answer.shortfall == query.limit - len(items)
    at = bundle.products.indices([item.product_id for item in items])
    assert (bundle.catalogue.stock[at] != 0).all()
    assert not {item.product_id for item in items} & set(query.exclude)
    assert len(set(family[at].tolist())) == len(items)
    assert all(item.reasons for item in items)
    assert answer == recommend(bundle, query)
    picks = choose(bundle, resolve(query, bundle), query.kinds, query.limit)
    assert [pick.product for pick in picks] == at.tolist()


@given(st.integers(0, N_CUSTOMERS - 1), st.sampled_from([("cross_sell",), ("buy_again",)]))
def test_lists_cost_no_recommendation(customer: int, kinds: tuple[str, ...]) -> None:
    """All that could be offered without lists can be offered with them, behind what is listed."""
    query = Query(customer_id=f"c{customer:02}", kinds=kinds, limit=N_PRODUCTS)  # type: ignore[arg-type]  # the literals above
    with_lists, without = recommend(ranked_shop(), query), recommend(shop(), query)
    family = shop().catalogue.family

    def families(answer: Answer) -> list[int]:
        return family[shop().products.indices([item.product_id for item in answer.recommendations])].tolist()

    assert sorted(families(with_lists)) == sorted(families(without))
    lists = ranked_shop().customer_lists
    ranked = (lists.new if kinds == ("cross_sell",) else lists.again).of(customer)
    stock = shop().catalogue.stock
    kept = list(dict.fromkeys(int(family[at]) for at in ranked.products if stock[at] != 0))
    assert families(with_lists)[: len(kept)] == kept
