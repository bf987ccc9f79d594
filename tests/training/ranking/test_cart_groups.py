"""Which groups carts call for, learned from planted baskets."""

from __future__ import annotations

import numpy as np
import pytest

from models.cart_groups import CartGroups
from tests.training.evaluation.worlds import FIRST_DAY, Basket, orders_of
from training.data.orders import Orders
from training.fitting.item_ridge import fit_links, gram_of
from training.matrices import basket_matrix
from training.ranking import cart_groups
from training.ranking.cart_groups import REGULARIZATION, _held, _links, fit_cart_groups
from training.ranking.groups import Grouping

# Pasta 0 goes with sauce 1, whichever of ten products of each it is; soap 2 is bought by itself.
KINDS = np.repeat([0, 1, 2], 10).astype(np.int32)


def shop(n: int = 600, seed: int = 2) -> Orders:
    rng = np.random.default_rng(seed)
    baskets: list[Basket] = [(None, FIRST_DAY, tuple(f"p{at:02d}" for at in range(30)))]
    for number in range(n):
        kind = rng.choice(3, p=[0.5, 0.2, 0.3])
        bought = {int(kind * 10 + rng.integers(10))}
        if kind == 0:
            bought.add(int(10 + rng.integers(10)))
        baskets.append((None, FIRST_DAY + number // 20, tuple(f"p{at:02d}" for at in sorted(bought))))
    return orders_of(baskets)


def only_block(groups: CartGroups) -> np.ndarray:
    """The links of the only grouping, [n_groups, n_groups]."""
    size = int(groups.linked[0])
    return groups.links.reshape(size, size)


def kinds() -> Grouping:
    return Grouping("category", KINDS, 3)


def test_a_group_calls_for_what_goes_with_it() -> None:
    groups = fit_cart_groups([kinds()], shop())
    pasta, sauce, soap = groups.of[0][[0, 10, 20]]
    block = only_block(groups)
    assert block[pasta, sauce] > 0.1 > block[pasta, soap]
    assert (np.diag(block) == 0).all()
    assert groups.linked.tolist() == [3]
    assert groups.starts.tolist() == [0, 3]


def test_it_is_the_item_ridge_of_groups() -> None:
    """The same closed form, in double precision, as `training.fitting.item_ridge` has for products."""
    orders = shop()
    held = _held(basket_matrix(orders.lines, orders.n_orders, 30), kinds())
    sizes = np.diff(held.indptr)
    scaled = held.multiply(np.maximum(sizes, 1)[:, None] ** -0.25).tocsr().astype(np.float32)
    lists = fit_links(gram_of(scaled, 3, 1), 3, REGULARIZATION, 2, 1)
    expected = np.zeros((3, 3))
    for column in range(3):
        for row, weight in zip(lists.products[column], lists.scores[column], strict=True):
            if row >= 0:
                expected[row, column] = weight
    assert np.maximum(_links(held), 0) == pytest.approx(expected, abs=1e-4)


def test_the_most_frequent_groups_are_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cart_groups, "MOST_LINKED", 2)
    groups = fit_cart_groups([kinds()], shop())
    assert groups.linked.tolist() == [2]
    assert groups.of[0][20] == 2  # soap is the rarest
    assert only_block(groups).shape == (2, 2)


def test_groupings_are_numbered_through_and_products_without_a_group_are_behind() -> None:
    halves = Grouping("tag", np.where(np.arange(30) < 15, np.arange(30) % 2, -1).astype(np.int32), 2)
    groups = fit_cart_groups([kinds(), halves], shop())
    assert groups.starts.tolist() == [0, 3, 5]
    assert set(groups.of[0].tolist()) == {0, 1, 2}
    assert set(groups.of[1][:15].tolist()) == {3, 4}
    assert set(groups.of[1][15:].tolist()) == {groups.n_groups}


def test_groupings_of_very_many_groups_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cart_groups, "LARGEST", 3)
    each = Grouping("name", np.arange(30, dtype=np.int32), 30)
    groups = fit_cart_groups([each, kinds()], shop())
    assert groups.starts.tolist() == [0, 3]
    assert fit_cart_groups([each], shop()).of.shape == (0, 30)


def test_only_the_last_baskets_count(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = shop()
    whole = fit_cart_groups([kinds()], orders)
    monkeypatch.setattr(cart_groups, "MOST_BASKETS", 50)
    few = fit_cart_groups([kinds()], orders)
    assert few.links.shape == whole.links.shape
    assert not np.allclose(few.links, whole.links)


def test_without_a_grouping_nothing_is_called_for() -> None:
    assert fit_cart_groups([], shop()).of.shape == (0, 30)
