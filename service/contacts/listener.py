"""What events say about contacts: kept in the same transaction that accepts them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select, update

from models.contact_rules import ASKS_CONSENT, Alert, Contact, Subject
from service.contacts.book import Claim, ContactBook
from service.contacts.schema import contact_states, dismissals

DEFAULT_CHANNEL = "web"


class Happened(Protocol):
    """An event, as far as this needs it; see the table of events for what its fields are."""

    @property
    def event_id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def customer_id(self) -> str | None: ...
    @property
    def session_id(self) -> str | None: ...
    @property
    def product_id(self) -> str | None: ...
    @property
    def plan_id(self) -> str | None: ...
    @property
    def meter(self) -> str | None: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def recommendation_id(self) -> str | None: ...
    @property
    def campaign_id(self) -> str | None: ...
    @property
    def occurred_at(self) -> int: ...
    @property
    def details(self) -> str | Mapping[str, Any] | None: ...


class ContactListener:
    """Called with the events of one transaction that were accepted."""

    def __init__(self, book: ContactBook) -> None:
        self._book = book

    def __call__(self, connection: Connection, events: Sequence[Happened]) -> None:
        made = [claim for event in events if (claim := _impression(event))]
        rows = [row for event in events for row in _dismissed(event)]
        states = [
            (who, changed) for event in events if (changed := _state_of(event)) and (who := _who(event))
        ]
        self._book.lock(connection, [claim.customer_id for claim in made] + [who for who, _ in states])
        self._book.record(connection, made)
        if rows:
            connection.execute(insert(dismissals), rows)
        for who, changed in states:
            _keep_state(connection, who, changed)


def _who(event: Happened) -> str | None:
    return event.customer_id or event.session_id


def _details(event: Happened) -> Mapping[str, Any]:
    found = json.loads(event.details) if isinstance(event.details, str) else event.details
    return found if isinstance(found, Mapping) else {}


def _impression(event: Happened) -> Claim | None:
    """An impression is a contact where the shop came to the customer, or where it was about a plan.

    What is shown on a page that a customer opened is none.
    """
    who, channel = _who(event), event.channel or DEFAULT_CHANNEL
    if event.type != "impression" or who is None or not (channel in ASKS_CONSENT or event.plan_id):
        return None
    alert = _alert(event)
    subject = Subject(event.product_id, event.plan_id)
    contact = Contact(
        event.occurred_at,
        channel,
        "alert" if alert else "commercial",
        (subject,) if any(subject) else (),
        alert,
    )
    return Claim(who, contact, event.campaign_id, event.recommendation_id, event.event_id)


def _alert(event: Happened) -> Alert | None:
    """The quota alert that was shown: an impression with a meter and a threshold and cycle in its details."""
    details = _details(event)
    threshold = details.get("threshold")
    if event.meter is None or not isinstance(threshold, int | float):
        return None
    return Alert(event.meter, float(threshold), str(details.get("cycle", "")))


def _dismissed(event: Happened) -> Iterator[dict[str, Any]]:
    """The rows of what was said no to: by a dismissal, or in a conversation."""
    who = _who(event)
    if who is None:
        return
    row = {
        "event_id": event.event_id,
        "customer_id": who,
        "channel": event.channel,
        "at": event.occurred_at,
    }
    if event.type == "dismiss" and (event.product_id or event.plan_id):
        yield {**row, "product_id": event.product_id, "plan_id": event.plan_id}
    elif event.type == "conversation":
        for product_id in _texts(_details(event).get("not_interested")):
            yield {**row, "product_id": product_id, "plan_id": None}


def _texts(found: object) -> Iterable[str]:
    return dict.fromkeys(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def _state_of(event: Happened) -> dict[str, Any]:
    """The columns of the customer's state that an event changes."""
    if event.type == "plan_change":
        return {"plan_changed_at": event.occurred_at}
    if event.type == "complaint":
        state = _details(event).get("state", "opened")
        return {"complaint_at": event.occurred_at, "complaint_open": state != "closed"}
    return {}


def _keep_state(connection: Connection, customer_id: str, changed: dict[str, Any]) -> None:
    """Keep what an event changed, unless something later is known: events arrive in any order."""
    table, (when, at) = contact_states, next(iter(changed.items()))
    mine = table.c.customer_id == customer_id
    known = connection.execute(select(table.c[when]).where(mine)).one_or_none()
    if known is None:
        connection.execute(insert(table).values(customer_id=customer_id, **changed))
    elif known[0] is None or known[0] <= at:
        connection.execute(update(table).where(mine).values(**changed))
