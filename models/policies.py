"""Merchandiser's policies: what one says, when it holds, and which products of a catalogue it matches.

Where the catalogue does not know a product's category, brand or price, conditions on it do not match.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from models.bundle import Bundle
from models.catalogue import Catalogue
from models.errors import did_you_mean
from models.ids import UNKNOWN
from models.texts import Texts

Action = Literal["include", "exclude", "boost", "pin", "limit"]
Attribute = Literal["category", "brand"]

POLICY_SOURCE = "policy"
POOL = 200  # matching products an include or a pin may choose from: enough to survive the filters
NO_GROUP = -1


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, independent of any catalogue. All conditions given must hold; of a list, one.

    name                    says who it is in `explain`, reasons and logs
    product_ids, categories, brands, tags   what it matches; empty for any
    price_min, price_max    unit price in major units of the currency, both ends included
    same_category, same_brand   True: as the product viewed has; False: another one
    price_at_least_ratio, price_at_most_ratio   unit price over that of the product viewed
    factor      of a boost: what the weighted sum behind the score is multiplied by
    position    of a pin: the place in the answer, from 1
    at_most     of a limit: products of one group in an answer; of an include: products it puts there
    attribute   of a limit: what makes a group; None: all that match are one
    placements, channels    where it holds; empty for everywhere
    valid_from, valid_until seconds since 1970-01-01 UTC; the first is included, the second is not
    """

    name: str
    action: Action
    product_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    same_category: bool | None = None
    same_brand: bool | None = None
    price_at_least_ratio: float | None = None
    price_at_most_ratio: float | None = None
    factor: float = 1.0
    position: int = 1
    at_most: int = 1
    attribute: Attribute | None = None
    placements: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    valid_from: float = -math.inf
    valid_until: float = math.inf

    @property
    def is_relative(self) -> bool:
        """Whether it compares with the product viewed, and so says nothing where none is viewed."""
        compared = (
            self.same_category,
            self.same_brand,
            self.price_at_least_ratio,
            self.price_at_most_ratio,
        )
        return any(condition is not None for condition in compared)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where and when an answer is given; `at` is in seconds since 1970-01-01 UTC."""

    placement: str
    channel: str
    at: float


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A policy and the products it matches, conditions on the product viewed apart.

    mask     bool [n_products]
    pool     int32 [up to POOL] those an include or a pin chooses from: as the policy names them, else the
             most bought first; empty for other actions
    groups   int32 [n_products] the group a limit counts a product in, NO_GROUP for none; empty for others
    """

    policy: Policy
    mask: np.ndarray
    pool: np.ndarray
    groups: np.ndarray

    def holds(self, occasion: Occasion) -> bool:
        """Whether the policy is in force there and then."""
        policy = self.policy
        return (
            policy.valid_from <= occasion.at < policy.valid_until
            and (not policy.placements or occasion.placement in policy.placements)
            and (not policy.channels or occasion.channel in policy.channels)
        )

    def matches(self, catalogue: Catalogue, products: np.ndarray, viewing: int) -> np.ndarray:
        """Bool [n], which of `products` int32 [n] it matches while `viewing` (UNKNOWN: none) is shown."""
        matched: np.ndarray = self.mask[products]
        if self.policy.is_relative:
            matched = matched & _compared(self.policy, catalogue, products, viewing)
        return matched


def compiled(policies: Sequence[Policy], bundle: Bundle) -> tuple[Compiled, ...]:
    """The policies, in their order, for the catalogue of a bundle."""
    return tuple(_compile(policy, bundle) for policy in policies)


def in_force(policies: Sequence[Compiled], occasion: Occasion) -> tuple[Compiled, ...]:
    """Those that hold on an occasion, in their order."""
    return tuple(policy for policy in policies if policy.holds(occasion))


def unknown_names(policies: Sequence[Policy], bundle: Bundle) -> Iterator[str]:
    """A sentence for each name in the policies that the bundle does not know: it matches nothing."""
    catalogue = bundle.catalogue
    for policy in policies:
        for item in policy.product_ids:
            if bundle.products.index(item) == UNKNOWN:
                yield f"policy {policy.name!r}: no product {item!r} in the model"
        for kind, names, known in (
            ("category", policy.categories, catalogue.categories),
            ("brand", policy.brands, catalogue.brands),
            ("tag", policy.tags, catalogue.tags),
        ):
            there = _all(known) if names else []
            for name in names:
                if name not in there:
                    yield f"policy {policy.name!r}: no {kind} {name!r}; {did_you_mean(name, there)}"


