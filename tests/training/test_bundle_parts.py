"""Parts of a bundle: what is known is that of the orders, and what is skipped is empty."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from models.popularity import Popularity
from tests.training.evaluation.worlds import SETTINGS, catalogue_of, combo_shop, orders_of
from training.bundle_parts import (
    Known,
    Skippable,
    basket_rules_of,
    item_ridge_of,
    similar_of,
    taste_lists_of,
    taste_of,
    trade_up_of,
)
from training.choices import default_choices
from training.fitting import taste as taste_fitting
from training.fitting.popularity import fit_popularity
from training.fitting.progress import silent

CHOICES = default_choices(SETTINGS.taste)


def known(skip: Iterable[Skippable] = ()) -> Known:
    orders = orders_of(combo_shop())
    last_day = int(orders.lines["day"].to_numpy().max())
    catalogue = catalogue_of(orders)
    return Known.of(orders, catalogue, SETTINGS, CHOICES, last_day, skip=frozenset(skip), progress=silent)


def popularity(of: Known) -> Popularity:
    return fit_popularity(of.orders.lines, of.catalogue, of.settings.popularity, of.last_day)


def test_matrices_and_buyers_are_those_of_the_orders() -> None:
    some = known()
    assert some.baskets.shape == (some.orders.n_orders, some.n_products)
    assert some.purchases.shape == (len(some.orders.customers), some.n_products)
    assert np.array_equal(some.buyers(), (some.purchases.toarray() > 0).sum(axis=0))


def test_what_is_skipped_is_empty_and_of_the_right_size() -> None:
    some = known(("basket_rules", "similar", "trade_up"))
    taste = taste_of(some.purchases, SETTINGS, CHOICES)
    rules, similar = basket_rules_of(some), similar_of(some, taste)
    assert (len(rules.keys), rules.n_products.item()) == (0, some.n_products)
    assert similar.products.shape == (some.n_products, 0)
    trade_up = trade_up_of(some, popularity(some), similar)
    assert len(trade_up.starts) == some.n_products + 1
    assert len(trade_up.upgrades) == 0


def test_taste_lists_are_of_the_most_bought_products(monkeypatch: pytest.MonkeyPatch) -> None:
    some = known()
    taste = taste_of(some.purchases, SETTINGS, CHOICES)
    monkeypatch.setattr(taste_fitting, "MOST_LISTED", 5)
    listed = taste_lists_of(some, taste).products
    most = set(np.argsort(-some.buyers(), kind="stable")[:5].tolist())
    assert {*listed[listed >= 0].tolist()} <= most
    assert (listed >= 0).any()


def test_item_ridge_speaks_of_every_customer_and_product() -> None:
    some = known()
    ridge = item_ridge_of(some)
    assert len(ridge.lists.products) == len(some.orders.customers)
    assert len(ridge.links.products) == some.n_products
    assert len(ridge.carts.starts) == some.n_products + 1
