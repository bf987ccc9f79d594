"""The rules that a context fulfils: what is looked up once for candidates and their reasons."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.item_ridge import Links
from models.together import FirstPlaces, together
from tests.models.tiny import tiny_bundle


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(0, 6))
def test_the_first_place_of_a_product(listed: list[int], product: int) -> None:
    found = FirstPlaces(np.array(listed, dtype=np.int32)).get(product)
    assert found == (listed.index(product) if product in listed else None)


def test_rules_are_best_first_and_links_are_those_of_the_products_shown() -> None:
    bundle = tiny_bundle()
    shown = bundle.products.indices(bundle.products.take(range(3)))
    found = together(bundle, shown)
    assert (np.diff(found.by_pairs.scores) <= 0).all()
    assert set(found.antecedents.tolist()) <= set(shown.tolist())
    for pair, antecedent in zip(found.pairs.tolist(), found.antecedents.tolist(), strict=True):
        starts = bundle.bought_together.starts
        assert starts[antecedent] <= pair < starts[antecedent + 1]
    for mine, theirs in zip(found.links.weights, Links(bundle.cart_ridge, shown).weights, strict=True):
        assert np.array_equal(mine, theirs)
