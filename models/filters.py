"""Filters: the rules that keep a candidate from being recommended, whatever its score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, Protocol

import numpy as np

from models.bundle import Bundle
from models.candidates import Candidates
from models.context import Context
from models.ids import UNKNOWN
from models.never_buys import avoided
from models.query import Kind

Rule = Literal[
    "in_context",
    "in_cart",
    "excluded",
    "out_of_stock",
    "never_buys",
    "bought_before",
    "just_bought",
    "dismissed",
]

NONE: frozenset[int] = frozenset()


class RecentFamilies(Protocol):
    """Families that something recent removes; see `models.recent.Recent`."""

    @property
    def bought(self) -> frozenset[int]: ...
    @property
    def preferences(self) -> Mapping[str, bool]: ...
    def removes(self, family: int) -> Rule | None: ...


class Filters(NamedTuple):
    """What must not be recommended in one context. Families stand for all variants of a product.

    They are sets, asked about one candidate after the other from the best down: a few are enough for
    an answer, whereas arrays would be asked about all of them.
    """

    shown: frozenset[int]
    excluded: frozenset[int]
    owned: frozenset[int]
    recent: RecentFamilies | None = None
    barred: frozenset[int] = NONE

    def removes(self, product: int, family: int, stock: int) -> Rule | None:
        """The first rule that removes a product, None if it may be recommended."""
        if family in self.shown:
            return "in_context"
        if product in self.excluded:
            return "excluded"
        if stock == 0:
            return "out_of_stock"
        if product in self.barred:
            return "never_buys"
        if family in self.owned:
            return "bought_before"
        return None if self.recent is None else self.recent.removes(family)


def filters_of(
    bundle: Bundle, context: Context, kinds: Iterable[Kind], recent: RecentFamilies | None = None
) -> dict[Kind, Filters]:
    """The filters of a context by kind; what was bought before is removed from all but buy_again."""
    family = bundle.catalogue.family
    shown = _families(family, context.shown)
    excluded = frozenset(context.excluded.tolist())
    owned = NONE
    if set(kinds) != {"buy_again"} and context.customer != UNKNOWN:
        owned = _families(family, bundle.buy_again.of(context.customer).products)
    if recent is not None:
        owned |= recent.bought
    barred = _barred(bundle, context.customer, recent)
    return {
        kind: Filters(shown, excluded, NONE if kind == "buy_again" else owned, recent, barred)
        for kind in kinds
    }


def judged(
    bundle: Bundle, filters: Filters, proposed: Candidates, n: int
) -> Iterator[tuple[int, float, int, int, Rule | None]]:
    """The n best candidates, best first: product, score, position of its source in `proposed.names`,
    family, and the rule that removes it if one does.
    """
    order = proposed.order(n)
    products = proposed.products[order]
    families, stocks = bundle.catalogue.family[products].tolist(), bundle.catalogue.stock[products].tolist()
    listed = products.tolist()
    rules = map(filters.removes, listed, families, stocks)
    scores, leading = proposed.scores[order].tolist(), proposed.leading[order].tolist()
    return zip(listed, scores, leading, families, rules, strict=True)


def _barred(bundle: Bundle, customer: int, recent: RecentFamilies | None) -> frozenset[int]:
    """The products that somebody avoids: learned, unless they said otherwise, and what they said."""
    never = bundle.never_buys
    if never is None:
        return NONE
    learned = never.names_of(customer)
    stated = recent.preferences if recent is not None else None
    if not learned and not stated:
        return NONE
    return bundle.barred(avoided(learned, stated or {}))


def _families(family: np.ndarray, products: np.ndarray) -> frozenset[int]:
    if len(products) == 1:  # the page of one product
        return frozenset((int(family[products[0]]),))
    return frozenset(family[products].tolist()) if len(products) else NONE
