"""Candidates for a cart, with the features by which the learned order ranks them.

Training learns from the very tables that the service ranks: there is one way to make them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from models.bundle import Bundle
from models.candidates import Candidates
from models.context import Context
from models.ids import UNKNOWN
from models.query import Kind
from models.scored import Scored
from models.together import Together

FAR = 300.0  # the rank of what a source does not propose
FUSION = 20.0  # reciprocal rank fusion: a proposal at rank r counts 1 / (20 + r)
MOST = 100  # candidates that are ranked: the trees are asked about each

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
OWNED_COLUMNS = 6


@dataclass(frozen=True, slots=True, eq=False)
class CartTable:
    """Candidates of one cart.

    products  int32 [n] ascending
    features  float32 [n, n_features]
    owned     bool [n] did the customer buy it before
    source    int [n] position in NAMES of what ranks it highest
    """

    products: np.ndarray
    features: np.ndarray
    owned: np.ndarray
    source: np.ndarray


def ranked_for_cart(
    bundle: Bundle, context: Context, rules: Together, kinds: Collection[Kind]
) -> dict[Kind, Candidates]:
    """The candidates of the kinds for a cart; none without a cart or an order to go by."""
    if not is_cart(context) or not {"cross_sell", "buy_again"} & set(kinds):
        return {}
    if not bundle.cart_ranker.usable:
        return {}
    table = cart_table(bundle, context, rules)
    found: dict[Kind, Candidates] = {}
    for kind, of_kind in (("cross_sell", ~table.owned), ("buy_again", table.owned)):
        if kind in kinds:
            at = of_kind.nonzero()[0]
            chances = bundle.cart_ranker.chances(table.features[at])
            order = (-chances).argsort(kind="stable")
            at = at[order]
            found[kind] = Candidates(  # type: ignore[index]  # the literals above
                table.products[at], chances[order], table.source[at], NAMES, ordered=True, learned=True
            )
    return found


def is_cart(context: Context) -> bool:
    """Is there more than the page of one product?"""
    return len(context.shown) > (context.viewing != UNKNOWN)


def cart_table(bundle: Bundle, context: Context, rules: Together) -> CartTable:
    """The candidates of a cart and their features."""
    proposals = _proposals(bundle, context, rules)
    # Where each product is among the candidates: two bytes a product are made faster than they are searched.
    places = np.full(len(bundle.catalogue), NOWHERE, dtype=np.int16)
    for scored, (_, n_first, _) in zip(proposals, PROPOSE, strict=True):
        places[scored.products[:n_first]] = 0
    places[context.shown] = NOWHERE
    products = (places != NOWHERE).nonzero()[0].astype(np.int32)
    said, ranks = _said(proposals, products, places)
    if len(products) > MOST:
        fused = (1 / (FUSION + ranks)).sum(axis=0)
        kept = np.sort(np.argpartition(-fused, MOST)[:MOST])
        places[products] = NOWHERE
        products, said, ranks = products[kept], said[:, kept], ranks[:, kept]
        places[products] = np.arange(MOST, dtype=np.int16)
    owned, own = _own_purchases(bundle, context, products, places)
    ranker = bundle.cart_ranker
    statistics = ranker.products[products]
    of_cart = np.append(_of_customer(bundle, context), np.float32(len(context.shown)))
    features = np.concatenate(
        [
            said.T,
            np.log1p(ranks).T,
            own.T,
            _in_cart(ranker.groups, products, context.shown).T,
            statistics,
            statistics - ranker.products[context.shown].mean(axis=0),
            np.broadcast_to(of_cart, (len(products), len(of_cart))),
        ],
        axis=1,
    )
    return CartTable(products, features, owned, ranks.argmin(axis=0))


def _said(
    proposals: Sequence[Scored], products: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """float32 [n_sources, n] twice: the score that each source gives each of the products (int32 [n]), 0
    where it has none; and its rank there from 0, FAR where it has none.

    `places` (int16 [n_products]) gets the place of each product; all others of it are NOWHERE.
    """
    places[products] = np.arange(len(products), dtype=np.int16)
    said = np.zeros((len(proposals), len(products)), dtype=np.float32)
    ranks = np.full_like(said, FAR)
    for row, scored in enumerate(proposals):
        at = places[scored.products]
        # Worst first: of a product that is proposed twice the better proposal is written last.
        inside = (at != NOWHERE).nonzero()[0][::-1]
        at = at[inside]
        said[row, at], ranks[row, at] = scored.scores[inside], inside
    return said, ranks


def _proposals(bundle: Bundle, context: Context, rules: Together) -> tuple[Scored, ...]:
    """What each source of PROPOSE proposes, best first."""
    found = (
        bundle.cart_ridge.propose(context.shown, PROPOSE[0][2]),
        rules.by_pairs,
        bundle.past_baskets.like(context.customer, context.shown),
        bundle.ridge_lists.of(context.customer),
        bundle.taste_lists.of(context.customer),
        bundle.buy_again.of(context.customer),
        bundle.popularity.top(),
    )
    return tuple(
        Scored(scored.products[:n], scored.scores[:n])
        for scored, (_, _, n) in zip(found, PROPOSE, strict=True)
    )


def _own_purchases(
    bundle: Bundle, context: Context, products: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """bool [n] owned, and float32 [6, n] what the customer did with each product, NaN for a stranger."""
    customer = context.customer
    own = np.full((OWNED_COLUMNS, len(products)), np.nan, dtype=np.float32)
    owned = np.zeros(len(products), dtype=bool)
    if customer == UNKNOWN:
        return owned, own
    buy_again = bundle.buy_again
    row = slice(int(buy_again.starts[customer]), int(buy_again.starts[customer + 1]))
    at = places[buy_again.products[row]]
    inside = at != NOWHERE
    at = at[inside]
    owned[at] = True
    orders = float(buy_again.customer_orders[customer])
    times = buy_again.orders_with[row][inside].astype(np.float32)
    since = bundle.facts.last_day - buy_again.last_day[row][inside].astype(np.float32)
    usual = bundle.cart_ranker.products[products[at], 0]
    own[0], own[1] = owned, 0
    own[1, at], own[2, at], own[3, at] = times, times / max(orders, 1), since
    own[4, at] = since / np.maximum(usual, 1)
    own[5, at] = times * since
    return owned, own


def _of_customer(bundle: Bundle, context: Context) -> np.ndarray:
    """float32 [n_customer_columns]: statistics of the customer, NaN for a stranger."""
    customers = bundle.cart_ranker.customers
    if context.customer == UNKNOWN:
        return np.full(customers.shape[1], np.nan, dtype=np.float32)
    found: np.ndarray = customers[context.customer]
    return found


def _in_cart(groups: np.ndarray, products: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """float32 [n_groupings, n]: how many products of the cart share each candidate's group."""
    mine, theirs = groups[:, products], groups[:, shown]
    same = (mine[:, :, None] == theirs[:, None, :]) & (mine >= 0)[:, :, None]
    counts: np.ndarray = same.sum(axis=2).astype(np.float32)
    return counts
