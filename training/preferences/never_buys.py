"""Fit what customers never buy: by category and by tag, with false discoveries kept rare."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from config.preferences import Preferences
from models.arrays import frozen
from models.catalogue import Catalogue
from models.never_buys import NeverBuys, no_never_buys
from models.texts import Texts
from training.data.orders import GUEST, Orders
from training.preferences.beta_binomial import fit_habit

SIMILAR = 3  # groups of customers by mean size of basket: large baskets have more of everything
LEAST_TO_FIT = 3  # baskets of a customer whom rates are learned from
LEAST_BUYERS = 50  # of a subject within a group


class _Baskets(NamedTuple):
    """Baskets of customers: those of guests are left out.

    owner    int64 [n_baskets] the customer
    basket   int64 [n_entries] the basket of each distinct product in it, and
    product  int64 [n_entries] the product
    """

    owner: np.ndarray
    basket: np.ndarray
    product: np.ndarray


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
    names, starts, members = _subjects(catalogue, settings.leave_out)
    baskets = _baskets_of(orders)
    if not settings.enabled or not names or not len(baskets.owner):
        return no_never_buys(n_customers)
    count = np.bincount(baskets.owner, minlength=n_customers)
    group = _groups(baskets, count)
    found = [
        each
        for subject in range(len(names))
        for each in _candidates(
            subject, members[starts[subject] : starts[subject + 1]], baskets, (count, group), settings
        )
    ]
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
        member_starts=frozen(starts),
        members=frozen(members),
        starts=frozen(row_starts.astype(np.int64)),
        subject=frozen(subject[kept].astype(np.int32)),
        confidence=frozen(confidence[kept].astype(np.float32)),
        baskets=frozen(count[customer[kept]].astype(np.int32)),
        rate=frozen(rate[kept].astype(np.float32)),
    )


def _subjects(catalogue: Catalogue, leave_out: tuple[str, ...]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Tags and categories: names, and their products in compressed rows."""
    tagged = np.repeat(np.arange(len(catalogue)), np.diff(catalogue.tag_starts))
    rows = [
        (f"tag:{catalogue.tags[code]}", tagged[catalogue.tag == code]) for code in range(len(catalogue.tags))
    ]
    rows += [
        (f"category:{catalogue.categories[code]}", np.flatnonzero(catalogue.category == code))
        for code in range(len(catalogue.categories))
    ]
    rows = [(name, products) for name, products in rows if name not in leave_out and len(products)]
    starts = np.concatenate([[0], np.cumsum([len(products) for _, products in rows])]).astype(np.int64)
    members = np.concatenate([products for _, products in rows]) if rows else np.empty(0)
    return [name for name, _ in rows], starts, members.astype(np.int32)


def _baskets_of(orders: Orders) -> _Baskets:
    customer = orders.lines["customer"].to_numpy()
    known = customer != GUEST
    number, product = (orders.lines[name].to_numpy()[known].astype(np.int64) for name in ("order", "product"))
    _, first, basket = np.unique(number, return_index=True, return_inverse=True)
    n_products = len(orders.products)
    distinct = np.unique(basket * n_products + product)
    return _Baskets(customer[known][first].astype(np.int64), distinct // n_products, distinct % n_products)


def _groups(baskets: _Baskets, count: np.ndarray) -> np.ndarray:
    """The group of each customer by the mean number of distinct products in a basket."""
    size = np.bincount(baskets.basket, minlength=len(baskets.owner))
    mean = np.bincount(baskets.owner, size, len(count)) / np.maximum(count, 1)
    fit = mean[count >= LEAST_TO_FIT]
    if not len(fit):
        return np.zeros(len(count), dtype=np.int64)
    bounds = np.quantile(fit, np.arange(1, SIMILAR) / SIMILAR)
    found: np.ndarray = np.searchsorted(bounds, mean)
    return found


def _candidates(
    subject: int,
    products: np.ndarray,
    baskets: _Baskets,
    customers: tuple[np.ndarray, np.ndarray],
    settings: Preferences,
) -> list[_Found]:
    """Customers of each group who never had a subject, with the chance that they avoid it."""
    count, group = customers
    belongs = np.zeros(int(max(baskets.product.max(), products.max())) + 1, dtype=np.bool_)
    belongs[products] = True
    having = np.bincount(
        baskets.owner[np.unique(baskets.basket[belongs[baskets.product]])], minlength=len(count)
    )
    found = []
    for each in range(SIMILAR):
        mine = np.flatnonzero((group == each) & (count >= LEAST_TO_FIT))
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
