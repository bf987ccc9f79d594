"""Fit pair rules: the best consequents of every product, from exact counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from config.training import BoughtTogether as BoughtTogetherSettings
from models.arrays import best, frozen
from models.bought_together import BoughtTogether, shrunk_score
from training.fitting.pair_counts import PairBlock, pair_counts
from training.fitting.progress import Progress, silent


class _Counts(NamedTuple):
    """What every block is judged against: baskets with each product [n_products], and all baskets."""

    product_orders: np.ndarray
    all_orders: int


class _Rules(NamedTuple):
    """Rules of some antecedents in compressed rows: rules in each row [n_rows], the rest [n_rules]."""

    lengths: np.ndarray
    consequents: np.ndarray
    pair_orders: np.ndarray
    scores: np.ndarray


def fit_bought_together(
    baskets: csr_matrix, settings: BoughtTogetherSettings, threads: int, progress: Progress = silent
) -> BoughtTogether:
    """The `top_k` best rules of every product by `models.bought_together.shrunk_score`.

    `baskets` int32 ones [n_orders, n_products]; empty rows are no baskets. Kept are pairs in at least
    `min_pair_orders` baskets and with a lift above 1; equal scores are ordered by product index.
    """
    n_products = baskets.shape[1]
    counts = _Counts(
        np.bincount(baskets.indices, minlength=n_products).astype(np.int32),
        int(np.count_nonzero(np.diff(baskets.indptr))),
    )
    found = []
    for block in pair_counts(baskets, threads):
        found.append(_best_rules(block, counts, settings))
        done = block.first_row + block.counts.shape[0]
        progress(f"bought_together: {done:,} of {n_products:,} products")
    nothing = np.empty(0)
    lengths, consequents, pair_orders, scores = (
        np.concatenate(parts) for parts in zip(*found, (nothing,) * 4, strict=True)
    )
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return BoughtTogether(
        starts=frozen(starts),
        consequents=frozen(consequents.astype(np.int32)),
        pair_orders=frozen(pair_orders.astype(np.int32)),
        scores=frozen(scores.astype(np.float32)),
        product_orders=frozen(counts.product_orders),
        all_orders=frozen(np.array([counts.all_orders], dtype=np.int64)),
    )


def _best_rules(block: PairBlock, counts: _Counts, settings: BoughtTogetherSettings) -> _Rules:
    pairs = _rules_worth_keeping(block, counts, settings.min_pair_orders)
    rows = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr))
    scores = shrunk_score(
        pairs.data,
        counts.product_orders[block.first_row + rows],
        counts.product_orders[pairs.indices],
        counts.all_orders,
        damping=settings.damping,
        discount=settings.popularity_discount,
    ).astype(np.float32)
    kept = [
        begin + best(scores[begin:end], settings.top_k)
        for begin, end in zip(pairs.indptr[:-1].tolist(), pairs.indptr[1:].tolist(), strict=True)
    ]
    at = np.concatenate(kept)
    lengths = np.array([len(row) for row in kept], dtype=np.int64)
    return _Rules(lengths, pairs.indices[at], pairs.data[at], scores[at])


def _rules_worth_keeping(block: PairBlock, counts: _Counts, min_pair_orders: int) -> csr_matrix:
    """The pairs of a block that may become rules, columns ascending (so that ties go by product)."""
    pairs = block.counts
    enough = pairs.data >= min_pair_orders
    rows = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr))[enough]
    columns, together = pairs.indices[enough], pairs.data[enough]
    antecedents = rows + block.first_row
    independent = counts.product_orders[antecedents].astype(np.int64) * counts.product_orders[columns]
    rule = (together.astype(np.int64) * counts.all_orders > independent) & (antecedents != columns)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[rule], minlength=pairs.shape[0]))])
    kept = csr_matrix((together[rule], columns[rule], starts), shape=pairs.shape)
    kept.sort_indices()
    return kept
