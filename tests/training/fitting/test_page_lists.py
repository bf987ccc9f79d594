"""Page lists as training writes them: the best of the mix, in its order, without the customer's part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.bundle import Bundle
from models.candidates import Candidates, of_page
from models.page_lists import PAGE_SOURCES
from tests.models.test_recommender import N_PRODUCTS, shop
from training.fitting import page_lists as module
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


SILENT_FROM = 12  # of 40 products: from this one on no rule and no link speaks for a product


def half_silent() -> Bundle:
    bundle = shop()
    pairs, links = bundle.bought_together, bundle.cart_ridge
    return replace(
        bundle,
        bought_together=replace(pairs, starts=np.minimum(pairs.starts, pairs.starts[SILENT_FROM])),
        cart_ridge=replace(links, starts=np.minimum(links.starts, links.starts[SILENT_FROM])),
    )


def test_products_of_which_nothing_is_known_say_what_their_category_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are mixed once for each category, and are what would have been mixed for each."""
    bundle, mixed = half_silent(), list[int]()

    def seen(bundle: Bundle, page: int) -> Candidates:
        mixed.append(page)
        return of_page(bundle, page)

    monkeypatch.setattr(module, "of_page", seen)
    lists = fit_page_lists(bundle, 7)
    assert mixed == list(range(SILENT_FROM + len(set(bundle.catalogue.category.tolist()))))
    for page in range(N_PRODUCTS):
        alone = of_page(bundle, page)
        order = (-alone.scores).argsort(kind="stable")[:7]
        assert lists.of(page).products.tolist() == alone.products[order].tolist()
        assert lists.of(page).strengths / (1 + lists.of(page).strengths) == pytest.approx(alone.scores[order])


def test_lists_are_no_longer_than_the_catalogue() -> None:
    assert fit_page_lists(shop(), 1000).products.shape == (N_PRODUCTS, N_PRODUCTS)


def test_a_shop_without_weights_has_empty_lists() -> None:
    bundle = replace(shop(), facts=replace(shop().facts, weights={}))
    lists = fit_page_lists(bundle, 5)
    assert (lists.products == -1).all()
    assert not np.any(lists.strengths)
