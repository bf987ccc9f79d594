"""Popularity: shares, categories, channels, trends, by hand on the tiny world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from config.training import Popularity as Settings
from models.popularity import Popularity
from models.scored import Scored
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD, BREAD_XL, BUTTER, COLA, LAST_DAY, PIZZA, WINE
from tests.training.fitting.worlds import tiny_lines
from training.fitting.popularity import fit_popularity


class TestPopularityContract(ModelContract):
    part = "popularity"

    def fit(self) -> Popularity:
        settings = Settings(recent_days=10, trending_days=5)
        return fit_popularity(tiny_lines(), tiny_bundle().catalogue, settings, LAST_DAY)

    def unknown(self, model: Popularity) -> Sequence[Scored]:
        return [model.in_category(-1), model.in_category(3), model.in_channel("fax"), model.in_channel("")]


def test_top_is_shares_of_recent_baskets() -> None:
    found = tiny_bundle().popularity.top()
    assert found.products.tolist() == [BREAD, BUTTER, COLA, PIZZA, WINE, BREAD_XL]
    assert found.scores == pytest.approx([0.5, 0.5, 0.5, 0.4, 0.2, 0.1])
    assert_descending(found)


def test_within_a_category_and_a_channel() -> None:
    popularity = tiny_bundle().popularity
    assert popularity.in_category(0).products.tolist() == [BREAD, BREAD_XL]
    assert popularity.in_category(2).products.tolist() == [COLA, WINE]
    assert popularity.in_channel("web").products.tolist() == [PIZZA, BREAD, COLA, WINE, BUTTER]


def test_evidence_by_hand() -> None:
    popularity = tiny_bundle().popularity
    assert popularity.evidence(PIZZA) == (4, 10, 10)
    # bread-xl was in one of the last five orders and in none of the five before
    assert popularity.trend(BREAD_XL) == (1, 0.0, 5)
    assert popularity.rising().scores == pytest.approx(np.log2([2, 4 / 3]))


def test_a_shop_without_sales_lately_says_nothing() -> None:
    lines = tiny_lines().clear()
    model = fit_popularity(lines, tiny_bundle().catalogue, Settings(), LAST_DAY)
    for found in (model.top(), model.rising(), model.in_category(0), model.in_channel("web")):
        assert len(found.products) == 0
    assert model.evidence(BREAD) == (0, 0, 90)
