"""Rules with several antecedents: what was planted is found, what says nothing new is not."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from config.training import BoughtTogether as Settings
from models.basket_rules import BasketRules
from tests.training.fitting.planted import N_PRODUCTS, A, B, C, D, planted_baskets
from tests.training.fitting.worlds import basket_csr
from training.fitting import basket_rules as module
from training.fitting.basket_rules import fit_basket_rules
from training.fitting.itemset_counts import ItemsetCounts
from training.fitting.itemsets import frequent_itemsets

SETTINGS = Settings(max_antecedents=3)


@pytest.fixture(scope="module")
def baskets() -> csr_matrix:
    return planted_baskets()


@pytest.fixture(scope="module")
def rules(baskets: csr_matrix) -> BasketRules:
    return fit_basket_rules(baskets, SETTINGS, seed=1)


def test_the_planted_rule_is_found_with_exact_counts(baskets: csr_matrix, rules: BasketRules) -> None:
    dense = baskets.toarray().astype(bool)
    at = [int(rule) for rule in rules.matching(np.array([A, B])) if rules.consequents[rule] == C]
    assert len(at) == 1
    counts = rules.evidence(at[0])
    assert counts.antecedents == (A, B)
    assert counts.rule_orders == dense[:, [A, B, C]].all(axis=1).sum()
    assert counts.orders == dense[:, [A, B]].all(axis=1).sum()
    assert counts.consequent_orders == dense[:, C].sum()
    # Empty baskets are none.
    assert counts.all_orders == dense.any(axis=1).sum()


def test_a_second_antecedent_that_adds_nothing_makes_no_rule(rules: BasketRules) -> None:
    follows_d = rules.matching(np.array([A, B]))
    assert D not in rules.consequents[follows_d].tolist()


def test_every_rule_beats_all_rules_with_fewer_antecedents(baskets: csr_matrix, rules: BasketRules) -> None:
    dense = baskets.toarray().astype(bool)
    assert len(rules) > 0
    for at in range(len(rules)):
        counts, consequent = rules.evidence(at), int(rules.consequents[at])
        confidence = counts.rule_orders / counts.orders
        assert consequent not in counts.antecedents
        for left_out in counts.antecedents:
            fewer = [item for item in counts.antecedents if item != left_out]
            with_fewer = dense[:, fewer].all(axis=1)
            assert confidence > dense[with_fewer, consequent].mean()


def test_at_most_max_rules_the_best_ones(baskets: csr_matrix, rules: BasketRules) -> None:
    few = fit_basket_rules(baskets, SETTINGS.model_copy(update={"max_rules": 2}), seed=1)
    assert len(few) == 2
    assert sorted(few.scores.tolist()) == sorted(rules.scores.tolist())[-2:]


@pytest.mark.parametrize("change", [{"max_antecedents": 1}, {"max_rules": 0}])
def test_none_are_mined_where_none_are_asked_for(change: dict[str, int]) -> None:
    rules = fit_basket_rules(planted_baskets(), SETTINGS.model_copy(update=change), seed=1)
    assert len(rules) == 0


def test_baskets_of_one_and_no_baskets_have_no_rules() -> None:
    for baskets in (basket_csr([[1], [2], [], [1]], 3), basket_csr([], 3), basket_csr([[], []], 0)):
        assert len(fit_basket_rules(baskets, SETTINGS, seed=1)) == 0


def test_time_running_out_is_logged_and_gives_no_rules(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    with caplog.at_level(logging.WARNING):
        rules = fit_basket_rules(
            planted_baskets(),
            SETTINGS.model_copy(update={"max_seconds": 1e-6}),
            seed=1,
            progress=told.append,
        )
    assert len(rules) == 0
    assert "max_seconds = 1e-06" in caplog.text
    assert len(told) == len(module.ATTEMPTS)
    asked = [int(line.split("at least ")[1].split(" ")[0].replace(",", "")) for line in told]
    assert asked == [asked[0], asked[0] * module.RAISE, asked[0] * module.RAISE**2]


def test_more_products_than_a_key_can_hold_are_logged_and_give_no_rules(
    caplog: pytest.LogCaptureFixture,
) -> None:
    baskets = planted_baskets(200)
    baskets.resize(baskets.shape[0], 3_000_000)
    with caplog.at_level(logging.WARNING):
        assert len(fit_basket_rules(baskets, SETTINGS, seed=1)) == 0
    assert "3000000 products" in caplog.text


def test_a_sample_finds_the_rule_and_counts_it_over_all(
    baskets: csr_matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAMPLE", 400)
    rules = fit_basket_rules(baskets, SETTINGS, seed=1)
    at = [int(rule) for rule in rules.matching(np.array([A, B])) if rules.consequents[rule] == C]
    assert rules.rule_orders[at].tolist() == [baskets.toarray()[:, [A, B, C]].all(axis=1).sum()]


def test_only_the_most_bought_products_are_looked_at() -> None:
    few = fit_basket_rules(
        planted_baskets(), SETTINGS.model_copy(update={"max_frequent_products": 3}), seed=1
    )
    counts = np.bincount(planted_baskets().indices, minlength=N_PRODUCTS)
    allowed = set(np.argsort(-counts, kind="stable")[:3].tolist())
    used = {int(item) for item in np.concatenate([few.antecedents.ravel(), few.consequents]) if item >= 0}
    assert used <= allowed


def test_itemsets_equal_brute_force() -> None:
    baskets = basket_csr([[0, 1, 2, 3], [0, 1, 2], [0, 1, 2, 3], [1, 2, 3], [0], []], 5)
    # by hand: 012 in 3 baskets, 123 in 3, 013 in 2, 023 in 2, 0123 in 2
    found = frequent_itemsets(baskets, min_count=2, max_length=4, seconds=60)
    assert found is not None
    assert found.tolist() == [
        [0, 1, 2, -1],
        [1, 2, 3, -1],
        [0, 1, 3, -1],
        [0, 2, 3, -1],
        [0, 1, 2, 3],
    ]


@settings(deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=200),
    st.sets(st.sampled_from([(0, 1, 2), (0, 2, 5), (1, 3, 4), (3, 4, 5)]), min_size=1),
    st.sets(st.sampled_from([(0, 1, 2, 3), (1, 2, 3, 4), (0, 2, 4, 5)]), min_size=1),
)
def test_counts_by_bitmap_equal_brute_force(
    baskets: list[set[int]], triples: set[tuple[int, ...]], quadruples: set[tuple[int, ...]]
) -> None:
    counts = ItemsetCounts(basket_csr([sorted(basket) for basket in baskets], 6), threads=2)
    for itemsets in (np.array(sorted(triples)), np.array(sorted(quadruples))):
        counts.add(itemsets)
        expected = [sum(set(itemset) <= basket for basket in baskets) for itemset in itemsets.tolist()]
        assert counts.of(itemsets).tolist() == expected
    pairs = np.array([(0, 1), (2, 5)])
    assert counts.of(pairs).tolist() == [
        sum({a, b} <= basket for basket in baskets) for a, b in pairs.tolist()
    ]
    assert counts.of(np.array([[3]])).tolist() == [sum(3 in basket for basket in baskets)]


def test_fewer_baskets_than_a_rule_needs_give_no_rules(caplog: pytest.LogCaptureFixture) -> None:
    """One basket of three products: there is nothing to ask FP-growth for, and nothing went wrong."""
    rules = fit_basket_rules(csr_matrix(np.ones((1, 3), dtype=np.int32)), SETTINGS, seed=1)
    assert len(rules) == 0
    assert not caplog.records
