"""The two small functions everything is ordered and gathered with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.arrays import best, frozen, ranges


@given(st.lists(st.integers(-3, 3), max_size=60), st.integers(0, 80))
def test_best_is_a_stable_sort_cut_short(values: list[int], n: int) -> None:
    scores = np.array(values, dtype=np.float32)
    expected = sorted(range(len(values)), key=lambda position: -values[position])[:n]
    assert best(scores, n).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9))))
def test_ranges_are_put_end_to_end(rows: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in rows], dtype=np.int64)
    lengths = np.array([length for _, length in rows], dtype=np.int64)
    expected = [position for start, length in rows for position in range(start, start + length)]
    assert ranges(starts, starts + lengths).tolist() == expected


def test_frozen_leaves_the_callers_array_alone() -> None:
    mine = np.arange(3)
    kept = frozen(mine)
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 9
    mine[0] = 5  # still writeable
    assert frozen(np.arange(6).reshape(2, 3).T).flags.c_contiguous
