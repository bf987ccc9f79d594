"""Examples to learn from: what is right, what is kept, and how much each counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from tests.training.ranking.worlds import Basket, history_of, random_baskets, random_history, snapshot_of
from training.ranking import examples as module
from training.ranking.candidates import candidates
from training.ranking.examples import (
    Examples,
    Outcome,
    blocks_of,
    contains,
    examples_at,
    joined,
    whose_turn,
)
from training.ranking.history import History

# Customer 0 has the three baskets that a habit takes, customer 1 two; product 4 is new to both.
BASKETS: list[Basket] = [
    *((0, day, (0, 1)) for day in (10, 20, 30)),
    *((1, day, (2, 3)) for day in (10, 20)),
    (2, 15, (4, 5)),
    (0, 40, (1, 2)),
    (0, 45, (3, 6)),
    (1, 40, (2,)),
]


def examples_of_tiny(monkeypatch: pytest.MonkeyPatch) -> dict[str, Examples]:
    """All candidates as of day 40, none left out at random; the window ends with day 49."""
    for order in ("all", "new"):
        monkeypatch.setitem(module.NEGATIVES, order, 1.0)
    later = history_of(BASKETS, 3, 7, 50)
    known = later.before(40)
    return dict(examples_at(known, later, snapshot_of(known), 10, 100, seed=1))


def test_right_is_what_is_in_the_first_basket_and_in_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    found = examples_of_tiny(monkeypatch)
    # Customer 0 alone is learned from: candidates are products 0 to 5, of them 1 and 2 in the first basket,
    # and 3 as well in the window; product 6, bought then, nobody knew of.
    assert found["all"].first_basket.bought.sum() == 2
    # Who bought two products counts no more than who bought three would, by product.
    assert found["all"].first_basket.weights == pytest.approx([1 / 3] * 6)
    assert found["all"].window.bought.sum() == 3
    assert found["all"].window.weights.tolist() == [0.25] * 6
    # New are 2 to 5: 2 is in the first basket, 2 and 3 in the window. Of new products those listed count.
    assert found["new"].first_basket.bought.sum() == 1
    assert found["new"].first_basket.weights.tolist() == [1.0] * 4
    assert found["new"].window.bought.sum() == 2
    assert found["new"].window.weights.tolist() == [0.5] * 4
    for part in found.values():
        assert part.features.shape == (len(part.window.bought), len(part.names))
        owned = part.features[:, part.names.index("pair_n")] > 0
        assert owned.sum() == (2 if part is found["all"] else 0)


def test_what_is_kept_for_the_window_counts_less_for_the_first_basket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is kept for certain, and stands for no more than its share of what was not bought at first."""
    share = {"all": 0.5, "new": 0.25}
    monkeypatch.setattr(module, "NEGATIVES", share)
    later = history_of(BASKETS, 3, 7, 50)
    known = later.before(40)
    for order, part in examples_at(known, later, snapshot_of(known), 10, 100, seed=1).items():
        later_only = (part.window.bought > 0) & (part.first_basket.bought == 0)
        highest = part.first_basket.weights.max()
        assert later_only.sum() == 1
        assert part.first_basket.weights[later_only] == pytest.approx(highest * share[order])
        assert (part.first_basket.weights[~later_only] == highest).all()


def test_a_customer_who_buys_nothing_new_at_first_counts_by_the_window_alone() -> None:
    baskets = [basket for basket in BASKETS if basket != (0, 40, (1, 2))] + [(0, 40, (1,))]
    later = history_of(sorted(baskets), 3, 7, 50)
    known = later.before(40)
    new = examples_at(known, later, snapshot_of(known), 10, 100, seed=1)["new"]
    assert new.window.bought.sum() == 1
    assert not new.first_basket.weights.any()
    assert not new.first_basket.bought.any()


def test_nobody_to_learn_from_is_no_examples() -> None:
    later = history_of([basket for basket in BASKETS if basket[0] != 0], 3, 7, 50)
    known = later.before(40)
    assert examples_at(known, later, snapshot_of(known), 10, 100, seed=1) == {}


