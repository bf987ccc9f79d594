"""Lists of fixed length that may end early."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.ids import UNKNOWN
from models.lists import TopLists
from models.scored import Scored
from models.taste import Taste
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD_XL, CAI, COLA, CUSTOMERS, LAST_DAY, PRODUCTS
from tests.training.fitting.worlds import tiny_lines
from training.fitting.taste import fit_similar, fit_taste, fit_taste_lists
from training.matrices import purchase_matrix

PURCHASES = purchase_matrix(tiny_lines(), len(CUSTOMERS), len(PRODUCTS), LAST_DAY, 180)


def fitted_taste() -> Taste:
    return fit_taste(PURCHASES, factors=3, iterations=5, regularization=0.1, alpha=2.0, seed=7, threads=2)


class TestTasteListsContract(ModelContract):
    part = "taste_lists"

    def fit(self) -> TopLists:
        return fit_taste_lists(fitted_taste(), PURCHASES, 3, threads=2)

    def unknown(self, model: TopLists) -> Sequence[Scored]:
        return [model.of(-1), model.of(len(CUSTOMERS)), model.of(10**9)]


class TestSimilarContract(ModelContract):
    part = "similar"

    def fit(self) -> TopLists:
        buyers = np.bincount(PURCHASES.indices, minlength=len(PRODUCTS))
        return fit_similar(fitted_taste(), buyers, length=3, threads=2)

    def unknown(self, model: TopLists) -> Sequence[Scored]:
        return [model.of(-1), model.of(len(PRODUCTS)), model.of(10**9)]


def test_a_list_ends_where_it_ends() -> None:
    found = tiny_bundle().taste_lists.of(CAI)
    assert found.products.tolist() == [COLA, BREAD_XL]
    assert len(found.scores) == 2


@given(st.lists(st.integers(0, 5), max_size=5), st.integers(0, 3))
def test_padding_is_never_seen(products: list[int], padding: int) -> None:
    row = products + [UNKNOWN] * padding
    scores = [*np.linspace(1, 0.5, len(products)), *[0.0] * padding]
    lists = TopLists(np.array([row], dtype=np.int32), np.array([scores], dtype=np.float32))
    found = lists.of(0)
    assert found.products.tolist() == products
    assert_descending(found)
