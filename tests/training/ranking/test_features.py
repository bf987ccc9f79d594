"""Features: the same columns always, the customer's own numbers in them, and nothing from after the cut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.fitting.worlds import catalogue_of
from tests.training.ranking.worlds import (
    WINDOW,
    Basket,
    history_of,
    random_baskets,
    random_history,
    snapshot_of,
)
from training.ranking.candidates import candidates
from training.ranking.features import Table, features
from training.ranking.groups import groupings
from training.ranking.history import History
from training.ranking.snapshot import fit_snapshot

GROUPED = catalogue_of([0, 0, 0, 1, 1, 1, 2, 2, 2, -1, -1, -1, 3, 3, 3])


def table_of(history: History, customers: History | None = None) -> Table:
    """The features of all candidates of `customers`, all of the history's if None."""
    snapshot = fit_snapshot(history, groupings(GROUPED), WINDOW, seed=1, threads=1)
    known = history if customers is None else customers
    return features(known, snapshot, candidates(known, snapshot))


def column(table: Table, name: str) -> np.ndarray:
    return table.columns[table.names.index(name)]


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_nothing_after_the_cut_changes_a_feature(seed: int, future: int) -> None:
    past = random_baskets(seed)
    later = [(who, day + 150, products) for who, day, products in random_baskets(future, days=60)]
    cut = history_of([*past, *later], 12, 15, 210).before(150)
    one, other = table_of(cut), table_of(history_of(past, 12, 15, 150))
    assert one.names == other.names
    assert np.array_equal(one.matrix(), other.matrix(), equal_nan=True)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_features_are_distinct_by_name_and_never_infinite(seed: int) -> None:
    table = table_of(random_history(seed))
    matrix = table.matrix()
    assert matrix.dtype == np.float32
    assert matrix.shape[1] == len(table.names) == len(set(table.names))
    assert not np.isinf(matrix).any()


def test_the_customer_s_own_numbers_by_hand() -> None:
    baskets: list[Basket] = [(0, 10, (0,)), (0, 30, (0, 1)), (0, 34, (2,)), (1, 20, (3, 4))]
    table = table_of(history_of(baskets, 2, 15, 40, prices={0: 100, 3: 400}))
    # The rows of customer 0 come first, what was bought before in front.
    assert column(table, "pair_n")[:3].tolist() == [2, 1, 1]
    rows = column(table, "pair_n") == 2
    assert column(table, "pair_last")[rows].tolist() == [9]
    assert column(table, "pair_gap")[rows].tolist() == [20]
    assert column(table, "pair_overdue")[rows] == pytest.approx([9 / 20])
    assert column(table, "pair_share")[rows] == pytest.approx([2 / 3])
    assert column(table, "pair_share_since")[rows] == pytest.approx([2 / 3])
    assert column(table, "customer_baskets")[rows] == pytest.approx([np.log(3)])
    assert column(table, "price_difference")[rows] == pytest.approx([0], abs=1e-6)
    # Of category 0 something was bought in every basket, three products of it, the last five days ago.
    assert column(table, "category_n")[rows].tolist() == [3]
    assert column(table, "category_distinct")[rows].tolist() == [3]
    assert column(table, "category_last")[rows].tolist() == [5]
    assert column(table, "category_since")[rows].tolist() == [5 - 9]
    # It is two of the three purchases of its category, which cost what it costs: others have no price.
    assert column(table, "category_part_n")[rows] == pytest.approx([2 / 3])
    assert column(table, "category_price_difference")[rows] == pytest.approx([0], abs=1e-6)


def test_prices_are_compared_with_what_the_customer_pays_in_the_group() -> None:
    baskets: list[Basket] = [(0, 10, (0, 3)), (0, 30, (1,)), (1, 20, (2, 4)), (1, 32, (2,))]
    prices = {0: 100, 1: 400, 2: 800, 3: 50, 4: 75}
    history = history_of(baskets, 2, 15, 40, prices=prices)
    snapshot = fit_snapshot(history, groupings(GROUPED), WINDOW, seed=1, threads=1)
    rows = candidates(history, snapshot)
    found = column(features(history, snapshot, rows), "category_price_difference")
    told = {
        (int(who), int(what)): value
        for who, what, value in zip(rows.customer, rows.product, found, strict=True)
    }
    # Customer 0 pays 200 in category 0 (the geometric mean) and 50 in category 1, customer 1 800 and 75.
    assert told[0, 2] == pytest.approx(np.log(800 / 200), abs=1e-5)
    assert told[0, 4] == pytest.approx(np.log(75 / 50), abs=1e-5)
    assert told[1, 0] == pytest.approx(np.log(100 / 800), abs=1e-5)


def test_rivals_are_all_candidates_also_where_a_few_of_them_are_asked_for() -> None:
    history = random_history(4)
    snapshot = fit_snapshot(history, groupings(GROUPED), WINDOW, seed=1, threads=1)
    rows = candidates(history, snapshot)
    few = np.arange(0, len(rows.product), 3)
    whole, part = features(history, snapshot, rows), features(history, snapshot, rows.at(few))
    for name in ("category_item_ridge_place", "category_kernel_ridge_of_best"):
        assert np.array_equal(column(part, name), column(whole, name)[few], equal_nan=True)
        assert np.isnan(column(whole, name)[np.isin(rows.product, [9, 10, 11])]).all()


def test_what_is_new_was_never_bought() -> None:
    history = random_history(4)
    snapshot = snapshot_of(history)
    rows = candidates(history, snapshot)
    table = features(history, snapshot, rows)
    assert ((column(table, "pair_n") > 0) == rows.owned).all()
    assert (np.isnan(column(table, "pair_last")) == ~rows.owned).all()


def test_products_without_a_category_have_none_of_its_columns() -> None:
    history = random_history(4)
    snapshot = fit_snapshot(history, groupings(GROUPED), WINDOW, seed=1, threads=1)
    rows = candidates(history, snapshot)
    table = features(history, snapshot, rows)
    without = np.isin(rows.product, [9, 10, 11])
    assert np.isnan(column(table, "category_last")[without]).all()
    assert np.isnan(column(table, "category_product_share")[without]).all()
    assert not np.isnan(column(table, "category_product_share")[~without]).any()


def test_columns_are_the_same_where_a_source_is_missing() -> None:
    history = random_history(4)
    whole = snapshot_of(history)
    part = replace(
        whole, sources={name: source for name, source in whole.sources.items() if name != "kernel_ridge"}
    )
    table, less = (features(history, each, candidates(history, each)) for each in (whole, part))
    assert less.names == table.names
    assert np.isnan(column(less, "kernel_ridge_score")).all()
    assert np.isnan(column(less, "kernel_ridge_rank")).all()
    assert not np.isnan(column(less, "transitions_rank")).any()


def test_columns_are_the_same_for_customers_who_bought_nothing() -> None:
    history = random_history(4)
    nobody = history_of([], 3, 15, 150)
    table = table_of(history, nobody)
    assert table.names == table_of(history).names
    assert len(table.matrix()) == 3 * 15
    assert not column(table, "pair_n").any()


def test_without_candidates_there_are_no_rows() -> None:
    history = random_history(4)
    snapshot = snapshot_of(history)
    rows = candidates(history, snapshot)
    table = features(history, snapshot, rows.at(np.empty(0, dtype=np.int64)))
    assert table.matrix().shape == (0, len(table.names))
