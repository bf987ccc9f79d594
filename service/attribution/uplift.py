"""What personal recommendations changed, measured against the customers who never get one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, and_, func, select

from models.bundle import Bundle
from models.holdout import CONTROL, PERSONAL
from models.uplift import Estimate, mean_uplift, share_uplift
from service.attribution.schema import attributions, exposures
from service.contacts.schema import campaign_offers
from service.identity.schema import session_links
from service.ledger.schema import events

DAY = 86_400_000_000  # microseconds
AT_ONCE = 5_000  # customers a query
NO_COSTS = "the model knows no unit costs: give [data.products] unit_cost, or [data.orders] unit_cost"
EMAIL = "email"


class Window(NamedTuple):
    """What is looked at: exposures from `since` to `until`, microseconds since 1970 UTC.

    days        in which what was shown can be accepted
    churn_days  after which somebody who bought nothing is gone
    least       customers of each arm below which nothing is said
    """

    since: int
    until: int
    days: int
    churn_days: int
    least: int


@dataclass(slots=True)
class _Customer:
    """One customer of an arm: when they were first shown something, and what of it came after."""

    variant: str
    first: int
    shown: dict[str, list[int]] = field(default_factory=dict)
    accepted: bool = False
    bought_last: int = -1
    bought_within: bool = False
    revenue: int = 0
    margin: int = 0


class Uplift(NamedTuple):
    """By measure: acceptance and churn are shares of customers, revenue and margin minor units a customer."""

    channel: str
    customers: Mapping[str, int]
    measures: Mapping[str, Estimate]


def uplift(connection: Connection, bundle: Bundle, channel: str, window: Window) -> Uplift:
    """The measures of one channel, by arm.

    acceptance  bought or accepted a product that they were shown, within `days`
    revenue     of all their purchases since they were first shown something, in the model's currency
    margin      the same less unit costs, of products whose cost is known
    churn       no purchase within `churn_days`, of those who were shown something that long ago
    """
    people = _exposed(connection, channel, window)
    for row in _happened(connection, list(people), window):
        _count(people[row.who], row, bundle, window)
    everybody, least = list(people.values()), window.least
    personal = [each for each in everybody if each.variant != CONTROL]
    control = [each for each in everybody if each.variant == CONTROL]
    measures = {
        "acceptance": share_uplift(_array(personal, "accepted"), _array(control, "accepted"), least),
        "revenue": mean_uplift(_array(personal, "revenue"), _array(control, "revenue"), least),
        "margin": _margin(personal, control, bundle, least),
        "churn": share_uplift(_gone(personal, window), _gone(control, window), least),
    }
    return Uplift(channel, {PERSONAL: len(personal), CONTROL: len(control)}, measures)


def _exposed(connection: Connection, channel: str, window: Window) -> dict[str, _Customer]:
    """Everybody who was shown something in the window, with the products and when."""
    people: dict[str, _Customer] = {}
    for customer_id, variant, at, product in _shown(connection, channel, window):
        one = people.setdefault(customer_id, _Customer(variant, at))
        if product is not None:
            one.shown.setdefault(product, []).append(at)
    return people


def _shown(connection: Connection, channel: str, window: Window) -> list[tuple[str, str, int, str | None]]:
    """What was shown, in order of time: customer, variant, moment, product."""
    found: list[tuple[str, str, int, str | None]] = []
    table, seen = exposures, attributions
    within = table.c.at.between(window.since, window.until) & (table.c.channel == channel)
    query = select(table.c.customer_id, table.c.variant, table.c.at, seen.c.product_id).join(
        seen,
        and_(seen.c.recommendation_id == table.c.recommendation_id, seen.c.type == "impression"),
        isouter=True,
    )
    found += [tuple(row) for row in connection.execute(query.where(within))]
    if channel == EMAIL:
        offers = campaign_offers
        query = select(offers.c.customer_id, offers.c.variant, offers.c.at, offers.c.answer)
        for row in connection.execute(query.where(offers.c.at.between(window.since, window.until))):
            for each in json.loads(row.answer)["recommendations"]:
                found.append((row.customer_id, row.variant, row.at, each["product_id"]))
    return sorted(found, key=lambda each: (each[2], each[0]))


def _happened(connection: Connection, people: Sequence[str], window: Window) -> Iterator[Any]:
    """Purchases and acceptances of these customers, their merged visits included."""
    links = session_links
    who = func.coalesce(events.c.customer_id, links.c.customer_id).label("who")
    visit = and_(links.c.session_id == events.c.session_id, events.c.customer_id.is_(None))
    query = select(
        who,
        events.c.type,
        events.c.product_id,
        events.c.quantity,
        events.c.unit_price,
        events.c.currency,
        events.c.occurred_at.label("at"),
    ).select_from(events.join(links, visit, isouter=True))
    query = query.where(
        events.c.type.in_(("purchase", "accept")), events.c.occurred_at.between(window.since, window.until)
    )
    for start in range(0, len(people), AT_ONCE):
        yield from connection.execute(query.where(who.in_(people[start : start + AT_ONCE])))


def _count(one: _Customer, row: Any, bundle: Bundle, window: Window) -> None:
    if row.at < one.first:
        return
    within = (at <= row.at <= at + window.days * DAY for at in one.shown.get(row.product_id, ()))
    one.accepted = one.accepted or any(within)
    quantity = 1.0 if row.quantity is None else row.quantity
    if row.type != "purchase" or quantity <= 0:
        return
    one.bought_within = one.bought_within or row.at <= one.first + window.churn_days * DAY
    if row.unit_price is None or row.currency != bundle.facts.currency:
        return
    one.revenue += round(row.unit_price * quantity)
    product = bundle.products.index(row.product_id)
    cost = int(bundle.catalogue.cost[product]) if product >= 0 else -1
    if cost >= 0:
        one.margin += round((row.unit_price - cost) * quantity)


def _array(arm: Sequence[_Customer], name: str) -> np.ndarray:
    return np.array([getattr(each, name) for each in arm], dtype=np.float64)


def _margin(
    personal: Sequence[_Customer], control: Sequence[_Customer], bundle: Bundle, least: int
) -> Estimate:
    if not (bundle.catalogue.cost >= 0).any():
        return Estimate(None, None, None, None, None, NO_COSTS)
    return mean_uplift(_array(personal, "margin"), _array(control, "margin"), least)


def _gone(arm: Sequence[_Customer], window: Window) -> np.ndarray:
    ripe = [each for each in arm if each.first + window.churn_days * DAY <= window.until]
    return 1 - _array(ripe, "bought_within")
