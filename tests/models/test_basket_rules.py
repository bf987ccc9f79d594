"""Rules with several antecedents: keys, matching against brute force, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.training import BoughtTogether as Settings
from models.basket_rules import MAX_BASKET, BasketRules, rule_key
from models.ids import UNKNOWN
from models.scored import NOTHING, Scored
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD, BUTTER, COLA, PIZZA, WINE
from tests.training.fitting.planted import A, B, planted_baskets
from training.fitting.basket_rules import fit_basket_rules

N_PRODUCTS = 12
Antecedents = tuple[int, ...]


class TestBasketRulesContract(ModelContract):
    part = "basket_rules"

    def fit(self) -> BasketRules:
        return fit_basket_rules(planted_baskets(), Settings(max_antecedents=2), seed=1)

    def unknown(self, model: BasketRules) -> Sequence[Scored]:
        queries = [[], [A], [UNKNOWN], [UNKNOWN, UNKNOWN], [A, A], [10**6, B]]
        return [model.of(np.array(query, dtype=np.int32)) for query in queries]


def rules_of(antecedents: Sequence[tuple[Antecedents, int]]) -> BasketRules:
    """Rules antecedents -> consequent with a score that falls with their place."""
    place = {rule: position for position, rule in enumerate(antecedents)}
    ordered = sorted(antecedents, key=lambda rule: (rule_key(rule[0], N_PRODUCTS), place[rule]))
    counts = np.ones(len(ordered), dtype=np.int32)
    padded = [(*items, *[-1] * (3 - len(items))) for items, _ in ordered]
    return BasketRules(
        keys=np.array([rule_key(items, N_PRODUCTS) for items, _ in ordered], dtype=np.int64),
        antecedents=np.array(padded, dtype=np.int32).reshape(-1, 3),
        consequents=np.array([consequent for _, consequent in ordered], dtype=np.int32),
        rule_orders=counts,
        antecedent_orders=counts,
        consequent_orders=counts,
        scores=np.array([1 / (1 + place[rule]) for rule in ordered], dtype=np.float32),
        all_orders=np.array([10], dtype=np.int64),
        n_products=np.array([N_PRODUCTS], dtype=np.int64),
    )


combos = st.sets(st.integers(0, N_PRODUCTS - 1), min_size=2, max_size=3).map(
    lambda items: tuple(sorted(items))
)
rule_lists = st.lists(st.tuples(combos, st.integers(0, N_PRODUCTS - 1)), unique=True, max_size=40)


@given(rule_lists, st.lists(st.integers(-1, N_PRODUCTS - 1), max_size=15))
def test_matching_equals_brute_force(listed: list[tuple[Antecedents, int]], basket: list[int]) -> None:
    rules = rules_of(listed)
    expected = {
        position
        for position in range(len(rules))
        if {int(item) for item in rules.antecedents[position] if item >= 0} <= set(basket)
    }
    found = rules.matching(np.array(basket, dtype=np.int32))
    assert sorted(found.tolist()) == sorted(expected)
    answer = rules.of(np.array(basket, dtype=np.int32))
    assert len(answer.products) == len(expected)
    assert_descending(answer)


def test_rules_of_a_basket_come_best_first() -> None:
    rules = tiny_bundle().basket_rules
    # bread, butter -> cola 1/2; bread, cola -> butter 1; butter, cola -> nothing
    answer = rules.of(np.array([BREAD, BUTTER, COLA]))
    assert answer.products.tolist() == [BUTTER, COLA]
    assert answer.scores.tolist() == [1.0, 0.5]


def test_evidence_by_hand() -> None:
    # cola and pizza in 3 of 10 orders, with wine in 1; wine in 2: lift 1 * 10 / (3 * 2)
    counts = tiny_bundle().basket_rules.evidence(2)
    assert counts.antecedents == (COLA, PIZZA)
    assert (counts.rule_orders, counts.orders, counts.consequent_orders, counts.all_orders) == (1, 3, 2, 10)
    assert counts.lift == pytest.approx(10 / 6)
    assert tiny_bundle().basket_rules.consequents[2] == WINE


def test_a_huge_basket_is_looked_at_in_part_only() -> None:
    rules = rules_of([((0, 1), 5)])
    huge = np.arange(-1, 4 * MAX_BASKET, dtype=np.int32)
    assert rules.matching(huge).tolist() == [0]


@given(st.integers(3, 2_000_000), st.data())
def test_keys_are_distinct(n_products: int, data: st.DataObject) -> None:
    items = data.draw(st.sets(st.integers(0, n_products - 1), min_size=3, max_size=6))
    every = [combo for size in (2, 3) for combo in combinations(sorted(items), size)]
    assert len({rule_key(combo, n_products) for combo in every}) == len(every)


def test_too_many_products_for_a_key_are_refused_by_number() -> None:
    with pytest.raises(OverflowError, match="3000000 products"):
        rule_key((1, 2), 3_000_000)


def test_no_rules_at_all() -> None:
    rules = rules_of([])
    assert len(rules) == 0
    assert rules.of(np.array([1, 2, 3])).products.tolist() == NOTHING.products.tolist()
