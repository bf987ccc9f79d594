"""Which candidates of a cart are worth ranking: the first order, and one kind asked for alone."""

from __future__ import annotations

import numpy as np
import pytest

from models.cart_proposals import (
    FAR,
    FIRST_COLUMNS,
    FUSION,
    KINDS,
    NOWHERE,
    PROPOSE,
    Proposed,
    _layout,
    by_fusion,
    proposed,
)
from models.context import Context
from models.together import together
from tests.training.ranking.cart_worlds import learned
from training.evaluation.mixing import customer_context

N_PRODUCTS = 9
SOURCES = len(PROPOSE)


def four() -> Proposed:
    """Products 1 and 3, owned, and 5 and 7; the second source puts 3 before 1 and 7 before 5."""
    products = np.array([1, 3, 5, 7], dtype=np.int32)
    places = np.full(N_PRODUCTS, NOWHERE, dtype=np.int16)
    places[products] = np.arange(4)
    said, ranks = np.zeros((SOURCES, 4), dtype=np.float32), np.full((SOURCES, 4), FAR, dtype=np.float32)
    ranks[1], said[1] = (1, 0, 3, 2), (0.03, 0.04, 0.01, 0.02)
    return Proposed(products, np.array([True, True, False, False]), places, said, ranks)


def context(customer: int, *basket: str) -> Context:
    return customer_context(customer, learned().products.indices(basket))


def test_what_the_first_order_goes_by() -> None:
    features = four().first_features()
    assert features.shape == (4, FIRST_COLUMNS)
    of_second = features[1, [1, SOURCES + 1, 2 * SOURCES + 1]]
    assert of_second == pytest.approx([1, np.log1p(4), 1])
    assert features[0, [0, SOURCES, 2 * SOURCES]] == pytest.approx([FUSION / (FUSION + FAR), 0, 0])


def test_the_best_of_each_kind_are_kept_and_found_at_their_places() -> None:
    kept = four().best(by_fusion(), KINDS, 1)
    assert kept.products.tolist() == [3, 7]
    assert kept.owned.tolist() == [True, False]
    assert kept.places[[3, 7]].tolist() == [0, 1]
    assert (np.delete(kept.places, [3, 7]) == NOWHERE).all()
    assert kept.said[1].tolist() == pytest.approx([0.04, 0.02])
    assert kept.ranks[1].tolist() == [0, 2]


def test_each_kind_has_an_order_of_its_own() -> None:
    order = by_fusion()
    order[KINDS.index("buy_again")] *= -1
    assert four().best(order, KINDS, 1).products.tolist() == [1, 7]


def test_few_candidates_are_all_ranked() -> None:
    candidates = four()
    assert candidates.best(by_fusion(), KINDS, 2) is candidates


@pytest.mark.parametrize("customer", [-1, 3])
def test_of_one_kind_there_are_the_candidates_that_there_are_of_both(customer: int) -> None:
    asked = context(customer, "tea", "o05")
    rules = together(learned(), asked.shown)
    both = proposed(learned(), asked, rules)
    new = proposed(learned(), asked, rules, ("cross_sell",))
    assert new.products.tolist() == both.products[~both.owned].tolist()
    assert not new.owned.any()
    assert np.array_equal(new.said, both.said[:, ~both.owned])
    assert np.array_equal(new.ranks, both.ranks[:, ~both.owned])
    assert not np.isin(both.products, asked.shown).any()


def test_a_product_that_is_proposed_twice_keeps_its_better_place() -> None:
    asked = context(-1, "tea", "milk")
    rules = together(learned(), asked.shown)
    assert len(set(rules.by_pairs.products.tolist())) < len(rules.by_pairs.products)
    found = proposed(learned(), asked, rules)
    for product in set(rules.by_pairs.products.tolist()) - set(asked.shown.tolist()):
        place = int(found.places[product])
        assert found.ranks[1, place] == rules.by_pairs.products.tolist().index(product)


def test_where_each_entry_of_several_lists_is() -> None:
    lists, ranks = _layout(2, 0, 3)
    assert lists.tolist() == [0, 0, 2, 2, 2]
    assert ranks.tolist() == [0, 1, 0, 1, 2]


def test_the_learned_first_order_is_kept_with_the_trees() -> None:
    ranker = learned().cart_ranker
    assert ranker.first.shape == (len(KINDS), FIRST_COLUMNS)
    assert not np.array_equal(ranker.first[0], by_fusion()[0])  # 300 carts lost a product that is new to them
    assert np.isfinite(ranker.first).all()
