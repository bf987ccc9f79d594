"""A bundle: everything the service answers from, as one immutable object in memory.

On disk it is an artifact (`models.artifact`): one file a part, one dictionary of arrays a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, Protocol, Self

import numpy as np

from models.arrays import Arrays
from models.basket_rules import BasketRules
from models.bought_together import BoughtTogether
from models.buy_again import BuyAgain
from models.cart_ranker import CartRanker
from models.catalogue import Catalogue
from models.customer_value import CustomerValue
from models.directory import Directory
from models.ids import IdMap, KeptPlaces
from models.item_ridge import ItemRidge
from models.lists import TopLists
from models.never_buys import NeverBuys
from models.newcomers import Newcomers
from models.page_lists import PageLists
from models.past_baskets import PastBaskets
from models.personas import Personas
from models.plan_nudges import PlanNudges
from models.popularity import Popularity
from models.ranked_lists import CustomerLists
from models.scored import Scored
from models.sources import Common, common
from models.taste import Taste
from models.trade_up import TradeUp

CATEGORIES_KEPT = 256  # a few kilobytes each
BARRED_KEPT = 256
TEXTS_KEPT = 100_000  # about a hundred bytes each
PLACES_KEPT = 20_000  # likewise


class Part(Protocol):
    """What a part of a bundle can do: become arrays, and be made of them again."""

    def to_arrays(self) -> Arrays: ...

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What the manifest says about a bundle: plain values that fit JSON.

    version     the artifact's name
    created     ISO 8601 UTC
    currency    ISO 4217; `minor_digits` decimal places of its minor unit
    last_day    last day of the data, days since 1970-01-01
    weights     how the sources of cross-sell are mixed, by source name
    more        counts, parameters, metrics, data window, library versions: for people, not for code
    """

    version: str
    created: str
    currency: str
    minor_digits: int
    last_day: int
    weights: Mapping[str, float]
    more: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Bundle:
    """All models of one training. Parts share two id maps: an index means the same everywhere.

    taste_lists    [n_customers, length] products new to each customer, by taste
    similar        [n_products, length] products with the nearest factors
    ridge_lists    [n_customers, length] products new to each customer, by item ridge on customers
    ridge_links    [n_products, length] what those lists come from: the products whose purchase speaks
                   most for each product, with their weights
    cart_ridge     item ridge on baskets, for carts
    customer_lists  what the learned orders put first for each customer
    page_lists     what the sources that need no customer put first on each product's page
    plan_nudges    plans, and the running cycles of subscribers; None where the shop has no plans
    never_buys     what customers never buy; None where the shop has no orders
    personas       groups of customers who buy alike; None where too few buy often enough
    newcomers      who registered and has no order yet; None where nobody told anything
    customer_value what each customer is worth; None where the shop has no orders
    directory      customers by hashes of e-mail and telephone; None where the shop gives neither
    """

    facts: Facts
    products: IdMap
    customers: IdMap
    catalogue: Catalogue
    bought_together: BoughtTogether
    basket_rules: BasketRules
    taste: Taste
    taste_lists: TopLists
    similar: TopLists
    ridge_lists: TopLists
    ridge_links: TopLists
    cart_ridge: ItemRidge
    popularity: Popularity
    buy_again: BuyAgain
    trade_up: TradeUp
    customer_lists: CustomerLists
    past_baskets: PastBaskets
    cart_ranker: CartRanker
    page_lists: PageLists
    plan_nudges: PlanNudges | None = None
    directory: Directory | None = None
    customer_value: CustomerValue | None = None
    never_buys: NeverBuys | None = None
    newcomers: Newcomers | None = None
    personas: Personas | None = None

    @cached_property
    def common(self) -> Callable[[int], Common]:
        """What everybody is offered, by category of the page: mixed once each, not once a request."""
        return lru_cache(maxsize=CATEGORIES_KEPT)(partial(common, self.popularity, self.facts.weights))

    @cached_property
    def popular(self) -> Scored:
        """What everybody buys, with its shares: reckoned once, not once a cart."""
        return self.popularity.top()

    @cached_property
    def barred(self) -> Callable[[tuple[str, ...]], frozenset[int]]:
        """The products of the subjects that somebody avoids; those of most people are the same few."""
        return lru_cache(maxsize=BARRED_KEPT)(
            self.never_buys.products_of if self.never_buys is not None else no_products
        )

    @cached_property
    def product_id(self) -> Callable[[int], str]:
        """The id of a product by its position; those that are often asked for are kept."""
        return lru_cache(maxsize=self._texts_kept)(self.products.id)

    @cached_property
    def product_name(self) -> Callable[[int], str]:
        """The name of a product by its position; those that are often asked for are kept."""
        return lru_cache(maxsize=self._texts_kept)(self.catalogue.names.__getitem__)

    @property
    def _texts_kept(self) -> int | None:
        """How many texts of products are kept; None for all, which saves keeping account of their use."""
        return None if len(self.products) <= TEXTS_KEPT else TEXTS_KEPT

    @cached_property
    def product_places(self) -> Mapping[str, int]:
        """The position of a product by its id; many of those that were asked for are kept."""
        return KeptPlaces(self.products, PLACES_KEPT)


def no_products(_: tuple[str, ...]) -> frozenset[int]:
    """The products of subjects where none are known."""
    return frozenset()


# The parts of an artifact by file name: adding a model is adding a line here and a field above.
PARTS: Mapping[str, type[Part]] = {
    "products": IdMap,
    "customers": IdMap,
    "catalogue": Catalogue,
    "bought_together": BoughtTogether,
    "basket_rules": BasketRules,
    "taste": Taste,
    "taste_lists": TopLists,
    "similar": TopLists,
    "ridge_lists": TopLists,
    "ridge_links": TopLists,
    "cart_ridge": ItemRidge,
    "popularity": Popularity,
    "buy_again": BuyAgain,
    "trade_up": TradeUp,
    "customer_lists": CustomerLists,
    "past_baskets": PastBaskets,
    "cart_ranker": CartRanker,
    "page_lists": PageLists,
}
# Parts that only some shops have: their fields are None elsewhere, and there is no file.
OPTIONAL_PARTS: Mapping[str, type[Part]] = {
    "plan_nudges": PlanNudges,
    "directory": Directory,
    "customer_value": CustomerValue,
    "never_buys": NeverBuys,
    "newcomers": Newcomers,
    "personas": Personas,
}


def parts_of(bundle: Bundle) -> dict[str, dict[str, np.ndarray]]:
    """The bundle as plain arrays, by part."""
    names = [*PARTS, *(name for name in OPTIONAL_PARTS if getattr(bundle, name) is not None)]
    return {name: dict(getattr(bundle, name).to_arrays()) for name in names}


def bundle_of(facts: Facts, parts: Mapping[str, Arrays]) -> Bundle:
    """The bundle made of these arrays; raises KeyError for a missing part or array."""
    made: dict[str, Any] = {name: kind.from_arrays(parts[name]) for name, kind in PARTS.items()}
    made |= {name: kind.from_arrays(parts[name]) for name, kind in OPTIONAL_PARTS.items() if name in parts}
    return Bundle(facts=facts, **made)  # PARTS and the fields are held together by a test
