"""Learn the order of candidates for carts, from baskets after a cut and a bundle fitted before it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from models.arrays import frozen
from models.bundle import Bundle
from models.cart_ranker import CartRanker
from models.carts import cart_table
from models.together import together
from training.evaluation.exam import Carts
from training.evaluation.mixing import customer_context
from training.fitting.progress import Progress, silent
from training.ranking.groups import Grouping
from training.ranking.history import History
from training.ranking.rankers import why_not
from training.ranking.snapshot import sample_of
from training.ranking.statistics import customer_statistics, product_statistics

log = logging.getLogger(__name__)

PARAMETERS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.09,
    "num_leaves": 15,
    "min_data_in_leaf": 100,
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
DRAWS = 3  # times that a cart loses a product, where carts are few
MAX_DRAWN = 18_000
# A statistic of products that carts ask for by its place comes first.
USUAL_GAP = "usual_gap"
REFERENCE = 20_000  # customers that statistics of products are counted on


def with_statistics(bundle: Bundle, history: History, groupings: tuple[Grouping, ...]) -> Bundle:
    """The bundle with what a cart ranker wants to know, but no order yet."""
    products = product_statistics(sample_of(history, REFERENCE, seed=0))
    names = sorted(products, key=lambda name: name != USUAL_GAP)
    customers = customer_statistics(history)
    groups = [grouping.of for grouping in groupings]
    ranker = CartRanker(
        trees=frozen(np.empty(0, dtype=np.uint8)),
        products=frozen(np.stack([products[name] for name in names], axis=1)),
        customers=frozen(np.stack(list(customers.values()), axis=1)),
        groups=frozen(np.stack(groups) if groups else np.empty((0, history.n_products), dtype=np.int32)),
        negatives=frozen(np.array([NEGATIVES])),
    )
    return replace(bundle, cart_ranker=ranker)


def with_order(bundle: Bundle, trees: np.ndarray) -> Bundle:
    """The bundle, its cart ranker with these trees."""
    return replace(bundle, cart_ranker=replace(bundle.cart_ranker, trees=trees))


def fit_cart_order(
    bundle: Bundle, carts: Carts, seed: int, threads: int, progress: Progress = silent
) -> np.ndarray | str:
    """Trees (uint8, LightGBM's text model) learned from carts that lost a product; why none, in words.

    `bundle` knows nothing of the day of any cart, and has its statistics (see with_statistics).
    """
    reason = why_not()
    if reason is not None:
        return _without_order(reason)
    rng = np.random.default_rng(seed)
    tables, bought = [], []
    sold = bundle.bought_together.product_orders > 0
    draws = max(1, min(DRAWS, MAX_DRAWN // max(len(carts), 1)))
    for number, row in enumerate(np.tile(np.arange(len(carts)), draws).tolist()):
        if number % 1000 == 0:
            progress(f"carts learned from: {number:,} of {draws * len(carts):,}")
        basket, lost = carts.baskets.of(row), int(carts.removed.of(row)[0])
        if number >= len(carts):
            basket, lost = _exchanged(basket, lost, sold, rng)
        if not len(basket):
            continue
        features, right = _examples(bundle, int(carts.customers[row]), basket, lost, rng)
        if right.any():  # a product that no source proposes teaches nothing
            tables.append(features)
            bought.append(right)
    if len(tables) < FEWEST_COMPLETED:
        return _without_order(f"{len(tables)} carts can be learned from, {FEWEST_COMPLETED} are needed")
    return grown(np.concatenate(tables), np.concatenate(bought), seed, threads)


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
    bundle: Bundle, customer: int, basket: np.ndarray, lost: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    context = customer_context(customer, basket)
    table = cart_table(bundle, context, together(bundle, context.shown))
    right = table.products == lost
    kept = right | (rng.random(len(right)) < NEGATIVES)
    return table.features[kept], right[kept].astype(np.float32)
