"""Candidates for a cart, with the features by which the learned order ranks them.

Training learns from the very tables that the service ranks: there is one way to make them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from models.bundle import Bundle
from models.candidates import Candidates
from models.cart_groups import OwnPurchases
from models.cart_links import link_features
from models.cart_proposals import KINDS, MOST, NAMES, NOWHERE, Proposed, proposed
from models.context import Context
from models.ids import UNKNOWN
from models.query import Kind
from models.together import Together

OWNED_COLUMNS = 6


@dataclass(frozen=True, slots=True, eq=False)
class CartTable:
    """Candidates of one cart.

    products  int32 [n] ascending
    features  float32 [n, n_features], a feature after the other in memory
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
    asked = [kind for kind in KINDS if kind in kinds]
    if not asked or not is_cart(context) or not bundle.cart_ranker.usable:
        return {}
    table = cart_table(bundle, context, rules, asked)
    chances = bundle.cart_ranker.chances(table.features)
    order = (-chances).argsort(kind="stable")
    found: dict[Kind, Candidates] = {}
    for kind in asked:
        at = order if len(asked) == 1 else order[table.owned[order] == (kind == "buy_again")]
        found[kind] = Candidates(
            table.products[at], chances[at], table.source[at], NAMES, ordered=True, learned=True
        )
    return found


def is_cart(context: Context) -> bool:
    """Is there more than the page of one product?"""
    return len(context.shown) > (context.viewing != UNKNOWN)


def cart_table(
    bundle: Bundle, context: Context, rules: Together, kinds: Collection[Kind] = KINDS
) -> CartTable:
    """The best candidates of each of the kinds for a cart, and their features."""
    ranker = bundle.cart_ranker
    candidates = proposed(bundle, context, rules, kinds).best(ranker.first, kinds, MOST)
    products, shown = candidates.products, context.shown
    own, mine, bought = _own_purchases(bundle, context, candidates)
    # One after the other into the memory that the trees read.
    statistics, of_cart = ranker.products.shape[1], (_of_customer(bundle, context), _habit(bought, shown))
    blocks = (
        candidates.said,
        candidates.ranks,
        link_features(bundle, rules, candidates.places, len(products)),
        own,
        ranker.groups.features(products, mine, shown, bought),
        ranker.products.take(products, axis=0).T,
    )
    ends = list(accumulate(map(len, blocks)))
    features = np.empty((ends[-1] + statistics + sum(map(len, of_cart)), len(products)), dtype=np.float32)
    np.concatenate(blocks, out=features[: ends[-1]])
    np.log1p(candidates.ranks, out=features[ends[0] : ends[1]])
    of_shown = np.add.reduce(ranker.products.take(shown, axis=0), axis=0) / len(shown)
    other = slice(ends[-1], ends[-1] + statistics)
    np.subtract(features[ends[-2] : ends[-1]], of_shown[:, None], out=features[other])
    features[other.stop :] = np.concatenate(of_cart)[:, None]
    return CartTable(products, features.T, candidates.owned, candidates.ranks.argmin(axis=0))


def _own_purchases(
    bundle: Bundle, context: Context, candidates: Proposed
) -> tuple[np.ndarray, np.ndarray, OwnPurchases | None]:
    """float32 [6, n] what the customer did with each candidate, NaN for a stranger; float32 [n] their share
    of orders with it; and all that they bought, None for a stranger.
    """
    n, customer = len(candidates.products), context.customer
    own = np.full((OWNED_COLUMNS, n), np.nan, dtype=np.float32)
    mine = np.zeros(n, dtype=np.float32)
    if customer == UNKNOWN:
        return own, mine, None
    buy_again = bundle.buy_again
    row = slice(*buy_again.starts[customer : customer + 2].tolist())
    products, shares = buy_again.products[row], buy_again.scores[row]
    since = bundle.facts.last_day - buy_again.last_day[row].astype(np.float32)
    own[0], own[1] = candidates.owned, 0
    if candidates.owned.any():
        at = candidates.places[products]
        inside = at != NOWHERE
        at, since_inside = at[inside], since[inside]
        times = buy_again.orders_with[row][inside].astype(np.float32)
        usual = bundle.cart_ranker.products[products[inside], 0]
        own[1, at], own[2, at] = times, times / max(float(buy_again.customer_orders[customer]), 1)
        own[3, at], own[4, at] = since_inside, since_inside / np.maximum(usual, 1)
        own[5, at] = times * since_inside
        mine[at] = shares[inside]
    by_day = (-since).argsort(kind="stable")
    return own, mine, OwnPurchases(products[by_day], shares[by_day], since[by_day])


def _habit(bought: OwnPurchases | None, shown: np.ndarray) -> np.ndarray:
    """float32 [4] how many products the cart has, how many of them and which part the customer bought before,
    and how often on the mean; NaN for a stranger.
    """
    size = len(shown)
    if bought is None:
        return np.array([size, np.nan, np.nan, np.nan], dtype=np.float32)
    cart = set(shown.tolist())
    again = [at for at, product in enumerate(bought.products.tolist()) if product in cart]
    share = bought.shares[again].sum() if again else 0.0
    return np.array([size, len(again), len(again) / size, share / size], dtype=np.float32)


def _of_customer(bundle: Bundle, context: Context) -> np.ndarray:
    """float32 [n_customer_columns]: statistics of the customer, NaN for a stranger."""
    customers = bundle.cart_ranker.customers
    if context.customer == UNKNOWN:
        return np.full(customers.shape[1], np.nan, dtype=np.float32)
    found: np.ndarray = customers[context.customer]
    return found
