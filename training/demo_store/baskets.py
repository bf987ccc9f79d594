"""What is in each order: staples, purposes, free choices, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.demo_store.catalogue import Catalogue
from training.demo_store.combos import Combo, consequent_lines, purpose_lines
from training.demo_store.favourites import POOL, choose_pools, choose_staples, staple_lines
from training.demo_store.people import People
from training.demo_store.personas import PERSONAS
from training.demo_store.prices import PriceBook
from training.demo_store.visits import GUEST, Visits
from training.demo_store.window import Window

MEAN_BASKET = 5.3  # products per order
MAX_BASKET = 25
_STAPLE_SHARE = 0.5  # of all lines, at most
_LIKED = 0.55  # share of a customer's free choices that come from the liked products
_OWN_BRAND = 0.5  # share of free choices made in the shopper's usual quality
_TREND = (16.0, 8.0, 3.0)  # popularity of trending products in the last, second and third last period
_ROUNDS = 12

Lines = tuple[NDArray[np.int64], NDArray[np.int64]]  # order index and product index of each line


@dataclass(frozen=True)
class Shop:
    """Everything that choosing products needs; `taste` (personas, products) sums to 1 by row."""

    window: Window
    catalogue: Catalogue
    taste: NDArray[np.float64]
    prices: PriceBook
    combos: tuple[Combo, ...]


def fill_baskets(rng: np.random.Generator, shop: Shop, people: People, visits: Visits, lines: int) -> Lines:
    """`lines` order lines sorted by order, no product twice in an order, at most MAX_BASKET each.

    Fewer lines come out only where the orders could not hold them.
    """
    staples = choose_staples(rng, people, shop.catalogue, shop.taste)
    needed = staple_lines(rng, staples, visits, shop.catalogue, shop.window)
    size = _sizes(rng, visits)
    needed = _only(needed, rng.random(len(needed[0])) < np.minimum(size, 1.0)[needed[0]])
    spare = len(needed[0]) / (_STAPLE_SHARE * lines)
    needed = _only(needed, rng.random(len(needed[0])) * spare < 1.0)
    wanted = purpose_lines(rng, shop.combos, shop.catalogue, visits)
    book = _merge(shop, visits, (np.empty(0, np.int64), np.empty(0, np.int64)), _joined(wanted, needed))
    planned = len(book[0])
    pools = choose_pools(rng, people, shop.catalogue, shop.taste)
    for _ in range(_ROUNDS):
        missing = lines - len(book[0])
        if missing <= lines // 1000:
            break
        order = _whom_to_fill(rng, book, visits, size, missing)
        book = _merge(shop, visits, book, (order, free_choices(rng, shop, visits, order, pools)))
    follows = consequent_lines(rng, shop.combos, *book)
    book = _merge(shop, visits, book, follows)
    return _trimmed(rng, shop, book, max(len(book[0]) - max(lines, planned), 0))


def permitted(shop: Shop, visits: Visits, lines: Lines) -> NDArray[np.bool_]:
    """Which lines can be: the product was sold by then, and the shopper bars none of its tags."""
    order, product = lines
    catalogue = shop.catalogue
    sold = visits.day[order] >= catalogue.launch_day[product]
    return np.asarray(sold & ((catalogue.barred_bits[product] & visits.barred[order]) == 0))


def free_choices(
    rng: np.random.Generator, shop: Shop, visits: Visits, order: NDArray[np.int64], pools: NDArray[np.int64]
) -> NDArray[np.int64]:
    """One product for each entry of `order`, by persona and season, the liked ones and the offers."""
    product = _by_season(rng, shop, visits, order)
    catalogue = shop.catalogue
    plain = ~catalogue.trending[product] & (catalogue.launch_day[product] < 0)
    own = plain & (rng.random(len(order)) < _OWN_BRAND)
    usual = catalogue.by_article[catalogue.article[product], visits.rung[order], catalogue.size[product]]
    product = np.where(own, usual, product)
    bargains = np.array([each.bargains for each in PERSONAS])[visits.persona[order]]
    offers = shop.prices.offer_of_week(rng, visits.day[order])
    product = np.where(rng.random(len(order)) < bargains, offers, product)
    customer = visits.customer[order]
    place = (POOL * rng.random(len(order)) ** 2.2).astype(np.int64)
    liked = (customer != GUEST) & (rng.random(len(order)) < _LIKED) & (bargains < rng.random(len(order)))
    return np.asarray(np.where(liked, pools[np.maximum(customer, 0), place], product))


def _by_season(
    rng: np.random.Generator, shop: Shop, visits: Visits, order: NDArray[np.int64]
) -> NDArray[np.int64]:
    catalogue, window = shop.catalogue, shop.window
    season = window.season_by_period(catalogue.seasons)
    launched = (window.days - 1 - catalogue.launch_day) // 28
    cell = window.periods(visits.day[order]) * len(PERSONAS) + visits.persona[order]
    by_cell = np.argsort(cell, kind="stable")
    bounds = np.searchsorted(cell[by_cell], np.arange(window.period_count * len(PERSONAS) + 1))
    draws = rng.random(len(order))
    product = np.empty(len(order), dtype=np.int64)
    for number in range(window.period_count * len(PERSONAS)):
        inside = by_cell[bounds[number] : bounds[number + 1]]
        period, persona = divmod(number, len(PERSONAS))
        weights = shop.taste[persona] * season[period, catalogue.category] * (period <= launched)
        if period < len(_TREND):
            weights = np.where(catalogue.trending, weights * _TREND[period], weights)
        shares = weights.cumsum()
        product[inside] = np.searchsorted(shares, draws[inside] * shares[-1], side="right")
    return product


def _sizes(rng: np.random.Generator, visits: Visits) -> NDArray[np.float64]:
    """The size of each order against the mean: the shopper's own, times chance."""
    return np.asarray(visits.basket * rng.lognormal(-0.2, 0.65, len(visits)))


