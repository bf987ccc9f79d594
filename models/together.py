"""The rules that a context fulfils, looked up once for the candidates and their reasons."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.bundle import Bundle
from models.scored import NOTHING, Scored

NO_RULES = np.empty(0, dtype=np.int64)


class Together(NamedTuple):
    """Rules as positions in the models of the bundle.

    pairs        int64 [n] pair rules of all products shown, best first
    antecedents  int32 [n] the product shown that each belongs to
    by_pairs     what they propose, in the same order; a product may be proposed twice
    rules        int64 [m] rules with several antecedents, all of them shown, best first
    by_rules     what they propose, in the same order; a product may be proposed twice
    """

    pairs: np.ndarray
    antecedents: np.ndarray
    by_pairs: Scored
    rules: np.ndarray
    by_rules: Scored

    def best_pairs(self) -> dict[int, int]:
        """For every product that pair rules propose, the place of the best of them in `pairs`."""
        return _first_places(self.by_pairs.products)

    def best_rules(self) -> dict[int, int]:
        """For every product that the other rules propose, the place of the best of them in `rules`."""
        return _first_places(self.by_rules.products)


def _first_places(products: np.ndarray) -> dict[int, int]:
    listed = products.tolist()
    # From the end, so that the first of several places is the one that stays.
    return dict(zip(reversed(listed), range(len(listed) - 1, -1, -1), strict=True))


NOTHING_TOGETHER = Together(NO_RULES, NOTHING.products, NOTHING, NO_RULES, NOTHING)


def together(bundle: Bundle, shown: np.ndarray) -> Together:
    """The rules fulfilled by the products shown (distinct indices int32 [n])."""
    if not len(shown):
        return NOTHING_TOGETHER
    pairs, antecedents = bundle.bought_together.rows(shown)
    scores = bundle.bought_together.scores[pairs]
    if len(shown) > 1:  # the row of one product is in order as it is
        order = (-scores).argsort(kind="stable")
        pairs, antecedents, scores = pairs[order], antecedents[order], scores[order]
    rules, by_rules = NO_RULES, NOTHING
    if len(shown) > 1:
        rules = bundle.basket_rules.matching(shown)
        rule_scores = bundle.basket_rules.scores[rules]
        order = (-rule_scores).argsort(kind="stable")
        rules = rules[order]
        by_rules = Scored(bundle.basket_rules.consequents[rules], rule_scores[order])
    by_pairs = Scored(bundle.bought_together.consequents[pairs], scores)
    return Together(pairs, antecedents, by_pairs, rules, by_rules)
