"""Shortlists: who has few candidates keeps them, of many those that look best at first sight."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.training.ranking.test_rankers import fitted, planted
from training.ranking.rankers import ReadyRanker
from training.ranking.shortlist import TIMES, chances_of, shortlist


@cache
def ready() -> ReadyRanker:
    return fitted("new").ready()


def rows_of(counts: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Features of so many candidates of each customer, and whose they are."""
    customer = np.repeat(np.arange(len(counts)), counts)
    return planted("new", seed=3).features[: len(customer)], customer


@given(
    counts=st.lists(st.integers(0, 30), max_size=6),
    length=st.integers(1, 12),
    seed=st.integers(0, 5),
)
def test_of_each_customer_the_best_at_first_sight_are_kept(counts: list[int], length: int, seed: int) -> None:
    features, customer = rows_of(counts)
    allowed = np.random.default_rng(seed).random(len(customer)) < 0.7
    kept = shortlist(ready(), features, customer, allowed, length)
    assert (np.diff(kept) > 0).all()
    rough = ready().at_first_sight(features) if len(features) else np.empty(0)
    for one in range(len(counts)):
        theirs = np.flatnonzero(allowed & (customer == one))
        mine = kept[customer[kept] == one]
        assert set(mine.tolist()) <= set(theirs.tolist())
        assert len(mine) == min(len(theirs), TIMES * length)
        left = np.setdiff1d(theirs, mine)
        if len(left):
            assert rough[mine].min() >= rough[left].max()


def test_nobody_is_asked_about_nothing() -> None:
    features, customer = rows_of([5, 5])
    none = shortlist(ready(), features, customer, np.zeros(10, dtype=bool), 3)
    assert len(none) == 0
    assert not chances_of(ready(), features, none).any()


def test_rows_that_are_not_asked_about_have_no_chance() -> None:
    features, _ = rows_of([10])
    asked = np.array([2, 7])
    chances = chances_of(ready(), features, asked)
    assert np.array_equal(chances[asked], ready().chances(features[asked]))
    assert not np.delete(chances, asked).any()
