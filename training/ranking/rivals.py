"""How a candidate stands among its rivals: the customer's other candidates of the same group.

Whoever buys yoghurt buys one or two of the twenty that are proposed. A score says how well each fits the
customer, its place among its rivals whether it will be this one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.ranking.groups import Grouping

JUDGES = ("item_ridge", "kernel_ridge")  # sources whose scores are compared
STANDINGS = ("place", "of_best")


def rival_names(groupings: Sequence[Grouping]) -> list[str]:
    """The columns of `rivals`, in their order."""
    return [
        f"{grouping.name}_{judge}_{standing}"
        for grouping in groupings
        for judge in JUDGES
        for standing in STANDINGS
    ]


def rivals(
    row: np.ndarray,
    product: np.ndarray,
    groupings: Sequence[Grouping],
    judged: Sequence[tuple[np.ndarray, np.ndarray] | None],
) -> np.ndarray:
    """float32 [n_names, n] log1p of the place among the rivals, and the score as a share of the best one's.

    `row` int [n] is the customer of each candidate, ascending; `judged` are, for each of JUDGES, scores and
    places among all of the customer's candidates, float32 [n] both, or None where there is no such source.
    NaN without a source or a group.
    """
    columns = []
    starts = row.searchsorted(np.arange(int(row.max(initial=-1)) + 1))
    for grouping in groupings:
        group = grouping.of[product]
        for found in judged:
            if found is None:
                columns += [np.full(len(row), np.nan, dtype=np.float32)] * len(STANDINGS)
            else:
                columns += _standing(row, starts, group, grouping.size, *found)
    return np.stack(columns) if columns else np.empty((0, len(row)), dtype=np.float32)


def _standing(
    row: np.ndarray, starts: np.ndarray, group: np.ndarray, size: int, scores: np.ndarray, places: np.ndarray
) -> list[np.ndarray]:
    """Both columns of one group and source, float32 [n]."""
    if not len(row):
        return [np.empty(0, dtype=np.float32)] * len(STANDINGS)
    by_score = np.empty(len(row), dtype=np.int64)
    by_score[starts[row] + places.astype(np.int64)] = np.arange(len(row))
    key = row.astype(np.int64) * (size + 1) + group
    order = by_score[np.argsort(key[by_score], kind="stable")]
    first = np.flatnonzero(np.diff(key[order], prepend=key[order[0]] - 1))
    length = np.diff(np.append(first, len(row)))
    place, best = np.empty(len(row), dtype=np.float32), np.empty(len(row), dtype=np.float32)
    place[order] = np.log1p(np.arange(len(row)) - np.repeat(first, length))
    best[order] = np.repeat(scores[order[first]], length)
    of_best = np.clip(scores / np.maximum(np.abs(best), np.float32(1e-6)), -3, 1.5)
    for column in (place, of_best):
        column[group < 0] = np.nan
    return [place, of_best]