def _compile(policy: Policy, bundle: Bundle) -> Compiled:
    catalogue = bundle.catalogue
    mask = np.ones(len(catalogue), dtype=bool)
    named = bundle.products.indices(list(policy.product_ids))
    named = named[named != UNKNOWN]
    if policy.product_ids:
        mask &= np.isin(np.arange(len(catalogue)), named)
    if policy.categories:
        mask &= np.isin(catalogue.category, _codes(catalogue.categories, policy.categories))
    if policy.brands:
        mask &= np.isin(catalogue.brand, _codes(catalogue.brands, policy.brands))
    if policy.tags:
        mask &= _tagged(catalogue, policy.tags)
    if policy.price_min is not None:
        mask &= (catalogue.price >= 0) & (catalogue.price >= _minor(policy.price_min, bundle, up=True))
    if policy.price_max is not None:
        mask &= (catalogue.price >= 0) & (catalogue.price <= _minor(policy.price_max, bundle, up=False))
    nothing = np.empty(0, dtype=np.int32)
    chooses = policy.action in ("include", "pin")
    return Compiled(
        policy,
        mask,
        _pool(bundle, mask, named) if chooses else nothing,
        _groups(catalogue, mask, policy.attribute) if policy.action == "limit" else nothing,
    )


def _compared(policy: Policy, catalogue: Catalogue, products: np.ndarray, viewing: int) -> np.ndarray:
    """Bool [n] whether `products` compare with the product viewed as the policy says."""
    if viewing == UNKNOWN:
        return np.zeros(len(products), dtype=bool)
    kept = np.ones(len(products), dtype=bool)
    for wanted, codes in (
        (policy.same_category, catalogue.category),
        (policy.same_brand, catalogue.brand),
    ):
        if wanted is not None:
            theirs, mine = codes[products], codes[viewing]
            kept &= (theirs >= 0) & (mine >= 0) & ((theirs == mine) == wanted)
    prices, price = catalogue.price[products], float(catalogue.price[viewing])
    if policy.price_at_least_ratio is not None:
        kept &= (prices >= 0) & (price > 0) & (prices >= policy.price_at_least_ratio * price)
    if policy.price_at_most_ratio is not None:
        kept &= (prices >= 0) & (price > 0) & (prices <= policy.price_at_most_ratio * price)
    return kept


def _pool(bundle: Bundle, mask: np.ndarray, named: np.ndarray) -> np.ndarray:
    if len(named):
        ordered = np.array(list(dict.fromkeys(named.tolist())), dtype=np.int32)
        kept: np.ndarray = ordered[mask[ordered]][:POOL]
        return kept
    matching = mask.nonzero()[0].astype(np.int32)
    bought = bundle.popularity.recent_orders[matching].astype(np.int64)
    pool: np.ndarray = matching[(-bought).argsort(kind="stable")][:POOL]
    return pool


def _groups(catalogue: Catalogue, mask: np.ndarray, attribute: Attribute | None) -> np.ndarray:
    codes = np.zeros(len(catalogue), dtype=np.int32)
    if attribute is not None:
        codes = catalogue.category if attribute == "category" else catalogue.brand
    groups: np.ndarray = np.where(mask, codes, NO_GROUP)
    return groups


def _tagged(catalogue: Catalogue, tags: Sequence[str]) -> np.ndarray:
    """Bool [n_products] whether a product has one of the tags."""
    hits = np.isin(catalogue.tag, _codes(catalogue.tags, tags))
    owners = np.repeat(np.arange(len(catalogue)), np.diff(catalogue.tag_starts))
    tagged = np.zeros(len(catalogue), dtype=bool)
    tagged[owners[hits]] = True
    return tagged


def _codes(known: Texts, names: Sequence[str]) -> list[int]:
    place = {name: code for code, name in enumerate(_all(known))}
    return [place[name] for name in names if name in place]


def _all(texts: Texts) -> list[str]:
    return [texts[at] for at in range(len(texts))]


def _minor(amount: Decimal, bundle: Bundle, *, up: bool) -> int:
    """An amount in minor units; one between two of them goes the way that keeps the condition."""
    scaled = amount.scaleb(bundle.facts.minor_digits)
    return math.ceil(scaled) if up else math.floor(scaled)
