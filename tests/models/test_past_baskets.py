"""Past baskets: likeness to a cart by hand, nothing for strangers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from models.past_baskets import HALF_LIFE, PastBaskets, no_past_baskets
from models.scored import Scored
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny_names import ANA, BREAD, BUTTER, COLA, CUSTOMERS, LAST_DAY, PIZZA, PRODUCTS, WINE
from tests.training.fitting.worlds import lines_of, tiny_lines
from training.fitting.past_baskets import fit_past_baskets

NO_CART = np.empty(0, dtype=np.int32)


class TestPastBasketsContract(ModelContract):
    part = "past_baskets"

    def fit(self) -> PastBaskets:
        return fit_past_baskets(tiny_lines(), len(CUSTOMERS), len(PRODUCTS), LAST_DAY)

    def unknown(self, model: PastBaskets) -> Sequence[Scored]:
        strangers = [model.like(customer, cart(BREAD)) for customer in (-1, len(CUSTOMERS), 10**9)]
        return [*strangers, model.like(ANA, NO_CART), model.like(ANA, cart(WINE))]


class TestNoPastBasketsContract(ModelContract):
    part = "past_baskets"

    def fit(self) -> PastBaskets:
        return no_past_baskets(3)

    def unknown(self, model: PastBaskets) -> Sequence[Scored]:
        return [model.like(customer, cart(BREAD)) for customer in (-1, 0, 2, 3)]


def cart(*products: int) -> np.ndarray:
    return np.array(products, dtype=np.int32)


def two_customers() -> PastBaskets:
    """The first had bread, butter and cola, then bread and pizza, then wine; the other one pizza."""
    return PastBaskets(
        starts=np.array([0, 6, 7], dtype=np.int64),
        products=np.array([BREAD, BUTTER, COLA, BREAD, PIZZA, WINE, PIZZA], dtype=np.int32),
        baskets=np.array([0, 0, 0, 1, 1, 2, 0], dtype=np.uint8),
        weights=np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], dtype=np.float32),
    )


def test_likeness_by_hand() -> None:
    # bread is in both of the first baskets, butter in the first: 0.2 + 0.3 and 0.5 speak, over 1 + 1
    found = two_customers().like(0, cart(BREAD, BUTTER))
    assert dict(zip(found.products.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(
        {COLA: 0.25, PIZZA: 0.25}
    )
    # with cola instead of butter the first basket is the likelier: 0.2 + 0.4 against 0.5, over 2.1
    found = two_customers().like(0, cart(COLA, BREAD))
    assert found.products.tolist() == [BUTTER, PIZZA]
    assert found.scores == pytest.approx([0.6 / 2.1, 0.5 / 2.1])
    assert found.scores.dtype == np.float32


def test_a_product_in_several_like_baskets_counts_them_all() -> None:
    # bread alone is missing: the first basket shares cola (0.4), the second pizza (0.6)
    found = two_customers().like(0, cart(COLA, PIZZA))
    assert found.products.tolist() == [BREAD, BUTTER]
    assert found.scores == pytest.approx([1 / 2, 0.4 / 2])
    assert_descending(found)


def test_baskets_that_say_nothing_are_no_proposals() -> None:
    assert len(two_customers().like(0, cart(WINE)).products) == 0  # nothing else was in that basket
    assert len(two_customers().like(1, cart(PIZZA)).products) == 0
    assert len(two_customers().like(1, cart(BREAD)).products) == 0  # the other customer's
    silent = PastBaskets(
        *(np.array(values, dtype=kind) for values, kind in (([0, 2], "i8"), ([0, 1], "i4"))),
        *(np.array(values, dtype=kind) for values, kind in (([0, 0], "u1"), ([0, 0], "f4"))),
    )
    assert len(silent.like(0, cart(BREAD)).products) == 0


def test_a_half_life_later_a_basket_says_half_as_much() -> None:
    rows = [(0, 0, BREAD, 0), (0, 0, COLA, 0), (1, 0, BREAD, 90), (1, 0, PIZZA, 90)]
    others = [(order, 1, WINE, 90) for order in range(2, 12)]
    assert HALF_LIFE == 90
    found = fit_past_baskets(lines_of([*rows, *others]), 2, 6, 90).like(0, cart(BREAD))
    assert found.products.tolist() == [PIZZA, COLA]
    assert found.scores[0] == pytest.approx(2 * found.scores[1])
