"""Lists that training ranked for known customers: what is in them, and where they end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.training import Ranking, Training
from models.arrays import frozen
from models.ids import UNKNOWN
from models.ranked_lists import (
    LISTS,
    SOURCES,
    CustomerLists,
    RankedLists,
    no_customer_lists,
    no_ranked_lists,
)
from models.scored import Scored
from tests.models.contract import ModelContract
from tests.training.ranking.worlds import WINDOW, habit_shop, history_of, plain_catalogue
from training.ranking.fit import Rankers, fit_rankers
from training.ranking.lists import write_lists


class TestCustomerListsContract(ModelContract):
    part = "customer_lists"

    def fit(self) -> CustomerLists:
        settings = Training(threads=1, ranking=Ranking(cuts=4))
        history, catalogue = history_of(habit_shop(), 60, 90, 200), plain_catalogue(90)
        rankers = fit_rankers(history, catalogue, settings, WINDOW)
        assert isinstance(rankers, Rankers)
        return write_lists(history, catalogue, rankers, settings)

    def unknown(self, model: CustomerLists) -> Sequence[Scored]:
        found = [getattr(model, name).of(customer) for name in LISTS for customer in (-1, 60, 10**9)]
        return [Scored(ranked.products, ranked.scores) for ranked in found]


class TestNoListsContract(ModelContract):
    part = "customer_lists"

    def fit(self) -> CustomerLists:
        return no_customer_lists(3)

    def unknown(self, model: CustomerLists) -> Sequence[Scored]:
        found = [getattr(model, name).of(customer) for name in LISTS for customer in (-1, 0, 2, 3)]
        return [Scored(ranked.products, ranked.scores) for ranked in found]


@given(st.lists(st.integers(0, 5), max_size=5), st.integers(0, 3))
def test_padding_is_never_seen(products: list[int], padding: int) -> None:
    lists = no_ranked_lists(2, len(products) + padding)
    lists.products[1, : len(products)] = products
    lists.scores[1, : len(products)] = np.linspace(1, 0.5, len(products))
    lists.sources[1, : len(products)] = 2
    found = lists.of(1)
    assert found.products.tolist() == products
    assert found.scores == pytest.approx(np.linspace(1, 0.5, len(products)))
    assert found.sources.tolist() == [2] * len(products)
    assert len(lists.of(0).products) == 0


def test_arrays_are_named_by_list_and_field() -> None:
    ranked = [
        RankedLists(*(frozen(np.full((1, 2), n, dtype=kind)) for kind in (np.int32, np.float32, np.uint8)))
        for n in range(3)
    ]
    arrays = CustomerLists(*ranked).to_arrays()
    assert sorted(arrays) == sorted(
        f"{name}_{field}" for name in LISTS for field in ("products", "scores", "sources")
    )
    assert arrays["again_products"].tolist() == [[2, 2]]
    assert CustomerLists.from_arrays(arrays).mixed.products.tolist() == [[1, 1]]


def test_room_for_products_is_empty() -> None:
    lists = no_ranked_lists(2, 3)
    assert lists.products.tolist() == [[UNKNOWN] * 3] * 2
    assert not lists.scores.any()


def test_the_sources_of_artifacts_in_use_keep_their_numbers() -> None:
    assert SOURCES[:3] == ("buy_again", "item_ridge", "taste")
