"""events.parquet: what customers looked at, put in the cart and wished for in the last 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.demo_store.baskets import Lines, Shop
from training.demo_store.people import FIRST_CUSTOMER_ID, People
from training.demo_store.visits import GUEST, Visits

EVENT_DAYS = 90
TYPES = ("view", "cart", "wishlist")
_DAY = 86_400
_SESSIONS_PER_CUSTOMER = 1.2
_ANONYMOUS = 0.2
_BETTER = 0.25  # share of browsed products that lie one rung above the usual quality


def events_table(
    rng: np.random.Generator, shop: Shop, people: People, visits: Visits, lines: Lines
) -> pl.DataFrame:
    """Events sorted by time. A missing customer_id is a session of someone not logged in."""
    frames = [_before_orders(rng, shop, visits, lines), _browsing(rng, shop, people)]
    start = datetime.combine(shop.window.start, time(), tzinfo=UTC)
    ids = pl.Series("ids", [product.product_id for product in shop.catalogue.products])
    end = shop.window.days * _DAY
    table = (
        pl.concat(frames)
        .filter((pl.col("second") >= end - EVENT_DAYS * _DAY) & (pl.col("second") < end))
        .sort("second", "session", "type", "product", maintain_order=True)
    )
    number = pl.int_range(1, pl.len() + 1)
    return table.select(
        event_id="e" + number.cast(pl.String).str.zfill(8),
        customer_id=pl.when(pl.col("customer") == GUEST)
        .then(None)
        .otherwise((pl.col("customer") + FIRST_CUSTOMER_ID).cast(pl.String)),
        session_id=pl.col("session"),
        type=pl.lit(pl.Series("types", TYPES)).gather(pl.col("type")),
        product_id=pl.lit(ids).gather(pl.col("product")),
        at=pl.lit(start) + pl.duration(seconds=pl.col("second")),
    )


def _before_orders(rng: np.random.Generator, shop: Shop, visits: Visits, lines: Lines) -> pl.DataFrame:
    """What was viewed and put in the cart on the way to each web order."""
    order, product = lines
    recent = (visits.day[order] >= shop.window.days - EVENT_DAYS) & (visits.channel[order] == 0)
    order, product = order[recent], product[recent]
    bought_at = visits.day[order] * _DAY + visits.second[order]
    carted_at = bought_at - rng.integers(30, 1500, len(order))
    viewed_at = carted_at - rng.integers(5, 600, len(order))
    carted, viewed = rng.random(len(order)) < 0.92, rng.random(len(order)) < 0.75
    return pl.concat(
        [
            _frame(visits.customer[order[chosen]], order[chosen], "o", kind, (product[chosen], at[chosen]))
            for kind, chosen, at in ((0, viewed, viewed_at), (1, carted, carted_at))
        ]
    )


def _browsing(rng: np.random.Generator, shop: Shop, people: People) -> pl.DataFrame:
    """Sessions that end without an order; customers who never ordered have them too."""
    sessions = round(_SESSIONS_PER_CUSTOMER * len(people))
    keen = people.visits / people.visits.max() + 0.05
    who = rng.choice(len(people), sessions, p=keen / keen.sum())
    views = 1 + rng.geometric(0.35, sessions)
    day = shop.window.days - 1 - rng.integers(0, EVENT_DAYS, sessions)
    session = np.repeat(np.arange(sessions), views)
    owner = who[session]
    second = day[session] * _DAY + rng.integers(9 * 3600, 22 * 3600, sessions)[session]
    second += rng.integers(0, 1800, len(session))
    product = _looked_at(rng, shop, people, owner)
    anonymous = (rng.random(sessions) < _ANONYMOUS)[session]
    chance = rng.random(len(session))
    fits = (
        ((shop.catalogue.barred_bits[product] & people.barred[owner]) == 0)
        & (shop.catalogue.launch_day[product] <= second // _DAY)
        & (people.joined[owner] <= second // _DAY)
    )
    customer = np.where(anonymous, GUEST, owner)
    frames = []
    for kind, chosen, delay in (
        (0, fits, 0),
        (1, fits & (chance < 0.12), 20),
        (2, fits & (chance > 0.92), 40),
    ):
        at = second[chosen] + delay
        frames.append(_frame(customer[chosen], session[chosen], "b", kind, (product[chosen], at)))
    return pl.concat(frames)


def _looked_at(
    rng: np.random.Generator, shop: Shop, people: People, owner: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Products by the persona's taste, in the usual quality or the one above."""
    catalogue = shop.catalogue
    shares = shop.taste.cumsum(axis=1)
    draws = rng.random(len(owner))
    product = np.empty(len(owner), dtype=np.int64)
    for persona in range(len(shares)):
        inside = people.persona[owner] == persona
        product[inside] = np.searchsorted(shares[persona], draws[inside] * shares[persona, -1], side="right")
    rung = np.minimum(people.rung[owner] + (rng.random(len(owner)) < _BETTER), 2)
    return np.asarray(catalogue.by_article[catalogue.article[product], rung, catalogue.size[product]])


def _frame(
    customer: NDArray[np.int64],
    session: NDArray[np.int64],
    prefix: str,
    kind: int,
    what: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> pl.DataFrame:
    product, second = what
    return pl.DataFrame(
        {"customer": customer, "session": session, "product": product, "second": second}
    ).select(
        "customer",
        "product",
        "second",
        session=prefix + pl.col("session").cast(pl.String),
        type=pl.lit(kind, dtype=pl.Int64),
    )
