"""Item ridge on carts: scores by hand, who speaks most, and what it does not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.item_ridge import ItemRidge, Link, Links
from models.lists import TopLists
from models.scored import NOTHING, Scored
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny import ORDERS, tiny_bundle
from tests.models.tiny_names import BREAD, BREAD_XL, BUTTER, COLA, CUSTOMERS, LAST_DAY, PIZZA, PRODUCTS, WINE
from tests.training.fitting.worlds import tiny_lines
from training.fitting.item_ridge import (
    basket_rows,
    customer_rows,
    fit_cart_ridge,
    fit_links,
    fit_ridge_lists,
    gram_of,
)
from training.matrices import basket_matrix, purchase_matrix

PURCHASES = purchase_matrix(tiny_lines(), len(CUSTOMERS), len(PRODUCTS), LAST_DAY, 60)


def cart(*products: int) -> np.ndarray:
    return np.array(products, dtype=np.int32)


def links_of_customers() -> TopLists:
    return fit_links(gram_of(customer_rows(PURCHASES), 6, 2), len(PRODUCTS), 0.5, 3, 2)


class TestCartRidgeContract(ModelContract):
    part = "cart_ridge"

    def fit(self) -> ItemRidge:
        baskets = basket_matrix(tiny_lines(), len(ORDERS), len(PRODUCTS))
        return fit_cart_ridge(fit_links(gram_of(basket_rows(baskets), 6, 2), len(PRODUCTS), 0.5, 3, 2))

    def unknown(self, model: ItemRidge) -> Sequence[Scored]:
        return [model.propose(cart(), 5), model.propose(cart(-1), 5), model.propose(cart(10**6), 5)]


class TestRidgeLinksContract(ModelContract):
    part = "ridge_links"

    def fit(self) -> TopLists:
        return links_of_customers()

    def unknown(self, model: TopLists) -> Sequence[Scored]:
        return [model.of(-1), model.of(len(PRODUCTS))]


class TestRidgeListsContract(ModelContract):
    part = "ridge_lists"

    def fit(self) -> TopLists:
        family = tiny_bundle().catalogue.family
        return fit_ridge_lists(links_of_customers(), PURCHASES, length=3, family=family, threads=2)

    def unknown(self, model: TopLists) -> Sequence[Scored]:
        return [model.of(-1), model.of(len(CUSTOMERS))]


def test_the_score_is_the_sum_of_what_the_cart_says() -> None:
    ridge = tiny_bundle().cart_ridge
    found = ridge.propose(cart(BREAD, BUTTER), 10)
    assert found.products.tolist() == [COLA]  # bread and butter speak for each other, and are there
    assert found.scores == pytest.approx([0.1 + 0.2])
    found = ridge.propose(cart(BUTTER, PIZZA), 10)
    assert found.products.tolist() == [COLA, BREAD, WINE]
    assert found.scores == pytest.approx([0.2 + 0.3, 0.4, 0.2])


def test_no_more_than_asked_for() -> None:
    ridge = tiny_bundle().cart_ridge
    assert ridge.propose(cart(BUTTER, PIZZA), 1).products.tolist() == [COLA]
    assert ridge.propose(cart(BREAD), 0).products.tolist() == NOTHING.products.tolist()


def test_the_strongest_of_the_cart() -> None:
    ridge = tiny_bundle().cart_ridge
    assert Links(ridge, cart(BREAD, PIZZA, BUTTER)).strongest(COLA) == Link(PIZZA, pytest.approx(0.3))
    assert Links(ridge, cart(BREAD)).strongest(COLA) == Link(BREAD, pytest.approx(0.1))
    assert COLA not in Links(ridge, cart(BREAD_XL)).weights[0]
    assert len(Links(ridge, cart()).weights[0]) == 0


@given(st.lists(st.integers(0, 5), max_size=6, unique=True))
def test_what_a_cart_says_is_what_its_rows_say(products: list[int]) -> None:
    ridge = tiny_bundle().cart_ridge
    links = Links(ridge, cart(*products))
    rows = [slice(ridge.starts[product], ridge.starts[product + 1]) for product in products]
    said = [pair for row in rows for pair in zip(ridge.products[row], ridge.weights[row], strict=True)]
    assert list(zip(*links.weights, strict=True)) == said
    found = links.by_product
    assert found.products.tolist() == sorted({product for product, _ in said})
    of_each = np.split(found.weights, found.starts[1:]) if len(found.starts) else []
    for product, weights in zip(found.products, of_each, strict=True):
        assert weights.tolist() == [weight for other, weight in said if other == product]


def test_of_equal_weights_the_first_of_the_cart_speaks() -> None:
    ridge = replace(tiny_bundle().cart_ridge, weights=np.full(9, 0.25, dtype=np.float32))
    for basket in (cart(BUTTER, BREAD, PIZZA), cart(PIZZA, BUTTER, BREAD)):
        assert Links(ridge, basket).strongest(COLA).antecedent == basket[0]


@given(st.lists(st.integers(-1, 7), max_size=6, unique=True), st.integers(0, 7))
def test_any_cart_is_answered_as_by_the_whole_matrix(products: list[int], n: int) -> None:
    ridge = tiny_bundle().cart_ridge
    matrix = np.zeros((6, 6))
    for row in range(6):
        at = slice(ridge.starts[row], ridge.starts[row + 1])
        matrix[row, ridge.products[at]] = ridge.weights[at]
    known = [item for item in products if 0 <= item < 6]
    expected = matrix[known].sum(axis=0)
    expected[known] = 0
    found = ridge.propose(cart(*products), n)
    assert_descending(found)
    assert len(found.products) == min(n, int((expected > 0).sum()))
    assert found.scores == pytest.approx(np.sort(expected)[::-1][: len(found.scores)], abs=1e-6)
    assert expected[found.products] == pytest.approx(found.scores, abs=1e-6)
    links = Links(ridge, cart(*known))
    assert all(map(np.array_equal, links.proposed(n), found))
    for product in found.products.tolist():
        link = links.strongest(product)
        assert link.weight == pytest.approx(matrix[known, product].max())
        assert matrix[link.antecedent, product] == pytest.approx(link.weight)
