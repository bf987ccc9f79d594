"""Groups of products: who is alike by name and who bought the other later, against plain products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csc_matrix

from training.fitting.comparable import Group
from training.fitting.name_words import name_vectors

NAMES = ["red egg timer", "blue egg timer", "", "tall vase", "red vase"]
# Rows are customers, columns products: the first day of each purchase, 0 for none.
FIRST = np.array([[1, 3, 0, 0, 2], [4, 2, 0, 1, 0], [2, 2, 1, 0, 0]], dtype=np.int32)


def group(members: list[int], offered: list[int], names: list[str] = NAMES) -> Group:
    vectors = name_vectors(names)
    vectors.sort_indices()
    as_int = (np.array(which, dtype=np.int32) for which in (members, offered))
    return Group.of(csc_matrix(FIRST), vectors, *as_int)


def test_positions_are_those_of_the_offered() -> None:
    some = group([0, 1, 2, 3, 4], [1, 3, 4])
    assert some.positions(np.array([4, 0, 1])).tolist() == [0, 2]
    assert some.positions(np.array([0, 2])).tolist() == []
    assert some.positions(np.empty(0, dtype=int)).tolist() == []


def test_later_and_not_later_are_counted_by_hand() -> None:
    some = group([0, 1, 4], [1, 4])
    later, before = some.counts(0, np.array([0, 1]))  # of customers who bought product 0
    assert later.tolist() == [1, 1]  # the first customer bought 1 on day 3 and 4 on day 2
    assert before.tolist() == [2, 0]  # the second had it before, the third bought both on one day


@given(
    names=st.lists(st.sampled_from([*NAMES, "egg", "red red", "timer blue"]), min_size=5, max_size=5),
    offered=st.lists(st.integers(0, 4), unique=True, min_size=1).map(sorted),
)
def test_some_are_as_alike_as_among_all(names: list[str], offered: list[int]) -> None:
    some = group([0, 1, 2, 3, 4], offered, names)
    vectors = name_vectors(names).toarray()
    for base in range(5):
        whole = some.alike(base)
        assert whole == pytest.approx(vectors[offered] @ vectors[base], abs=1e-6)
        positions = np.arange(len(offered))[::2]
        assert some.alike_of(base, positions) == pytest.approx(whole[positions], abs=1e-9)
        assert some.alike_of(base, positions[:0]).shape == (0,)
