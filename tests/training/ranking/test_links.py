"""Counts of products together and one after the other, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.ranking.worlds import Basket, history_of, random_history
from training.ranking.links import among_highest, fit_cooccurrence, fit_transitions

BASKETS: list[Basket] = [(0, 1, (0, 1)), (0, 2, (0, 1, 2)), (1, 1, (2,)), (1, 3, (0,))]
COLUMNS = np.array([0, 2], dtype=np.int32)


def test_products_of_the_same_baskets() -> None:
    history = history_of(BASKETS, 2, 3, as_of=4)
    weights = fit_cooccurrence(history, COLUMNS, top=10).weights.toarray()
    # Sold 3, 2 and 2 times; 0 with 2 once, 1 with 0 twice, 1 with 2 once; columns are products 0 and 2.
    expected = [
        [0, 1 / (3**0.5 * 2**0.7)],
        [2 / (2**0.5 * 3**0.7), 1 / (2**0.5 * 2**0.7)],
        [1 / (2**0.5 * 3**0.7), 0],
    ]
    assert weights == pytest.approx(np.array(expected), rel=1e-5)


def test_products_of_the_next_basket() -> None:
    history = history_of(BASKETS, 2, 3, as_of=4)
    source = fit_transitions(history, COLUMNS, top=10)
    # {0, 1} -> {0, 1, 2} and {2} -> {0}: before once each; after, product 0 twice and product 2 once.
    expected = np.array([[2**-0.5, 1], [2**-0.5, 1], [2**-0.5, 0]])
    assert source.weights.toarray() == pytest.approx(expected, rel=1e-5)
    # Only the last basket speaks: that of customer 0 has all three products, that of customer 1 the first.
    assert source.scores(history) == pytest.approx(np.array([expected.sum(axis=0), expected[0]]), rel=1e-5)


def test_what_was_bought_lately_speaks_louder() -> None:
    history = history_of(BASKETS, 2, 3, as_of=4)
    source = fit_cooccurrence(history, COLUMNS, top=10)
    assert source.scores(history) == pytest.approx(
        history.decayed(30.0).toarray() @ source.weights.toarray(), rel=1e-5
    )


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_no_product_speaks_for_itself_and_only_the_best_are_kept(seed: int, top: int) -> None:
    history = random_history(seed)
    columns = np.array([1, 2, 5, 8, 9, 14], dtype=np.int32)
    all_of_them = fit_cooccurrence(history, columns, top=100).weights.toarray()
    assert not all_of_them[columns, np.arange(len(columns))].any()
    kept = fit_cooccurrence(history, columns, top=top).weights.toarray()
    assert ((kept == 0) | (kept == all_of_them)).all()
    assert ((kept > 0).sum(axis=1) <= top).all()
    links, best = (fit_transitions(history, columns, top=n).weights.toarray() for n in (100, top))
    for row in range(len(links)):
        expected = np.sort(links[row][links[row] > 0])[::-1][:top]
        assert np.sort(best[row][best[row] > 0])[::-1] == pytest.approx(expected)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=30), st.data())
def test_of_equals_the_first_are_among_the_highest(values: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, len(values) - 1))
    best = np.argsort(-np.array(values), kind="stable")[:n]
    assert np.flatnonzero(among_highest(np.array(values, dtype=np.float32), n)).tolist() == sorted(best)
