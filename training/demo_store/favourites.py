"""What each customer comes back for: staples with their own rhythm, and other liked products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.demo_store.catalogue import BARRABLE_TAGS, Catalogue
from training.demo_store.people import People
from training.demo_store.visits import Visits
from training.demo_store.window import Window

POOL = 24  # liked products per customer
_BOUGHT_HERE = 0.88  # the rest of a need is met in another shop
_SURELY = 1000.0  # beyond any key by chance
_OWN_NEED = {"baby": 5.0, "cat": 4.0, "dog": 4.0, "meat": 2.2}  # staples of those who buy these at all


@dataclass(frozen=True)
class Staples:
    """Pairs of a customer and an article bought again and again; arrays of one length.

    `interval` is the customer's own number of days between purchases, `rung_shift` how far the
    brand lies from the customer's usual quality.
    """

    customer: NDArray[np.int64]
    article: NDArray[np.int64]
    interval: NDArray[np.float64]
    size: NDArray[np.int64]
    rung_shift: NDArray[np.int64]


def choose_staples(
    rng: np.random.Generator, people: People, catalogue: Catalogue, taste: NDArray[np.float64]
) -> Staples:
    """Two to fourteen staples for each customer, drawn by the persona's taste without repeats."""
    articles = len(catalogue.by_article)
    is_staple = np.bincount(catalogue.article, weights=catalogue.interval, minlength=articles) > 0
    weights = np.array([np.bincount(catalogue.article, row, minlength=articles) for row in taste]) * is_staple
    first = catalogue.by_article[:, 1, 0]
    bits = catalogue.barred_bits[first]
    for tag, factor in _OWN_NEED.items():
        weights *= np.where(bits >> BARRABLE_TAGS.index(tag) & 1, factor, 1.0)
    with np.errstate(divide="ignore"):  # what is no staple has weight 0, so log weight -inf: never chosen
        keys = np.log(weights)[people.persona] + rng.gumbel(size=(len(people), articles))
    keys[(people.barred[:, None] & bits[None, :]) != 0] = -np.inf
    # Whoever eats meat comes back for some of it: a vegetarian is told apart by never doing so.
    best_meat = np.where(bits >> BARRABLE_TAGS.index("meat") & 1, keys, -np.inf).argmax(axis=1)
    keys[np.arange(len(people)), best_meat] += _SURELY
    wanted = np.clip(2 + rng.poisson(3.0 * people.basket), 2, 14)
    best = np.argsort(-keys, axis=1, kind="stable")[:, : int(wanted.max())]
    chosen = (np.arange(best.shape[1]) < wanted[:, None]) & people.buys()[:, None]
    customer, place = np.nonzero(chosen)
    article = best[customer, place]
    return Staples(
        customer=customer,
        article=article,
        interval=catalogue.interval[first[article]] * rng.lognormal(0.0, 0.25, len(customer)),
        size=rng.choice(3, len(customer), p=(0.6, 0.28, 0.12)),
        rung_shift=rng.choice((-1, 0, 1), len(customer), p=(0.1, 0.8, 0.1)),
    )


def staple_lines(
    rng: np.random.Generator, staples: Staples, visits: Visits, catalogue: Catalogue, window: Window
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order index and product of each staple bought: at the first visit after it has run out.

    Needs come up at gamma distributed intervals; those that the same visit meets are bought once.
    Where visits are rarer than needs, the product is bought at about every visit.
    """
    members = np.flatnonzero(visits.customer >= 0)
    by_customer = members[np.argsort(visits.customer[members], kind="stable")]
    span = float(window.days + 1)
    moment = visits.customer[by_customer] * span + visits.day[by_customer]
    counts = np.bincount(visits.customer[by_customer], minlength=int(staples.customer.max(initial=0)) + 1)
    firsts = np.concatenate([[0], counts.cumsum()])
    begin = visits.day[by_customer[np.minimum(firsts[:-1], len(by_customer) - 1)]]
    mean_gap = (window.days - begin) / np.maximum(counts, 1)
    interval = np.maximum(staples.interval, 0.8 * mean_gap[staples.customer])
    needs = ((window.days - begin)[staples.customer] / interval).astype(np.int64) + 1
    pair = np.repeat(np.arange(len(needs)), needs)
    nth = np.arange(len(pair)) - np.repeat(needs.cumsum() - needs, needs)
    due = begin[staples.customer[pair]] + interval[pair] * (nth + rng.gamma(2.0, 0.25, len(pair)) - 0.5)
    owner = staples.customer[pair]
    met = (due < window.days) & (rng.random(len(pair)) < _BOUGHT_HERE)
    pair, owner, due = pair[met], owner[met], np.maximum(due[met], 0.0)
    place = np.searchsorted(moment, owner * span + due, side="left")
    found = place < firsts[owner + 1]
    order, pair = by_customer[place[found]], pair[found]
    rung = np.clip(visits.rung[order] + staples.rung_shift[pair], 0, 2)
    return order, catalogue.by_article[staples.article[pair], rung, staples.size[pair]]


def choose_pools(
    rng: np.random.Generator, people: People, catalogue: Catalogue, taste: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Liked products of each customer, the most liked first; shape (customers, POOL).

    A third comes from the category they named as their first interest.
    """
    shares = taste.cumsum(axis=1)
    pools = np.empty((len(people), POOL), dtype=np.int64)
    for persona in range(len(taste)):
        who = np.flatnonzero(people.persona == persona)
        draws = rng.random((len(who), POOL)) * shares[persona, -1]
        pools[who] = np.searchsorted(shares[persona], draws, side="right")
    for category in range(len(catalogue.categories)):
        who = np.flatnonzero(people.interest == category)
        within = np.where(catalogue.category == category, catalogue.popularity, 0.0).cumsum()
        draws = rng.random((len(who), POOL)) * within[-1]
        liked = np.searchsorted(within, draws, side="right")
        pools[who] = np.where(rng.random((len(who), POOL)) < 1 / 3, liked, pools[who])
    return pools
