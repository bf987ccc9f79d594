"""An event, as the ledger keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

EventType = Literal[
    "view",
    "cart",
    "wishlist",
    "purchase",
    "impression",
    "click",
    "dismiss",
    "accept",
    "conversation",
    "usage",
    "consent",
    "complaint",
    "plan_change",
    "outcome",
    "preference",
]
# The names of Google Analytics 4 for the same things.
ALIASES: Mapping[str, EventType] = {
    "view_item": "view",
    "add_to_cart": "cart",
    "add_to_wishlist": "wishlist",
}
OF_PRODUCT = frozenset({"view", "cart", "wishlist", "purchase"})
OF_OFFER = frozenset({"impression", "click", "dismiss", "accept"})
ERASED = "\0erased"  # no id: rung on the bell when somebody is erased


class Event(NamedTuple):
    """One row of the table `events`, but for `seq`. Times are microseconds since 1970 UTC.

    unit_price   minor units of `currency`
    details      JSON text
    """

    event_id: str
    type: EventType
    customer_id: str | None
    session_id: str | None
    product_id: str | None
    plan_id: str | None
    meter: str | None
    order_id: str | None
    quantity: float | None
    unit_price: int | None
    currency: str | None
    channel: str | None
    placement: str | None
    recommendation_id: str | None
    campaign_id: str | None
    occurred_at: int
    received_at: int
    details: str | None


def people_of(events: Iterable[Event]) -> set[str]:
    """The ids of those whom events are about."""
    return {each for event in events for each in (event.customer_id, event.session_id) if each}
