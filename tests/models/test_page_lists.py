"""Lists that training mixed for products' pages: what is in them, and where they end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.page_lists import PageLists, no_page_lists
from models.scored import Scored
from tests.models.contract import ModelContract
from tests.models.tiny import tiny_bundle
from training.fitting.page_lists import fit_page_lists


class TestPageListsContract(ModelContract):
    part = "page_lists"

    def fit(self) -> PageLists:
        return fit_page_lists(tiny_bundle())

    def unknown(self, model: PageLists) -> Sequence[Scored]:
        found = [model.of(page) for page in (-1, len(model.products), 10**9)]
        return [Scored(page.products, page.strengths) for page in found]


class TestNoPageListsContract(ModelContract):
    part = "page_lists"

    def fit(self) -> PageLists:
        return no_page_lists(3)

    def unknown(self, model: PageLists) -> Sequence[Scored]:
        found = [model.of(page) for page in (-1, 0, 2, 3)]
        return [Scored(page.products, page.strengths) for page in found]


def test_padding_is_never_seen() -> None:
    lists = PageLists(
        np.array([[4, -1, -1], [1, 2, 3]], dtype=np.int32),
        np.array([[0.5, 0, 0], [3, 2, 1]], dtype=np.float32),
        np.array([[1, 0, 0], [0, 1, 2]], dtype=np.uint8),
    )
    assert lists.of(0).products.tolist() == [4]
    assert lists.of(0).strengths.tolist() == [0.5]
    assert lists.of(0).sources.tolist() == [1]
    assert lists.of(1).products.tolist() == [1, 2, 3]
