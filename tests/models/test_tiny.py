"""The tiny world's numbers, counted again from its orders."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tests.models.tiny import ORDERS, tiny_bundle
from tests.models.tiny_names import CUSTOMERS, FIRST_DAY, PRODUCTS

INDEX = {name: position for position, name in enumerate(PRODUCTS)}


def _orders_with(*products: int) -> int:
    return sum(all(PRODUCTS[item] in basket for item in products) for _, basket in ORDERS)


def test_pairs_are_counted_from_the_orders() -> None:
    rules = tiny_bundle().bought_together
    assert rules.product_orders.tolist() == [_orders_with(item) for item in range(6)]
    stated = {
        (antecedent, int(consequent)): counts
        for antecedent in range(6)
        for consequent in rules.of(antecedent).products
        if (counts := rules.evidence(antecedent, int(consequent)))
    }
    occurring = {
        (a, b)
        for _, basket in ORDERS
        for a in map(INDEX.get, basket)
        for b in map(INDEX.get, basket)
        if a != b
    }
    assert set(stated) == occurring
    for (antecedent, consequent), counts in stated.items():
        assert counts.pair_orders == _orders_with(antecedent, consequent)
        scores = rules.of(antecedent)
        at = scores.products.tolist().index(consequent)
        assert np.isclose(scores.scores[at], counts.pair_orders / counts.orders)


def test_rules_with_two_antecedents_are_counted_from_the_orders() -> None:
    rules = tiny_bundle().basket_rules
    for at in range(len(rules)):
        counts, consequent = rules.evidence(at), int(rules.consequents[at])
        assert counts.rule_orders == _orders_with(*counts.antecedents, consequent)
        assert counts.orders == _orders_with(*counts.antecedents)
        assert counts.consequent_orders == _orders_with(consequent)
        assert list(rules.matching(np.array(counts.antecedents))) == [at]


def test_factors_lists_and_gram_agree() -> None:
    bundle = tiny_bundle()
    factors = bundle.taste.product_factors
    assert np.allclose(bundle.taste.gram, factors.T @ factors)
    for customer in range(4):
        listed = bundle.taste_lists.of(customer)
        preferences = bundle.taste.scores(bundle.taste.customer_factors[customer])
        assert np.allclose(listed.scores, preferences[listed.products])
        owned = bundle.buy_again.of(customer).products
        others = [p for p in range(6) if p not in owned and p not in listed.products]
        assert not np.isin(listed.products, owned).any()
        assert all(preferences[p] <= listed.scores[-1] for p in others)
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    for a, b in combinations(range(6), 2):
        row = bundle.similar.of(a)
        if b in row.products:
            assert np.isclose(row.scores[row.products.tolist().index(b)], unit[a] @ unit[b])


def test_the_lists_of_item_ridge_follow_from_its_links() -> None:
    bundle = tiny_bundle()
    family = bundle.catalogue.family
    for customer, name in enumerate(CUSTOMERS):
        orders = [basket for who, basket in ORDERS if who == name]
        counts = np.array([sum(item in basket for basket in orders) for item in PRODUCTS])
        scores = np.zeros(6)
        for product in set(range(6)) - set(np.flatnonzero(np.isin(family, family[counts > 0]))):
            links = bundle.ridge_links.of(product)
            scores[product] = np.log1p(counts)[links.products] @ links.scores
        listed = bundle.ridge_lists.of(customer)
        assert set(listed.products.tolist()) == set(np.flatnonzero(scores))
        assert np.allclose(listed.scores, scores[listed.products])


def test_popularity_is_counted_from_the_orders() -> None:
    popularity = tiny_bundle().popularity
    late, early = ORDERS[5:], ORDERS[:5]
    for product, name in enumerate(PRODUCTS):
        assert popularity.recent_orders[product] == _orders_with(product)
        assert popularity.trending_orders[product] == sum(name in basket for _, basket in late)
        assert popularity.expected_orders[product] == sum(name in basket for _, basket in early)
    counts = popularity.recent_orders[popularity.popular]
    assert (np.diff(counts) <= 0).all()


def test_personal_frequencies_are_counted_from_the_orders() -> None:
    again = tiny_bundle().buy_again
    for customer, name in enumerate(CUSTOMERS):
        mine = [(day, basket) for day, (who, basket) in enumerate(ORDERS, FIRST_DAY) if who == name]
        assert again.customer_orders[customer] == len(mine)
        for product, score in zip(*again.of(customer), strict=True):
            days = [day for day, basket in mine if PRODUCTS[product] in basket]
            counts = again.evidence(customer, int(product))
            assert counts is not None
            assert (counts.orders_with, counts.last_day) == (len(days), max(days))
            assert np.isclose(score, len(days) / len(mine))
        assert {PRODUCTS[p] for p in again.of(customer).products} == {p for _, basket in mine for p in basket}
