"""What validation data choose of item ridge: its regularization, on customers and on carts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from config.training import Training
from models.catalogue import Catalogue
from models.item_ridge import ItemRidge
from models.lists import TopLists
from training.evaluation.exam import Carts, Exam
from training.evaluation.methods import limited
from training.evaluation.metrics import judged_rows, per_row
from training.fitting.item_ridge import (
    Gram,
    basket_rows,
    customer_rows,
    fit_cart_ridge,
    fit_links,
    fit_ridge_lists,
    gram_of,
)
from training.fitting.progress import Progress
from training.matrices import basket_matrix, purchase_matrix

K = 10
# Products that trials are fitted on: time grows with the cube, and the order of the trials is the same.
MAX_PRODUCTS = 2_000
# What a cart is asked for beyond its list: products that the customer owns are taken out after.
CART_POOL = 300


def customer_recalls(
    exam: Exam, catalogue: Catalogue, settings: Training, regularizations: Sequence[float], progress: Progress
) -> list[float]:
    """Recall@10 of new products for each regularization, over judged customers who bought any."""
    truth = exam.truth("new")
    rows = judged_rows(truth)
    history, ridge = exam.history, settings.item_ridge
    purchases = purchase_matrix(
        history.lines, len(history.customers), len(history.products), exam.cut.at - 1, ridge.half_life_days
    )
    gram = gram_of(customer_rows(purchases), _most(settings), settings.threads)
    judged = purchases[exam.customers[rows]]
    recalls = []
    for regularization in regularizations:
        progress(f"trying item ridge on customers with regularization {regularization:g}")
        lists = fit_ridge_lists(
            _links(gram, exam, settings, regularization),
            judged,
            length=K,
            family=catalogue.family,
            threads=settings.threads,
        )
        found = lists.products if lists.products.size else np.full((len(rows), 1), -1, dtype=np.int32)
        recalls.append(float(per_row(found, truth.take(rows), K).recall.mean()) if len(rows) else 0.0)
    return recalls


def cart_hits(
    exam: Exam, settings: Training, regularizations: Sequence[float], progress: Progress
) -> list[float]:
    """Hit rate@10 of carts for each regularization."""
    history, carts = exam.history, exam.carts
    baskets = basket_matrix(history.lines, history.n_orders, len(history.products))
    gram = gram_of(basket_rows(baskets), _most(settings), settings.threads)
    hits = []
    for regularization in regularizations:
        progress(f"trying item ridge on carts with regularization {regularization:g}")
        ridge = fit_cart_ridge(_links(gram, exam, settings, regularization))
        lists = limited(exam, partial(_proposed, ridge, carts), "cart", K)
        hits.append(float(per_row(lists, carts.removed, K).hit.mean()) if len(carts) else 0.0)
    return hits


def _proposed(ridge: ItemRidge, carts: Carts, row: int) -> np.ndarray:
    return ridge.propose(carts.baskets.of(row), CART_POOL).products


def _links(gram: Gram, exam: Exam, settings: Training, regularization: float) -> TopLists:
    n_products = len(exam.history.products)
    return fit_links(gram, n_products, regularization, settings.item_ridge.top_k, settings.threads)


def _most(settings: Training) -> int:
    return min(settings.item_ridge.max_products, MAX_PRODUCTS)
