"""How the products of a cart speak for a candidate, checked by hand on the tiny shop."""

from __future__ import annotations

import numpy as np
import pytest

from models.cart_links import COLUMNS, link_features
from models.cart_proposals import NOWHERE
from models.together import together
from tests.models.tiny import tiny_bundle


def said(*basket: str) -> dict[str, list[float]]:
    """What is said of every product of the tiny shop that is not in the cart, by product: four numbers."""
    bundle = tiny_bundle()
    shown = bundle.products.indices(basket)
    candidates = np.setdiff1d(np.arange(len(bundle.products)), shown)
    places = np.full(len(bundle.products), NOWHERE, dtype=np.int16)
    places[candidates] = np.arange(len(candidates))
    found = link_features(bundle, together(bundle, shown), places, len(candidates))
    assert found.shape == (COLUMNS, len(candidates))
    assert found.dtype == np.float32
    return {bundle.products.id(int(product)): found[:, at].tolist() for at, product in enumerate(candidates)}


def by_hand(product: str, *basket: str) -> list[float]:
    """The same from the evidence of every single product of the cart."""
    bundle = tiny_bundle()
    ridge, shown, index = bundle.cart_ridge, bundle.products.indices(basket), bundle.products.index(product)
    weights = [
        float(ridge.weights[at])
        for one in shown
        for at in range(int(ridge.starts[one]), int(ridge.starts[one + 1]))
        if ridge.products[at] == index
    ]
    evidence = [bundle.bought_together.evidence(int(one), index) for one in shown]
    confidences = [one.confidence for one in evidence if one is not None]
    return [max(weights, default=0), len(weights), sum(confidences), max(confidences, default=0)]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_it_is_what_the_products_say_one_by_one(size: int) -> None:
    bundle = tiny_bundle()
    basket = tuple(bundle.products.take(range(size)))
    found = said(*basket)
    assert any(row[1] for row in found.values())
    assert any(row[3] for row in found.values())
    for product, row in found.items():
        assert row == pytest.approx(by_hand(product, *basket))
