"""Measures of ranked lists against what was bought. Every value is between 0 and 1, higher is better.

Full ranking over the whole catalogue, never against a sample of products: sampled measures can
order methods wrongly (Krichene and Rendle, KDD 2020).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from training.evaluation.rows import Rows


class PerRow(NamedTuple):
    """One value for every judged row (customer or cart), float64 [n_judged]."""

    recall: np.ndarray
    ndcg: np.ndarray
    hit: np.ndarray


def judged_rows(truth: Rows) -> np.ndarray:
    """int64 [n_judged]: the rows with any truth. The others cannot be got right and are left out."""
    return np.flatnonzero(truth.lengths())


def per_row(lists: np.ndarray, truth: Rows, k: int) -> PerRow:
    """Recall, NDCG and hit at `k` of lists int32 [n_rows, length >= 1], padded with -1, best first.

    With h_r = 1 where rank r holds a product of the truth T, for the rows with a truth:
        recall@k = sum_{r<=k} h_r / |T|
        ndcg@k   = sum_{r<=k} h_r / log2(r + 1)  /  sum_{r<=min(k, |T|)} 1 / log2(r + 1)
        hit@k    = 1 if any h_r with r <= k
    The ideal gain of NDCG is over min(k, |T|) ranks (Jarvelin and Kekalainen, TOIS 20, 2002, with
    binary gain; the convention of most next-basket papers). The other convention, over |T| ranks
    whatever k is, gives lower values: do not compare across the two.

    Raises ValueError where a list names a product twice: its hit would be counted twice.
    """
    _refuse_repeats(lists)
    rows = judged_rows(truth)
    hits = truth.contains(lists)[rows, :k].astype(np.float64)
    sizes = truth.lengths()[rows]
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discounts)[np.minimum(sizes, k) - 1]
    return PerRow(
        hits.sum(axis=1) / sizes,
        hits @ discounts[: hits.shape[1]] / ideal,
        np.asarray(hits.any(axis=1), dtype=np.float64),
    )


def ndcg_over_truth(lists: np.ndarray, truth: Rows, k: int) -> np.ndarray:
    """NDCG@k float64 [n_judged] with the other ideal gain: over |T| ranks, however few are shown.

    Never above `per_row(...).ndcg`, and below 1 even for a perfect list where |T| > k.
    """
    _refuse_repeats(lists)
    rows = judged_rows(truth)
    hits = truth.contains(lists)[rows, :k].astype(np.float64)
    sizes = truth.lengths()[rows]
    gains = 1.0 / np.log2(np.arange(2, max(k, int(sizes.max(initial=0))) + 2))
    ndcg: np.ndarray = hits @ gains[: hits.shape[1]] / np.cumsum(gains)[sizes - 1]
    return ndcg


def revenue_recall(lists: np.ndarray, truth: Rows, revenue: np.ndarray, k: int) -> float | None:
    """The share of the revenue of all truths that the first k of the lists name; None without revenue.

    `revenue` float64 [n_entries of truth]: what was paid for each.
    """
    total = float(revenue.sum())
    if total <= 0:
        return None
    listed = lists[:, :k]
    rows, columns = np.nonzero(truth.contains(listed))
    width = int(truth.products.max()) + 1
    entries = (truth.row_of_entries() * width + truth.products).searchsorted(
        rows * width + listed[rows, columns]
    )
    return float(revenue[entries].sum()) / total


def mean_popularity(lists: np.ndarray, k: int, product_orders: np.ndarray, n_orders: int) -> float:
    """The mean share of the orders before the cut that had a listed product, over all first k places.

    `product_orders` int [n_products]: baskets with the product. Empty places are left out.
    """
    shown = lists[:, :k]
    shown = shown[shown >= 0]
    return float(product_orders[shown].mean() / max(n_orders, 1)) if len(shown) else 0.0


def coverage(lists: np.ndarray, k: int, n_products: int) -> float:
    """Catalogue coverage at `k`: distinct products in anybody's first k, of `n_products` on sale."""
    shown = np.unique(lists[:, :k])
    return float((shown >= 0).sum() / max(n_products, 1))


def _refuse_repeats(lists: np.ndarray) -> None:
    ordered = np.sort(lists, axis=1)
    repeated = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
    if repeated.any():
        row, column = (int(at[0]) for at in np.nonzero(repeated))
        raise ValueError(f"the list of row {row} names product {int(ordered[row, column])} twice")
