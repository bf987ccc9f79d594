"""The rules that a context fulfils, looked up once for the candidates and their reasons."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.basket_rules import NO_RULES
from models.bundle import Bundle
from models.item_ridge import Links
from models.scored import NOTHING, Scored


class FirstPlaces:
    """Where a product comes first in a list: for an answer, a few of whose products are in it."""

    def __init__(self, products: np.ndarray) -> None:
        self._listed = products.tolist()
        self._all = frozenset(self._listed)  # made in half the time of a dictionary of all places

    def get(self, product: int) -> int | None:
        """The first place of a product, None where it is not in the list."""
        return self._listed.index(product) if product in self._all else None


class Together(NamedTuple):
    """Rules as positions in the models of the bundle.

    pairs        int64 [n] pair rules of all products shown, best first
    antecedents  int32 [n] the product shown that each belongs to
    by_pairs     what they propose, in the same order; a product may be proposed twice
    rules        int64 [m] rules with several antecedents, all of them shown, best first
    by_rules     what they propose, in the same order; a product may be proposed twice
    links        what the products shown say by item ridge on carts
    """

    pairs: np.ndarray
    antecedents: np.ndarray
    by_pairs: Scored
    rules: np.ndarray
    by_rules: Scored
    links: Links

    def best_pairs(self) -> FirstPlaces:
        """For a product that pair rules propose, the place of the best of them in `pairs`."""
        return FirstPlaces(self.by_pairs.products)

    def best_rules(self) -> FirstPlaces:
        """For a product that the other rules propose, the place of the best of them in `rules`."""
        return FirstPlaces(self.by_rules.products)


def together(bundle: Bundle, shown: np.ndarray) -> Together:
    """The rules fulfilled by the products shown (distinct indices int32 [n])."""
    links = Links(bundle.cart_ridge, shown)
    if not len(shown):
        return Together(NO_RULES, NOTHING.products, NOTHING, NO_RULES, NOTHING, links)
    pairs, antecedents = bundle.bought_together.rows(shown)
    scores = bundle.bought_together.scores[pairs]
    if len(shown) > 1:  # the row of one product is in order as it is
        order = (-scores).argsort(kind="stable")
        pairs, antecedents, scores = pairs[order], antecedents[order], scores[order]
    rules, by_rules = NO_RULES, NOTHING
    if len(shown) > 1:
        rules = bundle.basket_rules.matching(shown)
    if len(rules):
        rule_scores = bundle.basket_rules.scores[rules]
        order = (-rule_scores).argsort(kind="stable")
        rules = rules[order]
        by_rules = Scored(bundle.basket_rules.consequents[rules], rule_scores[order])
    by_pairs = Scored(bundle.bought_together.consequents[pairs], scores)
    return Together(pairs, antecedents, by_pairs, rules, by_rules, links)
