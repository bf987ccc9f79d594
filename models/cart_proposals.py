"""What the sources propose for a cart, and which of it is worth ranking: a first order that costs little."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from models.bundle import Bundle
from models.context import Context
from models.ids import UNKNOWN
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
        return np.concatenate(
            [FUSION / (FUSION + self.ranks), np.log1p(100 * np.maximum(self.said, 0)), self.ranks < FAR]
        ).T.astype(np.float32, copy=False)

    def best(self, first: np.ndarray, kinds: Collection[Kind], most: int) -> Proposed:
        """Up to `most` of each of the kinds by the first order (float32 [2, FIRST_COLUMNS], a row a kind)."""
        wanted = [(code, kind == "buy_again") for code, kind in enumerate(KINDS) if kind in kinds]
        parts = [(self.owned if of_owned else ~self.owned).nonzero()[0] for _, of_owned in wanted]
        if any(len(at) > most for at in parts):
            features = self.first_features()
            parts = [
                at if len(at) <= most else at[np.argpartition(-(features[at] @ first[code]), most)[:most]]
                for (code, _), at in zip(wanted, parts, strict=True)
            ]
        kept = np.sort(np.concatenate(parts))
        if len(kept) == len(self.products):
            return self
        places = self.places.copy()
        places[self.products] = NOWHERE
        products = self.products[kept]
        places[products] = np.arange(len(kept), dtype=np.int16)
        return Proposed(products, self.owned[kept], places, self.said[:, kept], self.ranks[:, kept])


def by_fusion() -> np.ndarray:
    """A first order that nothing was learned for, float32 [2, FIRST_COLUMNS]: reciprocal rank fusion."""
    order = np.zeros((len(KINDS), FIRST_COLUMNS), dtype=np.float32)
    order[:, : len(PROPOSE)] = 1
    return order


def proposed(bundle: Bundle, context: Context, rules: Together, kinds: Collection[Kind] = KINDS) -> Proposed:
    """The candidates of the kinds for a cart, nothing of it among them."""
    lists = _lists(bundle, context, rules, again="buy_again" in kinds)
    # Where each product is among the candidates: two bytes a product are made faster than they are searched.
    places = np.full(len(bundle.catalogue), NOWHERE, dtype=np.int16)
    for scored, (_, n_first, _) in zip(lists, PROPOSE, strict=True):
        places[scored.products[:n_first]] = 0
    places[context.shown] = NOWHERE
    if "buy_again" not in kinds:
        places[bundle.buy_again.of(context.customer).products] = NOWHERE
    products = (places != NOWHERE).nonzero()[0].astype(np.int32)
    places[products] = np.arange(len(products), dtype=np.int16)
    owned = np.zeros(len(products), dtype=bool)
    if "buy_again" in kinds and context.customer != UNKNOWN:
        at = places[bundle.buy_again.of(context.customer).products]
        owned[at[at != NOWHERE]] = True
    return Proposed(products, owned, places, *_said(lists, len(products), places))


def _lists(bundle: Bundle, context: Context, rules: Together, *, again: bool) -> tuple[Scored, ...]:
    """What each source of PROPOSE proposes, best first; nothing of those that know what was bought alone,
    unless it is to be bought `again`.
    """
    found = (
        bundle.cart_ridge.propose(context.shown, PROPOSE[0][2]),
        rules.by_pairs,
        bundle.past_baskets.like(context.customer, context.shown) if again else NOTHING,
        bundle.ridge_lists.of(context.customer),
        bundle.taste_lists.of(context.customer),
        bundle.buy_again.of(context.customer) if again else NOTHING,
        bundle.popularity.top(),
    )
    return tuple(
        Scored(scored.products[:n], scored.scores[:n])
        for scored, (_, _, n) in zip(found, PROPOSE, strict=True)
    )


def _said(lists: Sequence[Scored], n: int, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Proposed.said and Proposed.ranks of n candidates at these places."""
    said = np.zeros((len(lists), n), dtype=np.float32)
    ranks = np.full_like(said, FAR)
    for row, scored in enumerate(lists):
        if not len(scored.products):
            continue
        at = places[scored.products]
        # Worst first: of a product that is proposed twice the better proposal is written last.
        inside = (at != NOWHERE).nonzero()[0][::-1]
        at = at[inside]
        said[row, at], ranks[row, at] = scored.scores[inside], inside
    return said, ranks
