"""Fit trade_up: for every product the better ones that customers who had it bought later."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.sparse import csc_matrix

from config.training import TradeUp as TradeUpSettings
from models.arrays import frozen
from models.catalogue import NO_CATEGORY, NO_PRICE, Catalogue
from models.lists import TopLists
from models.popularity import Popularity
from models.trade_up import TradeUp
from training.fitting.comparable import Group
from training.fitting.name_words import name_vectors
from training.fitting.progress import Progress, silent
from training.matrices import GUEST

# Cosine of two names from which products without a category count as the same sort of thing.
SAME_SORT = 0.4
# Upgrades whose names are less than this part as alike as the best of the row are left out of it.
LESS_ALIKE = 1 / 3
LEAST_ALIKE = 0.1  # what names count at least: those of some shops share no words at all
TOLD_EVERY = 5_000  # base products between two lines of progress


class _Facts(NamedTuple):
    """What the score rests on, by product; all [n_products] but the last.

    share      share of recent baskets with the product
    customers  customers who ever bought it
    base_rate  what the chance of buying it is shrunk to
    typical    usual margin as a share of price, 1 where no cost is known
    """

    share: np.ndarray
    customers: np.ndarray
    base_rate: np.ndarray
    typical: float


class _Row(NamedTuple):
    """The upgrades of one base product, best first; all [n]. The fields are those of TradeUp."""

    upgrades: np.ndarray
    scores: np.ndarray
    chances: np.ndarray
    customers: np.ndarray
    later_customers: np.ndarray
    by_margin: np.ndarray


def fit_trade_up(
    lines: pl.DataFrame,
    catalogue: Catalogue,
    popularity: Popularity,
    similar: TopLists,
    settings: TradeUpSettings,
    progress: Progress = silent,
) -> TradeUp:
    """The best upgrades of every product with a price. `lines` as in `training.matrices`.

    An upgrade of a base product i is a product j that was sold in the recent window of `popularity`,
    of the same category and another family, min_ratio to max_ratio times as dear, with a margin not
    lower where both costs are known. Of products without a category, those are upgrades that have none
    either, are in the row of `similar` (near in factors) and have a name of cosine SAME_SORT or more.

        chance = (later + damping * r_j) / (n + damping)
        score  = share of recent baskets with j * chance * sqrt(gain) * max(cosine of names, 0.1)^2

    n are the customers who had bought i before they ever bought j, later those of them who bought j on
    a later day, r_j the share of all customers who bought j, or that of baskets if it is higher, as
    where guests buy. The chance is shrunk as the confidence of pair rules is. gain is the gain in
    margin, in minor units, at least 1; where a cost is unknown, the gain in price times the shop's
    median margin share, so that both can be compared in one row. Names keep eggs from being the better
    milk in a category that has both.
    """
    first, n_products = _first_days(lines, len(catalogue)), len(catalogue)
    names = name_vectors(catalogue.names[product] for product in range(n_products))
    names.sort_indices()
    facts = _facts(first, catalogue, popularity)
    rows: list[_Row | None] = [None] * n_products
    done = 0
    for category in np.unique(catalogue.category).tolist():
        members = np.flatnonzero((catalogue.category == category) & (catalogue.price > 0))
        members = members.astype(np.int32)
        group = Group.of(first, names, members, members[facts.share[members] > 0])
        for base, product in enumerate(group.members.tolist()):
            near = None if category != NO_CATEGORY else similar.of(product).products
            rows[product] = _row(group, base, near, catalogue, facts, settings)
            done += 1
            if done % TOLD_EVERY == 0:
                progress(f"trade-ups: {done:,} of {n_products:,} products")
    return _joined(rows)


def _first_days(lines: pl.DataFrame, n_products: int) -> csc_matrix:
    """CSC int32 [n_customers, n_products] the first day of each purchase, 1 for the first of all days."""
    bought = (
        lines.lazy()
        .filter(pl.col("customer") != GUEST)
        .group_by("customer", "product")
        .agg(pl.col("day").min())
        .collect()
    )
    customers, products = bought["customer"].to_numpy(), bought["product"].to_numpy()
    days = bought["day"].to_numpy()
    values = (days - days.min(initial=2**31 - 1) + 1).astype(np.int32)
    first = csc_matrix((values, (customers, products)), shape=(customers.max(initial=-1) + 1, n_products))
    first.sort_indices()
    return first


def _facts(first: csc_matrix, catalogue: Catalogue, popularity: Popularity) -> _Facts:
    share = popularity.recent_orders / max(int(popularity.window[1]), 1)
    customers = np.diff(first.indptr)
    buyers = np.count_nonzero(np.bincount(first.indices, minlength=1))
    base_rate = np.maximum(customers / max(buyers, 1), share)
    known = (catalogue.cost != NO_PRICE) & (catalogue.price > 0)
    margins = 1 - catalogue.cost[known] / catalogue.price[known]
    typical = float(np.clip(np.median(margins), 0.01, 1)) if len(margins) else 1.0
    return _Facts(share, customers, base_rate, typical)


def _row(
    group: Group,
    base: int,
    near: np.ndarray | None,
    catalogue: Catalogue,
    facts: _Facts,
    settings: TradeUpSettings,
) -> _Row | None:
    """The best upgrades of the member at `base`, of all or of the products `near`; None without any."""
    product = int(group.members[base])
    pool, alike = _alike(group, base, near, catalogue, facts, settings)
    if not len(pool):
        return None
    others = group.offered[pool]
    later, before = group.counts(base, pool)
    customers = facts.customers[product] - before
    chances = (later + settings.damping * facts.base_rate[others]) / (customers + settings.damping)
    gains, by_margin = _gains(product, others, catalogue, facts)
    scores = facts.share[others] * chances * np.sqrt(np.maximum(gains, 1))
    scores *= np.maximum(alike, LEAST_ALIKE) ** 2
    best = np.argsort(-scores, kind="stable")[: settings.top_k]  # equal scores stay ascending by product
    return _Row(*(array[best] for array in (others, scores, chances, customers, later, by_margin)))


def _alike(
    group: Group,
    base: int,
    near: np.ndarray | None,
    catalogue: Catalogue,
    facts: _Facts,
    settings: TradeUpSettings,
) -> tuple[np.ndarray, np.ndarray]:
    """The positions [n] of upgrades whose names are alike enough, and how alike they are.

    Where `near` is given, names have to tell that two products are the same sort, as no category does.
    """
    product = int(group.members[base])
    if near is not None:
        pool = group.positions(near)
        pool = pool[_allowed(product, group.offered[pool], catalogue, facts, settings)]
        cosines = group.alike_of(base, pool)
        return pool[cosines >= SAME_SORT], cosines[cosines >= SAME_SORT]
    cosines = group.alike(base)
    # Most names have no word in common: the others are looked at only where none that has may be one.
    for named in (np.flatnonzero(cosines > 0), np.arange(len(cosines))):
        pool = named[_allowed(product, group.offered[named], catalogue, facts, settings)]
        if len(pool):
            enough = cosines[pool] >= cosines[pool].max() * LESS_ALIKE
            return pool[enough], cosines[pool[enough]]
    return np.empty(0, dtype=np.int64), np.empty(0)


def _allowed(
    product: int, others: np.ndarray, catalogue: Catalogue, facts: _Facts, settings: TradeUpSettings
) -> np.ndarray:
    """Which of the others [n], all offered, may be an upgrade of the product: bool [n]."""
    ratios = catalogue.price[others] / catalogue.price[product]
    allowed: np.ndarray = (ratios >= settings.min_ratio) & (ratios <= settings.max_ratio)
    allowed &= catalogue.family[others] != catalogue.family[product]
    dearer = np.flatnonzero(allowed)
    gains, by_margin = _gains(product, others[dearer], catalogue, facts)
    allowed[dearer] = ~by_margin | (gains >= 0)
    return allowed


def _gains(
    product: int, others: np.ndarray, catalogue: Catalogue, facts: _Facts
) -> tuple[np.ndarray, np.ndarray]:
    """Gains float64 [n] in minor units, and whether they are of margin (both costs known) bool [n]."""
    price, cost = catalogue.price, catalogue.cost
    dearer = (price[others] - price[product]).astype(np.float64)
    by_margin = (cost[others] != NO_PRICE) & (cost[product] != NO_PRICE)
    return np.where(by_margin, dearer - (cost[others] - cost[product]), dearer * facts.typical), by_margin


def _joined(rows: list[_Row | None]) -> TradeUp:
    lengths = [0 if row is None else len(row.upgrades) for row in rows]
    found = [row for row in rows if row is not None]

    def column(name: str, kind: type[np.generic]) -> np.ndarray:
        parts = [getattr(row, name) for row in found]
        return frozen(np.concatenate(parts).astype(kind) if parts else np.empty(0, dtype=kind))

    return TradeUp(
        starts=frozen(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)),
        upgrades=column("upgrades", np.int32),
        scores=column("scores", np.float32),
        chances=column("chances", np.float32),
        customers=column("customers", np.int32),
        later_customers=column("later_customers", np.int32),
        by_margin=column("by_margin", np.uint8),
    )