def _whom_to_fill(
    rng: np.random.Generator, book: Lines, visits: Visits, size: NDArray[np.float64], missing: int
) -> NDArray[np.int64]:
    """Orders that get one more free choice each time they are named: first those still empty."""
    held = np.bincount(book[0], minlength=len(visits))
    empty = np.flatnonzero(held == 0)
    room = np.where(held < MAX_BASKET, size, 0.0).cumsum()
    more = max(round(missing * 1.1) - len(empty), 0)
    return np.concatenate([empty, np.searchsorted(room, rng.random(more) * room[-1], side="right")])


def _joined(first: Lines, second: Lines) -> Lines:
    return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])


def _only(lines: Lines, chosen: NDArray[np.bool_]) -> Lines:
    return lines[0][chosen], lines[1][chosen]


def _merge(shop: Shop, visits: Visits, book: Lines, more: Lines) -> Lines:
    """`book` and those of `more` that are permitted, new to their order and fit in; sorted by order."""
    order, product = _joined(book, _only(more, permitted(shop, visits, more)))
    _, first = np.unique(order * len(shop.catalogue.products) + product, return_index=True)
    first.sort()  # earlier lines go before later ones when a basket is full
    order, product = order[first], product[first]
    by_order = np.argsort(order, kind="stable")
    order, product = order[by_order], product[by_order]
    place = np.arange(len(order)) - np.searchsorted(order, order, side="left")
    return _only((order, product), place < MAX_BASKET)


def _trimmed(rng: np.random.Generator, shop: Shop, book: Lines, excess: int) -> Lines:
    """`book` without `excess` lines at random, none of them part of a combination or alone."""
    order, product = book
    in_combo = [index for combo in shop.combos for index in (*combo.antecedents, combo.consequent)]
    first = np.concatenate([[True], order[1:] != order[:-1]])
    spare = np.flatnonzero(~np.isin(product, in_combo) & ~first)
    dropped = rng.choice(spare, min(excess, len(spare)), replace=False)
    kept = np.ones(len(order), dtype=bool)
    kept[dropped] = False
    return _only(book, kept)
