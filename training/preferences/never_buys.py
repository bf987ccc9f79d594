"""Fit what customers never buy: by category and by tag, with false discoveries kept rare."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from config.preferences import Preferences
from models.arrays import frozen
from models.catalogue import NO_CATEGORY, Catalogue
from models.never_buys import NeverBuys, no_never_buys
from models.texts import Texts
from training.data.orders import GUEST, Orders
from training.matrices import basket_matrix
from training.preferences.beta_binomial import fit_habit

SIMILAR = 3  # groups of customers by mean size of basket: large baskets have more of everything
LEAST_TO_FIT = 3  # baskets of a customer whom rates are learned from
LEAST_BUYERS = 50  # of a subject within a group


class _History(NamedTuple):
    """What is known of customers: guests are left out.

    baskets  int64 [n_customers] how many they had
    group    int64 [n_customers] by the mean number of distinct products in them
    having   scipy CSC [n_customers, n_subjects] how many of them had a subject
    """

    baskets: np.ndarray
    group: np.ndarray
    having: csc_matrix


class _Found(NamedTuple):
    """Candidates of one subject and group, all [n]."""

    customer: np.ndarray
    subject: np.ndarray
    confidence: np.ndarray
    rate: np.ndarray


def fit_never_buys(orders: Orders, catalogue: Catalogue, settings: Preferences) -> NeverBuys:
    """Never-buys of the customers of these orders.

    Who avoids a thing is judged against customers with baskets of similar size who buy it. Of all those
    found, surest first, as many are kept as leave the expected share of wrong ones under
    `false_discoveries` (local false discovery rates, B. Efron, JASA 99, 2004).
    """
    n_customers = len(orders.customers)
    names, belongs = _subjects(catalogue, settings.leave_out)
    if not settings.enabled or not names:
        return no_never_buys(n_customers)
    history = _history(orders, belongs)
    found = [each for subject in range(len(names)) for each in _candidates(subject, history, settings)]
    if not found:
        return no_never_buys(n_customers)
    customer, subject, confidence, rate = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(1 - confidence[order]) / np.arange(1, len(order) + 1)
    kept = order[: int(np.searchsorted(wrong, settings.false_discoveries, side="right"))]
    kept = kept[np.lexsort((-confidence[kept], customer[kept]))]
    row_starts = np.concatenate([[0], np.cumsum(np.bincount(customer[kept], minlength=n_customers))])
    return NeverBuys(
        subjects=Texts.of(names),
        member_starts=frozen(belongs.indptr.astype(np.int64)),
        members=frozen(belongs.indices.astype(np.int32)),
        starts=frozen(row_starts.astype(np.int64)),
        subject=frozen(subject[kept].astype(np.int32)),
        confidence=frozen(confidence[kept].astype(np.float32)),
        baskets=frozen(history.baskets[customer[kept]].astype(np.int32)),
        rate=frozen(rate[kept].astype(np.float32)),
    )


def _subjects(catalogue: Catalogue, leave_out: tuple[str, ...]) -> tuple[list[str], csc_matrix]:
    """Tags and categories: names, and which products are of each, scipy CSC [n_products, n_subjects]."""
    tagged = np.repeat(np.arange(len(catalogue)), np.diff(catalogue.tag_starts))
    known = np.flatnonzero(catalogue.category != NO_CATEGORY)
    n_tags, n_categories = len(catalogue.tags), len(catalogue.categories)
    products = np.concatenate([tagged, known])
    subjects = np.concatenate([catalogue.tag, n_tags + catalogue.category[known]])
    names = [f"tag:{catalogue.tags[at]}" for at in range(n_tags)]
    names += [f"category:{catalogue.categories[at]}" for at in range(n_categories)]
    ones = np.ones(len(products), dtype=np.float32)
    belongs = csc_matrix((ones, (products, subjects)), shape=(len(catalogue), len(names)))
    belongs.sum_duplicates()
    kept = [at for at, name in enumerate(names) if name not in leave_out]
    return [names[at] for at in kept], belongs[:, kept]


def _history(orders: Orders, belongs: csc_matrix) -> _History:
    n_customers = len(orders.customers)
    baskets = basket_matrix(orders.lines, orders.n_orders, len(orders.products))
    owner = np.full(orders.n_orders, GUEST, dtype=np.int64)
    owner[orders.lines["order"].to_numpy()] = orders.lines["customer"].to_numpy()
    known = np.flatnonzero(owner != GUEST)
    has = (baskets @ belongs.tocsr()).tocsr()
    has.data[:] = 1
    ones = np.ones(len(known), dtype=np.float32)
    mine = csr_matrix((ones, (owner[known], known)), shape=(n_customers, orders.n_orders))
    count = np.bincount(owner[known], minlength=n_customers)
    size = np.diff(baskets.indptr)[known]
    mean = np.bincount(owner[known], size, n_customers) / np.maximum(count, 1)
    return _History(count, _groups(mean, count), (mine @ has).tocsc())


def _groups(mean: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The group of each customer by the mean number of distinct products in a basket."""
    fit = mean[count >= LEAST_TO_FIT]
    if not len(fit):
        return np.zeros(len(count), dtype=np.int64)
    bounds = np.quantile(fit, np.arange(1, SIMILAR) / SIMILAR)
    found: np.ndarray = np.searchsorted(bounds, mean)
    return found


def _candidates(subject: int, history: _History, settings: Preferences) -> list[_Found]:
    """Customers of each group who never had a subject, with the chance that they avoid it."""
    count = history.baskets
    having = np.zeros(len(count), dtype=np.int64)
    column = slice(*history.having.indptr[subject : subject + 2].tolist())
    having[history.having.indices[column]] = history.having.data[column]
    found = []
    for each in range(SIMILAR):
        mine = np.flatnonzero((history.group == each) & (count >= LEAST_TO_FIT))
        if (having[mine] > 0).sum() < LEAST_BUYERS:
            continue
        habit = fit_habit(count[mine], having[mine])
        if habit is None:
            continue
        never = mine[(having[mine] == 0) & (count[mine] >= settings.least_baskets)]
        chance = habit.avoids(count[never].astype(np.float64))
        rates = np.full(len(never), habit.rate)
        found.append(_Found(never, np.full(len(never), subject), chance, rates))
    return found
