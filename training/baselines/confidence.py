"""Confidence and lift of pairs, exact, over the whole catalogue."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix, vstack

from training.baselines.history import BLOCK_CELLS, NOTHING_SAID, Asked, History, Scorer

# Consequents kept for a product, those in most baskets with it: bounds the memory of 60,000 products.
MAX_CONSEQUENTS = 2_000

Combine = Literal["max", "sum"]


def pair_counts(history: History) -> csr_matrix:
    """Baskets with both products, CSR float32 [n_products, n_products] with an empty diagonal."""
    baskets = history.baskets
    transposed = baskets.T.tocsr()
    step = max(1, BLOCK_CELLS // max(history.n_products, 1))
    blocks = []
    for begin in range(0, history.n_products, step):
        block = (transposed[begin : begin + step] @ baskets).tocsr()
        row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        block.data[block.indices == row + begin] = 0
        block.eliminate_zeros()
        blocks.append(_most_frequent(block))
    return vstack(blocks, format="csr") if blocks else csr_matrix((0, 0), dtype=np.float32)


def _most_frequent(block: csr_matrix) -> csr_matrix:
    lengths = np.diff(block.indptr)
    if lengths.max(initial=0) <= MAX_CONSEQUENTS:
        return block
    row = np.repeat(np.arange(block.shape[0]), lengths)
    order = np.lexsort((block.indices, -block.data, row))
    rank = np.arange(len(order)) - block.indptr[row[order]]
    kept = np.sort(order[rank < MAX_CONSEQUENTS])
    starts = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=block.shape[0]))])
    return csr_matrix((block.data[kept], block.indices[kept], starts), shape=block.shape)


def confidences(pairs: csr_matrix, product_orders: np.ndarray, min_pair_orders: int) -> csr_matrix:
    """P(consequent | antecedent) of pairs in at least so many baskets, CSR, antecedents in rows."""
    kept = pairs.copy()
    kept.data[kept.data < min_pair_orders] = 0
    kept.eliminate_zeros()
    antecedent = np.repeat(np.arange(kept.shape[0]), np.diff(kept.indptr))
    kept.data = (kept.data / product_orders[antecedent]).astype(np.float32)
    return kept


def lifts(pairs: csr_matrix, product_orders: np.ndarray, all_orders: int, min_pair_orders: int) -> csr_matrix:
    """P(consequent | antecedent) / P(consequent), CSR, antecedents in rows."""
    rules = confidences(pairs, product_orders, min_pair_orders)
    rules.data = (rules.data / (product_orders[rules.indices] / all_orders)).astype(np.float32)
    return rules


def combined(rules: csr_matrix, combine: Combine) -> Scorer:
    """For every basket the best, or the sum, of the rules of its products."""
    best = combine == "max"

    def score(asked: Asked) -> np.ndarray:
        scores = np.zeros((asked.baskets.shape[0], rules.shape[1]), dtype=np.float32)
        for row, line in enumerate(scores):
            basket = asked.baskets.indices[asked.baskets.indptr[row] : asked.baskets.indptr[row + 1]]
            for product in basket:
                span = slice(rules.indptr[product], rules.indptr[product + 1])
                # The consequents of one antecedent are distinct: plain indexing adds each once.
                at, said = rules.indices[span], rules.data[span]
                line[at] = np.maximum(line[at], said) if best else line[at] + said
        scores[scores <= 0] = NOTHING_SAID
        return scores

    return score
