"""Fit which groups of products carts call for: item ridge with groups in the place of products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from models.arrays import frozen
from models.cart_groups import CartGroups, no_cart_groups
from training.data.orders import Orders
from training.fitting.item_ridge import basket_rows
from training.matrices import basket_matrix
from training.ranking.groups import Grouping

MOST_LINKED = 1_200  # groups of a grouping, the most frequent: the time is their third power
LARGEST = 5_000  # groups of a grouping: every cart that is served reckons with all of them
MOST_BASKETS = 300_000  # that they are learned from, the last ones
REGULARIZATION = 30.0


def fit_cart_groups(groupings: Sequence[Grouping], orders: Orders) -> CartGroups:
    """Learned from baskets, those of guests too; one counts size^-0.5, its size in groups.

    Groupings of more than LARGEST groups are left out.
    """
    n_products = len(orders.products)
    groupings = [grouping for grouping in groupings if grouping.size <= LARGEST]
    if not groupings:
        return no_cart_groups(n_products)
    first_order = max(0, orders.n_orders - MOST_BASKETS)  # orders are numbered by time
    lines = orders.lines.filter(pl.col("order") >= first_order).select(
        "product", pl.col("order") - first_order
    )
    last = basket_matrix(lines, orders.n_orders - first_order, n_products)
    of, links = [], []
    first, total = 0, sum(grouping.size for grouping in groupings)
    for grouping in groupings:
        held = _held(last, grouping)
        frequent = np.argsort(-np.bincount(held.indices, minlength=grouping.size), kind="stable")
        number = np.empty(grouping.size + 1, dtype=np.int32)
        number[frequent] = first + np.arange(grouping.size)
        number[-1] = total  # of the products without a group
        of.append(number[grouping.of])
        links.append(_links(held[:, frequent[:MOST_LINKED]]))
        first += grouping.size
    return CartGroups(
        of=frozen(np.stack(of)),
        starts=frozen(np.cumsum([0, *(grouping.size for grouping in groupings)])),
        linked=frozen(np.array([len(block) for block in links], dtype=np.int64)),
        links=frozen(np.concatenate([block.ravel() for block in links])),
    )


def _held(baskets: csr_matrix, grouping: Grouping) -> csr_matrix:
    """Ones [n_orders, n_groups]: which groups each basket holds."""
    known = np.flatnonzero(grouping.of >= 0)
    ones = np.ones(len(known), dtype=np.float32)
    of = csr_matrix((ones, (known, grouping.of[known])), shape=(len(grouping.of), grouping.size))
    held = csr_matrix(baskets.astype(np.float32) @ of)
    held.data[:] = 1
    return held


def _links(held: csr_matrix) -> np.ndarray:
    """float32 [n, n]: EASE (Steck, WWW 2019, equation 8) in closed form."""
    rows = basket_rows(held)
    gram = (rows.T @ rows).toarray().astype(np.float64)
    diagonal = np.einsum("ii->i", gram)
    diagonal += REGULARIZATION
    inverse = np.linalg.inv(gram)
    links = -inverse / np.diag(inverse)
    np.fill_diagonal(links, 0)
    return np.asarray(links, dtype=np.float32)
