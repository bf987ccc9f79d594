"""Pair rules: what is bought with what, each with the counts that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self, TypeVar

import numpy as np

from models.arrays import Arrays, ranges
from models.scored import NOTHING, Scored

Counts = TypeVar("Counts", np.ndarray, float)


class PairEvidence(NamedTuple):
    """The counts behind a pair rule, and what follows from them (see `lift_lower_bound`)."""

    pair_orders: int
    orders: int
    consequent_orders: int
    all_orders: int
    confidence: float
    lift: float
    lift_lower: float


@dataclass(frozen=True, slots=True, eq=False)
class BoughtTogether:
    """The best consequents of every product, in compressed rows.

    starts          int64 [n_products + 1] row of antecedent i: positions starts[i] to starts[i + 1]
    consequents     int32 [n_rules] product index, best first within a row
    pair_orders     int32 [n_rules] baskets with both
    scores          float32 [n_rules] the shrunk score rows are ordered by (see `shrunk_score`)
    product_orders  int32 [n_products] baskets with the product
    all_orders      int64 [1] baskets counted
    """

    starts: np.ndarray
    consequents: np.ndarray
    pair_orders: np.ndarray
    scores: np.ndarray
    product_orders: np.ndarray
    all_orders: np.ndarray

    def of(self, product: int) -> Scored:
        """The products bought with this one, best first; nothing for an index out of range."""
        if not 0 <= product < len(self.product_orders):
            return NOTHING
        row = slice(int(self.starts[product]), int(self.starts[product + 1]))
        return Scored(self.consequents[row], self.scores[row])

    def rows(self, products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All rules of several antecedents: positions of rules [n], antecedent of each [n]."""
        if len(products) == 1:  # the page of one product: the most frequent question
            begin, end = self.starts[products[0]], self.starts[products[0] + 1]
            return np.arange(begin, end), np.repeat(products, end - begin)
        starts, stops = self.starts[products], self.starts[products + 1]
        return ranges(starts, stops), products.repeat(stops - starts)

    def evidence(self, antecedent: int, consequent: int) -> PairEvidence | None:
        """The counts of one rule, None where there is no such rule."""
        begin, end = int(self.starts[antecedent]), int(self.starts[antecedent + 1])
        found = (self.consequents[begin:end] == consequent).nonzero()[0]
        return self.record(antecedent, begin + int(found[0])) if len(found) else None

    def record(self, antecedent: int, rule: int) -> PairEvidence:
        """The counts of the rule at a position, which is one of the row of `antecedent`."""
        pair, total = int(self.pair_orders.item(rule)), int(self.all_orders.item(0))
        first = int(self.product_orders.item(antecedent))
        second = int(self.product_orders.item(self.consequents.item(rule)))
        lift = pair * total / (first * second)
        lower = lift_lower_bound(float(pair), float(first), float(second), total)
        return PairEvidence(pair, first, second, total, pair / first, lift, lower)

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


def shrunk_score(
    pair: np.ndarray,
    antecedent: np.ndarray,
    consequent: np.ndarray,
    total: int,
    *,
    damping: float,
    discount: float,
) -> np.ndarray:
    """The score float64 [n] that rules are ordered by: higher is better, above 0, no upper limit.

        p_j         = consequent / total
        confidence' = (pair + damping * p_j) / (antecedent + damping)
        score       = confidence' / p_j ** discount

    Confidence is shrunk towards the base rate p_j as if `damping` more baskets had been seen that
    follow it (additive smoothing, Manning et al., Introduction to Information Retrieval, 13.2); the
    discount takes away popularity's advantage: 0 ranks by confidence, 1 by lift.
    All arrays are counts of baskets, [n].
    """
    base = consequent / total
    score: np.ndarray = (pair + damping * base) / (antecedent + damping) / base**discount
    return score


def lift_lower_bound(
    pair: Counts, antecedent: Counts, consequent: Counts, total: int, *, z: float = 1.96
) -> Counts:
    """A 95 % lower confidence bound of lift, float64 [n], in the unit of lift (1 = independent).

    Lift is the ratio of two proportions, P(j | i) / P(j). The Wilson score bound of the first
    (Wilson, JASA 22, 1927) is divided by the second, whose own error is small beside it because
    it rests on all baskets. All are counts of baskets, arrays [n] or single numbers.
    """
    share = pair / antecedent
    centre = share + z**2 / (2 * antecedent)
    spread = z * (share * (1 - share) / antecedent + z**2 / (4 * antecedent**2.0)) ** 0.5
    wilson = (centre - spread) / (1 + z**2 / antecedent)
    # The bound is 0 or more but for rounding, which this cuts off; it holds for numbers and arrays.
    lower: Counts = (wilson + abs(wilson)) / 2 / (consequent / total)
    return lower
