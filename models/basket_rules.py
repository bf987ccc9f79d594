"""Rules with two or three antecedents: what follows only when several products are together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, frozen, ranges
from models.ids import UNKNOWN
from models.scored import Scored

MAX_ANTECEDENTS = 3
# Looking up every triple of a huge basket would cost more than the rules bring: 25 products make
# 2,600 keys, found in well under a millisecond.
MAX_BASKET = 25
FIELDS = (
    "keys",
    "antecedents",
    "consequents",
    "rule_orders",
    "antecedent_orders",
    "consequent_orders",
    "scores",
    "all_orders",
    "n_products",
)
NO_RULES = frozen(np.empty(0, dtype=np.int64))


class RuleEvidence(NamedTuple):
    """The counts behind a rule with several antecedents."""

    antecedents: tuple[int, ...]
    rule_orders: int
    orders: int
    consequent_orders: int
    all_orders: int
    lift: float


@dataclass(frozen=True, eq=False)
class BasketRules:
    """Rules sorted by the key of their antecedents, then by score, best first.

    keys               int64 [n_rules] antecedents, ascending, as one number (see `rule_key`)
    antecedents        int32 [n_rules, 3] ascending product indices, padded with -1 at the end
    consequents        int32 [n_rules]
    rule_orders        int32 [n_rules] baskets with the antecedents and the consequent
    antecedent_orders  int32 [n_rules] baskets with the antecedents
    consequent_orders  int32 [n_rules] baskets with the consequent
    scores             float32 [n_rules] as in `models.bought_together.shrunk_score`
    all_orders         int64 [1]
    n_products         int64 [1] the base of the keys
    """

    keys: np.ndarray
    antecedents: np.ndarray
    consequents: np.ndarray
    rule_orders: np.ndarray
    antecedent_orders: np.ndarray
    consequent_orders: np.ndarray
    scores: np.ndarray
    all_orders: np.ndarray
    n_products: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)

    def matching(self, basket: np.ndarray) -> np.ndarray:
        """Positions of the rules whose antecedents are all in the basket (product indices [n])."""
        if len(self.keys) == 0 or len(basket) < 2:
            return NO_RULES
        products = [product for product in sorted(set(basket.tolist())) if product >= 0][:MAX_BASKET]
        digits = [product + 1 for product in products if product in self._leads]
        if len(digits) < 2:
            return NO_RULES
        # As `rule_key` says it, for all combinations at once: a missing third product is digit 0.
        base = int(self.n_products[0]) + 1
        one, two, three = np.array([*digits, 0])[_combinations(len(digits))]
        wanted = (one * base + two) * base + three
        first = self.keys.searchsorted(wanted)
        hit = self.keys[np.minimum(first, len(self.keys) - 1)] == wanted
        if not hit.any():  # most carts: few combinations are frequent enough for a rule
            return NO_RULES
        return ranges(first[hit], self.keys.searchsorted(wanted[hit], "right"))

    @cached_property
    def _leads(self) -> frozenset[int]:
        """The products that are antecedents of rules."""
        return frozenset(np.unique(self.antecedents).tolist()) - {UNKNOWN}

    def of(self, basket: np.ndarray) -> Scored:
        """Consequents of all rules that match the basket, best first; repeats are possible."""
        rules = self.matching(basket)
        order = np.argsort(-self.scores[rules], kind="stable")
        return Scored(self.consequents[rules][order], self.scores[rules][order])

    def evidence(self, rule: int) -> RuleEvidence:
        """The counts of the rule at a position."""
        together, first = int(self.rule_orders[rule]), int(self.antecedent_orders[rule])
        second, total = int(self.consequent_orders[rule]), int(self.all_orders[0])
        antecedents = tuple(int(item) for item in self.antecedents[rule] if item >= 0)
        return RuleEvidence(antecedents, together, first, second, total, together * total / (first * second))

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in FIELDS}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in FIELDS})


@cache
def _combinations(n: int) -> np.ndarray:
    """int64 [3, n_combinations] positions of all pairs, then all triples, of n things; n for no third."""
    rows = [(*pair, n) for pair in combinations(range(n), 2)] + list(combinations(range(n), 3))
    return frozen(np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def rule_key(antecedents: tuple[int, ...], n_products: int) -> int:
    """Two or three ascending product indices as one number: digits in base n_products + 1.

    Raises OverflowError for a catalogue so large that three do not fit 63 bits (two million).
    """
    base = n_products + 1
    if base**MAX_ANTECEDENTS >= 2**63:
        raise OverflowError(
            f"{n_products} products are too many for rules with {MAX_ANTECEDENTS} antecedents"
        )
    key = 0
    for position in range(MAX_ANTECEDENTS):
        key = key * base + (antecedents[position] + 1 if position < len(antecedents) else 0)
    return key
