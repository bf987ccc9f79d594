"""What groups of products say of a cart, checked by hand."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cart_groups import COLUMNS, CartGroups, OwnPurchases, no_cart_groups

# Products: spaghetti, penne | pesto | basil, a bag without a category. Two groupings: category, brand.
SPAGHETTI, PENNE, PESTO, BASIL, BAG = range(5)
NONE = 5


def groups() -> CartGroups:
    """Categories pasta 0, sauce 1, herbs 2 (without links: too rare); brands 3 and 4."""
    return CartGroups(
        of=np.array([[0, 0, 1, 2, NONE], [3, 4, 4, NONE, NONE]], dtype=np.int32),
        starts=np.array([0, 3, 5]),
        linked=np.array([2, 2]),
        links=np.array([0, 0.5, 0.25, 0, 0, 0.125, 0.0625, 0], dtype=np.float32),
    )


def said(
    shown: list[int], candidates: list[int], own: OwnPurchases | None = None, mine: list[float] | None = None
) -> dict[str, list[list[float]]]:
    """By what is said, a list a grouping of a value a candidate."""
    products = np.array(candidates, dtype=np.int32)
    shares = np.array(mine or [0.0] * len(candidates), dtype=np.float32)
    found = groups().features(products, shares, np.array(shown, dtype=np.int32), own)
    assert found.shape == (COLUMNS * 2, len(candidates))
    names = ("counts", "called", "share", "part", "since")
    return {name: found[2 * at : 2 * at + 2].tolist() for at, name in enumerate(names)}


def test_products_of_the_cart_in_the_same_group_are_counted() -> None:
    found = said([SPAGHETTI, PENNE, BAG], [PESTO, SPAGHETTI, BAG])
    assert found["counts"] == [[0, 2, 0], [1, 1, 0]]


def test_a_group_calls_once_however_many_of_its_products_are_in_the_cart() -> None:
    assert said([SPAGHETTI], [PESTO])["called"] == [[0.5], [0.125]]
    assert said([SPAGHETTI, PENNE], [PESTO])["called"] == [[0.5], [0.125]]
    assert said([PESTO, SPAGHETTI], [PENNE])["called"] == [[0.25], [0.125]]


@given(st.lists(st.integers(0, 8), min_size=1, max_size=7, unique=True), st.randoms(use_true_random=False))
def test_what_a_cart_calls_for_is_summed_over_its_distinct_groups(shown: list[int], random: Random) -> None:
    sizes, linked, n_products = (4, 3), (3, 2), 9
    matrices = [np.array([[random.random() for _ in range(n)] for _ in range(n)], np.float32) for n in linked]
    of = np.array(
        [[random.choice([*range(4), 7]) for _ in range(9)], [random.choice([4, 5, 6, 7]) for _ in range(9)]],
        dtype=np.int32,
    )
    starts = np.cumsum([0, *sizes])
    many = CartGroups(of, starts, np.array(linked), np.concatenate([each.ravel() for each in matrices]))
    products = np.arange(n_products, dtype=np.int32)
    found = many.features(products, np.zeros(n_products, np.float32), np.array(shown, dtype=np.int32), None)
    for grouping, (matrix, first) in enumerate(zip(matrices, starts[:-1], strict=True)):
        calling = [at for at in sorted(set(of[grouping, shown] - first)) if at < len(matrix)]
        for product, group in enumerate(of[grouping] - first):
            said = matrix[calling, group].sum() if group < len(matrix) else 0
            assert found[2 + grouping, product] == pytest.approx(said)


def test_rare_groups_and_products_without_a_group_call_for_nothing() -> None:
    assert said([SPAGHETTI], [BASIL, BAG])["called"] == [[0, 0], [0, 0]]
    assert said([BASIL, BAG], [PESTO])["called"] == [[0], [0]]


def test_what_the_customer_does_in_a_group() -> None:
    own = OwnPurchases(
        np.array([SPAGHETTI, PENNE], dtype=np.int32),
        np.array([0.375, 0.125], dtype=np.float32),
        np.array([40, 3], dtype=np.float32),
    )
    found = said([PESTO], [SPAGHETTI, PENNE], own, mine=[0.375, 0.125])
    assert found["share"] == [[0.5, 0.5], [0.375, 0.125]]
    assert found["part"] == [[0.75, 0.25], [1, 1]]
    assert found["since"] == [[3, 3], [40, 3]]  # the group was last bought with the penne


def test_of_a_group_never_bought_nothing_is_known_but_that() -> None:
    own = OwnPurchases(np.array([BASIL], dtype=np.int32), np.ones(1, np.float32), np.zeros(1, np.float32))
    found = said([PESTO], [SPAGHETTI], own)
    assert found["share"] == [[0], [0]]
    assert found["part"] == [[0], [0]]
    assert np.isnan(found["since"]).all()


@pytest.mark.parametrize("name", ["share", "part", "since"])
def test_of_a_stranger_nothing_is_known(name: str) -> None:
    assert np.isnan(said([PESTO], [SPAGHETTI])[name]).all()


def test_products_without_a_group_have_no_habits() -> None:
    own = OwnPurchases(np.array([BAG], dtype=np.int32), np.ones(1, np.float32), np.zeros(1, np.float32))
    assert np.isnan(said([PESTO], [BAG], own, mine=[1.0])["share"]).all()


def test_without_groupings_there_is_nothing_to_say() -> None:
    nothing = no_cart_groups(3)
    assert nothing.n_groups == 0
    products = np.array([0, 2], dtype=np.int32)
    assert nothing.features(products, np.zeros(2), np.array([1]), None).shape == (0, 2)
