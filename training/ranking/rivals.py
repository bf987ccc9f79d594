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
    names = rival_names(groupings)
    standings = np.full((len(names), len(row)), np.nan, dtype=np.float32)
    if not len(row):
        return standings
    starts = row.searchsorted(np.arange(int(row[-1]) + 1))
    for number, found in enumerate(judged):
        if found is None:
            continue
        scores, places = found
        by_score = np.empty(len(row), dtype=np.int64)
        by_score[starts[row] + places.astype(np.int64)] = np.arange(len(row))
        for which, grouping in enumerate(groupings):
            group = grouping.of[product]
            at = (which * len(JUDGES) + number) * len(STANDINGS)
            inside = group >= 0
            key = row.astype(np.int64) * (grouping.size + 1) + group
            told = _standing(key, by_score, scores)
            standings[at : at + len(STANDINGS), inside] = told[:, inside]
    return standings


def _standing(key: np.ndarray, by_score: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """float32 [2, n] both columns of one source, `key` int [n] the customer and group of each candidate.

    `by_score` [n] are the candidates by customer, each customer's best first.
    """
    order = by_score[np.argsort(key[by_score], kind="stable")]
    first = np.flatnonzero(np.diff(key[order], prepend=key[order[0]] - 1))
    length = np.diff(np.append(first, len(key)))
    place, best = np.empty(len(key), dtype=np.float32), np.empty(len(key), dtype=np.float32)
    place[order] = np.log1p(np.arange(len(key)) - np.repeat(first, length))
    best[order] = np.repeat(scores[order[first]], length)
    return np.stack([place, np.clip(scores / np.maximum(np.abs(best), np.float32(1e-6)), -3, 1.5)])
