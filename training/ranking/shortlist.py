"""Ask a ranker about the candidates that may get into a list, not about all.

A list has 60 places and a customer 450 candidates. The first quarter of the trees puts them into an order
that is rough but seldom wrong about what has no place in the list at all; the rest of the trees and the
networks are asked about twice as many as there are places (docs/decisions.md).
"""

from __future__ import annotations

import numpy as np

from training.ranking.candidates import places
from training.ranking.rankers import ReadyRanker

TIMES = 2  # as many candidates are asked about as a list has places


def shortlist(
    ranker: ReadyRanker, features: np.ndarray, customer: np.ndarray, allowed: np.ndarray, length: int
) -> np.ndarray:
    """The rows int [n_kept], ascending, that may be among the `length` best of their customer.

    features  float32 [n_rows, n_features]; customer int [n_rows] ascending, the row's
    allowed   bool [n_rows] rows that the list is of; of a customer with few of them it is all
    """
    at = np.flatnonzero(allowed)
    whose = customer[at]
    kept = np.bincount(whose)[whose] <= TIMES * length if len(at) else np.empty(0, dtype=bool)
    crowded = np.flatnonzero(~kept)
    if len(crowded):
        whose = whose[crowded]
        starts = whose.searchsorted(np.arange(int(whose[-1]) + 1))
        rough = ranker.at_first_sight(features[at[crowded]])
        kept[crowded] = places(whose, starts, rough) < TIMES * length
    found: np.ndarray = at[kept]
    return found


def chances_of(ranker: ReadyRanker, features: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """float32 [n_rows] how likely these rows (int [n]) are to be bought, 0 for the others."""
    chances = np.zeros(len(features), dtype=np.float32)
    if len(rows):
        chances[rows] = ranker.chances(features[rows])
    return chances
