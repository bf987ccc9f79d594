"""Fit popularity: what everybody buys, lately, by category, by channel, and what is rising."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from config.training import Popularity as PopularitySettings
from models.arrays import frozen
from models.catalogue import NO_CATEGORY, Catalogue
from models.popularity import Popularity
from models.texts import Texts
from training.matrices import basket_matrix

# Baskets added to both sides of the growth ratio: from 1 to 4 orders is no trend, from 40 to 160 is one.
TREND_DAMPING = 5.0
MIN_TRENDING_ORDERS = 5


class _Window(NamedTuple):
    """Baskets of some days: with each product [n_products], and all of them."""

    product_orders: np.ndarray
    all_orders: int


def fit_popularity(
    lines: pl.DataFrame, catalogue: Catalogue, settings: PopularitySettings, as_of_day: int
) -> Popularity:
    """Counts and ranked lists of the days up to `as_of_day` (days since 1970-01-01).

    `lines` as in `training.matrices`, products in the order of the catalogue. Lists hold at most
    `list_length` products; equal counts are ordered by product index.
    """
    n_products = len(catalogue)
    recent = _between(lines, as_of_day - settings.recent_days, as_of_day)
    counts = _count(recent, n_products)
    popular = _most(counts.product_orders, settings.list_length)
    trend = _trend(lines, n_products, settings, as_of_day)
    category_starts, category_products = _by_category(counts.product_orders, catalogue, settings.list_length)
    channels, channel_starts, channel_products = _by_channel(recent, n_products, settings.list_length)
    window = [settings.recent_days, counts.all_orders, settings.trending_days, trend.all_orders]
    return Popularity(
        popular=frozen(popular),
        recent_orders=frozen(counts.product_orders),
        trending=frozen(trend.products),
        trending_scores=frozen(trend.scores),
        trending_orders=frozen(trend.orders),
        expected_orders=frozen(trend.expected),
        category_starts=frozen(category_starts),
        category_products=frozen(category_products),
        channels=channels,
        channel_starts=frozen(channel_starts),
        channel_products=frozen(channel_products),
        window=frozen(np.array(window, dtype=np.int64)),
    )


class _Trend(NamedTuple):
    """Rising products [m] with their scores [m]; counts of every product [n_products]."""

    products: np.ndarray
    scores: np.ndarray
    orders: np.ndarray
    expected: np.ndarray
    all_orders: int


def _trend(lines: pl.DataFrame, n_products: int, settings: PopularitySettings, as_of_day: int) -> _Trend:
    """Baskets of the trending window against what the days before it lead one to expect.

        expected = baskets in the trending window x share of earlier baskets with the product
        score    = log2((orders + s) / (expected + s)),  s = TREND_DAMPING

    Earlier is what the recent window holds besides the trending one, and at least as many days as that.
    Shares, not days, are compared: a month in which everything sells more makes nothing a trend.
    """
    start = as_of_day - settings.trending_days
    earlier_days = max(settings.recent_days - settings.trending_days, settings.trending_days)
    now = _count(_between(lines, start, as_of_day), n_products)
    earlier = _count(_between(lines, start - earlier_days, start), n_products)
    if earlier.all_orders == 0:  # nothing to compare with: nothing is said to rise
        expected = now.product_orders.astype(np.float64)
    else:
        expected = now.all_orders * (earlier.product_orders / earlier.all_orders)
    scores = np.log2((now.product_orders + TREND_DAMPING) / (expected + TREND_DAMPING))
    rising = np.flatnonzero((now.product_orders >= MIN_TRENDING_ORDERS) & (scores > 0))
    rising = rising[np.argsort(-scores[rising], kind="stable")][: settings.list_length]
    return _Trend(
        rising.astype(np.int32),
        scores[rising].astype(np.float32),
        now.product_orders,
        expected.astype(np.float32),
        now.all_orders,
    )


def _by_category(
    product_orders: np.ndarray, catalogue: Catalogue, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Starts int64 [n_categories + 1] and products int32: the most bought of every category."""
    ranked = _most(product_orders, len(product_orders))
    codes = catalogue.category[ranked]
    ranked, codes = ranked[codes != NO_CATEGORY], codes[codes != NO_CATEGORY]
    order = np.argsort(codes, kind="stable")
    ranked, codes = ranked[order], codes[order]
    n_categories = len(catalogue.categories)
    place = np.arange(len(codes)) - np.searchsorted(codes, codes, side="left")
    ranked, codes = ranked[place < length], codes[place < length]
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=n_categories))])
    return starts.astype(np.int64), ranked.astype(np.int32)


def _by_channel(recent: pl.DataFrame, n_products: int, length: int) -> tuple[Texts, np.ndarray, np.ndarray]:
    """Names of the channels, ascending, and starts and products as in `_by_category`."""
    if "channel" not in recent.columns:
        return Texts.of([]), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int32)
    recent = recent.with_columns(pl.col("channel").cast(pl.String))
    names = sorted(recent["channel"].drop_nulls().unique().to_list())
    lists = [
        _most(_count(recent.filter(pl.col("channel") == name), n_products).product_orders, length)
        for name in names
    ]
    starts = np.cumsum([0, *(len(products) for products in lists)]).astype(np.int64)
    return Texts.of(names), starts, np.concatenate([*lists, np.empty(0, dtype=np.int32)]).astype(np.int32)


def _between(lines: pl.DataFrame, after: int, until: int) -> pl.DataFrame:
    return lines.filter((pl.col("day") > after) & (pl.col("day") <= until))


def _count(lines: pl.DataFrame, n_products: int) -> _Window:
    """Distinct orders with each product int32 [n_products], and distinct orders."""
    if not len(lines):
        return _Window(np.zeros(n_products, dtype=np.int32), 0)
    orders = lines["order"].to_numpy()
    first, last = int(orders.min()), int(orders.max())
    baskets = basket_matrix(lines.with_columns(pl.col("order") - first), last + 1 - first, n_products)
    product_orders = np.bincount(baskets.indices, minlength=n_products).astype(np.int32)
    return _Window(product_orders, int(np.count_nonzero(np.diff(baskets.indptr))))


def _most(product_orders: np.ndarray, length: int) -> np.ndarray:
    """Products int32 by count, most first, at most `length`, none without a count."""
    ranked = np.argsort(-product_orders.astype(np.int64), kind="stable")[:length]
    return ranked[product_orders[ranked] > 0].astype(np.int32)
