"""Learn the order of candidates for carts, from baskets after a cut and a bundle fitted before it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from models.arrays import frozen
from models.bundle import Bundle
from models.cart_proposals import KINDS, by_fusion, proposed
from models.cart_ranker import CartRanker
from models.carts import cart_table
from models.context import Context
from models.together import together
from training.data.orders import Orders
from training.evaluation.exam import Carts
from training.evaluation.mixing import customer_context
from training.fitting.progress import Progress, silent
from training.ranking.cart_groups import fit_cart_groups
from training.ranking.groups import groupings
from training.ranking.history import History
from training.ranking.rankers import why_not
from training.ranking.snapshot import sample_of
from training.ranking.statistics import customer_statistics, product_statistics

log = logging.getLogger(__name__)

PARAMETERS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.11,
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.4,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "force_col_wise": True,
    "deterministic": True,
    "verbose": -1,
}
ROUNDS = 80  # each costs every cart that is served
NEGATIVES = 0.15
FEWEST_COMPLETED = 200
DRAWS = 6  # times that a cart loses a product, where carts are few
MAX_DRAWN = 36_000
FEW = 8_000  # of more carts each loses one product: other carts teach more than the same ones again
FIRST_CARTS = 3_000  # that the first order is learned from,
FEWEST_FIRST = 100  # and how many of them must have lost what is proposed
# A statistic of products that carts ask for by its place comes first.
USUAL_GAP = "usual_gap"
REFERENCE = 20_000  # customers that statistics of products are counted on


class CartOrder(NamedTuple):
    """What was learned: see CartRanker.

    trees  uint8 LightGBM's text model
    first  float32 [n_kinds, n_first_features]
    """

    trees: np.ndarray
    first: np.ndarray


def with_statistics(bundle: Bundle, orders: Orders, history: History) -> Bundle:
    """The bundle with what a cart ranker wants to know, but no order yet; `history` is that of the orders."""
    products = product_statistics(sample_of(history, REFERENCE, seed=0))
    names = sorted(products, key=lambda name: name != USUAL_GAP)
    customers = customer_statistics(history)
    ranker = CartRanker(
        trees=frozen(np.empty(0, dtype=np.uint8)),
        first=frozen(by_fusion()),
        products=frozen(np.stack([products[name] for name in names], axis=1)),
        customers=frozen(np.stack(list(customers.values()), axis=1)),
        negatives=frozen(np.array([NEGATIVES])),
        groups=fit_cart_groups(groupings(bundle.catalogue), orders),
    )
    return replace(bundle, cart_ranker=ranker)


def with_order(bundle: Bundle, order: CartOrder) -> Bundle:
    """The bundle, its cart ranker with this order."""
    return replace(bundle, cart_ranker=replace(bundle.cart_ranker, trees=order.trees, first=order.first))


def fit_cart_order(
    bundle: Bundle, carts: Carts, seed: int, threads: int, progress: Progress = silent
) -> CartOrder | str:
    """The order learned from carts that lost a product; why there is none, in words.

    `bundle` knows nothing of the day of any cart, and has its statistics (see with_statistics).
    """
    reason = why_not()
    if reason is not None:
        return _without_order(reason)
    rng = np.random.default_rng(seed)
    lost = _lost(carts, bundle.bought_together.product_orders > 0, rng)
    first = _first_order(bundle, lost[: min(len(carts), FIRST_CARTS)], rng)
    ready = replace(bundle, cart_ranker=replace(bundle.cart_ranker, first=first))
    tables, bought = [], []
    for number, (context, product) in enumerate(lost):
        if number % 1000 == 0:
            progress(f"carts learned from: {number:,} of {len(lost):,}")
        features, right = _examples(ready, context, product, rng)
        if right.any():  # a product that no source proposes teaches nothing
            tables.append(features)
            bought.append(right)
    if len(tables) < FEWEST_COMPLETED:
        return _without_order(f"{len(tables)} carts can be learned from, {FEWEST_COMPLETED} are needed")
    return CartOrder(grown(np.concatenate(tables), np.concatenate(bought), seed, threads), first)


def _lost(carts: Carts, sold: np.ndarray, rng: np.random.Generator) -> list[tuple[Context, int]]:
    """Each cart and the product it lost; where carts are few, again with another product lost."""
    draws = max(1, min(DRAWS, MAX_DRAWN // max(len(carts), 1))) if len(carts) <= FEW else 1
    found = []
    for number, row in enumerate(np.tile(np.arange(len(carts)), draws).tolist()):
        basket, lost = carts.baskets.of(row), int(carts.removed.of(row)[0])
        if number >= len(carts):
            basket, lost = _exchanged(basket, lost, sold, rng)
        if len(basket):
            found.append((customer_context(int(carts.customers[row]), basket), lost))
    return found


def _first_order(bundle: Bundle, lost: Sequence[tuple[Context, int]], rng: np.random.Generator) -> np.ndarray:
    """float32 [n_kinds, n_first_features] by logistic regression, one for each kind; see CartRanker.first."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  # slow to import

    tables: list[list[np.ndarray]] = [[] for _ in KINDS]
    rights: list[list[np.ndarray]] = [[] for _ in KINDS]
    for context, product in lost:
        candidates = proposed(bundle, context, together(bundle, context.shown))
        features, right = candidates.first_features(), candidates.products == product
        kept = right | (rng.random(len(right)) < NEGATIVES)
        for code, kind in enumerate(KINDS):
            at = kept & (candidates.owned == (kind == "buy_again"))
            tables[code].append(features[at])
            rights[code].append(right[at])
    order = by_fusion()
    for code in range(len(KINDS)):
        right = np.concatenate(rights[code]) if lost else np.zeros(0, dtype=bool)
        if right.sum() >= FEWEST_FIRST:
            model = LogisticRegression(max_iter=500).fit(np.concatenate(tables[code]), right)
            order[code] = model.coef_[0]
    return frozen(order)


def grown(features: np.ndarray, bought: np.ndarray, seed: int, threads: int) -> np.ndarray:
    """Trees learned from candidates float32 [n, n_features] and whether each was bought, [n] 0 or 1."""
    import lightgbm  # noqa: PLC0415  # see why_not

    parameters = {**PARAMETERS, "seed": seed, "num_threads": threads}
    data = lightgbm.Dataset(features, bought, params=parameters)
    model = lightgbm.train(parameters, data, ROUNDS).model_to_string()
    return frozen(np.frombuffer(model.encode(), dtype=np.uint8))


def _without_order(reason: str) -> str:
    log.warning("no order of carts was learned, they are mixed by weight: %s", reason)
    return reason


def _exchanged(
    basket: np.ndarray, lost: int, sold: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, int]:
    """The same cart with another product taken out, and the lost one put back if it was ever `sold` before:
    carts have known products alone.
    """
    at = int(rng.integers(len(basket)))
    rest = np.delete(basket, at)
    if sold[lost]:
        rest = np.sort(np.append(rest, np.int32(lost)))
    return rest, int(basket[at])


def _examples(
    bundle: Bundle, context: Context, lost: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    table = cart_table(bundle, context, together(bundle, context.shown))
    right = table.products == lost
    kept = right | (rng.random(len(right)) < NEGATIVES)
    return table.features[kept], right[kept].astype(np.float32)
