"""Popularity and trends, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from config.training import Popularity as Settings
from models.catalogue import NO_CATEGORY
from tests.models.contract import assert_descending
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD, BREAD_XL, BUTTER, COLA, LAST_DAY, PIZZA, WINE
from tests.training.fitting.worlds import catalogue_of, lines_of, tiny_lines
from training.fitting.popularity import MIN_TRENDING_ORDERS, TREND_DAMPING, fit_popularity

ALL = Settings(recent_days=10, trending_days=5)


def test_the_tiny_world_is_counted_as_by_hand() -> None:
    tiny = tiny_bundle()
    model = fit_popularity(tiny_lines(), tiny.catalogue, ALL, LAST_DAY)
    for name in ("popular", "recent_orders", "trending_orders", "expected_orders", "window"):
        assert getattr(model, name).tolist() == getattr(tiny.popularity, name).tolist(), name
    assert model.category_starts.tolist() == tiny.popularity.category_starts.tolist()
    assert model.category_products.tolist() == tiny.popularity.category_products.tolist()
    assert model.in_category(2).products.tolist() == [COLA, WINE]
    assert set(model.in_channel("web").products.tolist()) == {PIZZA, BREAD, COLA, WINE, BUTTER}
    assert BREAD_XL in model.in_channel("store").products.tolist()


def test_only_recent_days_count() -> None:
    lines = lines_of([(0, 0, 0, 100), (1, 0, 1, 101), (2, 0, 1, 110), (3, 0, 2, 111)])
    model = fit_popularity(lines, catalogue_of([0, 0, 0]), Settings(recent_days=10, trending_days=1), 110)
    # days 101 to 110: orders 1 and 2; day 100 is too old, day 111 not yet there
    assert model.top().products.tolist() == [1]
    assert model.top().scores.tolist() == [1.0]
    assert model.evidence(1) == (2, 2, 10)


def test_a_trend_by_hand() -> None:
    # 60 orders in the 20 earlier days, product 0 in 6 of them; 40 orders in the 10 last days, 0 in 24.
    earlier = [(at, 0, 0 if at < 6 else 1, 81 + at % 20) for at in range(60)]
    lately = [(60 + at, 0, 0 if at < 24 else 1, 101 + at % 10) for at in range(40)]
    model = fit_popularity(
        lines_of(earlier + lately), catalogue_of([0, 0]), Settings(recent_days=30, trending_days=10), 110
    )
    assert model.trend(0) == pytest.approx((24, 40 * 6 / 60, 10))
    assert model.rising().products.tolist() == [0]
    assert model.rising().scores[0] == pytest.approx(np.log2((24 + TREND_DAMPING) / (4 + TREND_DAMPING)))


def test_more_sales_of_everything_are_no_trend() -> None:
    earlier = [(at, 0, at % 4, 81 + at % 20) for at in range(40)]
    lately = [(100 + at, 0, at % 4, 101 + at % 10) for at in range(400)]
    model = fit_popularity(
        lines_of(earlier + lately), catalogue_of([0] * 4), Settings(recent_days=30, trending_days=10), 110
    )
    assert len(model.rising().products) == 0


def test_too_few_orders_are_no_trend() -> None:
    # nine orders of something else, then a few of a new product
    old = [(at, 0, 0, 50 + at) for at in range(9)]
    for few, expected in ((MIN_TRENDING_ORDERS - 1, []), (MIN_TRENDING_ORDERS, [1])):
        new = [(20 + at, 0, 1, 100) for at in range(few)]
        model = fit_popularity(
            lines_of(old + new), catalogue_of([0, 0]), Settings(recent_days=60, trending_days=5), 100
        )
        assert model.rising().products.tolist() == expected


def test_without_earlier_orders_nothing_is_said_to_rise() -> None:
    lines = lines_of([(at, 0, 0, 100) for at in range(50)])
    model = fit_popularity(lines, catalogue_of([0]), Settings(), 100)
    assert len(model.rising().products) == 0
    assert model.trend(0) == (50, 50.0, 28)


def test_lists_are_cut_at_their_length() -> None:
    rows = [(at, 0, product, 100) for at in range(30) for product in range(min(at + 1, 30))]
    settings = Settings(list_length=10)
    model = fit_popularity(
        lines_of(rows, ["web"] * len(rows)), catalogue_of([0] * 15 + [1] * 15), settings, 100
    )
    assert model.top().products.tolist() == list(range(10))
    assert model.in_category(0).products.tolist() == list(range(10))
    assert model.in_category(1).products.tolist() == list(range(15, 25))
    assert model.in_channel("web").products.tolist() == list(range(10))
    for found in (model.top(), model.in_category(0), model.in_category(1), model.in_channel("web")):
        assert_descending(found)


def test_products_without_category_and_orders_without_channel() -> None:
    lines = lines_of([(0, 0, 0, 100), (1, 0, 1, 100)], [None, "phone"])
    model = fit_popularity(lines, catalogue_of([NO_CATEGORY, 0]), Settings(), 100)
    assert model.in_category(0).products.tolist() == [1]
    assert model.in_channel("phone").products.tolist() == [1]
    assert model.top().products.tolist() == [0, 1]
    without = fit_popularity(lines.drop("channel"), catalogue_of([NO_CATEGORY, 0]), Settings(), 100)
    assert len(without.channels) == 0


def test_equal_counts_are_ordered_by_product() -> None:
    lines = lines_of([(at, 0, product, 100) for at, product in enumerate([3, 1, 2, 0])])
    model = fit_popularity(lines, catalogue_of([0] * 4), Settings(), 100)
    assert model.top().products.tolist() == [0, 1, 2, 3]


def test_a_product_twice_in_an_order_counts_once() -> None:
    model = fit_popularity(lines_of([(0, 0, 0, 100), (0, 0, 0, 100)]), catalogue_of([0]), Settings(), 100)
    assert model.evidence(0) == (1, 1, 90)
