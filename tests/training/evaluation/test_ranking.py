from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.baselines.history import NOTHING_SAID, Asked
from training.evaluation import ranking
from training.evaluation.papers import Paper, Question
from training.evaluation.ranking import best_of, lists_of
from training.evaluation.rows import Rows

N_PRODUCTS = 200


def rows_of(sets: list[set[int]]) -> Rows:
    pairs = np.array([(row, item) for row, items in enumerate(sets) for item in items]).reshape(-1, 2)
    return Rows.of_pairs(pairs[:, 0].astype(np.int64), pairs[:, 1], len(sets))


def paper_of(limits: list[set[int]]) -> Paper:
    n_rows = len(limits)
    truth, nothing = rows_of([{0}] * n_rows), rows_of([set()] * n_rows)
    paid = np.zeros(n_rows)
    questions = (
        Question("all", truth, paid, nothing, False, ("cross_sell", "buy_again")),
        Question("repeat", truth, paid, rows_of(limits), True, ("buy_again",)),
        Question("new", truth, paid, rows_of(limits), False, ("cross_sell",)),
    )
    return Paper(np.arange(n_rows, dtype=np.int32), nothing, questions, carts=False)


@pytest.mark.parametrize("n_products", [1, 7, 40, 700, 3000])
def test_the_best_as_a_full_sort_finds_them(n_products: int) -> None:
    rng = np.random.default_rng(n_products)
    scores = rng.integers(0, 50, (30, n_products)).astype(np.float32)  # many are equal
    scores[scores < 15] = NOTHING_SAID
    lists = best_of(scores, 10)
    for row in range(30):
        order = np.argsort(-scores[row], kind="stable")[:10]
        expected = order[scores[row][order] > NOTHING_SAID].tolist()
        assert lists[row].tolist() == expected + [-1] * (10 - len(expected))


SETS = st.lists(st.sets(st.integers(0, N_PRODUCTS - 1), max_size=30), min_size=1, max_size=6)


@given(SETS, st.integers(0, 99), st.integers(1, 400))
def test_limits_hold_and_nothing_is_listed_twice(limits: list[set[int]], seed: int, cells: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(len(limits), N_PRODUCTS)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.3] = NOTHING_SAID
    said = scores.copy()

    def scorer(asked: Asked) -> np.ndarray:
        return scores[asked.customers]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "BLOCK_CELLS", cells)
        lists = lists_of(scorer, paper_of(limits), N_PRODUCTS, 20, frozenset({"all", "repeat", "new"}))
    for row, owned in enumerate(limits):
        listed = {part: [item for item in found[row].tolist() if item >= 0] for part, found in lists.items()}
        for items in listed.values():
            assert len(items) == len(set(items))
            assert all(said[row, item] > NOTHING_SAID for item in items)
            assert [said[row, item] for item in items] == sorted(
                (said[row, item] for item in items), reverse=True
            )
        assert set(listed["repeat"]) <= owned
        assert not set(listed["new"]) & owned
        spoken = np.flatnonzero(said[row] > NOTHING_SAID).tolist()
        assert len(listed["repeat"]) == min(20, len(owned & set(spoken)))
        assert len(listed["new"]) == min(20, len(set(spoken) - owned))
