"""The best consequents of every product, against counting one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.training import BoughtTogether as Settings
from models.bought_together import shrunk_score
from tests.models.contract import assert_descending, assert_same_arrays
from tests.models.tiny_names import BREAD, BUTTER, COLA, PIZZA
from tests.training.fitting.planted import A, C, D, planted_baskets
from tests.training.fitting.worlds import basket_csr, random_baskets, tiny_lines
from training.fitting.bought_together import fit_bought_together
from training.matrices import basket_matrix

N = 8


@given(random_baskets(N), st.integers(1, 3), st.integers(1, 4))
def test_rows_equal_brute_force(baskets: list[list[int]], min_pair_orders: int, top_k: int) -> None:
    settings = Settings(min_pair_orders=min_pair_orders, top_k=top_k)
    model = fit_bought_together(basket_csr(baskets, N), settings, threads=2)
    sets = [set(basket) for basket in baskets if basket]
    assert model.all_orders.tolist() == [len(sets)]
    counts = [[sum({first, second} <= one for one in sets) for second in range(N)] for first in range(N)]
    for first in range(N):
        rules = []
        for second in range(N):
            pair, one, other = counts[first][second], counts[first][first], counts[second][second]
            if second == first or pair < min_pair_orders or pair * len(sets) <= one * other:
                continue
            values = [np.array([value]) for value in (pair, one, other)]
            score = shrunk_score(values[0], values[1], values[2], len(sets), damping=10, discount=0.5).astype(
                np.float32
            )
            rules.append((-float(score[0]), second, pair))
        expected = sorted(rules)[:top_k]
        row = model.of(first)
        assert row.products.tolist() == [second for _, second, _ in expected]
        assert row.scores.tolist() == [-score for score, _, _ in expected]
        for _, second, pair in expected:
            evidence = model.evidence(first, second)
            assert evidence is not None
            assert evidence.pair_orders == pair


def test_the_tiny_world_by_hand() -> None:
    model = fit_bought_together(
        basket_matrix(tiny_lines(), 10, 6), Settings(min_pair_orders=2, damping=0), threads=1
    )
    # Bread and butter: 4 of 10 where 5 * 5 / 10 are chance. Bread and cola: 2, as chance has it, or less.
    assert model.of(BREAD).products.tolist() == [BUTTER]
    # Cola and pizza 3, chance 2; cola with bread or butter 2, chance 2.5. Score (3/5) / sqrt(4/10).
    assert model.of(COLA).products.tolist() == [PIZZA]
    assert model.of(COLA).scores[0] == pytest.approx(0.6 / 0.4**0.5)


def test_what_was_planted_is_found() -> None:
    model = fit_bought_together(planted_baskets(), Settings(), threads=2)
    assert set(model.of(A).products[:2].tolist()) == {C, D}
    for product in range(20):
        assert_descending(model.of(product))


def test_threads_and_blocks_do_not_change_the_model() -> None:
    one, three = (fit_bought_together(planted_baskets(), Settings(), threads=count) for count in (1, 3))
    assert_same_arrays(one, three)


@pytest.mark.parametrize("baskets", [[], [[]], [[1], [2]]])
def test_no_pairs_no_rules(baskets: list[list[int]]) -> None:
    model = fit_bought_together(basket_csr(baskets, 3), Settings(), threads=2)
    assert len(model.consequents) == 0
    assert model.starts.tolist() == [0, 0, 0, 0]


def test_progress_ends_at_all_products() -> None:
    told: list[str] = []
    fit_bought_together(planted_baskets(), Settings(), threads=2, progress=told.append)
    assert told[-1] == "bought_together: 20 of 20 products"
