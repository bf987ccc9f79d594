"""What the sources propose for a cart, and which of it is worth ranking: a first order that costs little."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from models.arrays import frozen
from models.bundle import Bundle
from models.context import Context
from models.query import Kind
from models.scored import NOTHING, Scored
from models.together import Together

FAR = 300.0  # the rank of what a source does not propose
FUSION = 20.0  # reciprocal rank fusion: a proposal at rank r counts 20 / (20 + r)
MOST = 48  # candidates of each kind that are ranked: the trees are asked about each

NOWHERE = -1  # the place of what is no candidate

# What proposes; how many proposals become candidates; how many are looked at.
PROPOSE = (
    ("cart_ridge", 70, 300),
    ("bought_together", 40, 300),
    ("past_baskets", 50, 300),
    ("item_ridge", 30, 100),
    ("taste", 15, 100),
    ("buy_again", 40, 300),
    ("popularity", 25, 200),
)
# As answers name them: what a past basket proposes is bought again.
NAMES = tuple("buy_again" if name == "past_baskets" else name for name, _, _ in PROPOSE)
BECOME_CANDIDATES = tuple(n for _, n, _ in PROPOSE)
LAYOUTS_KEPT = 256  # of ten kilobytes each; most carts of a few products fill most lists
KINDS: tuple[Kind, ...] = ("cross_sell", "buy_again")  # the rows of the first order
FIRST_COLUMNS = 3 * len(PROPOSE)


class Proposed(NamedTuple):
    """Candidates of one cart.

    products  int32 [n] ascending
    owned     bool [n] did the customer buy it before; all False for a stranger
    places    int16 [n_products] the place of each among them, NOWHERE for all others
    said      float32 [n_sources, n] the score that each source gives, 0 where it has none
    ranks     float32 [n_sources, n] the rank there from 0, FAR where it has none
    """

    products: np.ndarray
    owned: np.ndarray
    places: np.ndarray
    said: np.ndarray
    ranks: np.ndarray

    def first_features(self) -> np.ndarray:
        """float32 [n, FIRST_COLUMNS] what the first order goes by: of each source the reciprocal rank, the
        logarithm of the score, and whether it proposes the product.
        """
        n_sources, n = self.said.shape
        features = np.empty((3, n_sources, n), dtype=np.float32)
        reciprocal, logarithm, there = features
        np.divide(FUSION, np.add(self.ranks, FUSION, out=reciprocal), out=reciprocal)
        np.multiply(np.maximum(self.said, 0, out=logarithm), 100, out=logarithm)
        np.log1p(logarithm, out=logarithm)
        np.less(self.ranks, FAR, out=there)
        return features.reshape(3 * n_sources, n).T

    def best(self, first: np.ndarray, kinds: Collection[Kind], most: int) -> Proposed:
        """Up to `most` of each of the kinds by the first order (float32 [2, FIRST_COLUMNS], a row a kind)."""
        wanted = [(code, kind == "buy_again") for code, kind in enumerate(KINDS) if kind in kinds]
        parts = [(self.owned if of_owned else ~self.owned).nonzero()[0] for _, of_owned in wanted]
        if any(len(at) > most for at in parts):
            # By rows: sums of products are rounded in one order, whatever other candidates there are.
            features = np.ascontiguousarray(self.first_features())
            parts = [
                at if len(at) <= most else at[(-(features @ first[code])[at]).argpartition(most)[:most]]
                for (code, _), at in zip(wanted, parts, strict=True)
            ]
        kept = np.concatenate(parts)
        kept.sort()
        if len(kept) == len(self.products):
            return self
        products = self.products[kept]
        places = _places(len(self.places), products)
        said, ranks = self.said.take(kept, axis=1), self.ranks.take(kept, axis=1)
        return Proposed(products, self.owned[kept], places, said, ranks)


def by_fusion() -> np.ndarray:
    """A first order that nothing was learned for, float32 [2, FIRST_COLUMNS]: reciprocal rank fusion."""
    order = np.zeros((len(KINDS), FIRST_COLUMNS), dtype=np.float32)
    order[:, : len(PROPOSE)] = 1
    return order


def proposed(bundle: Bundle, context: Context, rules: Together, kinds: Collection[Kind] = KINDS) -> Proposed:
    """The candidates of the kinds for a cart, nothing of it among them."""
    again = "buy_again" in kinds
    lists = _lists(bundle, context, rules, again=again)
    mine = bundle.buy_again.of(context.customer).products
    # A byte a product is made faster than it is searched.
    wanted = np.zeros(len(bundle.catalogue), dtype=bool)
    for scored, n in zip(lists, BECOME_CANDIDATES, strict=True):
        if len(scored.products):
            wanted[scored.products[:n]] = True
    wanted[context.shown] = False
    if not again:
        wanted[mine] = False
    products = wanted.nonzero()[0].astype(np.int32)
    places = _places(len(wanted), products)
    owned = np.zeros(len(products), dtype=bool)
    if again:
        at = places[mine]
        owned[at[at != NOWHERE]] = True
    return Proposed(products, owned, places, *_said(lists, len(products), places))


def _places(n_products: int, products: np.ndarray) -> np.ndarray:
    """Proposed.places of these products."""
    places = np.empty(n_products, dtype=np.int16)
    places.fill(NOWHERE)
    places[products] = np.arange(len(products), dtype=np.int16)
    return places


def _lists(bundle: Bundle, context: Context, rules: Together, *, again: bool) -> tuple[Scored, ...]:
    """What each source of PROPOSE proposes, best first; nothing of those that know what was bought alone,
    unless it is to be bought `again`.
    """
    found = (
        rules.links.proposed(PROPOSE[0][2]),
        rules.by_pairs,
        bundle.past_baskets.like(context.customer, context.shown) if again else NOTHING,
        bundle.ridge_lists.of(context.customer),
        bundle.taste_lists.of(context.customer),
        bundle.buy_again.of(context.customer) if again else NOTHING,
        bundle.popular,
    )
    return tuple(
        scored if len(scored.products) <= n else Scored(scored.products[:n], scored.scores[:n])
        for scored, (_, _, n) in zip(found, PROPOSE, strict=True)
    )


def _said(lists: Sequence[Scored], n: int, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Proposed.said and Proposed.ranks of n candidates at these places."""
    said, ranks = np.zeros((len(lists), n), dtype=np.float32), np.empty((len(lists), n), dtype=np.float32)
    ranks.fill(FAR)
    at = places[np.concatenate([scored.products for scored in lists])]
    # Worst first: of a product that is proposed twice the better proposal is written last.
    inside = (at != NOWHERE).nonzero()[0][::-1]
    rows, theirs = _layout(*(len(scored.products) for scored in lists))
    flat = rows[inside] * n + at[inside]
    said.reshape(-1)[flat] = np.concatenate([scored.scores for scored in lists])[inside]
    ranks.reshape(-1)[flat] = theirs[inside]
    return said, ranks


@lru_cache(maxsize=LAYOUTS_KEPT)
def _layout(*lengths: int) -> tuple[np.ndarray, np.ndarray]:
    """Of lists of these lengths, end to end: each entry's list int64 [n], and its rank there float32 [n]."""
    ranks = np.concatenate([np.arange(length, dtype=np.float32) for length in lengths])
    return frozen(np.repeat(np.arange(len(lengths)), lengths)), frozen(ranks)
