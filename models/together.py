"""The rules that a context fulfils, looked up once for the candidates and their reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.bundle import Bundle
from models.scored import NOTHING, Scored
from models.sources import best_first

NO_RULES = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Rules as positions in the models of the bundle.

    pairs             int64 [n] pair rules, the rows of the products shown one after the other
    antecedents       int32 [n] the product shown that each belongs to
    pair_consequents  int32 [n]
    rules             int64 [m] rules with several antecedents, all of them shown
    rule_consequents  int32 [m]
    """

    pairs: np.ndarray
    antecedents: np.ndarray
    pair_consequents: np.ndarray
    rules: np.ndarray
    rule_consequents: np.ndarray

    def pair_scores(self, bundle: Bundle) -> Scored:
        """What the pair rules propose; a product may be proposed twice."""
        scores = bundle.bought_together.scores[self.pairs]
        return best_first(self.pair_consequents, scores)

    def rule_scores(self, bundle: Bundle) -> Scored:
        """What the other rules propose; a product may be proposed twice."""
        return best_first(self.rule_consequents, bundle.basket_rules.scores[self.rules])


NOTHING_TOGETHER = Together(NO_RULES, NOTHING.products, NOTHING.products, NO_RULES, NOTHING.products)


def together(bundle: Bundle, shown: np.ndarray) -> Together:
    """The rules fulfilled by the products shown (distinct indices int32 [n])."""
    if not len(shown):
        return NOTHING_TOGETHER
    pairs, antecedents = bundle.bought_together.rows(shown)
    rules = bundle.basket_rules.matching(shown)
    return Together(
        pairs,
        antecedents,
        bundle.bought_together.consequents[pairs],
        rules,
        bundle.basket_rules.consequents[rules],
    )
