"""Visits that turned out to be a customer's: merged, undone, and written down either way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from service.identity.schema import merges, session_links
from service.ledger.event import Event
from service.ledger.people import IDS
from service.ledger.schema import events as table

MERGED, UNDONE = "merged", "undone"
CALL, EVENT = "call", "event"
OWNERS = select(session_links.c.customer_id).where(session_links.c.session_id.in_(IDS))
VISITS = select(session_links.c.session_id).where(session_links.c.customer_id.in_(IDS))
SHARED = ("store", "phone")  # channels whose devices many customers use


class BelongsToAnotherError(Exception):
    """The visit is linked to another customer."""


def ids_of(connection: Connection, ids: Sequence[str]) -> Sequence[str]:
    """All ids of the persons behind some ids, customers first."""
    known = dict.fromkeys([*connection.execute(OWNERS, {"ids": ids}).scalars(), *ids])
    visits = connection.execute(VISITS, {"ids": list(known)}).scalars()
    return tuple(known | dict.fromkeys(visits))


def ids_of_visit(connection: Connection, customer_id: str | None, session_id: str | None) -> Sequence[str]:
    """All ids of whoever is there now. A visit that was another customer's before does not make them one."""
    if customer_id is None:
        return ids_of(connection, [session_id] if session_id else [])
    found = ids_of(connection, [customer_id])
    if session_id is None or session_id in found or owner_of(connection, session_id) is not None:
        return found
    return (*found, session_id)


def owner_of(connection: Connection, session_id: str) -> str | None:
    """The customer whom a visit is linked to."""
    query = select(session_links.c.customer_id).where(session_links.c.session_id == session_id)
    owner: str | None = connection.execute(query).scalar()
    return owner


def merge(connection: Connection, customer_id: str, session_id: str, at: int, by: str) -> bool:
    """Link a visit to a customer; False where it is linked to them already.

    Raises BelongsToAnotherError where it is linked to somebody else.
    """
    row = {"session_id": session_id, "customer_id": customer_id, "at": at}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = dialect.insert(session_links).values(row).on_conflict_do_nothing(index_elements=["session_id"])
    if connection.execute(made.returning(session_links.c.session_id)).first() is None:
        if owner_of(connection, session_id) != customer_id:
            raise BelongsToAnotherError
        return False
    connection.execute(insert(merges).values(**row, action=MERGED, by=by))
    return True


def undo(connection: Connection, customer_id: str, session_id: str, at: int) -> bool:
    """Take a visit from a customer again; False where it is not linked to them."""
    links = session_links
    mine = (links.c.session_id == session_id) & (links.c.customer_id == customer_id)
    if connection.execute(delete(links).where(mine)).rowcount != 1:
        return False
    row = {"session_id": session_id, "customer_id": customer_id, "at": at}
    connection.execute(insert(merges).values(**row, action=UNDONE, by=CALL))
    return True


def link_by_events(connection: Connection, events: Sequence[Event]) -> None:
    """A listener: an event with both ids says whose the visit is, unless that was said and undone before.

    A till or a telephone serves one customer after the other under one session: such events, and visits in
    which another customer was named before, are nobody's.
    """
    said = {
        each.session_id: (each.customer_id, each.received_at)
        for each in reversed(events)
        if each.session_id is not None and each.customer_id is not None and each.channel not in SHARED
    }
    if not said:
        return
    linked = select(session_links.c.session_id).where(session_links.c.session_id.in_(said))
    undone = select(merges.c.session_id, merges.c.customer_id)
    undone = undone.where(merges.c.session_id.in_(said), merges.c.action == UNDONE)
    named = select(table.c.session_id, table.c.customer_id).distinct()
    named = named.where(table.c.session_id.in_(said), table.c.customer_id.is_not(None))
    taken = set(connection.execute(linked).scalars())
    never = {tuple(row) for row in connection.execute(undone)}
    others = {session_id for session_id, who in connection.execute(named) if who != said[session_id][0]}
    for session_id, (customer_id, at) in sorted(said.items()):
        free = session_id not in taken and session_id not in others
        if free and (session_id, customer_id) not in never and customer_id is not None:
            try:
                merge(connection, customer_id, session_id, at, EVENT)
            except BelongsToAnotherError:
                continue  # another writer was faster
