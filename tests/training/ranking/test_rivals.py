"""Standing among rivals, by hand and against a slow reckoning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.ranking.groups import Grouping
from training.ranking.rivals import rival_names, rivals

# Products 0, 1 and 2 are of group 0, product 3 of group 1, product 4 of none.
SORT = Grouping("sort", np.array([0, 0, 0, 1, -1], dtype=np.int32), 2)


def places_of(row: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The place of each score in its row, of equals the first one first."""
    order = np.lexsort((-scores, row))
    places = np.empty(len(row), dtype=np.float32)
    places[order] = np.arange(len(row)) - np.searchsorted(row, row[order])
    return places


def test_places_and_shares_of_the_best_by_hand() -> None:
    row = np.array([0, 0, 0, 0, 0, 1, 1])
    product = np.array([0, 1, 2, 3, 4, 0, 2])
    scores = np.array([0.2, 0.8, 0.4, 0.1, 0.9, 0.3, 0.3], dtype=np.float32)
    judged = (scores, places_of(row, scores))
    found = dict(zip(rival_names([SORT]), rivals(row, product, [SORT], [judged, None]), strict=True))
    expected = [np.log(3), 0, np.log(2), 0, np.nan, 0, np.log(2)]
    assert found["sort_item_ridge_place"] == pytest.approx(expected, nan_ok=True)
    shares = [0.25, 1, 0.5, 1, np.nan, 1, 1]
    assert found["sort_item_ridge_of_best"] == pytest.approx(shares, nan_ok=True)
    assert np.isnan(found["sort_kernel_ridge_place"]).all()
    assert np.isnan(found["sort_kernel_ridge_of_best"]).all()


def test_scores_below_zero_and_of_nothing_stay_finite() -> None:
    row, product = np.zeros(3, dtype=np.int64), np.arange(3)
    for values in ([-1.0, 0.0, -0.5], [0.0, 0.0, 0.0], [-2.0, -3.0, -1e6]):
        scores = np.array(values, dtype=np.float32)
        of_best = rivals(row, product, [SORT], [(scores, places_of(row, scores)), None])[1]
        assert np.isfinite(of_best).all()
        assert (np.abs(of_best) <= 3).all()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 6)), max_size=30))
def test_places_are_counted_within_customer_and_group(candidates: list[tuple[int, int, int]]) -> None:
    ordered = sorted(candidates, key=lambda candidate: candidate[0])
    row, product, score = np.array(ordered, dtype=np.int64).reshape(-1, 3).T
    scores = score.astype(np.float32)
    judged = (scores, places_of(row, scores))
    place, _ = rivals(row, product, [SORT], [judged, None])[:2]
    group = SORT.of[product]
    for at in range(len(row)):
        same = (row == row[at]) & (group == group[at])
        before = (scores > scores[at]) | ((scores == scores[at]) & (np.arange(len(row)) < at))
        if group[at] < 0:
            assert np.isnan(place[at])
        else:
            assert place[at] == pytest.approx(np.log1p((same & before).sum()))


def test_no_groupings_are_no_columns() -> None:
    row = np.zeros(3, dtype=np.int64)
    assert rival_names([]) == []
    assert rivals(row, np.arange(3), [], [None, None]).shape == (0, 3)
