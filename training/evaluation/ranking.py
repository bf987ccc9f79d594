"""From scores to lists: blocks of rows, the limits of each question, the best of what is left."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from models.ids import UNKNOWN
from training.baselines.history import BLOCK_CELLS, NOTHING_SAID, Asked, Scorer
from training.evaluation.papers import Paper, PaperPart, Question
from training.evaluation.rows import Rows

CHUNK = 32  # products


def lists_of(
    scorer: Scorer, paper: Paper, n_products: int, length: int, parts: frozenset[PaperPart]
) -> dict[PaperPart, np.ndarray]:
    """Lists int32 [n_rows, length] for these questions, best first, padded with -1.

    Scores are held for a block of rows at a time.
    """
    questions = [question for question in paper.questions if question.part in parts]
    lists = {question.part: np.full((len(paper), length), UNKNOWN, np.int32) for question in questions}
    baskets = matrix_of(paper.baskets, n_products)
    step = max(1, BLOCK_CELLS // max(n_products, 1))
    for begin in range(0, len(paper), step):
        rows = np.arange(begin, min(begin + step, len(paper)))
        scores = scorer(Asked(paper.customers[rows], baskets[rows]))
        for question in questions:
            lists[question.part][rows] = _within_limits(scores, question, rows, length)
    return lists


def matrix_of(rows: Rows, n_products: int) -> csr_matrix:
    """The rows as float32 ones, CSR [n_rows, n_products]."""
    ones = np.ones(len(rows.products), dtype=np.float32)
    return csr_matrix((ones, rows.products, rows.starts), shape=(len(rows), n_products))


def best_of(scores: np.ndarray, length: int) -> np.ndarray:
    """The best products int32 [n, length] of scores [n, n_products], best first; equal ones by index.

    Padded with -1; NOTHING_SAID is not listed. Which of equal scores at the end of a list are left
    out is settled by index too.
    """
    n_rows, n_products = scores.shape
    most = min(length, n_products)
    lists = np.full((n_rows, length), UNKNOWN, dtype=np.int32)
    if not most or not n_rows:
        return lists
    among = _candidates(scores, most)
    values = np.take_along_axis(scores, among, 1)
    first = values.shape[1] - most
    chosen = np.argpartition(values, first, axis=1)[:, first:]
    kept, values = np.take_along_axis(among, chosen, 1), np.take_along_axis(values, chosen, 1)
    _settle_ties(scores, kept, values)
    order = np.lexsort((kept, -values), axis=1)
    kept, values = np.take_along_axis(kept, order, 1), np.take_along_axis(values, order, 1)
    lists[:, :most] = np.where(values > NOTHING_SAID, kept, UNKNOWN)
    return lists


def _candidates(scores: np.ndarray, most: int) -> np.ndarray:
    """Products int64 [n, m] among which the `most` best of each row are.

    Those of the runs of CHUNK products with the highest maxima: to partition whole rows, mostly of
    equal values, takes ten times as long.
    """
    n_rows, n_products = scores.shape
    n_chunks = n_products // CHUNK
    if n_chunks <= 2 * most:
        return np.tile(np.arange(n_products), (n_rows, 1))
    maxima = scores[:, : n_chunks * CHUNK].reshape(n_rows, n_chunks, CHUNK).max(axis=2)
    chunks = np.argpartition(maxima, n_chunks - most, axis=1)[:, n_chunks - most :]
    inside = (chunks[:, :, None] * CHUNK + np.arange(CHUNK)).reshape(n_rows, -1)
    rest = np.tile(np.arange(n_chunks * CHUNK, n_products), (n_rows, 1))
    return np.concatenate([inside, rest], axis=1)


def _settle_ties(scores: np.ndarray, kept: np.ndarray, values: np.ndarray) -> None:
    """Where more products have the last score of a list than fit into it, the first of them by index."""
    last = values.min(axis=1)
    tied = np.flatnonzero((scores == last[:, None]).sum(axis=1) > (values == last[:, None]).sum(axis=1))
    for row in tied[last[tied] > NOTHING_SAID]:
        places = np.flatnonzero(values[row] == last[row])
        kept[row, places] = np.flatnonzero(scores[row] == last[row])[: len(places)]


def _within_limits(scores: np.ndarray, question: Question, rows: np.ndarray, length: int) -> np.ndarray:
    limits = question.limits.take(rows)
    row, product = limits.row_of_entries(), limits.products
    if question.only:
        return _best_entries(scores[row, product], row, product, len(rows), length)
    hidden = scores[row, product]
    scores[row, product] = NOTHING_SAID
    lists = best_of(scores, length)
    scores[row, product] = hidden
    return lists


def _best_entries(
    values: np.ndarray, row: np.ndarray, product: np.ndarray, n_rows: int, length: int
) -> np.ndarray:
    """The lists of these entries alone: values, rows and products [n_entries]."""
    order = np.lexsort((product, -values, row))
    order = order[values[order] > NOTHING_SAID]
    of = row[order]
    rank = np.arange(len(order)) - of.searchsorted(of)
    lists = np.full((n_rows, length), UNKNOWN, dtype=np.int32)
    first = rank < length
    lists[of[first], rank[first]] = product[order[first]]
    return lists
