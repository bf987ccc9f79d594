"""Candidates for a cart, with the features by which the learned order ranks them.

Training learns from the very tables that the service ranks: there is one way to make them.
"""

from __future__ import annotations

from collections.abc import Collection
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

# What proposes, as answers name it; how many proposals become candidates; how many are looked at.
PROPOSE = (
    ("cart_ridge", 70, 300),
    ("bought_together", 40, 300),
    ("past_baskets", 50, 300),
    ("item_ridge", 30, 100),
    ("taste", 15, 100),
    ("buy_again", 40, 300),
    ("popularity", 25, 200),
)
OWNED_COLUMNS = 6
NAMES = ("cart_ridge", "bought_together", "buy_again", "item_ridge", "taste", "buy_again", "popularity")


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
    chances = bundle.cart_ranker.chances(table.features)
    order = (-chances).argsort(kind="stable")
    found: dict[Kind, Candidates] = {}
    for kind, of_kind in (("cross_sell", ~table.owned), ("buy_again", table.owned)):
        if kind in kinds:
            at = order[of_kind[order]]
            found[kind] = Candidates(  # type: ignore[index]  # the literals above
                table.products[at], chances[at], table.source[at], NAMES, ordered=True, learned=True
            )
    return found


def is_cart(context: Context) -> bool:
    """Is there more than the page of one product?"""
    return len(context.shown) > (context.viewing != UNKNOWN)


def cart_table(bundle: Bundle, context: Context, rules: Together) -> CartTable:
    """The candidates of a cart and their features."""
    proposals = _proposals(bundle, context, rules)
    heads = [scored.products[:n] for scored, (_, n, _) in zip(proposals, PROPOSE, strict=True)]
    products = np.unique(np.concatenate(heads))
    products = products[~np.isin(products, context.shown)]
    n, n_sources = len(products), len(PROPOSE)
    columns = np.zeros((2 * n_sources + OWNED_COLUMNS, n), dtype=np.float32)
    ranks = columns[n_sources : 2 * n_sources]
    ranks[:] = FAR
    for row, scored in enumerate(proposals):
        at, inside = _places(products, scored.products)
        # Worst first: of a product that is proposed twice the better proposal is written last.
        columns[row, at[::-1]] = scored.scores[inside][::-1]
        ranks[row, at[::-1]] = inside.nonzero()[0][::-1]
    if n > MOST:
        fused = (1 / (FUSION + ranks)).sum(axis=0)
        kept = np.sort(np.argpartition(-fused, MOST)[:MOST])
        products, columns, n = products[kept], columns[:, kept], MOST
        ranks = columns[n_sources : 2 * n_sources]
    source = ranks.argmin(axis=0)
    np.log1p(ranks, out=ranks)
    owned = _owned_columns(bundle, context, products, columns[2 * n_sources :])
    ranker = bundle.cart_ranker
    statistics = ranker.products[products]
    cart = ranker.products[context.shown].mean(axis=0)
    of_customer = np.append(_of_customer(bundle, context), np.float32(len(context.shown)))
    features = np.concatenate(
        [
            columns.T,
            _in_cart(ranker.groups, products, context.shown).T,
            statistics,
            statistics - cart,
            np.broadcast_to(
                np.append(of_customer, np.float32(len(context.shown))), (n, len(of_customer) + 1)
            ),
        ],
        axis=1,
    )
    return CartTable(products, features, owned, source)


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


def _places(products: np.ndarray, proposed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where proposed products are among `products` (ascending), and bool which of them are there."""
    if not len(products):
        return np.empty(0, dtype=np.intp), np.zeros(len(proposed), dtype=bool)
    at = np.minimum(products.searchsorted(proposed), len(products) - 1)
    inside = products[at] == proposed
    return at[inside], inside


def _owned_columns(bundle: Bundle, context: Context, products: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """bool [n] owned; `columns` [6, n] get what the customer did with the product."""
    columns[:] = np.nan
    customer = context.customer
    if customer == UNKNOWN:
        return np.zeros(len(products), dtype=bool)
    buy_again = bundle.buy_again
    row = slice(int(buy_again.starts[customer]), int(buy_again.starts[customer + 1]))
    at, inside = _places(products, buy_again.products[row])
    owned = np.zeros(len(products), dtype=bool)
    owned[at] = True
    orders = float(buy_again.customer_orders[customer])
    times = buy_again.orders_with[row][inside].astype(np.float32)
    since = bundle.facts.last_day - buy_again.last_day[row][inside].astype(np.float32)
    usual = bundle.cart_ranker.products[products[at], 0]
    columns[0], columns[1] = owned, 0
    columns[1, at], columns[2, at], columns[3, at] = times, times / max(orders, 1), since
    columns[4, at] = since / np.maximum(usual, 1)
    columns[5, at] = times * since
    return owned


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
