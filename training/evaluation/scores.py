"""The table of `shopkeeper evaluate`: every measure of every method, part and length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.evaluation.metrics import (
    coverage,
    judged_rows,
    mean_popularity,
    ndcg_over_truth,
    per_row,
    revenue_recall,
)
from training.evaluation.papers import PaperPart, Question

Metric = Literal["recall", "ndcg", "ndcg_truth", "hit_rate"]
METRICS: tuple[Metric, ...] = ("recall", "ndcg", "ndcg_truth", "hit_rate")
KS = (5, 10, 20)
LENGTH = max(KS)

# The lists int32 [n_rows, >= k] that a method gives when k products are asked for.
Lists = Callable[[int], np.ndarray]


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table: means over `rows` customers or carts; all values 0 to 1.

    ndcg            ideal gain over min(k, |T|) ranks
    ndcg_truth      ideal gain over |T| ranks
    popularity      mean share of the orders before the cut that had a listed product
    revenue_recall  share of the revenue of what was right; None where no price is known
    """

    method: str
    part: PaperPart
    k: int
    recall: float
    ndcg: float
    ndcg_truth: float
    hit_rate: float
    coverage: float
    popularity: float
    revenue_recall: float | None
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """What lists are measured by beside the truth.

    product_orders  int64 [n_products] baskets with the product before the cut, of `n_orders`
    """

    product_orders: np.ndarray
    n_orders: int

    @property
    def n_sold(self) -> int:
        """Products with a sale before the cut."""
        return int((self.product_orders > 0).sum())


def score(method: str, lists: Lists, question: Question, shelf: Shelf) -> list[Score]:
    """The lines of one method and part, one for each k; raises ValueError for repeated products."""
    judged = judged_rows(question.truth)
    lines = []
    for k in KS:
        shown = lists(k)
        values = values_of(shown, question, k)
        means = {metric: float(np.mean(values[metric])) if len(judged) else 0.0 for metric in METRICS}
        lines.append(
            Score(
                method=method,
                part=question.part,
                k=k,
                **means,
                coverage=coverage(shown[judged], k, shelf.n_sold),
                popularity=mean_popularity(shown[judged], k, shelf.product_orders, shelf.n_orders),
                revenue_recall=revenue_recall(shown, question.truth, question.revenue, k),
                rows=len(judged),
            )
        )
    return lines


def values_of(lists: np.ndarray, question: Question, k: int) -> Mapping[Metric, np.ndarray]:
    """Each metric float64 [n_judged], of the rows with a truth."""
    recall, ndcg, hit = per_row(lists, question.truth, k)
    return {
        "recall": recall,
        "ndcg": ndcg,
        "ndcg_truth": ndcg_over_truth(lists, question.truth, k),
        "hit_rate": hit,
    }
