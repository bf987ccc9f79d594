"""Page lists as training writes them: the best of the mix, in its order, without the customer's part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.candidates import of_page
from models.page_lists import PAGE_SOURCES
from tests.models.test_recommender import N_PRODUCTS, shop
from training.fitting.page_lists import fit_page_lists


def test_lists_are_the_best_of_the_mix() -> None:
    told: list[str] = []
    lists = fit_page_lists(shop(), 7, told.append)
    assert lists.products.shape == (N_PRODUCTS, 7)
    for page in range(N_PRODUCTS):
        mixed = of_page(shop(), page)
        order = (-mixed.scores).argsort(kind="stable")[:7]
        found = lists.of(page)
        assert found.products.tolist() == mixed.products[order].tolist()
        assert found.strengths / (1 + found.strengths) == pytest.approx(mixed.scores[order])
        assert [PAGE_SOURCES[at] for at in found.sources] == [mixed.names[at] for at in mixed.leading[order]]
    assert told == [f"pages of products: 0 of {N_PRODUCTS}"]


def test_lists_are_no_longer_than_the_catalogue() -> None:
    assert fit_page_lists(shop(), 1000).products.shape == (N_PRODUCTS, N_PRODUCTS)


def test_a_shop_without_weights_has_empty_lists() -> None:
    bundle = replace(shop(), facts=replace(shop().facts, weights={}))
    lists = fit_page_lists(bundle, 5)
    assert (lists.products == -1).all()
    assert not np.any(lists.strengths)
