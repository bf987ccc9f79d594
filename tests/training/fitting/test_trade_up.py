"""Fitting trade-ups: the stepped world by hand, and what must hold of any shop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.training import Popularity as PopularitySettings
from config.training import TradeUp as TradeUpSettings
from models.catalogue import NO_CATEGORY, NO_PRICE, Catalogue
from models.lists import TopLists
from models.texts import Texts
from models.trade_up import TradeUp
from tests.models.contract import assert_same_arrays
from tests.models.stepped import TYPICAL, stepped_catalogue, stepped_trade_up
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import BREAD, BREAD_XL, BUTTER, COLA, WINE
from tests.training.fitting.worlds import catalogue_of, lines_of, tiny_lines
from training.fitting.popularity import fit_popularity
from training.fitting.trade_up import fit_trade_up
from training.matrices import GUEST

DAY = 20_010


def no_lists(n_products: int) -> TopLists:
    return TopLists(np.empty((n_products, 0), np.int32), np.empty((n_products, 0), np.float32))


def fit(
    lines: pl.DataFrame,
    catalogue: Catalogue,
    similar: TopLists | None = None,
    settings: TradeUpSettings | None = None,
) -> TradeUp:
    popularity = fit_popularity(lines, catalogue, PopularitySettings(), DAY)
    near = similar or no_lists(len(catalogue))
    return fit_trade_up(lines, catalogue, popularity, near, settings or TradeUpSettings())


def upgrades(model: TradeUp, product: int) -> list[int]:
    return model.of(product).products.tolist()


def named(catalogue: Catalogue, names: list[str], price: list[int]) -> Catalogue:
    return replace(catalogue, names=Texts.of(names), price=np.array(price, dtype=np.int64))


def test_scores_by_hand() -> None:
    model = stepped_trade_up()
    row = model.of(COLA)
    found = dict(zip(row.products.tolist(), row.scores.tolist(), strict=True))
    # names have no word in common, which counts 0.1^2
    assert found[BUTTER] == pytest.approx(0.5 * 7.5 / 11 * np.sqrt(80) * 0.01, rel=1e-6)
    assert found[BREAD] == pytest.approx(0.5 * 5 / 11 * np.sqrt(60) * 0.01, rel=1e-6)
    assert found[BREAD_XL] == pytest.approx(0.1 * 2.5 / 12 * np.sqrt(170) * 0.01, rel=1e-6)
    # wine's cost is not known: its gain is in price, times the usual margin
    assert found[WINE] == pytest.approx(0.2 * 6 / 12 * np.sqrt(320 * TYPICAL) * 0.01, rel=1e-6)
    assert set(found) == {BUTTER, BREAD, BREAD_XL, WINE}  # pizza is 3.9 times as dear


def test_a_variant_is_no_upgrade() -> None:
    assert BREAD_XL not in upgrades(stepped_trade_up(), BREAD)


def test_a_lower_margin_is_no_upgrade_and_an_equal_one_is() -> None:
    lines, catalogue = tiny_lines(), stepped_catalogue()
    cost = catalogue.cost.copy()
    cost[BUTTER] = 160  # as much margin as bread has
    assert BUTTER in upgrades(fit(lines, replace(catalogue, cost=cost)), BREAD)
    cost[BUTTER] = 161
    assert BUTTER not in upgrades(fit(lines, replace(catalogue, cost=cost)), BREAD)


def test_the_band_includes_its_ends() -> None:
    lines = lines_of([(0, 0, product, DAY) for product in range(5)])
    catalogue = named(catalogue_of([0] * 5), list("abcde"), [200, 230, 600, 229, 601])
    assert sorted(upgrades(fit(lines, catalogue), 0)) == [1, 2]


def test_what_nobody_bought_lately_or_has_no_price_or_is_free_is_left_out() -> None:
    lines = lines_of([(0, 0, 0, DAY), (0, 0, 1, DAY), (0, 0, 3, DAY), (0, 0, 4, DAY)])
    catalogue = named(catalogue_of([0] * 5), list("abcde"), [100, 200, 200, NO_PRICE, 0])
    model = fit(lines, catalogue)
    assert [upgrades(model, product) for product in range(5)] == [[1], [], [], [], []]


def test_later_is_a_later_day_after_the_first_purchase() -> None:
    rows = [
        *((0, 0, 0, DAY - 9), (1, 0, 1, DAY - 8)),  # took the step
        *((2, 1, 0, DAY - 9), (3, 1, 1, DAY - 9)),  # both on one day
        *((4, 2, 1, DAY - 9), (5, 2, 0, DAY - 8), (6, 2, 1, DAY - 7)),  # had the better one first
        *((7, 3, 0, DAY - 9), (8, 3, 0, DAY - 8)),  # stayed
        *((9, GUEST, 0, DAY - 9), (10, GUEST, 1, DAY - 8)),  # nobody knows whether they are one person
        *((11, 4, 1, DAY - 9),),  # has the better one only
    ]
    model = fit(lines_of(rows), named(catalogue_of([0, 0]), ["a", "b"], [100, 200]))
    assert model.record(0) == (2, 1, False)
    assert model.chances[0] == pytest.approx((1 + 10 * 4 / 5) / (2 + 10))


def test_names_keep_eggs_from_being_the_better_milk() -> None:
    rows = [(order, order, product, DAY) for order in range(9) for product in (0, 2)]
    rows += [(9, 9, 1, DAY), (9, 9, 3, DAY)]
    names = ["plain milk", "farm milk", "farm eggs", "soap"]
    lines, food = lines_of(rows), catalogue_of([0, 0, 0, 0])
    assert upgrades(fit(lines, named(food, names, [100, 150, 200, 300])), 0) == [1]
    # where names say nothing, the category does
    assert upgrades(fit(lines, named(food, list("abcd"), [100, 150, 200, 300])), 0) == [2, 3, 1]


def test_without_a_category_an_upgrade_is_near_in_factors_and_in_name() -> None:
    others = [f"thing{letter}" for letter in "abcdefghijklmnopqrstuvwxy"]
    names = ["red egg timer", "blue egg timer", "green egg timer", "tall vase", "grey egg timer", *others]
    lines = lines_of([(0, 0, product, DAY) for product in range(30)])
    prices = [100, 150, 160, 170, 180, *[200] * 25]
    catalogue = named(catalogue_of([NO_CATEGORY] * 4 + [0] + [NO_CATEGORY] * 25), names, prices)
    near = TopLists(
        np.array([[1, 3, 4], *[[-1, -1, -1]] * 29], dtype=np.int32),
        np.array([[0.9, 0.8, 0.7], *[[0, 0, 0]] * 29], dtype=np.float32),
    )
    model = fit(lines, catalogue, near)
    # 2 is not near in factors, 3 is not in name, 4 has a category
    assert upgrades(model, 0) == [1]
    assert len(model.upgrades) == 1


def test_a_shop_of_guests_goes_by_its_baskets() -> None:
    rows = [(order, GUEST, order % 2, DAY) for order in range(10)]
    model = fit(lines_of(rows), named(catalogue_of([0, 0]), ["a", "b"], [100, 200]))
    assert upgrades(model, 0) == [1]
    assert model.record(0) == (0, 0, False)
    assert model.chances[0] == pytest.approx(0.5)


def test_rows_end_at_top_k() -> None:
    whole, cut = stepped_trade_up(), TradeUpSettings(top_k=2)
    shorter = fit_trade_up(tiny_lines(), stepped_catalogue(), tiny_bundle().popularity, no_lists(6), cut)
    for product in range(6):
        assert upgrades(shorter, product) == upgrades(whole, product)[:2]


def test_nothing_bought_is_fitted() -> None:
    model = fit(lines_of([]), catalogue_of([0, 0]))
    assert len(model.upgrades) == 0
    assert upgrades(model, 1) == []


N = 12
worlds = st.fixed_dictionaries(
    {
        "rows": st.lists(
            st.tuples(st.integers(-1, 5), st.integers(0, N - 1), st.integers(0, 4)), max_size=60
        ),
        "category": st.lists(st.integers(-1, 2), min_size=N, max_size=N),
        "price": st.lists(st.integers(-1, 40), min_size=N, max_size=N),
        "cost": st.lists(st.integers(-1, 30), min_size=N, max_size=N),
        "family": st.lists(st.integers(0, N - 1), min_size=N, max_size=N),
        "names": st.lists(st.sampled_from(["red mug", "mug", "blue", "x 4", ""]), min_size=N, max_size=N),
    }
)


@given(worlds)
def test_every_upgrade_is_inside_category_and_band_and_counted_right(world: dict[str, list[int]]) -> None:
    rows = [(order, who, product, DAY - 4 + day) for order, (who, product, day) in enumerate(world["rows"])]  # type: ignore[misc]  # rows are tuples
    catalogue = replace(
        catalogue_of(world["category"], world["family"]),
        names=Texts.of(map(str, world["names"])),
        price=np.array(world["price"], dtype=np.int64),
        cost=np.array(world["cost"], dtype=np.int64),
    )
    everything = np.array(
        [[other for other in range(N) if other != item] for item in range(N)], dtype=np.int32
    )
    near = TopLists(everything, np.ones(everything.shape, dtype=np.float32))
    lines = lines_of(rows)
    model = fit(lines, catalogue, near)
    assert_same_arrays(model, fit(lines, catalogue, near))
    days: dict[tuple[int, int], int] = {}
    for _, who, product, day in rows:
        days[who, product] = min(day, days.get((who, product), day))
    for base in range(N):
        found = model.of(base)
        assert (np.diff(found.scores) <= 0).all()
        assert (found.scores > 0).all()
        assert len(set(found.products.tolist())) == len(found.products)
        for place, product in enumerate(found.products.tolist()):
            assert catalogue.category[product] == catalogue.category[base]
            assert catalogue.family[product] != catalogue.family[base]
            assert 1.15 <= catalogue.price[product] / catalogue.price[base] <= 3
            at = int(model.starts[base]) + place
            customers, later, by_margin = model.record(at)
            assert by_margin == (catalogue.cost[product] >= 0 and catalogue.cost[base] >= 0)
            margins = catalogue.price - catalogue.cost
            assert not by_margin or margins[product] >= margins[base]
            owners = [who for who in range(6) if (who, base) in days]
            had = [who for who in owners if days.get((who, product), DAY + 1) <= days[who, base]]
            took = [who for who in owners if days.get((who, product), 0) > days[who, base]]
            assert (customers, later) == (len(owners) - len(had), len(took))
            assert 0 < model.chances[at] <= 1
