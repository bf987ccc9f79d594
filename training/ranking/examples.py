"""Training examples of the rankers: candidates before a cut, and whether they were bought after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from training.ranking.candidates import CandidateRows, candidates
from training.ranking.features import features
from training.ranking.history import History
from training.ranking.snapshot import Snapshot

Order = Literal["all", "new"]

BLOCK_CELLS = 6_000_000  # of dense scores held at a time and source
NEGATIVES = {"all": 0.1, "new": 0.15}  # share of the candidates that were not bought which is kept
MIN_BASKETS = 3  # of a customer before the cut: fewer are no habit to learn from


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Rows to learn from.

    features  float32 [n, n_features]
    bought    float32 [n] 1 where the candidate was bought, else 0
    weights   float32 [n] one over how many the customer bought: customers count alike
    """

    features: np.ndarray
    bought: np.ndarray
    weights: np.ndarray
    names: tuple[str, ...]


def blocks_of(customers: np.ndarray, n_columns: int) -> list[np.ndarray]:
    """The customers in blocks whose dense scores fit BLOCK_CELLS."""
    step = max(1, BLOCK_CELLS // max(n_columns, 1))
    return [customers[begin : begin + step] for begin in range(0, len(customers), step)]


def examples_at(
    known: History, later: History, snapshot: Snapshot, window: int, most_customers: int, seed: int
) -> dict[Order, Examples]:
    """Examples of both orders at the snapshot's cut.

    `known` is the history before the cut, `later` one that reaches `window` days beyond it. For the order
    of all products a candidate is right if it is in the first basket after the cut; for new products if it
    is bought in the window, because first purchases are rare.
    """
    truth = later.truth(snapshot.as_of, snapshot.as_of + window)
    judged = np.flatnonzero((known.basket_counts() >= MIN_BASKETS) & (np.diff(truth.window.indptr) > 0))
    rng = np.random.default_rng([seed, snapshot.as_of])
    if len(judged) > most_customers:
        judged = np.sort(rng.choice(judged, most_customers, replace=False))
    parts: dict[Order, list[Examples]] = {"all": [], "new": []}
    for block in blocks_of(judged, len(snapshot.columns)):
        customers = known.take(block)
        rows = candidates(customers, snapshot)
        first, window_truth = truth.first[block], truth.window[block]
        for order, right in (("all", first), ("new", window_truth)):
            parts[order].append(_examples(order, customers, snapshot, rows, right, rng))  # type: ignore[index,arg-type]  # the literals above
    return {order: joined(found) for order, found in parts.items() if found}


def joined(parts: list[Examples]) -> Examples:
    """All of them, one after the other."""
    return Examples(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.bought for part in parts]),
        np.concatenate([part.weights for part in parts]),
        parts[0].names,
    )


def _examples(
    order: Order,
    customers: History,
    snapshot: Snapshot,
    rows: CandidateRows,
    right: csr_matrix,
    rng: np.random.Generator,
) -> Examples:
    bought = contains(right, rows.customer, rows.product)
    kept = bought | (rng.random(len(bought)) < NEGATIVES[order])
    counted = np.diff(right.indptr)
    if order == "new":
        kept &= ~rows.owned
        counted = np.bincount(rows.customer[bought & ~rows.owned], minlength=customers.n_customers)
    kept &= (counted > 0)[rows.customer]
    chosen = rows.at(np.flatnonzero(kept))
    table = features(customers, snapshot, chosen)
    return Examples(
        table.matrix(),
        bought[kept].astype(np.float32),
        (1 / np.maximum(counted, 1))[chosen.customer].astype(np.float32),
        tuple(table.names),
    )


def contains(matrix: csr_matrix, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """bool [n]: has the matrix an entry at these places?"""
    width = matrix.shape[1]
    entries = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr)) * width
    keys = np.sort(entries + matrix.indices)
    if not len(keys):
        return np.zeros(len(rows), dtype=bool)
    wanted = rows.astype(np.int64) * width + columns
    found: np.ndarray = keys[np.minimum(keys.searchsorted(wanted), len(keys) - 1)] == wanted
    return found
