from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.rows import Rows

N_ROWS = 4
pairs = st.lists(st.tuples(st.integers(0, N_ROWS - 1), st.integers(0, 6)))


def rows_of(items: list[tuple[int, int]]) -> Rows:
    table = np.array(items, dtype=np.int64).reshape(-1, 2)
    return Rows.of_pairs(table[:, 0], table[:, 1], N_ROWS)


def as_sets(rows: Rows) -> list[set[int]]:
    return [set(rows.of(row).tolist()) for row in range(len(rows))]


@given(pairs)
def test_rows_hold_the_pairs_they_are_made_of(items: list[tuple[int, int]]) -> None:
    rows = rows_of(items)
    assert as_sets(rows) == [{product for row, product in items if row == at} for at in range(N_ROWS)]
    assert rows.lengths().sum() == len(set(items))


@given(pairs, pairs)
def test_within_and_where_are_set_operations(
    items: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    mine, theirs = rows_of(items), rows_of(others)
    inside = mine.within(theirs)
    both = [mine_set & their_set for mine_set, their_set in zip(as_sets(mine), as_sets(theirs), strict=True)]
    rest = [mine_set - their_set for mine_set, their_set in zip(as_sets(mine), as_sets(theirs), strict=True)]
    assert as_sets(mine.where(inside)) == both
    assert as_sets(mine.where(~inside)) == rest


@given(pairs, st.lists(st.integers(0, N_ROWS - 1)))
def test_take_picks_rows_in_the_order_asked_for(items: list[tuple[int, int]], wanted: list[int]) -> None:
    rows = rows_of(items)
    assert as_sets(rows.take(np.array(wanted, dtype=np.int64))) == [as_sets(rows)[row] for row in wanted]


@given(pairs, st.lists(st.lists(st.integers(-1, 9), min_size=3, max_size=3), min_size=4, max_size=4))
def test_contains_looks_in_the_same_row_only(items: list[tuple[int, int]], lists: list[list[int]]) -> None:
    rows = rows_of(items)
    found = rows.contains(np.array(lists, dtype=np.int32))
    assert found.tolist() == [[item in as_sets(rows)[row] for item in lists[row]] for row in range(N_ROWS)]
