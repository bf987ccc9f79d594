"""Candidates: what was bought and what is new, each once, from before the cut alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.ranking.worlds import (
    Basket,
    history_of,
    random_baskets,
    random_history,
    snapshot_of,
)
from training.ranking.candidates import CandidateRows, candidates, places
from training.ranking.snapshot import Snapshot


class Fixed:
    """A source that says the same of everybody."""

    def __init__(self, scores: Sequence[float]) -> None:
        self._scores = np.array(scores, dtype=np.float32)

    def scores(self, customers: object) -> np.ndarray:
        return np.tile(self._scores, (customers.n_customers, 1))  # type: ignore[attr-defined]  # a History


def assert_same(one: CandidateRows, other: CandidateRows) -> None:
    for name in CandidateRows.__slots__:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def of_customer(rows: CandidateRows, customer: int, *, owned: bool) -> set[int]:
    return set(rows.product[(rows.customer == customer) & (rows.owned == owned)].tolist())


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 20))
def test_every_candidate_is_there_once_and_either_owned_or_new(seed: int, n_owned: int, n_new: int) -> None:
    history = random_history(seed)
    rows = candidates(history, snapshot_of(history), n_owned=n_owned, n_new=n_new)
    pairs = list(zip(rows.customer.tolist(), rows.product.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert (np.diff(rows.customer) >= 0).all()
    bought = history.owned().toarray() > 0
    assert (bought[rows.customer, rows.product] == rows.owned).all()
    sold = bought.any(axis=0)
    for customer in range(history.n_customers):
        owned, new = (of_customer(rows, customer, owned=kind) for kind in (True, False))
        assert len(owned) == min(n_owned, bought[customer].sum())
        assert len(new) <= n_new
        if n_new >= 15:
            assert new == set(np.flatnonzero(sold & ~bought[customer]).tolist())
    assert np.isfinite(rows.scores).all()
    assert np.isfinite(rows.ranks).all()


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_nothing_after_the_cut_changes_a_candidate(seed: int, future: int) -> None:
    past = random_baskets(seed)
    known = history_of(past, 12, 15, 150)
    later = [(who, day + 150, products) for who, day, products in random_baskets(future, days=60)]
    cut = history_of([*past, *later], 12, 15, 210).before(150)
    assert_same(candidates(cut, snapshot_of(cut)), candidates(known, snapshot_of(known)))


def test_ranks_are_places_among_the_customer_s_candidates() -> None:
    row = np.array([0, 0, 0, 2, 2])
    starts = row.searchsorted(np.arange(3))
    scores = np.array([0.1, 0.9, 0.5, 2.0, 3.0], dtype=np.float32)
    assert places(row, starts, scores).tolist() == [2, 0, 1, 1, 0]


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=6))
def test_places_are_those_of_one_sort_of_all(scores_of_rows: list[list[int]]) -> None:
    """Of equals the first comes first; rows may be of any length, and empty."""
    row = np.repeat(np.arange(len(scores_of_rows)), [len(scores) for scores in scores_of_rows])
    scores = np.array([score for scores in scores_of_rows for score in scores], dtype=np.float32)
    starts = row.searchsorted(np.arange(len(scores_of_rows)))
    expected = np.empty(len(row))
    order = np.lexsort((-scores, row))
    expected[order] = np.arange(len(row)) - starts[row[order]]
    assert places(row, starts, scores).tolist() == expected.tolist()


def fixed_snapshot(baskets: list[Basket], n_products: int, **sources: Sequence[float]) -> Snapshot:
    """A snapshot of these sources alone, which say the same of everybody."""
    fitted = snapshot_of(history_of(baskets, 2, n_products, 200))
    return replace(fitted, sources={name: Fixed(scores) for name, scores in sources.items()})


def test_new_candidates_are_the_best_by_rank_fusion() -> None:
    """Popularity and two sources propose; one that has but an opinion does not."""
    baskets: list[Basket] = [(0, 199, (0,)), (1, 198, (0, 1, 2, 3, 4))]
    snapshot = fixed_snapshot(
        baskets, 5, item_ridge=[9, 1, 2, 3, 4], taste=[9, 1, 2, 3, 4], user_wise=[9, 9, 1, 1, 1]
    )
    customers = history_of(baskets[:1], 1, 5, 200)
    rows = candidates(customers, snapshot, n_new=2)
    assert of_customer(rows, 0, owned=True) == {0}
    assert of_customer(rows, 0, owned=False) == {4, 3}
    place = dict(zip(rows.product.tolist(), np.expm1(rows.ranks[0]).round().tolist(), strict=True))
    assert place == {0: 0, 4: 1, 3: 2}


def test_the_best_source_is_the_one_that_ranks_it_highest() -> None:
    baskets: list[Basket] = [(0, 199, (0,)), (1, 198, (0, 1, 2))]
    snapshot = fixed_snapshot(baskets, 3, item_ridge=[1, 3, 2], taste=[1, 2, 3])
    rows = candidates(history_of(baskets[:1], 1, 3, 200), snapshot)
    best = dict(zip(rows.product.tolist(), rows.best.tolist(), strict=True))
    assert (best[1], best[2]) == (0, 1)


def test_without_a_source_popularity_proposes() -> None:
    baskets: list[Basket] = [(0, 199, (0,)), (1, 198, (0, 1, 2))]
    rows = candidates(history_of(baskets[:1], 1, 3, 200), fixed_snapshot(baskets, 3))
    assert rows.product.tolist() == [0, 1, 2]
    assert rows.scores.shape == (0, 3)


def test_who_bought_everything_has_nothing_new() -> None:
    history = history_of([(0, 1, (0, 1)), (0, 2, (2,))], 1, 3, 3)
    rows = candidates(history, snapshot_of(history))
    assert rows.owned.tolist() == [True] * 3


@pytest.mark.parametrize("seed", range(3))
def test_blocks_of_customers_change_nothing(seed: int) -> None:
    history = random_history(seed)
    snapshot = snapshot_of(history)
    whole = candidates(history, snapshot)
    for customer in range(history.n_customers):
        alone = candidates(history.take(np.array([customer])), snapshot)
        assert alone.scores == pytest.approx(whole.scores[:, whole.customer == customer], abs=1e-5)
        assert alone.product.tolist() == whole.product[whole.customer == customer].tolist()


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_customers_are_alike_under_any_number(seed: int) -> None:
    """ALS is left out: it begins at random, customer by customer."""
    order = np.random.default_rng(seed).permutation(12)
    baskets = random_baskets(seed)
    renamed = [(who if who < 0 else int(order[who]), day, products) for who, day, products in baskets]
    histories = [history_of(each, 12, 15, 150) for each in (baskets, renamed)]
    found = []
    for history in histories:
        snapshot = snapshot_of(history)
        sources = {name: source for name, source in snapshot.sources.items() if name != "taste"}
        found.append(candidates(history, replace(snapshot, sources=sources)))
    for customer in range(12):
        one, other = found[0].customer == customer, found[1].customer == order[customer]
        assert set(found[0].product[one].tolist()) == set(found[1].product[other].tolist())
        by_product = [
            rows.scores[:, at][:, rows.product[at].argsort()]
            for rows, at in zip(found, (one, other), strict=True)
        ]
        assert by_product[0] == pytest.approx(by_product[1], abs=1e-4)