def test_customers_count_alike_and_all_that_was_bought_is_kept() -> None:
    later = random_history(2, n_customers=40, n_products=30)
    known = later.before(110)
    snapshot = snapshot_of(known)
    found = examples_at(known, later, snapshot, 28, 100, seed=1)
    truth = later.truth(110, 138)
    judged = np.flatnonzero((known.basket_counts() >= 3) & (np.diff(truth.window.indptr) > 0))
    rows = candidates(known.take(judged), snapshot)
    first, window = (contains(right[judged], rows.customer, rows.product) for right in truth)
    assert found["all"].first_basket.bought.sum() == first.sum()
    assert found["all"].window.bought.sum() == window.sum()
    assert found["new"].first_basket.bought.sum() == (first & ~rows.owned).sum()
    new = window & ~rows.owned
    assert found["new"].window.bought.sum() == new.sum()
    # The weights of all that a customer newly bought add up to one.
    of_new = found["new"].window
    assert (of_new.weights * of_new.bought).sum() == pytest.approx(len(set(rows.customer[new].tolist())))
    assert len(found["all"].features) < len(rows.product)  # most of what was not bought is left out


def test_the_seed_decides_what_is_left_out() -> None:
    later = random_history(2, n_customers=40, n_products=30)
    known = later.before(110)
    snapshot = snapshot_of(known)
    first, again, other = (examples_at(known, later, snapshot, 28, 20, seed)["all"] for seed in (1, 1, 2))
    assert np.array_equal(first.features, again.features, equal_nan=True)
    assert first.features.shape != other.features.shape or not np.array_equal(
        first.features, other.features, equal_nan=True
    )


def test_no_more_customers_than_asked_for() -> None:
    later = random_history(2, n_customers=40, n_products=30)
    known = later.before(110)
    few, all_of_them = (
        examples_at(known, later, snapshot_of(known), 28, most, 1)["all"].window for most in (4, 99)
    )
    assert few.weights[few.bought > 0].sum() <= 4 < all_of_them.weights[all_of_them.bought > 0].sum()


def test_where_there_are_enough_each_is_learned_from_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of them at a cut, the other half at the next one; of few all of them every time."""
    later = random_history(2, n_customers=40, n_products=30)
    known = later.before(110)
    snapshot, seen = snapshot_of(known), []
    taken = History.take

    def seen_by(history: History, customers: np.ndarray) -> History:
        if history is known:
            seen.append(set(customers.tolist()))
        return taken(history, customers)

    monkeypatch.setattr(History, "take", seen_by)
    for few, turn in ((1, None), (100, 0), (1, 0), (1, 1)):
        monkeypatch.setattr(module, "FEW", few)
        examples_at(known, later, snapshot, 28, 100, 1, turn=turn)
    everybody, few_of_them, first, second = seen
    assert everybody == few_of_them == first | second
    assert not first & second
    assert len(first) > len(everybody) / 4 < len(second)
    assert whose_turn(7, 1).tolist() == whose_turn(7, 1).tolist() != whose_turn(7, 2).tolist()


def test_what_comes_after_the_window_is_not_right() -> None:
    past = random_baskets(2, n_customers=40, n_products=30)
    future = [(who, day + 150, products) for who, day, products in random_baskets(3, n_customers=40)]
    found = []
    for baskets, as_of in ((past, 150), ([*past, *future], 300)):
        later = history_of(baskets, 40, 30, as_of)
        known = later.before(122)
        found.append(examples_at(known, later.before(150), snapshot_of(known), 28, 100, 1)["new"])
    assert np.array_equal(found[0].features, found[1].features, equal_nan=True)
    assert np.array_equal(found[0].window.bought, found[1].window.bought)
    assert np.array_equal(found[0].first_basket.bought, found[1].first_basket.bought)


@given(st.integers(0, 40), st.integers(0, 3_000_000))
def test_blocks_hold_every_customer_once(n_customers: int, n_columns: int) -> None:
    blocks = blocks_of(np.arange(n_customers), n_columns)
    assert [customer for block in blocks for customer in block] == list(range(n_customers))
    for block in blocks:
        assert len(block) == 1 or len(block) * n_columns <= module.BLOCK_CELLS


def test_contains_is_the_matrix_looked_up() -> None:
    matrix = csr_matrix(np.array([[0, 1, 0], [1, 0, 1]]))
    rows, columns = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 2])
    assert contains(matrix, rows, columns).tolist() == [False, True, True, False, True]
    assert contains(csr_matrix((2, 3)), rows, columns).tolist() == [False] * 5


def test_parts_follow_each_other() -> None:
    def outcome(n: int) -> Outcome:
        return Outcome(np.full(n, n), np.full(n, -n))

    parts = [Examples(np.full((n, 2), n), outcome(n), outcome(n + 1), ("a", "b")) for n in (1, 2)]
    whole = joined(parts)
    assert whole.features.tolist() == [[1, 1], [2, 2], [2, 2]]
    assert whole.first_basket.bought.tolist() == [1, 2, 2]
    assert whole.window.weights.tolist() == [-2, -2, -3, -3, -3]
    assert whole.names == ("a", "b")
