"""Training examples of the rankers: candidates before a cut, and whether they were bought after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from scipy.sparse import csr_matrix

from training.ranking.candidates import CandidateRows, candidates
from training.ranking.features import features
from training.ranking.history import History, Truth
from training.ranking.snapshot import Snapshot

Order = Literal["all", "new"]
Happened = Literal["window", "first_basket"]
ORDERS: tuple[Order, ...] = get_args(Order)

BLOCK_CELLS = 6_000_000  # of dense scores held at a time and source
NEGATIVES = {"all": 0.1, "new": 0.15}  # share of the candidates that were not bought which is kept
# Who bought fewer products counts less: one purchase says little of a habit. Of new ones few buy more.
AT_LEAST = {"all": 3, "new": 1}
TURNS = 2  # cuts until the next one whose window does not overlap
FEW = 1_500  # customers at a cut; where there are fewer, all are learned from every time
MIN_BASKETS = 3  # of a customer before the cut: fewer are no habit to learn from


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of the rows of examples, each float32 [n].

    bought   1 where the candidate was bought, else 0
    weights  one over how many the customer bought, AT_LEAST so many, so that customers count alike; where
             a row was not bought but is kept whatever the draw, that times the share of others which is kept
    """

    bought: np.ndarray
    weights: np.ndarray

    def at(self, rows: np.ndarray) -> Outcome:
        """That of these rows alone."""
        return Outcome(self.bought[rows], self.weights[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Rows to learn from, with their outcome in the first basket after the cut and in the whole window.

    features  float32 [n, n_features]
    """

    features: np.ndarray
    first_basket: Outcome
    window: Outcome
    names: tuple[str, ...]

    def outcome(self, name: Happened) -> Outcome:
        """The outcome of that name."""
        return self.window if name == "window" else self.first_basket

    def at(self, rows: np.ndarray) -> Examples:
        """These rows alone."""
        return Examples(self.features[rows], self.first_basket.at(rows), self.window.at(rows), self.names)


def blocks_of(customers: np.ndarray, n_columns: int) -> list[np.ndarray]:
    """The customers in blocks whose dense scores fit BLOCK_CELLS."""
    step = max(1, BLOCK_CELLS // max(n_columns, 1))
    return [customers[begin : begin + step] for begin in range(0, len(customers), step)]


def examples_at(
    known: History,
    later: History,
    snapshot: Snapshot,
    window: int,
    most_customers: int,
    seed: int,
    *,
    turn: int | None = None,
) -> dict[Order, Examples]:
    """Examples of both orders at the snapshot's cut.

    `known` is the history before the cut, `later` one that reaches `window` days beyond it. All that was
    bought in the window is kept, and a share of the other candidates. Where there are more than FEW
    customers, those alone are learned from whose `turn` it is, if one is given (see `whose_turn`).
    """
    truth = later.truth(snapshot.as_of, snapshot.as_of + window)
    judged = np.flatnonzero((known.basket_counts() >= MIN_BASKETS) & (np.diff(truth.window.indptr) > 0))
    if turn is not None and len(judged) > FEW:
        judged = judged[whose_turn(known.n_customers, seed)[judged] == turn]
    rng = np.random.default_rng([seed, snapshot.as_of])
    if len(judged) > most_customers:
        judged = np.sort(rng.choice(judged, most_customers, replace=False))
    parts: dict[Order, list[Examples]] = {"all": [], "new": []}
    for block in blocks_of(judged, len(snapshot.columns)):
        customers = known.take(block)
        right = Truth(truth.first[block], truth.window[block])
        for order, part in _of_block(customers, snapshot, right, rng).items():
            parts[order].append(part)
    return {order: joined(found) for order, found in parts.items() if found}


def whose_turn(n_customers: int, seed: int) -> np.ndarray:
    """int [n_customers] 0 or 1, at which of two neighbouring cuts each is learned from.

    Windows overlap by half: of who is learned from at every second cut, every purchase is learned from once.
    """
    return np.random.default_rng(seed).permutation(n_customers) % TURNS


def joined(parts: Sequence[Examples]) -> Examples:
    """All of them, one after the other."""
    return Examples(
        np.concatenate([part.features for part in parts]),
        _one_after_other([part.first_basket for part in parts]),
        _one_after_other([part.window for part in parts]),
        parts[0].names,
    )


def _one_after_other(parts: list[Outcome]) -> Outcome:
    return Outcome(
        np.concatenate([part.bought for part in parts]), np.concatenate([part.weights for part in parts])
    )


def _of_block(
    customers: History, snapshot: Snapshot, right: Truth, rng: np.random.Generator
) -> dict[Order, Examples]:
    """Both orders' examples; features are made once of all rows that either keeps."""
    rows = candidates(customers, snapshot)
    drawn = {order: _kept(order, rows, right, rng) for order in ORDERS}
    either = np.flatnonzero(drawn["all"].kept | drawn["new"].kept)
    table = features(customers, snapshot, rows.at(either))
    made = _Made(either, table.matrix(), tuple(table.names))
    return {order: _examples(order, made, rows, right, drawn[order]) for order in ORDERS}


class _Made(NamedTuple):
    """Features [n, n_features] by name, of the rows [n] of candidates."""

    of: np.ndarray
    matrix: np.ndarray
    names: tuple[str, ...]


class _Drawn(NamedTuple):
    """Of all candidates [n]: which are kept, which were bought in the window; per customer how many."""

    allowed: np.ndarray
    kept: np.ndarray
    bought: np.ndarray
    counted: np.ndarray


def _kept(order: Order, rows: CandidateRows, right: Truth, rng: np.random.Generator) -> _Drawn:
    allowed = ~rows.owned if order == "new" else np.ones(len(rows.owned), dtype=bool)
    bought = contains(right.window, rows.customer, rows.product) & allowed
    counted = _counted(order, right.window, rows, bought)
    kept = (bought | (rng.random(len(bought)) < NEGATIVES[order])) & allowed & (counted > 0)[rows.customer]
    return _Drawn(allowed, kept, bought, counted)


def _examples(order: Order, made: _Made, rows: CandidateRows, right: Truth, drawn: _Drawn) -> Examples:
    """Those of one order; features were made of all that it keeps."""
    kept, bought = drawn.kept, drawn.bought
    customer = rows.customer[kept]
    first = contains(right.first, rows.customer, rows.product) & drawn.allowed
    first_counted = _counted(order, right.first, rows, first)
    of_first = _outcome(order, first[kept], first_counted[customer])
    of_first.weights[bought[kept] & ~first[kept]] *= NEGATIVES[order]
    of_window = _outcome(order, bought[kept], drawn.counted[customer])
    return Examples(made.matrix[kept[made.of]], of_first, of_window, made.names)


def _counted(order: Order, right: csr_matrix, rows: CandidateRows, bought: np.ndarray) -> np.ndarray:
    """int [n_customers]: how many products each bought; of new ones those among the candidates count."""
    if order == "new":
        return np.bincount(rows.customer[bought], minlength=right.shape[0])
    return np.diff(right.indptr)


def _outcome(order: Order, bought: np.ndarray, counted: np.ndarray) -> Outcome:
    """Of rows whose customers bought `counted` [n] products; rows of one who bought none count nothing."""
    weights = np.where(counted > 0, 1 / np.maximum(counted, AT_LEAST[order]), 0)
    return Outcome(bought.astype(np.float32), weights.astype(np.float32))


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
